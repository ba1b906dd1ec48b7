"""The account's limits, as they are enforced here."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.responses import ELBV2Response

from emulator.limits import limits
from emulator.patching import operation
from emulator.services.elbv2.actions import MOST_WILDCARDS


@operation(ELBV2Response)
def describe_account_limits(self: Any) -> ActionResult:
    values = {
        "application-load-balancers": 50,
        "certificates-per-application-load-balancer": limits.certificates_per_listener,
        "condition-values-per-alb-rule": limits.condition_values_per_rule,
        "condition-wildcards-per-alb-rule": MOST_WILDCARDS,
        "listeners-per-application-load-balancer": 50,
        "rules-per-application-load-balancer": limits.rules_per_load_balancer,
        "target-groups": 3000,
        "target-groups-per-application-load-balancer": limits.target_groups_per_load_balancer,
    }
    return ActionResult({"Limits": [{"Name": name, "Max": str(most)} for name, most in values.items()]})
