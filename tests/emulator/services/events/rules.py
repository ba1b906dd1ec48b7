"""Rules and their targets: roles that EventBridge may assume, tags that a second PutRule leaves alone."""

import re
from typing import Any

from moto.events.models import EventsBackend
from moto.events.responses import EventsHandler

from emulator.patching import AwsError, wraps
from emulator.services import iam

SERVICE = "events.amazonaws.com"
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
MOST_TARGETS = 5
NEED_A_RULE = ("describe_rule", "disable_rule", "enable_rule")
NEED_A_RULE_AS_RULE = ("list_targets_by_rule", "put_targets", "remove_targets")


def _require_rule(operation_name: str, parameter: str) -> None:
    @wraps(EventsHandler, operation_name)
    def checked(original: Any, self: Any) -> Any:
        name, bus = self._get_param(parameter), self._get_param("EventBusName") or "default"
        if bus.rsplit("/", 1)[-1] != "default":
            raise NotImplementedError("event buses other than the default one")
        if name not in self.events_backend.event_buses["default"].rules:
            raise AwsError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus default.")
        return original(self)


@wraps(EventsBackend, "put_rule")
def put_rule(original: Any, self: EventsBackend, name: str, **settings: Any) -> Any:
    """Replaces all but the targets and the tags of a rule that is there already."""
    if settings.get("scheduled_expression"):
        raise NotImplementedError("schedules")
    if name in self.event_buses["default"].rules:
        settings["tags"] = None
    return original(self, name, **settings)


@wraps(EventsBackend, "list_rules")
def list_rules(original: Any, self: EventsBackend, prefix: str | None = None, **settings: Any) -> Any:
    """moto takes the prefix for a regular expression."""
    return original(self, prefix=None if prefix is None else re.escape(prefix), **settings)


@wraps(EventsHandler, "put_targets")
def put_targets(original: Any, self: Any) -> Any:
    rule = self.events_backend.event_buses["default"].rules[self._get_param("Rule")]
    targets = self._get_param("Targets")
    for target in targets:
        _check_target(target, rule.arn)
    ids = {target["Id"] for target in [*rule.targets, *targets]}
    if len(ids) > MOST_TARGETS:
        raise AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    return original(self)


def _check_target(target: dict[str, Any], rule_arn: str) -> None:
    arn, role = target["Arn"], target.get("RoleArn")
    if arn.startswith("arn:aws:lambda:"):
        if lacking := sorted({"InputPath", "InputTransformer", "DeadLetterConfig", "RetryPolicy"} & set(target)):
            raise NotImplementedError(", ".join(lacking))
        if role:
            raise AwsError("ValidationException", f"RoleArn is not supported for target {arn}.")
        return
    if not arn.startswith("arn:aws:codepipeline:"):
        raise NotImplementedError(f"targets other than pipelines and functions: {arn}")
    if not role:
        raise AwsError("ValidationException", f"RoleArn is required for target {arn}.")
    if not iam.service_may_assume(role, SERVICE, rule_arn):
        raise AwsError(
            "ValidationException", f"Provided role '{role}' cannot be assumed by principal '{SERVICE}'."
        )


for _name in NEED_A_RULE:
    _require_rule(_name, "Name")
for _name in NEED_A_RULE_AS_RULE:
    _require_rule(_name, "Rule")
