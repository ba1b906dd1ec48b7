"""A build: what it was started with, how far it has come. All changes are made under the server's lock."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.codebuild.models import CodeBuildBackend

from emulator.services.codebuild.model import arn, now
from emulator.timing import timing

IN_PROGRESS, SUCCEEDED, FAILED = "IN_PROGRESS", "SUCCEEDED", "FAILED"
STOPPED, TIMED_OUT = "STOPPED", "TIMED_OUT"


@dataclass(frozen=True)
class Input:
    """An object that is unpacked for a build. ``name`` is that of a pipeline's artifact."""

    bucket: str
    key: str
    version: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Output:
    """Where a pipeline wants an artifact."""

    name: str
    bucket: str
    key: str
    kms_key: str | None = None


@dataclass
class Phase:
    kind: str
    started: datetime = field(default_factory=now)
    ended: datetime | None = None
    status: str | None = None
    contexts: list[dict[str, str]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"phaseType": self.kind, "startTime": self.started}
        if self.ended:
            seconds = int((self.ended - self.started).total_seconds())
            shown.update(phaseStatus=self.status, endTime=self.ended, durationInSeconds=seconds)
        if self.contexts:
            shown["contexts"] = self.contexts
        return shown


@dataclass
class Build:
    """``settings`` are the project's with the overrides of this build, ``inputs`` begin with the primary one."""

    backend: CodeBuildBackend
    settings: dict[str, Any]
    number: int
    initiator: str
    inputs: list[Input]
    outputs: list[Output] = field(default_factory=list)
    source_version: str | None = None
    resolved_version: str | None = None
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = IN_PROGRESS
    phases: list[Phase] = field(default_factory=list)
    exported: list[dict[str, str]] = field(default_factory=list)
    started: datetime = field(default_factory=now)
    ended: datetime | None = None
    # Of the monotonic clock; set when the time begins to count.
    deadline: float | None = None
    log_group: str | None = None
    log_stream: str | None = None
    artifact: dict[str, Any] = field(default_factory=dict)
    followers: list[Callable[[], None]] = field(default_factory=list)

    @property
    def project(self) -> str:
        return self.settings["name"]

    @property
    def id(self) -> str:
        return f"{self.project}:{self.uuid}"

    @property
    def arn(self) -> str:
        return arn(self.backend, f"build/{self.id}")

    @property
    def complete(self) -> bool:
        return self.ended is not None

    def begin_to_count(self) -> None:
        """The time in the queue isn't part of what a build may take."""
        minutes = self.settings["timeoutInMinutes"]
        self.deadline = time.monotonic() + minutes * timing.delay("build", "minute")

    def enter(self, kind: str) -> None:
        """A phase begins; the one before, if it is still open, has succeeded."""
        if not self.complete:
            self.leave(SUCCEEDED)
            self.phases.append(Phase(kind))

    def leave(self, status: str, code: str = "", message: str = "") -> None:
        """The phase is over, if one is open."""
        phase = self.phases[-1] if self.phases else None
        if phase and phase.status is None and not self.complete:
            phase.status, phase.ended = status, now()
            if phase.kind not in ("SUBMITTED", "QUEUED"):
                phase.contexts = [{"statusCode": code, "message": message}]

    def end(self, status: str) -> None:
        """Nothing changes any more after that."""
        if self.complete:
            return
        if status == TIMED_OUT:
            self.leave(TIMED_OUT, "BUILD_TIMED_OUT", "Build has timed out. ")
        self.leave(status)
        self.enter("FINALIZING")
        self.enter("COMPLETED")
        self.status, self.ended = status, now()
        for follow in self.followers:
            follow()

    def failure(self) -> str:
        """What CodePipeline says of a build that hasn't succeeded."""
        bad = next((phase for phase in self.phases if phase.status not in (None, SUCCEEDED)), None)
        context = bad.contexts[0] if bad and bad.contexts else {"statusCode": "", "message": ""}
        return (
            f"Build terminated with state: {self.status}. Phase: {bad.kind if bad else ''}, Code: "
            f"{context['statusCode']}, Message: {context['message']}"
        )

    def shown(self) -> dict[str, Any]:
        """As BatchGetBuilds has it."""
        given = (
            "artifacts",
            "cache",
            "encryptionKey",
            "environment",
            "queuedTimeoutInMinutes",
            "secondaryArtifacts",
            "secondarySources",
            "secondarySourceVersions",
            "serviceRole",
            "source",
            "timeoutInMinutes",
        )
        shown = {
            **{name: self.settings[name] for name in given},
            "id": self.id,
            "arn": self.arn,
            "projectName": self.project,
            "buildNumber": self.number,
            "buildStatus": self.status,
            "buildComplete": self.complete,
            "currentPhase": self.phases[-1].kind,
            "phases": [phase.shown() for phase in self.phases],
            "initiator": self.initiator,
            "startTime": self.started,
            "exportedEnvironmentVariables": self.exported,
            "logs": self._logs(),
        }
        shown["artifacts"] = {**self.artifact} if self.artifact else {"location": ""}
        optional = {
            "endTime": self.ended,
            "sourceVersion": self.source_version,
            "resolvedSourceVersion": self.resolved_version,
        }
        return {**shown, **{name: value for name, value in optional.items() if value is not None}}

    def _logs(self) -> dict[str, Any]:
        region, account = self.backend.region_name, self.backend.account_id
        group, stream = self.log_group, self.log_stream
        place = f"log-group:{group or 'null'}:log-stream:{stream or 'null'}"
        logs = {
            "deepLink": f"https://console.aws.amazon.com/cloudwatch/home?region={region}"
            f"#logsV2:log-groups/log-group/{group or 'null'}/log-events/{stream or 'null'}",
            "cloudWatchLogsArn": f"arn:aws:logs:{region}:{account}:{place}",
            **self.settings.get("logsConfig", {}),
        }
        return {**logs, "groupName": group, "streamName": stream} if group else logs
