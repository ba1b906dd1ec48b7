"""What CodePipeline holds; ``backend.pipelines`` has the pipelines by name."""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from moto.codepipeline.models import CodePipelineBackend

from emulator.patching import AwsError


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Pipeline:
    """A pipeline: each of its versions, the newest last."""

    arn: str
    versions: list[dict[str, Any]]
    tags: dict[str, str] = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    # By id, newest last.
    executions: dict[str, Any] = field(default_factory=dict)
    # By stage: who is in it, who was the last to enter it, who waits for it (with the stage's index).
    occupied: dict[str, Any] = field(default_factory=dict)
    latest: dict[str, Any] = field(default_factory=dict)
    waiting: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)

    @property
    def declaration(self) -> dict[str, Any]:
        return self.versions[-1]

    @property
    def name(self) -> str:
        return self.declaration["name"]


def find(backend: CodePipelineBackend, name: str) -> Pipeline:
    """PipelineNotFoundException if there is none."""
    if name not in backend.pipelines:
        raise AwsError(
            "PipelineNotFoundException",
            f"Account '{backend.account_id}' does not have a pipeline with name '{name}'",
        )
    return backend.pipelines[name]
