"""Settings of moto and botocore, made before moto's services are imported."""

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
