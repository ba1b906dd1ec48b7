"""Groups: checked when they are made, one per name, deleted only when empty or forced."""

from typing import Any

from botocore import xform_name
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation, wraps
from emulator.services import iam
from emulator.services.autoscaling.instances import (
    end,
    instance_profile,
    move,
    register_targets,
    security_group_ids,
)
from emulator.services.ec2.images import launchable
from emulator.timing import timing

# Settings that moto drops on creation or on update.
PLAIN_SETTINGS = (
    "CapacityRebalance",
    "Context",
    "DefaultCooldown",
    "DefaultInstanceWarmup",
    "DesiredCapacityType",
    "HealthCheckGracePeriod",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
    "PlacementGroup",
    "TerminationPolicies",
)
NEED_A_GROUP = (
    "attach_load_balancer_target_groups",
    "delete_lifecycle_hook",
    "describe_lifecycle_hooks",
    "describe_load_balancer_target_groups",
    "detach_load_balancer_target_groups",
    "enable_metrics_collection",
    "put_lifecycle_hook",
    "put_scaling_policy",
    "resume_processes",
    "set_desired_capacity",
    "suspend_processes",
)


def find(self: Any) -> FakeAutoScalingGroup:
    """The group that the request names; ValidationError if there is none."""
    name = self._get_param("AutoScalingGroupName")
    group = self.autoscaling_backend.autoscaling_groups.get(name)
    if group is None:
        raise AwsError(
            "ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"
        )
    return group


def _require_group(name: str) -> None:
    @wraps(AutoScalingResponse, name)
    def checked(original: Any, self: Any) -> Any:
        find(self)
        return original(self)


for _name in NEED_A_GROUP:
    _require_group(_name)


def check_launch_template(self: Any, specification: dict[str, Any]) -> None:
    """What Auto Scaling tries out before it accepts a template: image, groups, instance profile."""
    backend = self.autoscaling_backend.ec2_backend
    try:
        if "LaunchTemplateId" in specification:
            template = backend.get_launch_template(specification["LaunchTemplateId"])
        else:
            template = backend.get_launch_template_by_name(specification["LaunchTemplateName"])
        version = template.get_version(specification.get("Version") or "$Default")
        launchable(backend, version.image_id)
    except Exception as error:
        message = getattr(error, "message", str(error))
        raise AwsError(
            "ValidationError", f"You must use a valid fully-formed launch template. {message}"
        ) from error
    for group_id in security_group_ids(version):
        if backend.get_security_group_from_id(group_id) is None:
            raise AwsError(
                "ValidationError",
                "You must use a valid fully-formed launch template. "
                f"The security group '{group_id}' does not exist",
            )
    profile = instance_profile(version)
    if profile and not iam.profile_is_usable(profile):
        raise AwsError(
            "ValidationError",
            f"You must use a valid fully-formed launch template. Value ({profile}) for parameter "
            "iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        )


def _check_sizes(least: int, most: int, desired: int | None) -> None:
    if most < least:
        raise AwsError(
            "ValidationError", f"Max bound, {most}, must be greater than or equal to min bound, {least}"
        )
    if desired is not None and not least <= desired <= most:
        raise AwsError(
            "ValidationError",
            f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}",
        )


def _check_placement(self: Any) -> None:
    backend = self.autoscaling_backend
    for subnet_id in filter(None, (self._get_param("VPCZoneIdentifier") or "").split(",")):
        try:
            backend.ec2_backend.get_subnet(subnet_id)
        except Exception as error:
            raise AwsError("ValidationError", f"The subnet ID '{subnet_id}' does not exist") from error
    for arn in self._get_param("TargetGroupARNs", []):
        if arn not in backend.elbv2_backend.target_groups:
            raise AwsError(
                "ValidationError",
                "Provided Target Groups may not be valid. Please ensure they exist and try again.",
            )


def _keep_settings(self: Any, group: FakeAutoScalingGroup) -> None:
    for name in PLAIN_SETTINGS:
        value = self._get_param(name)
        if value is not None:
            setattr(group, xform_name(name), value)


