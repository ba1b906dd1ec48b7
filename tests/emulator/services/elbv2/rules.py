"""Listener rules: quotas, one winner per priority, priorities that can be swapped."""

from typing import Any

from moto.core.responses import EmptyResult
from moto.elbv2.models import ELBv2Backend, FakeListener
from moto.elbv2.responses import ELBV2Response

from emulator.limits import limits
from emulator.patching import AwsError, operation, wraps
from emulator.services.elbv2 import actions

DEFAULT_PAGE_SIZE = 400


def _in_order(listener: FakeListener) -> dict[str, Any]:
    """The rules as they are evaluated: by priority, the default rule last."""
    ordered = sorted(listener._non_default_rules.values(), key=lambda rule: int(rule.priority))
    default = listener._default_rule[0]
    return {rule.arn: rule for rule in [*ordered, default]}


FakeListener.rules = property(_in_order)


def _complete(self: Any) -> dict[str, Any]:
    params = self._get_params()
    actions.check_condition_values(params.get("Conditions", []))
    if "Actions" in params:
        params["Actions"] = [actions.complete_action(a) for a in params["Actions"]]
    return params


def _complete_conditions(answer: Any) -> Any:
    """Afterwards, since moto refuses conditions that carry both notations."""
    for rule in answer.result["Rules"]:
        rule.conditions = [actions.complete_condition(c) for c in rule.conditions]
    return answer


@wraps(ELBV2Response, "create_rule")
def create_rule(original: Any, self: Any) -> Any:
    backend = self.elbv2_backend
    params = _complete(self)
    listener = backend.describe_listeners(None, [params["ListenerArn"]])[0]
    load_balancer = backend.load_balancers[listener.load_balancer_arn]
    if any(str(rule.priority) == str(params["Priority"]) for rule in listener.rules.values()):
        raise AwsError("PriorityInUse", f"Priority '{params['Priority']}' is currently in use")
    rules = sum(len(other._non_default_rules) for other in load_balancer.listeners.values())
    if rules >= limits.rules_per_load_balancer:
        raise AwsError(
            "TooManyRules",
            f"The maximum number of rules on load balancer '{load_balancer.arn}' has been reached",
        )
    actions.check_target_groups(backend, load_balancer, params["Actions"])
    return _complete_conditions(original(self))


@wraps(ELBV2Response, "modify_rule")
def modify_rule(original: Any, self: Any) -> Any:
    backend = self.elbv2_backend
    params = _complete(self)
    rule = backend.describe_rules(None, [params["RuleArn"]])[0]
    if rule.is_default:
        raise AwsError("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be modified")
    listener = backend.describe_listeners(None, [rule.listener_arn])[0]
    load_balancer = backend.load_balancers[listener.load_balancer_arn]
    actions.check_target_groups(backend, load_balancer, params.get("Actions", []))
    return _complete_conditions(original(self))


@operation(ELBV2Response)
def delete_rule(self: Any) -> Any:
    """moto says nothing about unknown rules."""
    backend = self.elbv2_backend
    rule = backend.describe_rules(None, [self._get_param("RuleArn")])[0]
    if rule.is_default:
        raise AwsError("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be deleted")
    backend.delete_rule(rule.arn)
    return EmptyResult()


@wraps(ELBV2Response, "describe_rules")
def describe_rules(original: Any, self: Any) -> Any:
    self._get_params().setdefault("PageSize", DEFAULT_PAGE_SIZE)
    return original(self)


@operation(ELBv2Backend)
def set_rule_priorities(self: ELBv2Backend, rule_priorities: list[dict[str, Any]]) -> list[Any]:
    """All at once: what the listed rules leave is free for the others. moto refuses swaps."""
    wanted = {item["RuleArn"]: int(item["Priority"]) for item in rule_priorities}
    if len(set(wanted.values())) < len(rule_priorities):
        raise AwsError("ValidationError", "A priority or a rule was provided multiple times")
    rules = self.describe_rules(None, list(wanted))
    for rule in rules:
        if rule.is_default:
            raise AwsError("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be reprioritized")
        listener = self.describe_listeners(None, [rule.listener_arn])[0]
        for other in listener._non_default_rules.values():
            if other.arn not in wanted and int(other.priority) == wanted[rule.arn]:
                raise AwsError("PriorityInUse", f"Priority '{wanted[rule.arn]}' is currently in use")
    for rule in rules:
        rule.priority = wanted[rule.arn]
    return rules
