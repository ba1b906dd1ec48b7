"""EC2: what is in use can't be deleted, what takes time takes time, unknown ids are errors."""

from moto.ec2.responses import EC2Response

from emulator.patching import idempotent
from emulator.services.ec2 import (  # noqa: F401
    addresses,
    devices,
    images,
    instances,
    key_pairs,
    launch_templates,
    nat_gateways,
    networks,
    routes,
    security_groups,
)

idempotent(
    EC2Response,
    "ec2_backend",
    "create_launch_template",
    "create_launch_template_version",
    "create_nat_gateway",
    "run_instances",
)
