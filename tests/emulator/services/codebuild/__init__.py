"""CodeBuild: projects that are checked, builds that run for real."""

from moto.codebuild.responses import CodeBuildResponse

from emulator.patching import only
from emulator.services.codebuild import projects  # noqa: F401

only(
    CodeBuildResponse,
    "codebuild",
    "batch_get_projects",
    "create_project",
    "delete_project",
    "list_projects",
    "update_project",
)
