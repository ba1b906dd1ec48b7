"""CodeBuild: projects that are checked, builds that run for real."""

from moto.codebuild.responses import CodeBuildResponse

from emulator.patching import only
from emulator.services.codebuild import builds, projects  # noqa: F401

only(
    CodeBuildResponse,
    "codebuild",
    "batch_get_builds",
    "batch_get_projects",
    "create_project",
    "delete_project",
    "list_builds",
    "list_builds_for_project",
    "list_projects",
    "start_build",
    "stop_build",
    "update_project",
)
