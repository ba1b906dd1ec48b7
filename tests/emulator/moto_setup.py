"""Settings of moto and botocore, and a few caches for their speed, made before anything else."""

import functools
import os

import botocore.loaders
import botocore.session

os.environ.update(
    {
        # Unknown images and instance types are errors, as they are in AWS.
        "MOTO_ENABLE_AMI_VALIDATION": "true",
        "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION": "true",
        "MOTO_DISABLE_GLOBAL_CORS": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)

# moto asks several fresh sessions for the regions of EC2, and each parses the largest of all
# service models; sharing one loader keeps it parsed and saves a third of a second at the start.
botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)

import moto.backends  # noqa: E402  (moto reads its settings when it is imported)
import moto.core.errors  # noqa: E402
import moto.core.responses  # noqa: E402

# What moto works out anew for each call: its own folders, the operations of a service (by then our
# changes are in place), the errors of a service. Together they are a third of a call's time.
_modules = list(moto.backends.list_of_moto_modules())
moto.backends.list_of_moto_modules = lambda: _modules
moto.core.responses.method_names_from_class = functools.cache(moto.core.responses.method_names_from_class)
moto.core.errors.ErrorLookupFactory = functools.cache(moto.core.errors.ErrorLookupFactory)
