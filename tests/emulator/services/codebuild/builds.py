"""Builds: how they are started, listed and stopped."""

import copy
import time
from typing import Any

from moto.codebuild.models import CodeBuildBackend
from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model

from emulator.patching import AwsError, operation
from emulator.services.codebuild import checks, work
from emulator.services.codebuild.build import STOPPED, Build, Input, Output
from emulator.services.codebuild.model import Project, project, refused
from emulator.services.codebuild.projects import (
    completed_artifacts,
    completed_environment,
    completed_logs,
    page,
)
from emulator.timing import timing

MOST_IN_A_BATCH = 100
TOKEN_SECONDS = 300
# Overrides that take the place of one of the project's settings, or of one of its environment's.
OF_SETTINGS = {
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "encryptionKeyOverride": "encryptionKey",
    "serviceRoleOverride": "serviceRole",
    "cacheOverride": "cache",
}
OF_ENVIRONMENT = {
    "environmentTypeOverride": "type",
    "imageOverride": "image",
    "computeTypeOverride": "computeType",
    "privilegedModeOverride": "privilegedMode",
    "imagePullCredentialsTypeOverride": "imagePullCredentialsType",
}
OF_SOURCE = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "buildspecOverride": "buildspec",
    "insecureSslOverride": "insecureSsl",
}
KNOWN = {
    "projectName",
    "sourceVersion",
    "idempotencyToken",
    "artifactsOverride",
    "environmentVariablesOverride",
    "logsConfigOverride",
    *OF_SETTINGS,
    *OF_ENVIRONMENT,
    *OF_SOURCE,
}


def _builds(backend: CodeBuildBackend) -> dict[str, Build]:
    """By id, the newest last."""
    return backend.build_metadata


@operation(CodeBuildResponse)
def start_build(self: Any) -> ActionResult:
    """The same token within five minutes gives the same build."""
    backend = self.codebuild_backend
    names = get_service_model("codebuild").operation_model("StartBuild").input_shape.members
    given = {name: value for name in names if (value := self._get_param(name)) is not None}
    lacking = sorted(name for name in given if name not in KNOWN)
    if lacking:
        raise NotImplementedError(", ".join(lacking))
    token = given.pop("idempotencyToken", None)
    tokens = backend.__dict__.setdefault("_tokens", {})
    known = tokens.get(token)
    if token and known and time.monotonic() - known[0] < TOKEN_SECONDS:
        if known[1] != given:
            raise refused(f"The idempotency token {token} was used with other parameters before")
        return ActionResult({"build": known[2].shown()})
    found = project(backend, given["projectName"])
    settings = overridden(found, given)
    if settings["source"]["type"] == "CODEPIPELINE":
        raise refused(
            "Cannot start a build of a project whose source is CodePipeline without sourceTypeOverride"
        )
    if settings["artifacts"]["type"] == "CODEPIPELINE":
        raise refused("ArtifactsOverride must be set when using artifacts type CodePipelines")
    version = given.get("sourceVersion") or settings.get("sourceVersion")
    inputs = []
    if settings["source"]["type"] == "S3":
        bucket, _, key = settings["source"]["location"].removeprefix("arn:aws:s3:::").partition("/")
        inputs.append(Input(bucket, key, version))
    build = start(backend, found, settings, self.access_key, inputs, source_version=version)
    if token:
        tokens[token] = (time.monotonic(), given, build)
    return ActionResult({"build": build.shown()})


