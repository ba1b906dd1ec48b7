"""Actions that run a build of CodeBuild and follow it."""

import json
from typing import Any

from emulator import identity, services
from emulator.asked import Asked
from emulator.patching import AwsError
from emulator.services.codepipeline import structure
from emulator.services.codepipeline.executions import (
    ActionFailed,
    ActionRun,
    Artifact,
    Execution,
    artifact_key,
    fail,
    succeed,
)


def perform(execution: Execution, run: ActionRun) -> None:
    """Start the build. The action ends with it, and its namespace gets the variables that the build exports."""
    services.load("codebuild")
    from moto.codebuild.models import codebuild_backends

    from emulator.services.codebuild import build, builds, model

    if run.configuration.get("BatchEnabled", "false").lower() == "true":
        raise NotImplementedError("BatchEnabled")
    backend = codebuild_backends[execution.backend.account_id][execution.backend.region_name]
    store = execution.declaration.get("artifactStore") or {}
    outputs = {
        name: Artifact(store.get("location", ""), artifact_key(execution, name))
        for name in structure.names(run.action["outputArtifacts"])
    }
    kms_key = store.get("encryptionKey", {}).get("id")
    wanted = [build.Output(name, place.bucket, place.key, kms_key) for name, place in outputs.items()]
    inputs = [build.Input(run.inputs[name].bucket, run.inputs[name].key, name=name) for name in _inputs(run)]
    try:
        found = model.project(backend, run.configuration["ProjectName"])
        _check_role(execution.declaration["roleArn"], found.arn)
        settings = builds.overridden(
            found,
            {
                "environmentVariablesOverride": _variables(run.configuration.get("EnvironmentVariables")),
                "encryptionKeyOverride": kms_key,
            },
        )
        settings["source"] = {**settings["source"], "type": "CODEPIPELINE"}
        started = builds.start(
            backend,
            found,
            settings,
            f"codepipeline/{execution.pipeline.name}",
            inputs,
            wanted,
            f"arn:aws:s3:::{inputs[0].bucket}/{inputs[0].key}",
            _revision(execution, inputs[0].name),
        )
    except AwsError as problem:
        raise ActionFailed(f"Error calling startBuild: {problem.message}", "ConfigurationError") from problem
    run.external_id = started.id
    run.give_up = lambda: started.end(build.STOPPED)

    def follow() -> None:
        if started.status == build.SUCCEEDED:
            run.outputs = outputs
            run.variables = {item["name"]: item["value"] for item in started.exported}
            succeed(execution, run)
        else:
            fail(execution, run, started.failure())

    started.followers.append(follow)


def _check_role(role: str, project: str) -> None:
    action = "codebuild:StartBuild"
    if not identity.allows(role, Asked(action, project)):
        raise AwsError(
            "AccessDeniedException",
            f"User: {role} is not authorized to perform: {action} on resource: {project} because no identity-based "
            f"policy allows the {action} action",
        )


def _inputs(run: ActionRun) -> list[str]:
    """The names of the input artifacts, the primary source first."""
    names = list(run.inputs)
    primary = run.configuration.get("PrimarySource") or names[0]
    return [primary, *(name for name in names if name != primary)]


def _variables(text: str | None) -> list[dict[str, str]]:
    """A JSON array of ``name``, ``value`` and ``type``."""
    try:
        found: Any = json.loads(text or "[]")
        variables = [{"type": "PLAINTEXT", **item} for item in found]
        if all(set(item) == {"name", "value", "type"} for item in variables):
            return variables
    except (ValueError, TypeError):
        pass
    raise ActionFailed(f"Invalid JSON format for environment variables config: {text}", "ConfigurationError")


def _revision(execution: Execution, artifact: str) -> str | None:
    """The revision of a source, where the artifact comes from one."""
    revisions = [run.revision for run in execution.runs if run.revision]
    return next((r["revisionId"] for r in revisions if r["name"] == artifact), None)
