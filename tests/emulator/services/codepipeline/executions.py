"""Executions: they walk the stages, one execution per stage at a time, until an action fails, waits or is stopped.

In the mode SUPERSEDED a newer execution takes the place of one that waits for a stage; in QUEUED they wait in turn;
in PARALLEL none waits.
"""

import secrets
import string
import sys
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.codepipeline.models import CodePipelineBackend

from emulator.services.codepipeline import structure
from emulator.services.codepipeline.model import Pipeline, now
from emulator.timing import timing

IN_PROGRESS = "InProgress"


class ActionFailed(Exception):
    """An action can't do its work: ``code`` is the API's."""

    def __init__(self, message: str, code: str = "JobFailed") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Artifact:
    """Where an artifact lies."""

    bucket: str
    key: str


@dataclass
class ActionRun:
    """One action of one execution."""

    action: structure.Action
    stage: str
    inputs: dict[str, Artifact]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = IN_PROGRESS
    started: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    configuration: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Artifact] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    external_id: str | None = None
    summary: str | None = None
    error: dict[str, str] | None = None
    revision: dict[str, Any] | None = None
    token: str | None = None
    # Ends what the action has set going elsewhere.
    give_up: Callable[[], None] | None = None

    def end(self, status: str) -> None:
        self.status, self.updated, self.token = status, now(), None


@dataclass
class Execution:
    """One way through the pipeline, by the declaration of its start."""

    backend: CodePipelineBackend
    pipeline: Pipeline
    declaration: dict[str, Any]
    trigger: dict[str, str]
    variables: dict[str, dict[str, str]]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = IN_PROGRESS
    summary: str | None = None
    stop_reason: str | None = None
    started: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    runs: list[ActionRun] = field(default_factory=list)
    # Of the actions that run together now.
    current: list[ActionRun] = field(default_factory=list)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    stage_status: dict[str, str] = field(default_factory=dict)

    @property
    def stages(self) -> list[dict[str, Any]]:
        return self.declaration["stages"]

    @property
    def mode(self) -> str:
        return self.declaration["executionMode"]

    def end(self, status: str, summary: str | None = None) -> None:
        self.status, self.summary, self.updated = status, summary, now()

    def last_runs(self, stage: str) -> dict[str, ActionRun]:
        """The latest run of each action of a stage, by the action's name."""
        return {run.action["name"]: run for run in self.runs if run.stage == stage}


def start(
    backend: CodePipelineBackend,
    pipeline: Pipeline,
    trigger: str,
    detail: str,
    variables: dict[str, str] | None = None,
) -> Execution:
    """A new execution of the newest version. It begins right after the current call."""
    declared = pipeline.declaration.get("variables") or []
    values = {item["name"]: item.get("defaultValue", "") for item in declared}
    execution = Execution(
        backend,
        pipeline,
        pipeline.declaration,
        {"triggerType": trigger, "triggerDetail": detail},
        {"variables": {**values, **(variables or {})}},
    )
    execution.variables["codepipeline"] = {"PipelineExecutionId": execution.id}
    pipeline.executions[execution.id] = execution
    timing.soon(lambda: _arrive(execution, 0))
    return execution


def _arrive(execution: Execution, index: int) -> None:
    """Enter the stage, or wait before it; after the last one all is done."""
    if execution.status != IN_PROGRESS:
        if execution.status == "Stopping":
            execution.end("Stopped", execution.stop_reason)
        return
    if index == len(execution.stages):
        execution.end("Succeeded")
        return
    pipeline, stage = execution.pipeline, execution.stages[index]["name"]
    if pipeline.occupied.get(stage) and execution.mode != "PARALLEL":
        queue = pipeline.waiting.setdefault(stage, [])
        if execution.mode == "SUPERSEDED":
            for overtaken, _ in queue:
                overtaken.end("Superseded")
            queue.clear()
        queue.append((execution, index))
        return
    pipeline.occupied[stage] = pipeline.latest[stage] = execution
    _run(execution, index, 0)


def _run(execution: Execution, index: int, group: int, only: set[str] | None = None) -> None:
    """Run the actions of a stage that go together; after the last of them the stage is over."""
    stage = execution.stages[index]
    groups = structure.in_order(stage)
    if group == len(groups):
        execution.stage_status[stage["name"]] = "Succeeded"
        _leave(execution, index, lambda: _arrive(execution, index + 1))
        return
    execution.stage_status[stage["name"]] = IN_PROGRESS
    execution.updated = now()
    wanted = [action for action in groups[group] if only is None or action["name"] in only]
    execution.current = [ActionRun(action, stage["name"], _inputs(execution, action)) for action in wanted]
    execution.runs += execution.current
    for run in list(execution.current):
        timing.after("pipeline_action", "run", lambda run=run: _perform(execution, run))


def _inputs(execution: Execution, action: structure.Action) -> dict[str, Artifact]:
    return {name: execution.artifacts[name] for name in structure.names(action["inputArtifacts"])}