@wraps(AutoScalingResponse, "create_auto_scaling_group")
def create_auto_scaling_group(original: Any, self: Any) -> Any:
    name = self._get_param("AutoScalingGroupName")
    if name in self.autoscaling_backend.autoscaling_groups:
        raise AwsError(
            "AlreadyExists",
            f"AutoScalingGroup by this name already exists - A group with the name {name} already exists",
        )
    _check_sizes(
        self._get_int_param("MinSize"), self._get_int_param("MaxSize"), self._get_int_param("DesiredCapacity")
    )
    _check_placement(self)
    if self._get_param("LaunchTemplate"):
        check_launch_template(self, self._get_param("LaunchTemplate"))
    answer = original(self)
    _keep_settings(self, self.autoscaling_backend.autoscaling_groups[name])
    return answer


@wraps(AutoScalingResponse, "update_auto_scaling_group")
def update_auto_scaling_group(original: Any, self: Any) -> Any:
    group = find(self)
    least = self._get_int_param("MinSize", group.min_size)
    most = self._get_int_param("MaxSize", group.max_size)
    _check_sizes(least, most, self._get_int_param("DesiredCapacity"))
    _check_placement(self)
    if self._get_param("LaunchTemplate"):
        check_launch_template(self, self._get_param("LaunchTemplate"))
    answer = original(self)
    _keep_settings(self, group)
    if self._get_param("VPCZoneIdentifier"):
        move(group)
    return answer


@operation(AutoScalingResponse)
def delete_auto_scaling_group(self: Any) -> ActionResult:
    """With ``ForceDelete``, or empty. The group is seen as "Delete in progress" until it is gone."""
    group, backend = find(self), self.autoscaling_backend
    if group.instance_states and not self._get_bool_param("ForceDelete", False):
        raise AwsError(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
            "instance request(s) still in the group.",
        )
    if getattr(group, "status", None) is None:
        group.status = "Delete in progress"
        group.min_size = group.desired_capacity = 0
        for state in group.instance_states:
            state.lifecycle_state = "Terminating"
        timing.after("auto_scaling_group", "delete", lambda: _vanish(backend, group))
    return EmptyResult()


def _vanish(backend: Any, group: FakeAutoScalingGroup) -> None:
    end(group, list(group.instance_states))
    backend.autoscaling_groups.pop(group.name, None)
    # What belongs to a group goes with it.
    for store in (backend.policies, backend.lifecycle_hooks, backend.scheduled_actions):
        for key in [k for k, item in store.items() if item.auto_scaling_group_name == group.name]:
            del store[key]


def _check_tagged_groups(name: str) -> None:
    @wraps(AutoScalingResponse, name)
    def checked(original: Any, self: Any) -> Any:
        for tag in self._get_param("Tags", []):
            if tag.get("ResourceId") not in self.autoscaling_backend.autoscaling_groups:
                raise AwsError(
                    "ValidationError",
                    f"AutoScalingGroup name not found - AutoScalingGroup '{tag.get('ResourceId')}' not found",
                )
        return original(self)


_check_tagged_groups("create_or_update_tags")
_check_tagged_groups("delete_tags")


@operation(AutoScalingResponse)
def attach_traffic_sources(self: Any) -> ActionResult:
    """The newer name for attaching target groups."""
    group = find(self)
    group.append_target_groups([source["Identifier"] for source in self._get_param("TrafficSources")])
    register_targets(group)
    return EmptyResult()


@operation(AutoScalingResponse)
def detach_traffic_sources(self: Any) -> ActionResult:
    arns = [source["Identifier"] for source in self._get_param("TrafficSources")]
    self.autoscaling_backend.detach_load_balancer_target_groups(find(self).name, arns)
    return EmptyResult()


@operation(AutoScalingResponse)
def describe_traffic_sources(self: Any) -> ActionResult:
    sources = [
        {"Identifier": arn, "TrafficSource": arn, "Type": "elbv2", "State": "InService"}
        for arn in find(self).target_group_arns
    ]
    return ActionResult({"TrafficSources": sources})
