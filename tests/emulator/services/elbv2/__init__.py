"""Elastic Load Balancing v2: duplicates, quotas, certificates, priorities that can be swapped."""

from emulator.services import ec2  # noqa: F401  (load balancers hold interfaces in subnets)
from emulator.services.elbv2 import (  # noqa: F401
    account_limits,
    certificates,
    listeners,
    load_balancers,
    rules,
    tags,
    target_groups,
)
