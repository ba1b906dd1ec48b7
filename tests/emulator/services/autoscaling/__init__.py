"""Auto Scaling: groups that launch what they should, instance refreshes, deletion that takes time."""

from emulator.services import ec2, elbv2  # noqa: F401  (groups launch instances and register targets)
from emulator.services.autoscaling import groups, instances, policies, refreshes  # noqa: F401
