"""CodeDeploy for instances: applications, deployment groups with their lifecycle hooks, deployments that run."""

from moto.codedeploy.responses import CodeDeployResponse

from emulator.patching import only
from emulator.services.codedeploy import applications, deployments, groups  # noqa: F401

only(
    CodeDeployResponse,
    "codedeploy",
    "batch_get_applications",
    "batch_get_deployment_groups",
    "batch_get_deployments",
    "create_application",
    "create_deployment",
    "create_deployment_group",
    "delete_application",
    "delete_deployment_group",
    "get_application",
    "get_deployment",
    "get_deployment_group",
    "list_applications",
    "list_deployment_groups",
    "list_deployments",
    "list_tags_for_resource",
    "stop_deployment",
    "tag_resource",
    "untag_resource",
    "update_deployment_group",
)
