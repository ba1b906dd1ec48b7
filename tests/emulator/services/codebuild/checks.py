"""What CodeBuild refuses of a project's settings, and of a build's that override them.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html, and the page of each type it names
"""

import re
from typing import Any

from moto.codebuild.models import CodeBuildBackend

from emulator.services import iam
from emulator.services.codebuild.model import refused

SERVICE = "codebuild.amazonaws.com"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_]{1,149}")
MOST_TAGS = 50
# Minutes. https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
TIMEOUT, QUEUED_TIMEOUT = (5, 2160), (5, 480)
# Names and values of all variables together, "around 5,500 characters" as the user guide has it.
MOST_CHARACTERS_OF_VARIABLES = 5500
VARIABLE_TYPES = ("PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER")
SOURCES = ("CODEPIPELINE", "NO_SOURCE", "S3")
ARTIFACTS = ("CODEPIPELINE", "NO_ARTIFACTS", "S3")
ELSEWHERE = {"BITBUCKET", "CODECOMMIT", "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"}
# What the emulator runs nothing of.
LACKING = (
    "autoRetryLimit", "buildBatchConfig", "fileSystemLocations", "secondaryArtifacts", "secondarySources", "vpcConfig",
)  # fmt: skip


def check(backend: CodeBuildBackend, settings: dict[str, Any], arn: str) -> None:
    """InvalidInputException for the settings of a whole project."""
    for name in LACKING:
        if settings.get(name):
            raise NotImplementedError(name)
    if not NAME.fullmatch(settings["name"]):
        raise refused("Only alphanumeric characters, dash, and underscore are supported")
    check_source(settings["source"])
    check_artifacts(settings["artifacts"])
    of_pipeline = {settings[part]["type"] == "CODEPIPELINE" for part in ("source", "artifacts")}
    if len(of_pipeline) > 1:
        raise refused(
            "Invalid input: when using CodePipeline both sourceType, and artifactType must be set to: "
            "CODEPIPELINE"
        )
    if settings.get("badgeEnabled") and True in of_pipeline:
        raise refused("Build badges are not supported for CodePipeline source")
    check_environment(settings["environment"])
    check_minutes("timeoutInMinutes", settings.get("timeoutInMinutes"), TIMEOUT)
    check_minutes("queuedTimeoutInMinutes", settings.get("queuedTimeoutInMinutes"), QUEUED_TIMEOUT)
    check_logs(settings.get("logsConfig") or {})
    check_role(backend, settings["serviceRole"], arn)


def check_source(source: dict[str, Any]) -> None:
    kind, location = source["type"], source.get("location")
    if kind in ELSEWHERE:
        raise NotImplementedError(f"sources of type {kind}")
    if kind not in SOURCES:
        raise refused("Invalid type provided: Project source type")
    if kind != "S3" and location:
        raise refused(f"Invalid project source: source type {kind} should have null location")
    if kind == "NO_SOURCE" and not source.get("buildspec"):
        raise refused("Invalid project source: source type NO_SOURCE requires a buildspec")
    if kind == "S3" and not location:
        raise refused("Project source location is required")
    if kind == "S3" and "/" not in location.strip("/"):
        raise refused("Invalid project source: location must be a valid S3 source")


def check_artifacts(artifacts: dict[str, Any]) -> None:
    kind = artifacts["type"]
    if kind not in ARTIFACTS:
        raise refused("Invalid type provided: Artifact type")
    if kind == "S3" and not artifacts.get("location"):
        raise refused("Project artifact location is required")
    if kind != "S3" and artifacts.get("location"):
        raise refused(f"Invalid artifacts: artifact type {kind} should have null location")
    if kind == "NO_ARTIFACTS" and artifacts.get("name"):
        raise refused("Invalid artifacts: artifact type NO_ARTIFACTS should have null output name")


def check_environment(environment: dict[str, Any]) -> None:
    if environment["type"] not in ("LINUX_CONTAINER", "ARM_CONTAINER"):
        raise NotImplementedError(f"environments of type {environment['type']}")
    check_variables(environment.get("environmentVariables") or [])


def check_variables(variables: list[dict[str, str]]) -> None:
    names = [variable["name"] for variable in variables]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise refused(f"Duplicate environment variable name: {twice}")
    for variable in variables:
        if variable.get("type", "PLAINTEXT") not in VARIABLE_TYPES:
            raise refused(f"Invalid environment variable type: {variable['type']}")
    length = sum(len(variable["name"]) + len(variable["value"]) for variable in variables)
    if length > MOST_CHARACTERS_OF_VARIABLES:
        raise refused(
            f"The environment variables take {length} characters; together they can take "
            f"{MOST_CHARACTERS_OF_VARIABLES}"
        )


def check_minutes(what: str, minutes: int | None, bounds: tuple[int, int]) -> None:
    if minutes is not None and not bounds[0] <= minutes <= bounds[1]:
        raise refused(f"Invalid {what}: {minutes}. Must be between {bounds[0]} and {bounds[1]}")


def check_logs(logs: dict[str, Any]) -> None:
    if (logs.get("s3Logs") or {}).get("status") == "ENABLED":
        raise NotImplementedError("logs in S3")
    cloud_watch = logs.get("cloudWatchLogs") or {}
    if cloud_watch.get("streamName") and not cloud_watch.get("groupName"):
        raise refused("Invalid log config: a stream name needs a group name")


def check_role(backend: CodeBuildBackend, role: str, arn: str) -> None:
    if not role.startswith(f"arn:aws:iam::{backend.account_id}:role/"):
        raise refused("Invalid service role: Service role account ID does not match caller's account")
    if not iam.service_may_assume(role, SERVICE, arn):
        raise refused(f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}")


def tags_of(pairs: list[dict[str, str]]) -> dict[str, str]:
    """The tags, if they may be set."""
    tags = {pair["key"]: pair.get("value") or "" for pair in pairs}
    if len(tags) < len(pairs):
        raise refused("Duplicate tag keys are not allowed")
    if len(tags) > MOST_TAGS:
        raise refused(f"A resource can have {MOST_TAGS} tags at most")
    if any(key.lower().startswith("aws:") for key in tags):
        raise refused("aws: prefixed tag key names are not allowed for external use")
    return tags
