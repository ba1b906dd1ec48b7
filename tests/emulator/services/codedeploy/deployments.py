"""Deployments: they run, put a revision on the instances of a group, fail and roll back.

What stands for a release that fails on the instances: a revision whose zip holds a file ``fail`` at its root, or
no ``appspec.yml``. The instances keep the release they had.
"""

import io
import secrets
import string
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.codedeploy.models import CodeDeployBackend, codedeploy_backends
from moto.codedeploy.responses import CodeDeployResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.s3.models import s3_backends

from emulator.patching import AwsError, operation
from emulator.services.autoscaling import instances as scaling
from emulator.services.codedeploy import hooks, model
from emulator.services.codedeploy.model import DeploymentGroup
from emulator.timing import timing

UNDER_WAY = ("Created", "Queued", "InProgress", "Ready")
MOST_IN_A_BATCH = 25
TOO_MANY_FAILED = (
    "The overall deployment failed because too many individual instances failed deployment, too few healthy "
    "instances are available for deployment, or some instances in your deployment group are experiencing problems."
)
NO_INSTANCES = (
    "The deployment failed because no instances were found for your deployment group. Check your deployment group "
    "settings to make sure the tags for your Amazon EC2 instances or Auto Scaling groups correctly identify the "
    "instances you want to deploy to, and then try again."
)


