"""The instances of a group: launched from the right template version, registered, ended."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from moto.autoscaling.models import (
    ASG_NAME_TAG,
    AutoScalingBackend,
    FakeAutoScalingGroup,
    InstanceState,
)
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplateVersion

from emulator.patching import operation, wraps
from emulator.services.ec2.instances import become_running
from emulator.timing import timing

# Called with the group and the instance before it comes into service: what other services do at launch.
AFTER_LAUNCH: list[Callable[[FakeAutoScalingGroup, InstanceState], None]] = []


def template_version(group: FakeAutoScalingGroup) -> LaunchTemplateVersion:
    """The version that the group launches from now."""
    return group.ec2_launch_template.get_version(group.launch_template_version)


def instance_profile(version: LaunchTemplateVersion) -> str | None:
    """Name or ARN of the instance profile in a launch template, if any."""
    profile = version.data.get("IamInstanceProfile") or {}
    return profile.get("Name") or profile.get("Arn")


def security_group_ids(version: LaunchTemplateVersion) -> list[str]:
    interfaces = version.data.get("NetworkInterfaces") or [{}]
    return version.data.get("SecurityGroupIds") or interfaces[0].get("Groups", [])


def launch(group: FakeAutoScalingGroup, count: int, version: LaunchTemplateVersion | None = None) -> None:
    """Launch instances, spread over the subnets. A launch that fails becomes a failed activity."""
    if group.ec2_launch_template is None:
        raise NotImplementedError("groups without a launch template")
    for _ in range(count):
        _launch_one(group, version or template_version(group))


def _launch_one(group: FakeAutoScalingGroup, version: LaunchTemplateVersion) -> None:
    backend = group.ec2_backend
    subnet = _emptiest_subnet(group)
    template = {"LaunchTemplateId": version.template.id, "Version": str(version.number)}
    interfaces = version.data.get("NetworkInterfaces") or [{}]
    try:
        instance = backend.run_instances(
            version.image_id,
            1,
            version.user_data,
            [],
            instance_type=version.instance_type or "m1.small",
            is_instance_type_default=not version.instance_type,
            tags={"instance": {**group.get_propagated_tags(), ASG_NAME_TAG: group.name}},
            placement=subnet.availability_zone,
            region_name=group.region,
            launch_template=template,
            security_group_ids=security_group_ids(version),
            subnet_id=subnet.id,
            associate_public_ip=interfaces[0].get("AssociatePublicIpAddress"),
        ).instances[0]
    except Exception as error:
        record_activity(group, "Launching a new EC2 instance", "Failed", str(error))
        return
    profile = instance_profile(version)
    if profile:
        by = "arn" if profile.startswith("arn:") else "name"
        backend.associate_iam_instance_profile(instance.id, **{f"iam_instance_profile_{by}": profile})
    tag_volumes(instance, version)
    instance.autoscaling_group = group
    state = InstanceState(
        instance,
        lifecycle_state="Pending",
        protected_from_scale_in=group.new_instances_protected_from_scale_in,
    )
    state.template_version = version
    group.instance_states.append(state)
    record_activity(group, f"Launching a new EC2 instance: {instance.id}", "Successful")
    timing.after("auto_scaling_group", "create", lambda: _enter_service(group, state))


def tag_volumes(instance: Any, version: LaunchTemplateVersion) -> None:
    """moto gives the template's tags to the instance alone."""
    volume_ids = [device.volume_id for device in instance.block_device_mapping.values()]
    for specification in version.data.get("TagSpecifications", []):
        if specification["ResourceType"] == "volume" and volume_ids:
            tags = {tag["Key"]: tag["Value"] for tag in specification["Tags"]}
            instance.ec2_backend.create_tags(volume_ids, tags)


def _subnets(group: FakeAutoScalingGroup) -> list[Any]:
    subnet_ids = (group.vpc_zone_identifier or "").split(",")
    return [group.ec2_backend.get_subnet(subnet_id) for subnet_id in filter(None, subnet_ids)]


def _emptiest_subnet(group: FakeAutoScalingGroup) -> Any:
    """Of the zones with the fewest instances the first, and in it the subnet with the fewest. AWS leaves open which of
    several it takes; here it is always the same, whatever the ids."""
    instances = [state.instance for state in group.instance_states]
    in_zone = Counter(instance.placement.zone for instance in instances)
    in_subnet = Counter(instance.subnet_id for instance in instances)

    def order(subnet: Any) -> tuple[int, str, int, str]:
        zone = subnet.availability_zone
        return in_zone[zone], zone, in_subnet[subnet.id], subnet.cidr_block

    return min(_subnets(group), key=order)


