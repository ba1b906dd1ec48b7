"""The lifecycle hooks by which CodeDeploy hears of new instances."""

import json
import uuid

from moto.autoscaling.models import AutoScalingBackend, autoscaling_backends
from moto.codedeploy.models import CodeDeployBackend

from emulator.services import autoscaling  # noqa: F401  (hooks belong to groups)
from emulator.services.codedeploy.model import DeploymentGroup

PREFIX = "CodeDeploy-managed-automatic-launch-deployment-hook-"
LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
SECONDS = 600
# CodeDeploy's own queue, in an account of AWS.
QUEUE = "arn:aws:sqs:{region}:369770136592:razorbill-{region}-prod-default-autoscaling-lifecycle-hook"


def auto_scaling(backend: CodeDeployBackend) -> AutoScalingBackend:
    return autoscaling_backends[backend.account_id][backend.region_name]


def install_hooks(backend: CodeDeployBackend, group: DeploymentGroup, names: list[str]) -> None:
    """A new hook on each of the Auto Scaling groups, which exist."""
    for name in names:
        hook_name = f"{PREFIX}{group.name}-{uuid.uuid4()}"
        hook = auto_scaling(backend).create_lifecycle_hook(hook_name, name, LAUNCHING, SECONDS, "ABANDON")
        hook.lifecycle_hook_name = hook_name
        hook.role_arn = group.settings["serviceRoleArn"]
        hook.notification_target_arn = QUEUE.format(region=backend.region_name)
        hook.notification_metadata = json.dumps({"application": group.application, "group": group.id})
        group.hooks[name] = hook_name


def remove_hooks(backend: CodeDeployBackend, group: DeploymentGroup, names: list[str]) -> None:
    """Take the hooks away, where they still are."""
    for name in names:
        auto_scaling(backend).delete_lifecycle_hook(name, group.hooks.pop(name))


def is_installed(backend: CodeDeployBackend, group: DeploymentGroup, name: str) -> bool:
    """Whether the hook that the deployment group names is there on the Auto Scaling group."""
    return f"{name}_{group.hooks.get(name)}" in auto_scaling(backend).lifecycle_hooks
