"""Deployment groups: what they name must exist, and each of their Auto Scaling groups carries a hook."""

from typing import Any

from moto.codedeploy.models import CodeDeployBackend
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult
from moto.elbv2.models import elbv2_backends

from emulator.patching import AwsError, operation
from emulator.services import iam
from emulator.services.codedeploy import model
from emulator.services.codedeploy.hooks import auto_scaling, install_hooks, remove_hooks
from emulator.services.codedeploy.model import DeploymentGroup

SERVICE = "codedeploy.amazonaws.com"
MOST_IN_A_BATCH = 100
MOST_ALARMS = 10
CONFIGURATIONS = {f"CodeDeployDefault.{name}" for name in ("AllAtOnce", "HalfAtATime", "OneAtATime")}
ROLLBACK_EVENTS = {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"}
UNSUPPORTED = ("blueGreenDeploymentConfiguration", "ec2TagSet", "ecsServices", "onPremisesTagSet")


def _requested(self: Any) -> dict[str, Any]:
    """The settings that the request names, checked."""
    for name in (*UNSUPPORTED, *model.LISTS):
        if self._get_param(name):
            raise NotImplementedError(name)
    settings = {name: self._get_param(name) for name in model.SETTINGS}
    settings = {name: value for name, value in settings.items() if value is not None}
    _check_role(settings)
    _check_reactions(settings)
    backend = self.codedeploy_backend
    _check_load_balancer(backend, settings)
    for name in self._get_param("autoScalingGroups") or []:
        if name not in auto_scaling(backend).autoscaling_groups:
            raise AwsError(
                "InvalidAutoScalingGroupException",
                f"Could not find the following Auto Scaling groups: {name}",
            )
    configuration = settings.get("deploymentConfigName", model.DEFAULT_CONFIGURATION)
    if configuration not in CONFIGURATIONS:
        raise AwsError(
            "DeploymentConfigDoesNotExistException",
            f"No deployment configuration found for name: {configuration}",
        )
    return settings


def _check_role(settings: dict[str, Any]) -> None:
    role = settings.get("serviceRoleArn")
    if role is not None and not iam.service_may_assume(role, SERVICE):
        raise AwsError("InvalidRoleException", "Cannot assume role provided.")


def _check_reactions(settings: dict[str, Any]) -> None:
    """Alarms and rollbacks: what is on must name something.
    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html"""
    rollback = settings.get("autoRollbackConfiguration", {})
    events = set(rollback.get("events") or [])
    if (rollback.get("enabled") and not events) or events - ROLLBACK_EVENTS:
        raise AwsError(
            "InvalidAutoRollbackConfigException",
            "Automatic rollback is enabled, but an invalid triggering event type or no event types were listed.",
        )
    alarms = settings.get("alarmConfiguration", {})
    names = [alarm.get("name") for alarm in alarms.get("alarms") or []]
    if len(names) > MOST_ALARMS:
        raise AwsError(
            "AlarmsLimitExceededException",
            f"The maximum number of alarms for a deployment group ({MOST_ALARMS}) was exceeded.",
        )
    if (alarms.get("enabled") and not names) or len(set(names)) < len(names) or not all(names):
        raise AwsError("InvalidAlarmConfigException", "The format of the alarm configuration is invalid.")


def _check_load_balancer(backend: CodeDeployBackend, settings: dict[str, Any]) -> None:
    style = settings.get("deploymentStyle", model.DEFAULT_STYLE)
    if style.get("deploymentType", "IN_PLACE") != "IN_PLACE":
        raise NotImplementedError("blue/green deployments by CodeDeploy itself")
    info = settings.get("loadBalancerInfo", {})
    named = [item.get("name") for item in info.get("targetGroupInfoList") or []]
    known = {t.name for t in elbv2_backends[backend.account_id][backend.region_name].target_groups.values()}
    missing = sorted(set(named) - known)
    if missing:
        raise AwsError(
            "InvalidLoadBalancerInfoException",
            f"Could not find the following target groups: {', '.join(missing)}",
        )


def _check_traffic_control(settings: dict[str, Any]) -> None:
    with_control = settings["deploymentStyle"].get("deploymentOption") == "WITH_TRAFFIC_CONTROL"
    if with_control and not settings.get("loadBalancerInfo", {}).get("targetGroupInfoList"):
        raise AwsError(
            "InvalidLoadBalancerInfoException",
            "A load balancer must be specified for the deployment option WITH_TRAFFIC_CONTROL.",
        )


def _check_name_is_free(backend: CodeDeployBackend, application: str, name: str) -> None:
    if name in model.groups(backend, application):
        raise AwsError(
            "DeploymentGroupAlreadyExistsException",
            f"Deployment group name already exists for the specified application: {name}",
        )


@operation(CodeDeployResponse)
def create_deployment_group(self: Any) -> ActionResult:
    backend = self.codedeploy_backend
    application, name = self._get_param("applicationName"), self._get_param("deploymentGroupName")
    _check_name_is_free(backend, application, name)
    defaults = {
        "deploymentConfigName": model.DEFAULT_CONFIGURATION,
        "deploymentStyle": dict(model.DEFAULT_STYLE),
        "outdatedInstancesStrategy": "UPDATE",
        "terminationHookEnabled": False,
    }
    group = DeploymentGroup(application, name, {**defaults, **_requested(self)})
    _check_traffic_control(group.settings)
    install_hooks(backend, group, self._get_param("autoScalingGroups") or [])
    model.groups(backend, application)[name] = group
    backend.tagger.tag_resource(model.group_arn(backend, application, name), self._get_param("tags", []))
    return ActionResult({"deploymentGroupId": group.id})


@operation(CodeDeployResponse)
def get_deployment_group(self: Any) -> ActionResult:
    return ActionResult({"deploymentGroupInfo": _named(self, "deploymentGroupName").shown()})


def _named(self: Any, parameter: str) -> DeploymentGroup:
    return model.group(
        self.codedeploy_backend, self._get_param("applicationName"), self._get_param(parameter)
    )


@operation(CodeDeployResponse)
def batch_get_deployment_groups(self: Any) -> ActionResult:
    """Unknown names are left out, with a message."""
    names = self._get_param("deploymentGroupNames")
    if len(names) > MOST_IN_A_BATCH:
        raise AwsError("BatchLimitExceededException", "The maximum number of names or IDs was exceeded.")
    known = model.groups(self.codedeploy_backend, self._get_param("applicationName"))
    unknown = [name for name in names if name not in known]
    answer: dict[str, Any] = {"deploymentGroupsInfo": [known[n].shown() for n in names if n in known]}
    if unknown:
        answer["errorMessage"] = f"No Deployment Group found for names: {', '.join(unknown)}"
    return ActionResult(answer)


@operation(CodeDeployResponse)
def list_deployment_groups(self: Any) -> ActionResult:
    application = self._get_param("applicationName")
    names = sorted(model.groups(self.codedeploy_backend, application))
    return ActionResult({"applicationName": application, "deploymentGroups": names})


@operation(CodeDeployResponse)
def update_deployment_group(self: Any) -> ActionResult:
    """What is named replaces what was; a list that isn't named stays. Auto Scaling groups that stay keep their
    hooks, whether these are still there or not."""
    backend = self.codedeploy_backend
    group = _named(self, "currentDeploymentGroupName")
    new_name = self._get_param("newDeploymentGroupName") or group.name
    if new_name != group.name:
        _check_name_is_free(backend, group.application, new_name)
    settings = {**group.settings, **_requested(self)}
    _check_traffic_control(settings)
    group.settings = settings
    wanted = self._get_param("autoScalingGroups")
    if wanted is not None:
        remove_hooks(backend, group, [name for name in group.hooks if name not in wanted])
        install_hooks(backend, group, [name for name in wanted if name not in group.hooks])
    if new_name != group.name:
        _rename(backend, group, new_name)
    return ActionResult({"hooksNotCleanedUp": []})


def _rename(backend: CodeDeployBackend, group: DeploymentGroup, name: str) -> None:
    tagger = backend.tagger
    old_arn = model.group_arn(backend, group.application, group.name)
    tagger.tag_resource(
        model.group_arn(backend, group.application, name), tagger.list_tags_for_resource(old_arn)["Tags"]
    )
    tagger.delete_all_tags_for_resource(old_arn)
    siblings = model.groups(backend, group.application)
    siblings[name] = siblings.pop(group.name)
    group.name = name


@operation(CodeDeployResponse)
def delete_deployment_group(self: Any) -> ActionResult:
    """A deployment group that isn't there is no error."""
    backend = self.codedeploy_backend
    application, name = self._get_param("applicationName"), self._get_param("deploymentGroupName")
    group = backend.deployment_groups.get(application, {}).pop(name, None)
    if group:
        remove_hooks(backend, group, list(group.hooks))
        backend.tagger.delete_all_tags_for_resource(model.group_arn(backend, application, name))
    return ActionResult({"hooksNotCleanedUp": []})