def move(group: FakeAutoScalingGroup) -> None:
    """Instances outside the group's subnets are replaced: a new one each first, then they end."""
    subnet_ids = {subnet.id for subnet in _subnets(group)}
    outside = [s for s in group.active_instances() if s.instance.subnet_id not in subnet_ids]
    launch(group, len(outside))
    timing.after(
        "auto_scaling_group",
        "create",
        lambda: end(group, [state for state in outside if state in group.instance_states]),
    )


def _enter_service(group: FakeAutoScalingGroup, state: InstanceState) -> None:
    if state in group.instance_states:
        become_running(state.instance)
        for act in AFTER_LAUNCH:
            act(group, state)
        state.lifecycle_state = "InService"
        register_targets(group)


def register_targets(group: FakeAutoScalingGroup) -> None:
    """Register the instances in service with the group's target groups, those that still exist."""
    target_groups = group.autoscaling_backend.elbv2_backend.target_groups
    for arn in group.target_group_arns:
        target_group = target_groups.get(arn)
        for state in group.instance_states:
            in_service = state.lifecycle_state == "InService" and state.instance.state == "running"
            if target_group and in_service and state.instance_id not in target_group.targets:
                target_group.register([{"Id": state.instance_id, "Port": target_group.port}])


def end(group: FakeAutoScalingGroup, states: list[InstanceState]) -> None:
    """Take instances out of their target groups and terminate them."""
    ids = [state.instance_id for state in states]
    group.instance_states = [state for state in group.instance_states if state not in states]
    group.autoscaling_backend.elbv2_backend.notify_terminate_instances(ids)
    for state in states:
        state.instance.terminate()
        record_activity(group, f"Terminating EC2 instance: {state.instance_id}", "Successful")


def record_activity(group: FakeAutoScalingGroup, what: str, status: str, message: str = "") -> None:
    """Note a scaling activity, newest first."""
    now = datetime.now(timezone.utc)
    activity = {
        "ActivityId": str(uuid.uuid4()),
        "AutoScalingGroupName": group.name,
        "Description": what,
        "Cause": f"At {now:%Y-%m-%dT%H:%M:%SZ} the desired capacity of the group changed.",
        "StartTime": now,
        "EndTime": now,
        "StatusCode": status,
        "StatusMessage": message,
        "Progress": 100,
    }
    group.__dict__.setdefault("activities", []).insert(0, activity)


@operation(AutoScalingResponse)
def describe_scaling_activities(self: Any) -> ActionResult:
    name, backend = self._get_param("AutoScalingGroupName"), self.autoscaling_backend
    groups = [g for g in backend.autoscaling_groups.values() if name in (None, g.name)]
    activities = [a for group in groups for a in getattr(group, "activities", [])]
    return ActionResult({"Activities": activities[: self._get_int_param("MaxRecords", 100)]})


@operation(FakeAutoScalingGroup)
def active_instances(self: FakeAutoScalingGroup) -> list[InstanceState]:
    """Those that count towards the desired capacity: on their way into service, too."""
    return [s for s in self.instance_states if s.lifecycle_state in ("Pending", "InService")]


@operation(FakeAutoScalingGroup)
def set_desired_capacity(self: FakeAutoScalingGroup, new_capacity: int | None) -> None:
    self.desired_capacity = self.min_size if new_capacity is None else new_capacity
    missing = (self.desired_capacity or 0) - len(self.active_instances())
    if missing > 0:
        launch(self, missing)
    elif missing < 0:
        end(self, [s for s in self.active_instances() if not s.protected_from_scale_in][:-missing])
    register_targets(self)


@operation(FakeAutoScalingGroup)
def replace_autoscaling_group_instances(
    self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]
) -> None:
    """moto's way of launching, used when an instance of the group was terminated behind its back."""
    launch(self, count_needed)


@operation(AutoScalingBackend)
def update_attached_target_groups(self: AutoScalingBackend, group_name: str) -> None:
    register_targets(self.autoscaling_groups[group_name])


@wraps(AutoScalingBackend, "detach_load_balancer_target_groups")
def detach_load_balancer_target_groups(
    original: Any, self: AutoScalingBackend, group_name: str, target_group_arns: list[str]
) -> None:
    """moto fails if an instance was not registered."""
    group = self.autoscaling_groups[group_name]
    group.target_group_arns = [arn for arn in group.target_group_arns if arn not in target_group_arns]
    for target_group in [self.elbv2_backend.target_groups.get(arn) for arn in target_group_arns]:
        ids = {state.instance_id for state in group.instance_states}
        if target_group:
            target_group.deregister([{"Id": i} for i in list(target_group.targets) if i in ids])


def _version_of(state: InstanceState) -> dict[str, Any] | None:
    """The version the instance was launched from; moto shows the template's default."""
    version = getattr(state, "template_version", None)
    if version is None:
        return None
    return {
        "LaunchTemplateId": version.template.id,
        "LaunchTemplateName": version.template.name,
        "Version": str(version.number),
    }


InstanceState.launch_template = property(_version_of)
