"""What CodePipeline refuses of a declaration.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html and, per kind of action,
https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-action-artifacts.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulator.patching import AwsError
from emulator.services import iam

SERVICE = "codepipeline.amazonaws.com"
REFERENCE = re.compile(r"#\{([^}]*)\}")
# Namespaces that every execution has.
BUILT_IN = {"codepipeline", "variables"}

Action = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """How many artifacts a kind of action takes and gives, and its configuration; None: not checked.

    Commands may give one artifact in AWS; here they give none."""

    inputs: tuple[int, int]
    outputs: tuple[int, int]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] | None = frozenset()


# https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
CODEBUILD = Kind(
    (1, 5),
    (0, 5),
    frozenset({"ProjectName"}),
    frozenset({"PrimarySource", "EnvironmentVariables", "BatchEnabled", "CombineArtifacts"}),
)

# By category and provider: those the emulator runs.
KINDS = {
    ("Source", "S3"): Kind(
        (0, 0),
        (1, 1),
        frozenset({"S3Bucket", "S3ObjectKey"}),
        frozenset({"PollForSourceChanges", "AllowOverrideForS3ObjectKey"}),
    ),
    ("Approval", "Manual"): Kind(
        (0, 0), (0, 0), optional=frozenset({"NotificationArn", "CustomData", "ExternalEntityLink"})
    ),
    ("Build", "CodeBuild"): CODEBUILD,
    ("Test", "CodeBuild"): CODEBUILD,
    ("Deploy", "CodeDeploy"): Kind((1, 1), (0, 0), frozenset({"ApplicationName", "DeploymentGroupName"})),
    ("Compute", "Commands"): Kind((1, 10), (0, 0), optional=None),
}


def check(declaration: dict[str, Any], arn: str) -> None:
    """InvalidStructureException and its siblings, in the order in which AWS looks."""
    role = declaration["roleArn"]
    if not iam.service_may_assume(role, SERVICE, arn):
        raise _invalid(f"CodePipeline is not authorized to perform AssumeRole on role {role}")
    stages = declaration["stages"]
    if len(stages) < 2:
        raise _invalid(
            f"Pipeline has only {len(stages)} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    if declaration.get("pipelineType", "V1") == "V1":
        v2 = [name for name in ("executionMode", "variables", "triggers") if declaration.get(name)]
        if v2 or any(category_of(action) == "Compute" for action in actions(declaration)):
            raise _invalid("Pipeline type V1 doesn't support what this pipeline declares")
    if bool(declaration.get("artifactStore")) == bool(declaration.get("artifactStores")):
        raise _invalid("Exactly one of artifactStore and artifactStores must be specified")
    _check_stages(stages)
    for action in actions(declaration):
        _check_action(action)
    _check_order(stages)


def actions(declaration: dict[str, Any]) -> Iterator[Action]:
    for stage in declaration["stages"]:
        yield from stage["actions"]


def category_of(action: Action) -> str:
    return action["actionTypeId"]["category"]


def names(artifacts: list[dict[str, str]] | None) -> list[str]:
    return [artifact["name"] for artifact in artifacts or []]


def in_order(stage: dict[str, Any]) -> list[list[Action]]:
    """The actions of a stage in the groups that run together, by ``runOrder``."""
    orders = sorted({action.get("runOrder", 1) for action in stage["actions"]})
    return [[a for a in stage["actions"] if a.get("runOrder", 1) == order] for order in orders]


def _check_stages(stages: list[dict[str, Any]]) -> None:
    _unique([stage["name"] for stage in stages], "Stage", "pipeline")
    for stage in stages:
        if not stage["actions"]:
            raise AwsError("InvalidStageDeclarationException", f"Stage {stage['name']} has no actions")
        _unique([action["name"] for action in stage["actions"]], "Action", f"stage {stage['name']}")
    if any(category_of(action) != "Source" for action in stages[0]["actions"]):
        raise _invalid("Pipeline should start with a stage that only contains source actions")
    for stage in stages[1:]:
        if any(category_of(action) == "Source" for action in stage["actions"]):
            raise _invalid(f"Source actions may only occur in the first stage, not in {stage['name']}")


def _unique(found: list[str], what: str, where: str) -> None:
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise _invalid(f"{what} names must be unique within a {where}: {', '.join(twice)}")


def _check_action(action: Action) -> None:
    name, kind_id = action["name"], action["actionTypeId"]
    kind = KINDS.get((kind_id["category"], kind_id["provider"]))
    if kind is None:
        raise NotImplementedError(f"actions of {kind_id['category']} by {kind_id['provider']}")
    if kind_id["owner"] != "AWS" or kind_id["version"] != "1":
        raise _bad_action(f"ActionType in action '{name}' is not available")
    for what, bounds in (("inputArtifacts", kind.inputs), ("outputArtifacts", kind.outputs)):
        count = len(action.get(what) or [])
        if not bounds[0] <= count <= bounds[1]:
            raise _bad_action(f"Action '{name}' has {count} {what}, but takes {bounds[0]} to {bounds[1]}")
    configuration = set(action.get("configuration") or {})
    for key in sorted(kind.required - configuration):
        raise _bad_action(
            f"Action configuration for action '{name}' is missing required configuration '{key}'"
        )
    unknown = configuration - kind.required - kind.optional if kind.optional is not None else set()
    for key in sorted(unknown):
        raise _bad_action(f"Action configuration for action '{name}' contains unknown configuration '{key}'")
    inputs, primary = (
        names(action.get("inputArtifacts")),
        (action.get("configuration") or {}).get("PrimarySource"),
    )
    if kind is CODEBUILD and (len(inputs) > 1 or primary) and primary not in inputs:
        raise _bad_action(
            f"Action '{name}' must name one of its input artifacts as PrimarySource: {', '.join(inputs)}"
        )
    of_commands = [key for key in ("commands", "outputVariables") if action.get(key)]
    if kind_id["provider"] != "Commands" and of_commands:
        raise _bad_action(f"Action '{name}' can't have {of_commands[0]}")
    if kind_id["provider"] == "Commands" and not action.get("commands"):
        raise _bad_action(f"Action '{name}' has no commands")


def _check_order(stages: list[dict[str, Any]]) -> None:
    """Artifacts and variables come from actions that are over by then."""
    artifacts: set[str] = set()
    namespaces = set(BUILT_IN)
    for stage in stages:
        for together in in_order(stage):
            for action in together:
                _check_inputs(stage, action, artifacts, namespaces)
            for action in together:
                for name in names(action.get("outputArtifacts")):
                    if name in artifacts:
                        raise _invalid(
                            "Output Artifact Bundle name must be unique within the pipeline. "
                            f"{name} has been used more than once"
                        )
                    artifacts.add(name)
                if action.get("namespace"):
                    _declare(action, namespaces)


def _declare(action: Action, namespaces: set[str]) -> None:
    if action["namespace"] in namespaces:
        raise _bad_action(f"Namespace {action['namespace']} is used more than once")
    namespaces.add(action["namespace"])


def _check_inputs(stage: dict[str, Any], action: Action, artifacts: set[str], namespaces: set[str]) -> None:
    for name in names(action.get("inputArtifacts")):
        if name not in artifacts:
            raise _invalid(
                f"Input Artifact Bundle {name} in action {action['name']} is not declared as Output Artifact "
                "Bundle in any of the preceding actions"
            )
    for key, value in (action.get("configuration") or {}).items():
        for text in REFERENCE.findall(value):
            namespace, dot, variable = text.partition(".")
            if not (dot and variable) or namespace not in namespaces:
                raise _bad_action(
                    "Valid format for a pipeline execution variable reference is a namespace and a key separated "
                    "by a period (.). The following pipeline execution variables are referencing a namespace that "
                    f"does not exist. StageName=[{stage['name']}], ActionName=[{action['name']}], "
                    f"ActionConfigurationKey=[{key}], VariableReferenceText=[{text}]"
                )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidStructureException", message)


def _bad_action(message: str) -> AwsError:
    return AwsError("InvalidActionDeclarationException", message)