def _perform(execution: Execution, run: ActionRun) -> None:
    if run.status != IN_PROGRESS:
        return
    from emulator.services.codepipeline.actions import perform

    try:
        run.configuration = resolve(execution, run.action["configuration"])
        perform(execution, run)
    except ActionFailed as problem:
        fail(execution, run, str(problem), problem.code)
    except Exception as problem:
        traceback.print_exc(file=sys.stderr)
        fail(execution, run, f"emulator: {problem!r}", "InternalError")


def resolve(execution: Execution, configuration: dict[str, str]) -> dict[str, str]:
    """The configuration with the values of variables in place. ActionFailed if one has none."""

    def value(match: Any) -> str:
        namespace, _, name = match.group(1).partition(".")
        found = execution.variables.get(namespace, {}).get(name)
        if found is None:
            raise ActionFailed(
                f"The variable {match.group(1)} has no value: no action exported it.", "ConfigurationError"
            )
        return found

    return {key: structure.REFERENCE.sub(value, text) for key, text in configuration.items()}


def succeed(execution: Execution, run: ActionRun) -> None:
    """The action has done its work; what it gives is in the run."""
    if run.status != IN_PROGRESS:
        return
    run.end("Succeeded")
    execution.artifacts.update(run.outputs)
    if run.action.get("namespace"):
        execution.variables[run.action["namespace"]] = run.variables
    _action_over(execution)


def fail(execution: Execution, run: ActionRun, message: str, code: str = "JobFailed") -> None:
    """The action hasn't done its work, and the execution ends with that."""
    if run.status != IN_PROGRESS:
        return
    run.end("Failed")
    run.summary, run.error = message, {"code": code, "message": message}
    _action_over(execution)


def _action_over(execution: Execution) -> None:
    """Go on once none of the actions that run together is under way."""
    if any(run.status == IN_PROGRESS for run in execution.current):
        return
    stage = execution.current[0].stage
    index = [s["name"] for s in execution.stages].index(stage)
    failed = next((run for run in execution.current if run.status == "Failed"), None)
    if failed:
        execution.stage_status[stage] = "Failed"
        execution.end("Failed", f"Action {failed.action['name']} in stage {stage} failed: {failed.summary}")
        _leave(execution, index)
    elif execution.status == "Stopping":
        execution.stage_status[stage] = "Stopped"
        execution.end("Stopped", execution.stop_reason)
        _leave(execution, index)
    else:
        order = execution.current[0].action["runOrder"]
        orders = sorted({action["runOrder"] for action in execution.stages[index]["actions"]})
        _run(execution, index, orders.index(order) + 1)


def _leave(execution: Execution, index: int, then: Callable[[], None] = lambda: None) -> None:
    """Make the stage free. Who leaves it goes on before the next one comes in, so that they stay in order."""
    pipeline, stage = execution.pipeline, execution.stages[index]["name"]
    if pipeline.occupied.get(stage) is execution:
        del pipeline.occupied[stage]
    then()
    if pipeline.waiting.get(stage) and not pipeline.occupied.get(stage):
        _arrive(*pipeline.waiting[stage].pop(0))


def retry(execution: Execution, index: int, failed_only: bool) -> None:
    """Run a failed stage again: from where it failed, or from its beginning."""
    stage = execution.stages[index]
    group, only = 0, None
    if failed_only:
        failed = {n for n, run in execution.last_runs(stage["name"]).items() if run.status == "Failed"}
        groups = structure.in_order(stage)
        group = next(n for n, actions in enumerate(groups) if failed & {a["name"] for a in actions})
        only = failed
    execution.end(IN_PROGRESS)
    execution.pipeline.occupied[stage["name"]] = execution
    execution.stage_status[stage["name"]] = IN_PROGRESS
    timing.soon(lambda: _run(execution, index, group, only))


def stop(execution: Execution, abandon: bool, reason: str | None) -> None:
    """Let the actions under way come to their end, or abandon them, and go no further."""
    execution.stop_reason = reason
    for queue in execution.pipeline.waiting.values():
        queue[:] = [item for item in queue if item[0] is not execution]
    under_way = [run for run in execution.current if run.status == IN_PROGRESS]
    if under_way and not abandon:
        execution.end("Stopping", reason)
        return
    for run in under_way:
        run.end("Abandoned")
        if run.give_up:
            run.give_up()
    execution.end("Stopped", reason)
    if under_way:
        stage = under_way[0].stage
        execution.stage_status[stage] = "Stopped"
        _leave(execution, [s["name"] for s in execution.stages].index(stage))


def artifact_key(execution: Execution, name: str) -> str:
    """CodePipeline cuts both names: the folder is the pipeline's first 20 characters."""
    letters = string.ascii_letters + string.digits
    return f"{execution.pipeline.name[:20]}/{name[:10]}/{''.join(secrets.choice(letters) for _ in range(7))}"
