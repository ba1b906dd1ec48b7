"""Instance refreshes: one step per ``instance_refresh.step`` seconds, one instance per step.

Pending → InProgress → Successful; Failed or RollbackSuccessful if a test asks for failure; Cancelled;
and back to the old version on request. The group gets the desired configuration at success only.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplateVersion

from emulator.limits import limits
from emulator.patching import AwsError, operation
from emulator.services.autoscaling.groups import check_launch_template, find
from emulator.services.autoscaling.instances import end, launch, template_version
from emulator.timing import timing

UNDER_WAY = ("Pending", "InProgress", "Cancelling", "RollbackInProgress")


@dataclass
class Refresh:
    """One instance refresh; attribute names are those of the API in snake case."""

    group: FakeAutoScalingGroup
    target: LaunchTemplateVersion
    source: LaunchTemplateVersion
    preferences: dict[str, Any]
    desired_configuration: dict[str, Any]
    instance_refresh_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    start_time: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    end_time: datetime | None = None
    status: str = "Pending"
    status_reason: str | None = None
    total: int = 0

    @property
    def auto_scaling_group_name(self) -> str:
        return self.group.name

    @property
    def instances_to_update(self) -> int:
        return len(self.outdated(self.target)) if self.status in UNDER_WAY else 0

    @property
    def percentage_complete(self) -> int:
        if self.status == "Successful" or not self.total:
            return 100 if self.status == "Successful" else 0
        return 100 * (self.total - self.instances_to_update) // self.total

    def outdated(self, version: LaunchTemplateVersion) -> list[Any]:
        """Instances still to be replaced so that all run the version."""
        return [
            s for s in self.group.active_instances() if id(s) in self.old or s.template_version is not version
        ]

    def begin(self) -> None:
        """Without SkipMatching, instances of the right version are replaced, too."""
        skip = self.preferences.get("SkipMatching", False)
        self.old = set() if skip else {id(s) for s in self.group.active_instances()}
        self.total = len(self.outdated(self.target))
        timing.after("instance_refresh", "step", self.step)

    def step(self) -> None:
        """Do what is next for the current status, then wait for the next step."""
        if self.status == "Cancelling":
            self.finish("Cancelled")
        elif self.status == "RollbackInProgress":
            self.replace_one(self.source) or self.finish("RollbackSuccessful")
        elif self.status == "Pending":
            self.status = "InProgress"
        elif self.status == "InProgress":
            replaced = self.replace_one(self.target)
            if limits.instance_refresh_fails:
                self.fail()
            elif not replaced:
                self.adopt()
                self.finish("Successful")
        if self.status in UNDER_WAY:
            timing.after("instance_refresh", "step", self.step)

    def replace_one(self, version: LaunchTemplateVersion) -> bool:
        """Replace one instance by one of the version; False if none is left."""
        outdated = self.outdated(version)
        if not outdated:
            return False
        self.old.discard(id(outdated[0]))
        end(self.group, outdated[:1])
        launch(self.group, 1, version)
        return True

    def fail(self) -> None:
        self.status_reason = "Instances failed to become healthy."
        if self.preferences.get("AutoRollback"):
            self.roll_back()
        else:
            self.finish("Failed")

    def roll_back(self) -> None:
        self.status, self.old = "RollbackInProgress", set()

    def adopt(self) -> None:
        """The desired configuration becomes the group's own."""
        wanted = self.desired_configuration.get("LaunchTemplate")
        if wanted:
            self.group._set_launch_configuration(None, wanted, None)

    def finish(self, status: str) -> None:
        self.status, self.end_time = status, datetime.now(timezone.utc)


def _refreshes(group: FakeAutoScalingGroup) -> list[Refresh]:
    return group.__dict__.setdefault("refreshes", [])


def _under_way(group: FakeAutoScalingGroup) -> Refresh:
    for refresh in _refreshes(group):
        if refresh.status in UNDER_WAY:
            return refresh
    raise AwsError("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found.")


def _desired_version(
    self: Any, group: FakeAutoScalingGroup, desired: dict[str, Any]
) -> LaunchTemplateVersion:
    specification = desired.get("LaunchTemplate")
    if not specification:
        return template_version(group)
    check_launch_template(self, specification)
    backend = group.ec2_backend
    if "LaunchTemplateId" in specification:
        template = backend.get_launch_template(specification["LaunchTemplateId"])
    else:
        template = backend.get_launch_template_by_name(specification["LaunchTemplateName"])
    return template.get_version(specification.get("Version") or "$Default")


@operation(AutoScalingResponse)
def start_instance_refresh(self: Any) -> ActionResult:
    group = find(self)
    if any(refresh.status in UNDER_WAY for refresh in _refreshes(group)):
        raise AwsError(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        )
    preferences = self._get_param("Preferences", {})
    desired = self._get_param("DesiredConfiguration", {})
    if preferences.get("AutoRollback"):
        _check_can_roll_back(group, desired)
    target = _desired_version(self, group, desired)
    refresh = Refresh(group, target, template_version(group), preferences, desired)
    _refreshes(group).insert(0, refresh)
    refresh.begin()
    return ActionResult({"InstanceRefreshId": refresh.instance_refresh_id})


def _check_can_roll_back(group: FakeAutoScalingGroup, desired: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html"""
    floating = str(group.launch_template_version).lower() in ("$latest", "$default")
    if not desired or floating:
        raise AwsError(
            "ValidationError",
            "A rollback needs a desired configuration, and a group whose launch template has a "
            "version number instead of $Latest or $Default.",
        )


@operation(AutoScalingResponse)
def describe_instance_refreshes(self: Any) -> ActionResult:
    ids = self._get_param("InstanceRefreshIds", [])
    found = [r for r in _refreshes(find(self)) if not ids or r.instance_refresh_id in ids]
    return ActionResult({"InstanceRefreshes": found[: self._get_int_param("MaxRecords", 50)]})


@operation(AutoScalingResponse)
def cancel_instance_refresh(self: Any) -> ActionResult:
    refresh = _under_way(find(self))
    refresh.status = "Cancelling"
    return ActionResult({"InstanceRefreshId": refresh.instance_refresh_id})


@operation(AutoScalingResponse)
def rollback_instance_refresh(self: Any) -> ActionResult:
    refresh = _under_way(find(self))
    if not refresh.desired_configuration:
        raise AwsError(
            "IrreversibleInstanceRefresh", "The instance refresh has no desired configuration to roll back."
        )
    refresh.roll_back()
    return ActionResult({"InstanceRefreshId": refresh.instance_refresh_id})
