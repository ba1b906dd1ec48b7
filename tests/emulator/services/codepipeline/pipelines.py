"""Pipelines and their tags. A new pipeline starts by itself."""

import copy
from typing import Any

from moto.codepipeline.models import CodePipelineBackend
from moto.codepipeline.responses import CodePipelineResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation
from emulator.services.codepipeline import executions, structure
from emulator.services.codepipeline.model import Pipeline, find, now

ACTION_DEFAULTS: dict[str, Any] = {
    "runOrder": 1,
    "configuration": {},
    "inputArtifacts": [],
    "outputArtifacts": [],
}
MOST_TAGS = 50


def _arn(backend: CodePipelineBackend, name: str) -> str:
    return f"arn:aws:codepipeline:{backend.region_name}:{backend.account_id}:{name}"


def _completed(declaration: dict[str, Any], version: int) -> dict[str, Any]:
    """The declaration as GetPipeline shows it."""
    whole = {
        "pipelineType": "V1",
        "executionMode": "SUPERSEDED",
        **copy.deepcopy(declaration),
        "version": version,
    }
    for stage in whole["stages"]:
        stage["actions"] = [{**copy.deepcopy(ACTION_DEFAULTS), **action} for action in stage["actions"]]
    return whole


@operation(CodePipelineResponse)
def create_pipeline(self: Any) -> ActionResult:
    backend, declaration = self.codepipeline_backend, self._get_param("pipeline")
    name, tags = declaration["name"], self._get_param("tags") or []
    arn = _arn(backend, name)
    structure.check(declaration, arn)
    if name in backend.pipelines:
        raise AwsError(
            "PipelineNameInUseException",
            f"A pipeline with the name '{name}' already exists in account '{backend.account_id}'",
        )
    made = Pipeline(arn, [_completed(declaration, 1)])
    _tag(made, tags)
    backend.pipelines[name] = made
    executions.start(backend, made, "CreatePipeline", self.access_key)
    return ActionResult({"pipeline": made.declaration, "tags": _listed(made)})


@operation(CodePipelineResponse)
def get_pipeline(self: Any) -> ActionResult:
    found, version = find(self.codepipeline_backend, self._get_param("name")), self._get_param("version")
    if version is not None and not 1 <= int(version) <= len(found.versions):
        raise AwsError(
            "PipelineVersionNotFoundException", f"Pipeline '{found.name}' has no version {version}"
        )
    declaration = found.declaration if version is None else found.versions[int(version) - 1]
    metadata = {"pipelineArn": found.arn, "created": found.created, "updated": found.updated}
    return ActionResult({"pipeline": declaration, "metadata": metadata})


@operation(CodePipelineResponse)
def update_pipeline(self: Any) -> ActionResult:
    """The whole declaration is replaced. Executions under way go on with the one they started with."""
    backend, declaration = self.codepipeline_backend, self._get_param("pipeline")
    name = declaration["name"]
    if name not in backend.pipelines:
        raise AwsError(
            "ResourceNotFoundException",
            f"The account with id '{backend.account_id}' does not include a pipeline with the name '{name}'",
        )
    found = backend.pipelines[name]
    structure.check(declaration, found.arn)
    found.versions.append(_completed(declaration, len(found.versions) + 1))
    found.updated = now()
    return ActionResult({"pipeline": found.declaration})


@operation(CodePipelineResponse)
def delete_pipeline(self: Any) -> ActionResult:
    """A pipeline that isn't there is no error. What is under way is abandoned."""
    gone = self.codepipeline_backend.pipelines.pop(self._get_param("name"), None)
    for execution in list(gone.executions.values()) if gone else []:
        if execution.status in ("InProgress", "Stopping"):
            executions.stop(execution, True, "The pipeline was deleted.")
    return EmptyResult()


@operation(CodePipelineResponse)
def list_pipelines(self: Any) -> ActionResult:
    pipelines = sorted(self.codepipeline_backend.pipelines.values(), key=lambda pipeline: pipeline.name)
    summaries = [
        {
            **{name: p.declaration[name] for name in ("name", "version", "pipelineType", "executionMode")},
            "created": p.created,
            "updated": p.updated,
        }
        for p in pipelines
    ]
    return ActionResult({"pipelines": summaries})


def _by_arn(self: Any) -> Pipeline:
    arn, backend = self._get_param("resourceArn"), self.codepipeline_backend
    for found in backend.pipelines.values():
        if found.arn == arn:
            return found
    name = arn.rsplit(":", 1)[-1]
    raise AwsError(
        "ResourceNotFoundException",
        f"The account with id '{backend.account_id}' does not include a pipeline with the name '{name}'",
    )


def _tag(pipeline: Pipeline, tags: list[dict[str, str]]) -> None:
    tags_after = {**pipeline.tags, **{tag["key"]: tag["value"] for tag in tags}}
    if any(tag["key"].startswith("aws:") for tag in tags):
        raise AwsError(
            "InvalidTagsException", "Not allowed to modify system tags. System tags start with 'aws:'."
        )
    if len(tags_after) > MOST_TAGS:
        raise AwsError("TooManyTagsException", f"Tag limit exceeded for resource {pipeline.arn}.")
    pipeline.tags = tags_after


def _listed(pipeline: Pipeline) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(pipeline.tags.items())]


@operation(CodePipelineResponse)
def list_tags_for_resource(self: Any) -> ActionResult:
    return ActionResult({"tags": _listed(_by_arn(self))})


@operation(CodePipelineResponse)
def tag_resource(self: Any) -> ActionResult:
    _tag(_by_arn(self), self._get_param("tags"))
    return EmptyResult()


@operation(CodePipelineResponse)
def untag_resource(self: Any) -> ActionResult:
    found = _by_arn(self)
    for key in self._get_param("tagKeys"):
        found.tags.pop(key, None)
    return EmptyResult()
