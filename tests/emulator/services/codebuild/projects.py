"""Projects. Their tags travel with them: CodeBuild has no calls for tags alone."""

import copy
from typing import Any

from moto.codebuild.models import CodeBuildBackend
from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation
from emulator.services.codebuild import checks
from emulator.services.codebuild.model import Project, arn, find, now, project, refused

MOST_IN_A_BATCH = MOST_IN_A_PAGE = 100
# What CreateProject and UpdateProject take, but for the tags.
SETTINGS = (
    "name",
    "description",
    "source",
    "sourceVersion",
    "artifacts",
    "cache",
    "environment",
    "serviceRole",
    "timeoutInMinutes",
    "queuedTimeoutInMinutes",
    "encryptionKey",
    "badgeEnabled",
    "logsConfig",
    "concurrentBuildLimit",
    *checks.LACKING,
)


def _given(self: Any) -> dict[str, Any]:
    given = {name: copy.deepcopy(self._get_param(name)) for name in SETTINGS}
    return {name: value for name, value in given.items() if value is not None}


def _completed(backend: CodeBuildBackend, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as BatchGetProjects shows them."""
    key = f"arn:aws:kms:{backend.region_name}:{backend.account_id}:alias/aws/s3"
    whole = {
        "secondarySources": [],
        "secondarySourceVersions": [],
        "secondaryArtifacts": [],
        "timeoutInMinutes": 60,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": key,
        "cache": {"type": "NO_CACHE"},
        "projectVisibility": "PRIVATE",
        **settings,
    }
    whole["badge"] = {"badgeEnabled": whole.pop("badgeEnabled", False)}
    whole["source"] = {"insecureSsl": False, **whole["source"]}
    whole["artifacts"] = completed_artifacts(whole["artifacts"], whole["name"])
    whole["environment"] = completed_environment(whole["environment"])
    if "logsConfig" in whole:
        whole["logsConfig"] = completed_logs(whole["logsConfig"])
    return whole


def completed_artifacts(artifacts: dict[str, Any], name: str) -> dict[str, Any]:
    if artifacts["type"] == "NO_ARTIFACTS":
        return {"type": "NO_ARTIFACTS"}
    of_s3 = {"namespaceType": "NONE", "path": ""} if artifacts["type"] == "S3" else {}
    return {"name": name, "packaging": "NONE", "encryptionDisabled": False, **of_s3, **artifacts}


def completed_environment(environment: dict[str, Any]) -> dict[str, Any]:
    variables = environment.get("environmentVariables") or []
    return {
        "privilegedMode": False,
        "imagePullCredentialsType": "CODEBUILD",
        **environment,
        "environmentVariables": [{"type": "PLAINTEXT", **variable} for variable in variables],
    }


def completed_logs(logs: dict[str, Any]) -> dict[str, Any]:
    return {
        "cloudWatchLogs": logs.get("cloudWatchLogs") or {"status": "ENABLED"},
        "s3Logs": {"encryptionDisabled": False, **(logs.get("s3Logs") or {"status": "DISABLED"})},
    }


@operation(CodeBuildResponse)
def create_project(self: Any) -> ActionResult:
    backend, given = self.codebuild_backend, _given(self)
    made_arn = arn(backend, f"project/{given['name']}")
    checks.check(backend, given, made_arn)
    tags = checks.tags_of(self._get_param("tags") or [])
    if given["name"] in backend.codebuild_projects:
        raise AwsError("ResourceAlreadyExistsException", f"Project already exists: {made_arn}")
    made = Project(made_arn, _completed(backend, given), tags)
    backend.codebuild_projects[made.name] = made
    return ActionResult({"project": made.shown()})


@operation(CodeBuildResponse)
def update_project(self: Any) -> ActionResult:
    """What is given replaces what was there as a whole, tags and variables too; what isn't given stays."""
    backend, given = self.codebuild_backend, _given(self)
    found = project(backend, given["name"])
    before = {**found.settings, **found.settings["badge"]}
    kept = {name: before[name] for name in SETTINGS if name in before}
    wanted = {**kept, **given}
    checks.check(backend, wanted, found.arn)
    pairs = self._get_param("tags")
    tags = found.tags if pairs is None else checks.tags_of(pairs)
    found.settings, found.tags, found.modified = _completed(backend, wanted), tags, now()
    return ActionResult({"project": found.shown()})


@operation(CodeBuildResponse)
def batch_get_projects(self: Any) -> ActionResult:
    """By names or ARNs."""
    backend, names = self.codebuild_backend, self._get_param("names")
    if not 1 <= len(names) <= MOST_IN_A_BATCH:
        raise refused(f"Between 1 and {MOST_IN_A_BATCH} names can be asked for")
    known = {name: found for name in names if (found := find(backend, name))}
    return ActionResult(
        {
            "projects": [found.shown() for found in known.values()],
            "projectsNotFound": [name for name in dict.fromkeys(names) if name not in known],
        }
    )


@operation(CodeBuildResponse)
def list_projects(self: Any) -> ActionResult:
    """By name, or by the time of creation or of the last change."""
    keys = {
        "NAME": lambda found: found.name,
        "CREATED_TIME": lambda found: found.created,
        "LAST_MODIFIED_TIME": lambda found: found.modified,
    }
    order = keys[self._get_param("sortBy") or "NAME"]
    backwards = self._get_param("sortOrder") == "DESCENDING"
    listed = sorted(self.codebuild_backend.codebuild_projects.values(), key=order, reverse=backwards)
    return ActionResult(page([found.name for found in listed], "projects", self._get_param("nextToken")))


def page(items: list[str], name: str, token: str | None) -> dict[str, Any]:
    """One page of a listing; its token is where the next begins."""
    start = int(token or 0)
    end = start + MOST_IN_A_PAGE
    more = {"nextToken": str(end)} if end < len(items) else {}
    return {name: items[start:end], **more}


@operation(CodeBuildResponse)
def delete_project(self: Any) -> EmptyResult:
    """A project that isn't there is no error. Its builds stay, and those under way go on."""
    name = self._get_param("name").rsplit(":project/", 1)[-1]
    self.codebuild_backend.codebuild_projects.pop(name, None)
    return EmptyResult()
