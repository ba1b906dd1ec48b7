"""Actions and conditions as ELB answers them: with the defaults filled in, in both notations."""

from typing import Any

from emulator.limits import limits
from emulator.patching import AwsError

REDIRECT_DEFAULTS = {
    "Protocol": "#{protocol}",
    "Port": "#{port}",
    "Host": "#{host}",
    "Path": "/#{path}",
    "Query": "#{query}",
}
MOST_WILDCARDS = 5
# Conditions that can be written with plain ``Values`` or with a structure of their own.
CONFIG_BY_FIELD = {"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig"}


def complete_action(action: dict[str, Any]) -> dict[str, Any]:
    """A forward to one group shows ``TargetGroupArn`` and ``ForwardConfig``, whichever was given."""
    action = dict(action)
    if action["Type"] == "redirect":
        action["RedirectConfig"] = {**REDIRECT_DEFAULTS, **action["RedirectConfig"]}
    if action["Type"] == "forward":
        config = dict(action.get("ForwardConfig") or {})
        groups = config.get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
        config["TargetGroups"] = [{"Weight": 1, **group} for group in groups]
        config.setdefault("TargetGroupStickinessConfig", {"Enabled": False})
        action["ForwardConfig"] = config
        if len(groups) == 1:
            action["TargetGroupArn"] = groups[0]["TargetGroupArn"]
    return action


def complete_condition(condition: dict[str, Any]) -> dict[str, Any]:
    """Hosts and paths show ``Values`` and their structure, whichever was given."""
    config_name = CONFIG_BY_FIELD.get(condition.get("Field", ""))
    if config_name is None:
        return condition
    values = condition_values(condition)
    return {"Field": condition["Field"], "Values": values, config_name: {"Values": values}}


def condition_values(condition: dict[str, Any]) -> list[Any]:
    """The values of a condition of any kind."""
    if condition.get("Values"):
        return condition["Values"]
    configs = [v for k, v in condition.items() if k.endswith("Config")]
    return configs[0].get("Values", []) if configs else []


def check_condition_values(conditions: list[dict[str, Any]]) -> None:
    """At most 5 values, and 5 wildcards, over all conditions of a rule."""
    most = limits.condition_values_per_rule
    values = [value for condition in conditions for value in condition_values(condition)]
    if len(values) > most:
        raise AwsError("ValidationError", f"A rule can only have '{most}' condition values")
    wildcards = sum(v.count("*") + v.count("?") for v in values if isinstance(v, str))
    if wildcards > MOST_WILDCARDS:
        raise AwsError("ValidationError", f"A rule can only have '{MOST_WILDCARDS}' condition wildcards")


def target_groups_of(actions: list[dict[str, Any]]) -> set[str]:
    """ARNs of the target groups that completed actions forward to."""
    return {
        group["TargetGroupArn"]
        for action in actions
        for group in (action.get("ForwardConfig") or {}).get("TargetGroups", [])
    }


def check_target_groups(backend: Any, load_balancer: Any, actions: list[dict[str, Any]]) -> None:
    """They exist, belong to no other load balancer, and there are not too many of them."""
    wanted = target_groups_of(actions)
    for arn in wanted:
        if arn not in backend.target_groups:
            raise AwsError("TargetGroupNotFound", f"Target group '{arn}' not found")
        users = backend.target_groups[arn].load_balancer_arns
        if any(user != load_balancer.arn for user in users):
            raise AwsError(
                "TargetGroupAssociationLimit",
                f"The following target groups cannot be associated with more than one load balancer: {arn}",
            )
    used = target_groups_used_by(load_balancer)
    if len(used | wanted) > max(limits.target_groups_per_load_balancer, len(used)):
        raise AwsError(
            "TooManyUniqueTargetGroupsPerLoadBalancer",
            f"The maximum number of unique target groups on load balancer '{load_balancer.arn}' "
            "has been reached",
        )


def target_groups_used_by(load_balancer: Any) -> set[str]:
    """ARNs of the target groups that any rule of a load balancer forwards to."""
    return {
        arn
        for listener in load_balancer.listeners.values()
        for rule in listener.rules.values()
        for arn in target_groups_of([action.data for action in rule.actions])
    }