class BadRevision(Exception):
    """The revision can't be installed: ``code`` and message are those of the failed deployment."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Deployment:
    """One deployment; ``targets`` are ids of instances."""

    group: DeploymentGroup
    revision: dict[str, Any]
    creator: str
    options: dict[str, Any]
    previous: dict[str, Any] | None
    id: str = field(
        default_factory=lambda: (
            "d-" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(9))
        )
    )
    status: str = "Created"
    create_time: datetime = field(default_factory=model.now)
    start_time: datetime | None = None
    complete_time: datetime | None = None
    error: dict[str, str] | None = None
    rollback: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    # Called once it is over, and once its rollback has begun.
    followers: list[Callable[[], None]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        counts = dict.fromkeys(("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready"), 0)
        seen_as = {"Created": "Pending", "Stopped": "Skipped"}.get(self.status, self.status)
        counts[seen_as] = len(self.targets)
        shown = {
            "applicationName": self.group.application,
            "deploymentGroupName": self.group.name,
            "deploymentConfigName": self.group.settings["deploymentConfigName"],
            "deploymentId": self.id,
            "revision": self.revision,
            "previousRevision": self.previous,
            "status": self.status,
            "errorInformation": self.error,
            "createTime": self.create_time,
            "startTime": self.start_time,
            "completeTime": self.complete_time,
            "deploymentOverview": counts,
            "creator": self.creator,
            "ignoreApplicationStopFailures": False,
            "updateOutdatedInstancesOnly": False,
            "rollbackInfo": self.rollback or None,
            "deploymentStyle": self.group.settings["deploymentStyle"],
            "loadBalancerInfo": self.group.settings.get("loadBalancerInfo"),
            "autoRollbackConfiguration": self.group.settings.get("autoRollbackConfiguration"),
            "instanceTerminationWaitTimeStarted": False,
            "fileExistsBehavior": "DISALLOW",
            "computePlatform": "Server",
            **self.options,
        }
        return {name: value for name, value in shown.items() if value is not None}

    def end(self, status: str, code: str | None = None, message: str = "") -> None:
        self.status, self.complete_time = status, model.now()
        if code:
            self.error = {"code": code, "message": message}


def start(
    backend: CodeDeployBackend,
    group: DeploymentGroup,
    revision: dict[str, Any],
    creator: str = "user",
    options: dict[str, Any] | None = None,
) -> Deployment:
    """Begin a deployment to all instances of a group. DeploymentLimitExceededException while another one runs."""
    busy = group.last_attempted
    if busy and busy.status in UNDER_WAY:
        raise AwsError(
            "DeploymentLimitExceededException",
            f"The Deployment Group '{group.name}' already has an active Deployment '{busy.id}'",
        )
    last = group.last_successful
    deployment = Deployment(group, revision, creator, options or {}, last.revision if last else None)
    backend.deployments[deployment.id] = group.last_attempted = deployment
    deployment.status, deployment.start_time = "InProgress", model.now()
    deployment.targets = _instances(backend, group)
    timing.after("deployment", "run", lambda: _complete(backend, deployment))
    return deployment


def _instances(backend: CodeDeployBackend, group: DeploymentGroup) -> list[str]:
    known = hooks.auto_scaling(backend).autoscaling_groups
    states = [s for name in group.hooks if name in known for s in known[name].active_instances()]
    return [state.instance_id for state in states]


def _complete(backend: CodeDeployBackend, deployment: Deployment) -> None:
    if deployment.status == "InProgress":
        _run(backend, deployment)
        _tell(deployment)


def _tell(deployment: Deployment) -> None:
    for follower in deployment.followers:
        follower()


def _run(backend: CodeDeployBackend, deployment: Deployment) -> None:
    if not deployment.targets:
        deployment.end("Failed", "NO_INSTANCES", NO_INSTANCES)
        return
    try:
        release = _fetch(deployment.revision)
    except BadRevision as problem:
        deployment.end("Failed", problem.code, str(problem))
        _roll_back(backend, deployment, "DEPLOYMENT_FAILURE")
        return
    for instance in deployment.targets:
        _releases(backend)[instance] = {"revision": release, "deployment": deployment.id}
    deployment.end("Succeeded")
    deployment.group.last_successful = deployment


def _fetch(revision: dict[str, Any]) -> dict[str, Any]:
    """What the agent on an instance downloads and unpacks: bucket, key, etag and version of the object."""
    location = revision["s3Location"]
    bucket, key = location["bucket"], location["key"]
    try:
        found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object(
            bucket, key, version_id=location.get("version")
        )
    except Exception:
        found = None
    etag = found.etag.strip('"') if found else None
    if found is None or (location.get("eTag") or etag).strip('"') != etag:
        raise BadRevision(
            "REVISION_MISSING",
            f"The revision is missing: no object {key} in {bucket}, or not of that ETag and version.",
        )
    try:
        names = set(zipfile.ZipFile(io.BytesIO(found.value)).namelist())
    except zipfile.BadZipFile as error:
        raise BadRevision("HEALTH_CONSTRAINTS", TOO_MANY_FAILED) from error
    if "fail" in names or not names & {"appspec.yml", "appspec.yaml"}:
        raise BadRevision("HEALTH_CONSTRAINTS", TOO_MANY_FAILED)
    return {"bucket": bucket, "key": key, "etag": etag, "version": found.version_id}


def _roll_back(backend: CodeDeployBackend, failed: Deployment, event: str) -> None:
    """Put the last good revision back, where the group (or the deployment itself) asks for it."""
    group = failed.group
    wanted = failed.options.get("autoRollbackConfiguration") or group.settings.get(
        "autoRollbackConfiguration", {}
    )
    if not wanted.get("enabled") or event not in wanted.get("events", []) or failed.creator != "user":
        return
    if group.last_successful is None:
        failed.rollback = {"rollbackMessage": "There is no previous successful deployment to roll back to."}
        return
    back = start(backend, group, group.last_successful.revision, "codeDeployRollback")
    back.rollback = {"rollbackTriggeringDeploymentId": failed.id}
    failed.rollback = {"rollbackDeploymentId": back.id}


def _releases(backend: CodeDeployBackend) -> dict[str, dict[str, Any]]:
    return backend.__dict__.setdefault("releases", {})


def releases() -> dict[str, dict[str, Any]]:
    """What every living instance serves, by its id: ``{"revision": {bucket, key, etag, version}, "deployment"}``.
    An instance that never got a release is left out."""
    found = {}
    for backend in codedeploy_backends[DEFAULT_ACCOUNT_ID].values():
        alive = {
            state.instance_id
            for group in hooks.auto_scaling(backend).autoscaling_groups.values()
            for state in group.active_instances()
        }
        found.update({i: release for i, release in _releases(backend).items() if i in alive})
    return found


def deploy_to_new_instance(scaling_group: FakeAutoScalingGroup, state: InstanceState) -> None:
    """Every deployment group that hears of the launch installs its last good revision, at once. One that can't be
    installed any more leaves the instance without (in AWS it is ended, and the next one, and so on)."""
    backend = codedeploy_backends[scaling_group.account_id][scaling_group.region]
    for groups in backend.deployment_groups.values():
        for group in groups.values():
            if group.last_successful and hooks.is_installed(backend, group, scaling_group.name):
                _deploy_to(backend, group, state.instance_id)


def _deploy_to(backend: CodeDeployBackend, group: DeploymentGroup, instance: str) -> None:
    revision = group.last_successful.revision
    deployment = Deployment(
        group, revision, "autoscaling", {}, None, start_time=model.now(), targets=[instance]
    )
    backend.deployments[deployment.id] = deployment
    try:
        release = _fetch(revision)
    except BadRevision as problem:
        deployment.end("Failed", problem.code, str(problem))
        return
    _releases(backend)[instance] = {"revision": release, "deployment": deployment.id}
    deployment.end("Succeeded")


scaling.AFTER_LAUNCH.append(deploy_to_new_instance)


def deployment(backend: CodeDeployBackend, deployment_id: str) -> Deployment:
    """DeploymentDoesNotExistException if there is none."""
    if deployment_id not in backend.deployments:
        raise AwsError(
            "DeploymentDoesNotExistException", f"The deployment {deployment_id} could not be found"
        )
    return backend.deployments[deployment_id]


def stop(backend: CodeDeployBackend, stopped: Deployment, roll_back: bool | None) -> None:
    """End a deployment that is under way; ``roll_back`` None leaves it to the group's configuration."""
    stopped.end("Stopped", "MANUAL_STOP", "The deployment was stopped by a user.")
    if roll_back is not False:
        _roll_back(backend, stopped, "DEPLOYMENT_STOP_ON_REQUEST")
    _tell(stopped)


