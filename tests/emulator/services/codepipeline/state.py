"""What the API shows of executions, and what it lets one do to them."""

from typing import Any

from moto.codepipeline.responses import CodePipelineResponse
from moto.core.responses import ActionResult

from emulator.patching import AwsError, operation
from emulator.services.codepipeline import executions
from emulator.services.codepipeline.executions import ActionRun, Artifact, Execution
from emulator.services.codepipeline.model import Pipeline, find

MOST_LISTED = 100


def _pipeline(self: Any, parameter: str = "pipelineName") -> Pipeline:
    return find(self.codepipeline_backend, self._get_param(parameter))


def _execution(self: Any, pipeline: Pipeline) -> Execution:
    execution_id = self._get_param("pipelineExecutionId")
    if execution_id not in pipeline.executions:
        raise AwsError(
            "PipelineExecutionNotFoundException",
            f"No pipeline execution with id {execution_id} in pipeline {pipeline.name}",
        )
    return pipeline.executions[execution_id]


def _present(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@operation(CodePipelineResponse)
def start_pipeline_execution(self: Any) -> ActionResult:
    if self._get_param("sourceRevisions"):
        raise NotImplementedError("sourceRevisions")
    values = {item["name"]: item["value"] for item in self._get_param("variables") or []}
    started = executions.start(
        self.codepipeline_backend, _pipeline(self, "name"), "StartPipelineExecution", self.access_key, values
    )
    return ActionResult({"pipelineExecutionId": started.id})


@operation(CodePipelineResponse)
def get_pipeline_execution(self: Any) -> ActionResult:
    pipeline = _pipeline(self)
    execution = _execution(self, pipeline)
    variables = [
        {"name": name, "resolvedValue": value} for name, value in execution.variables["variables"].items()
    ]
    shown = _present(
        pipelineName=pipeline.name,
        pipelineVersion=execution.declaration["version"],
        pipelineExecutionId=execution.id,
        status=execution.status,
        statusSummary=execution.summary,
        artifactRevisions=[run.revision for run in execution.runs if run.revision],
        variables=variables,
        trigger=execution.trigger,
        executionMode=execution.mode,
        executionType="STANDARD",
    )
    return ActionResult({"pipelineExecution": shown})


@operation(CodePipelineResponse)
def list_pipeline_executions(self: Any) -> ActionResult:
    """Newest first."""
    found = list(reversed(_pipeline(self).executions.values()))
    if self._get_param("filter"):
        raise NotImplementedError("filter")
    start = int(self._get_param("nextToken") or 0)
    end = start + int(self._get_param("maxResults") or MOST_LISTED)
    summaries = [
        _present(
            pipelineExecutionId=execution.id,
            status=execution.status,
            statusSummary=execution.summary,
            startTime=execution.started,
            lastUpdateTime=execution.updated,
            sourceRevisions=[
                {"actionName": run.action["name"], **_of_summary(run)}
                for run in execution.runs
                if run.revision
            ],
            trigger=execution.trigger,
            stopTrigger={"reason": execution.stop_reason} if execution.stop_reason else None,
            executionMode=execution.mode,
            executionType="STANDARD",
        )
        for execution in found[start:end]
    ]
    token = str(end) if end < len(found) else None
    return ActionResult(_present(pipelineExecutionSummaries=summaries, nextToken=token))


def _of_summary(run: ActionRun) -> dict[str, Any]:
    return {name: run.revision[name] for name in ("revisionId", "revisionSummary")}


@operation(CodePipelineResponse)
def get_pipeline_state(self: Any) -> ActionResult:
    """Per stage the execution that entered it last, with its latest runs, and who waits."""
    pipeline = _pipeline(self, "name")
    return ActionResult(
        {
            "pipelineName": pipeline.name,
            "pipelineVersion": pipeline.declaration["version"],
            "stageStates": [_stage(pipeline, stage) for stage in pipeline.declaration["stages"]],
            "created": pipeline.created,
            "updated": pipeline.updated,
        }
    )


def _stage(pipeline: Pipeline, stage: dict[str, Any]) -> dict[str, Any]:
    name, execution = stage["name"], pipeline.latest.get(stage["name"])
    runs = execution.last_runs(name) if execution else {}
    waiting = [
        {"pipelineExecutionId": waits.id, "status": "InProgress", "type": "STANDARD"}
        for waits, _ in pipeline.waiting.get(name, [])
    ]
    latest = execution and {
        "pipelineExecutionId": execution.id,
        "status": execution.stage_status[name],
        "type": "STANDARD",
    }
    return _present(
        stageName=name,
        inboundTransitionState={"enabled": True},
        inboundExecution=waiting[-1] if waiting else None,
        inboundExecutions=waiting or None,
        actionStates=[_action(action["name"], runs.get(action["name"])) for action in stage["actions"]],
        latestExecution=latest,
    )


def _action(name: str, run: ActionRun | None) -> dict[str, Any]:
    if run is None:
        return {"actionName": name}
    revision = run.revision and {
        "revisionId": run.revision["revisionId"],
        "revisionChangeId": run.revision["revisionId"],
        "created": run.revision["created"],
    }
    latest = _present(
        actionExecutionId=run.id,
        status=run.status,
        summary=run.summary,
        lastStatusChange=run.updated,
        token=run.token,
        externalExecutionId=run.external_id,
        errorDetails=run.error,
    )
    return _present(actionName=name, currentRevision=revision, latestExecution=latest)


@operation(CodePipelineResponse)
def list_action_executions(self: Any) -> ActionResult:
    """Newest first."""
    pipeline = _pipeline(self)
    wanted = (self._get_param("filter") or {}).get("pipelineExecutionId")
    found = [
        _detail(execution, run)
        for execution in reversed(pipeline.executions.values())
        if wanted in (None, execution.id)
        for run in reversed(execution.runs)
    ]
    start = int(self._get_param("nextToken") or 0)
    end = start + int(self._get_param("maxResults") or MOST_LISTED)
    token = str(end) if end < len(found) else None
    return ActionResult(_present(actionExecutionDetails=found[start:end], nextToken=token))


def _detail(execution: Execution, run: ActionRun) -> dict[str, Any]:
    return _present(
        pipelineExecutionId=execution.id,
        actionExecutionId=run.id,
        pipelineVersion=execution.declaration["version"],
        stageName=run.stage,
        actionName=run.action["name"],
        startTime=run.started,
        lastUpdateTime=run.updated,
        status=run.status,
        input=_present(
            actionTypeId=run.action["actionTypeId"],
            configuration=run.action["configuration"],
            resolvedConfiguration=run.configuration,
            inputArtifacts=_located(run.inputs),
            namespace=run.action.get("namespace"),
        ),
        output=_present(
            outputArtifacts=_located(run.outputs),
            executionResult=_present(
                externalExecutionId=run.external_id,
                externalExecutionSummary=run.summary,
                errorDetails=run.error,
            ),
            outputVariables=run.variables,
        ),
    )


def _located(artifacts: dict[str, Artifact]) -> list[dict[str, Any]]:
    return [
        {"name": name, "s3location": {"bucket": artifact.bucket, "key": artifact.key}}
        for name, artifact in artifacts.items()
    ]


def _stage_index(pipeline: Pipeline, name: str, declaration: dict[str, Any] | None = None) -> int:
    names = [stage["name"] for stage in (declaration or pipeline.declaration)["stages"]]
    if name not in names:
        raise AwsError("StageNotFoundException", f"Pipeline '{pipeline.name}' has no stage '{name}'")
    return names.index(name)


@operation(CodePipelineResponse)
def put_approval_result(self: Any) -> ActionResult:
    """The token says which run is meant: that of GetPipelineState."""
    pipeline, stage, name = _pipeline(self), self._get_param("stageName"), self._get_param("actionName")
    actions = pipeline.declaration["stages"][_stage_index(pipeline, stage)]["actions"]
    if name not in [action["name"] for action in actions]:
        raise AwsError("ActionNotFoundException", f"Stage '{stage}' has no action '{name}'")
    execution = pipeline.latest.get(stage)
    run = execution.last_runs(stage).get(name) if execution else None
    if run is None or run.token != self._get_param("token"):
        over = run is not None and run.token is None
        code = "ApprovalAlreadyCompletedException" if over else "InvalidApprovalTokenException"
        raise AwsError(code, "The approval token is invalid or the approval has been answered already.")
    result = self._get_param("result")
    run.summary = result["summary"]
    if result["status"] == "Approved":
        executions.succeed(execution, run)
    else:
        executions.fail(execution, run, result["summary"] or "Rejected")
    return ActionResult({"approvedAt": run.updated})


@operation(CodePipelineResponse)
def stop_pipeline_execution(self: Any) -> ActionResult:
    pipeline, abandon = _pipeline(self), bool(self._get_param("abandon"))
    execution = pipeline.executions.get(self._get_param("pipelineExecutionId"))
    status = execution.status if execution else None
    if status == "Stopping" and not abandon:
        raise AwsError("DuplicatedStopRequestException", "The pipeline execution is already being stopped.")
    if status not in ("InProgress", "Stopping"):
        raise AwsError(
            "PipelineExecutionNotStoppableException",
            "Unable to stop the pipeline execution: it isn't in progress.",
        )
    executions.stop(execution, abandon, self._get_param("reason"))
    return ActionResult({"pipelineExecutionId": execution.id})


@operation(CodePipelineResponse)
def retry_stage_execution(self: Any) -> ActionResult:
    """Only of the execution that failed last in the stage."""
    pipeline, stage = _pipeline(self), self._get_param("stageName")
    _stage_index(pipeline, stage)
    execution = pipeline.executions.get(self._get_param("pipelineExecutionId"))
    if execution is None or pipeline.latest.get(stage) is not execution:
        raise AwsError(
            "NotLatestPipelineExecutionException",
            "The pipeline execution is not the latest one of the stage.",
        )
    if execution.stage_status[stage] != "Failed" or execution.status != "Failed":
        raise AwsError("StageNotRetryableException", f"Stage '{stage}' has not failed.")
    index = _stage_index(pipeline, stage, execution.declaration)
    executions.retry(execution, index, self._get_param("retryMode") == "FAILED_ACTIONS")
    return ActionResult({"pipelineExecutionId": execution.id})
