"""What CodeDeploy holds. moto's backend keeps it, in dictionaries that moto has for its own objects:
``applications`` by name, ``deployment_groups`` by application and name, ``deployments`` by id, newest last."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from moto.codedeploy.models import CodeDeployBackend

from emulator.patching import AwsError

# What GetDeploymentGroup shows of a group that was made without them.
DEFAULT_CONFIGURATION = "CodeDeployDefault.OneAtATime"
DEFAULT_STYLE = {"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}
LISTS = ("ec2TagFilters", "onPremisesInstanceTagFilters", "triggerConfigurations")
# Settings that are kept as they come.
SETTINGS = (
    *LISTS,
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "deploymentConfigName",
    "deploymentStyle",
    "loadBalancerInfo",
    "outdatedInstancesStrategy",
    "serviceRoleArn",
    "terminationHookEnabled",
)


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Application:
    """An application of the compute platform Server."""

    name: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    create_time: datetime = field(default_factory=now)

    def shown(self) -> dict[str, Any]:
        return {
            "applicationId": self.id,
            "applicationName": self.name,
            "createTime": self.create_time,
            "linkedToGitHub": False,
            "computePlatform": "Server",
        }


@dataclass
class DeploymentGroup:
    """A deployment group. ``hooks`` holds the name of the lifecycle hook by Auto Scaling group."""

    application: str
    name: str
    settings: dict[str, Any]
    hooks: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    last_attempted: "Any | None" = None
    last_successful: "Any | None" = None

    def shown(self) -> dict[str, Any]:
        shown = {
            "applicationName": self.application,
            "deploymentGroupId": self.id,
            "deploymentGroupName": self.name,
            **{name: [] for name in LISTS},
            **self.settings,
            "autoScalingGroups": [{"name": name, "hook": hook} for name, hook in self.hooks.items()],
            "computePlatform": "Server",
        }
        for key, deployment in (
            ("lastAttemptedDeployment", self.last_attempted),
            ("lastSuccessfulDeployment", self.last_successful),
        ):
            if deployment:
                shown[key] = {
                    "deploymentId": deployment.id,
                    "status": deployment.status,
                    "createTime": deployment.create_time,
                    "endTime": deployment.complete_time,
                }
        if self.last_successful:
            shown["targetRevision"] = self.last_successful.revision
        return shown


def application_arn(backend: CodeDeployBackend, name: str) -> str:
    return f"arn:aws:codedeploy:{backend.region_name}:{backend.account_id}:application:{name}"


def group_arn(backend: CodeDeployBackend, application: str, name: str) -> str:
    return (
        f"arn:aws:codedeploy:{backend.region_name}:{backend.account_id}:deploymentgroup:{application}/{name}"
    )


def application(backend: CodeDeployBackend, name: str) -> Application:
    """ApplicationDoesNotExistException if there is none."""
    if name not in backend.applications:
        raise AwsError("ApplicationDoesNotExistException", f"No application found for name: {name}")
    return backend.applications[name]


def groups(backend: CodeDeployBackend, application_name: str) -> dict[str, DeploymentGroup]:
    """The deployment groups of an application, by name."""
    application(backend, application_name)
    return backend.deployment_groups.setdefault(application_name, {})


def group(backend: CodeDeployBackend, application_name: str, name: str) -> DeploymentGroup:
    """DeploymentGroupDoesNotExistException if there is none."""
    found = groups(backend, application_name).get(name)
    if found is None:
        raise AwsError("DeploymentGroupDoesNotExistException", f"No Deployment Group found for name: {name}")
    return found
