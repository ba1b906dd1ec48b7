"""Scaling policies and lifecycle hooks: per group, unknown ones are errors."""

from typing import Any

from moto.autoscaling.models import AutoScalingBackend, FakeScalingPolicy
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation, wraps

HOOK_SETTINGS = {"RoleARN": "role_arn", "NotificationTargetARN": "notification_target_arn"}


@wraps(AutoScalingBackend, "put_scaling_policy")
def put_scaling_policy(
    original: Any, self: AutoScalingBackend, name: str, *args: Any, **kwargs: Any
) -> FakeScalingPolicy:
    """moto keeps policies by their name alone, so that two groups can't use the same."""
    others = {key: policy for key, policy in self.policies.items() if key != name}
    policy = original(self, name, *args, **kwargs)
    policy.enabled = True
    self.policies = {**others, f"{policy.auto_scaling_group_name}/{name}": policy}
    return policy


@wraps(AutoScalingResponse, "put_scaling_policy")
def answer_put_scaling_policy(original: Any, self: Any) -> ActionResult:
    answer = original(self)
    arn = answer.result["PolicyArn"]
    return ActionResult({"PolicyARN": arn, "Alarms": []})


@operation(AutoScalingResponse)
def delete_policy(self: Any) -> ActionResult:
    """By name and group, or by ARN."""
    name, group = self._get_param("PolicyName"), self._get_param("AutoScalingGroupName")
    policies = self.autoscaling_backend.policies
    for key, policy in policies.items():
        if policy.arn == name or (policy.name == name and policy.auto_scaling_group_name == group):
            del policies[key]
            return EmptyResult()
    raise AwsError("ValidationError", f"PolicyARN not found - Policy {name} not found")


@wraps(AutoScalingResponse, "put_lifecycle_hook")
def put_lifecycle_hook(original: Any, self: Any) -> Any:
    """moto shows a role and a target of its own."""
    answer = original(self)
    name, group = self._get_param("LifecycleHookName"), self._get_param("AutoScalingGroupName")
    hook = self.autoscaling_backend.lifecycle_hooks[f"{group}_{name}"]
    hook.lifecycle_hook_name = name
    for parameter, attribute in HOOK_SETTINGS.items():
        setattr(hook, attribute, self._get_param(parameter))
    hook.notification_metadata = self._get_param("NotificationMetadata")
    return answer


@wraps(AutoScalingResponse, "delete_lifecycle_hook")
def delete_lifecycle_hook(original: Any, self: Any) -> Any:
    """moto says nothing about hooks that aren't there."""
    name, group = self._get_param("LifecycleHookName"), self._get_param("AutoScalingGroupName")
    if f"{group}_{name}" not in self.autoscaling_backend.lifecycle_hooks:
        raise AwsError("ValidationError", f"No Lifecycle Hook found with name: {name}")
    return original(self)