@operation(CodeDeployResponse)
def create_deployment(self: Any) -> ActionResult:
    backend = self.codedeploy_backend
    if not self._get_param("deploymentGroupName"):
        raise AwsError("DeploymentGroupNameRequiredException", "The deployment group name was not specified.")
    group = model.group(backend, self._get_param("applicationName"), self._get_param("deploymentGroupName"))
    revision = self._get_param("revision") or {}
    if not revision:
        raise AwsError("RevisionRequiredException", "The revision ID was not specified.")
    if revision.get("revisionType") != "S3" or revision.get("s3Location", {}).get("bundleType") != "zip":
        raise NotImplementedError("revisions other than zip files in S3")
    names = ("description", "deploymentConfigName", "autoRollbackConfiguration", "fileExistsBehavior")
    options = {name: self._get_param(name) for name in names}
    options = {name: value for name, value in options.items() if value is not None}
    return ActionResult({"deploymentId": start(backend, group, revision, options=options).id})


@operation(CodeDeployResponse)
def get_deployment(self: Any) -> ActionResult:
    found = deployment(self.codedeploy_backend, self._get_param("deploymentId"))
    return ActionResult({"deploymentInfo": found.shown()})


@operation(CodeDeployResponse)
def batch_get_deployments(self: Any) -> ActionResult:
    ids = self._get_param("deploymentIds")
    if len(ids) > MOST_IN_A_BATCH:
        raise AwsError("BatchLimitExceededException", "The maximum number of names or IDs was exceeded.")
    found = [deployment(self.codedeploy_backend, i).shown() for i in ids]
    return ActionResult({"deploymentsInfo": found})


@operation(CodeDeployResponse)
def list_deployments(self: Any) -> ActionResult:
    """Newest first, filtered by application, group and status."""
    if self._get_param("createTimeRange"):
        raise NotImplementedError("createTimeRange")
    application, group = self._get_param("applicationName"), self._get_param("deploymentGroupName")
    statuses = self._get_param("includeOnlyStatuses")
    if group:
        model.group(self.codedeploy_backend, application, group)
    elif application:
        model.application(self.codedeploy_backend, application)
    found = [
        d.id
        for d in reversed(self.codedeploy_backend.deployments.values())
        if application in (None, d.group.application)
        and group in (None, d.group.name)
        and (not statuses or d.status in statuses)
    ]
    return ActionResult({"deployments": found})


@operation(CodeDeployResponse)
def stop_deployment(self: Any) -> ActionResult:
    found = deployment(self.codedeploy_backend, self._get_param("deploymentId"))
    if found.status not in UNDER_WAY:
        raise AwsError("DeploymentAlreadyCompletedException", "The deployment is already complete.")
    stop(self.codedeploy_backend, found, self._get_param("autoRollbackEnabled"))
    return ActionResult({"status": "Succeeded", "statusMessage": "No more instances will be deployed to."})