def overridden(found: Project, given: dict[str, Any]) -> dict[str, Any]:
    """The project's settings with what a start puts in their place; InvalidInputException as for a project."""
    settings = copy.deepcopy(found.settings)
    for names, part in ((OF_SETTINGS, settings), (OF_ENVIRONMENT, settings["environment"])):
        part.update({names[name]: given[name] for name in names if given.get(name) is not None})
    source = {OF_SOURCE[name]: given[name] for name in OF_SOURCE if given.get(name) is not None}
    if "type" in source:
        settings["source"].pop("location", None)
    settings["source"].update(source)
    if given.get("artifactsOverride"):
        checks.check_artifacts(given["artifactsOverride"])
        settings["artifacts"] = completed_artifacts(given["artifactsOverride"], found.name)
    if given.get("logsConfigOverride"):
        checks.check_logs(given["logsConfigOverride"])
        settings["logsConfig"] = completed_logs(given["logsConfigOverride"])
    variables = {v["name"]: v for v in settings["environment"]["environmentVariables"]}
    over = given.get("environmentVariablesOverride") or []
    checks.check_variables(over)
    variables.update({variable["name"]: variable for variable in over})
    settings["environment"]["environmentVariables"] = list(variables.values())
    settings["environment"] = completed_environment(settings["environment"])
    checks.check_source(settings["source"])
    checks.check_environment(settings["environment"])
    checks.check_minutes("timeoutInMinutes", settings["timeoutInMinutes"], checks.TIMEOUT)
    checks.check_minutes("queuedTimeoutInMinutes", settings["queuedTimeoutInMinutes"], checks.QUEUED_TIMEOUT)
    return settings


def start(
    backend: CodeBuildBackend,
    found: Project,
    settings: dict[str, Any],
    initiator: str,
    inputs: list[Input],
    outputs: list[Output] | None = None,
    source_version: str | None = None,
    resolved_version: str | None = None,
) -> Build:
    """A new build, which gets to work right after the current call."""
    checks.check_role(backend, settings["serviceRole"], found.arn)
    found.builds += 1
    build = Build(
        backend,
        settings,
        found.builds,
        initiator,
        inputs,
        outputs or [],
        source_version,
        resolved_version,
    )
    _builds(backend)[build.id] = build
    build.enter("SUBMITTED")
    build.enter("QUEUED")
    timing.soon(lambda: timing.after("build", "provisioning", lambda: work.begin(build)))
    return build


@operation(CodeBuildResponse)
def batch_get_builds(self: Any) -> ActionResult:
    """By ids or ARNs."""
    ids = self._get_param("ids")
    if not 1 <= len(ids) <= MOST_IN_A_BATCH:
        raise refused(f"Between 1 and {MOST_IN_A_BATCH} ids can be asked for")
    known = {wanted: found for wanted in ids if (found := _find(self, wanted))}
    return ActionResult(
        {
            "builds": [found.shown() for found in known.values()],
            "buildsNotFound": [wanted for wanted in dict.fromkeys(ids) if wanted not in known],
        }
    )


def _find(self: Any, wanted: str) -> Build | None:
    if ":" not in wanted:
        raise refused("Invalid build ID provided")
    return _builds(self.codebuild_backend).get(wanted.rsplit(":build/", 1)[-1])


@operation(CodeBuildResponse)
def stop_build(self: Any) -> ActionResult:
    """Its processes end within a moment. A build that is over stays as it is."""
    found = _find(self, self._get_param("id"))
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Build {self._get_param('id')} does not exist")
    found.end(STOPPED)
    return ActionResult({"build": found.shown()})


@operation(CodeBuildResponse)
def list_builds(self: Any) -> ActionResult:
    return _listed(self, list(_builds(self.codebuild_backend)))


@operation(CodeBuildResponse)
def list_builds_for_project(self: Any) -> ActionResult:
    backend = self.codebuild_backend
    name = self._get_param("projectName").rsplit(":project/", 1)[-1]
    ids = [build.id for build in _builds(backend).values() if build.project == name]
    if not ids:
        project(backend, name)
    return _listed(self, ids)


def _listed(self: Any, ids: list[str]) -> ActionResult:
    """The newest first, unless asked for otherwise."""
    if self._get_param("sortOrder") != "ASCENDING":
        ids.reverse()
    return ActionResult(page(ids, "ids", self._get_param("nextToken")))
