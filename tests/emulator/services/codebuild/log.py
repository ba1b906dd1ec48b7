"""What a build prints, line by line, in a stream of CloudWatch Logs."""

import threading
import time
from collections.abc import Callable

from moto.logs.models import LogsBackend, logs_backends

from emulator import services
from emulator.services.codebuild import role
from emulator.services.codebuild.build import Build
from emulator.services.codebuild.model import now
from emulator.services.codebuild.role import PhaseFailed

HandIn = Callable[[Callable[[], None]], None]


def open_stream(build: Build) -> None:
    """Make the stream, and its group if there is none, unless the project wants no logs. Under the server's lock."""
    wanted = build.settings.get("logsConfig", {}).get("cloudWatchLogs", {})
    if wanted.get("status") == "DISABLED":
        return
    group = wanted.get("groupName") or f"/aws/codebuild/{build.project}"
    prefix = wanted.get("streamName")
    stream = f"{prefix}/{build.uuid}" if prefix else build.uuid
    backend, place = _backend(build), f"{build.backend.region_name}:{build.backend.account_id}"
    needed = ["CreateLogStream", "PutLogEvents", *([] if group in backend.groups else ["CreateLogGroup"])]
    on = f"arn:aws:logs:{place}:log-group:{group}"
    for action in needed:
        resource = f"{on}:log-stream:{stream}" if action != "CreateLogGroup" else on
        if role.lacks(build, f"logs:{action}", resource):
            raise PhaseFailed(
                "ACCESS_DENIED",
                f"Service role {build.settings['serviceRole']} does not allow AWS CodeBuild to create Amazon "
                f"CloudWatch Logs log streams for build {build.arn}. Error message: not authorized to perform: "
                f"logs:{action} on resource: {resource}",
            )
    if group not in backend.groups:
        backend.create_log_group(group, {})
    backend.create_log_stream(group, stream)
    build.log_group, build.log_stream = group, stream


def _backend(build: Build) -> LogsBackend:
    services.load("logs")
    return logs_backends[build.backend.account_id][build.backend.region_name]


class Log:
    """Takes lines in the build's thread; they get into the stream in turn, many at once if need be."""

    def __init__(self, build: Build, hand_in: HandIn) -> None:
        self._build, self._hand_in = build, hand_in
        self._lock = threading.Lock()
        self._waiting: list[dict[str, object]] = []

    def say(self, line: str) -> None:
        """A line that a command has printed."""
        with self._lock:
            first = not self._waiting
            self._waiting.append({"timestamp": int(time.time() * 1000), "message": f"{line}\n"})
        if first:
            self._hand_in(self._flush)

    def note(self, text: str) -> None:
        """A line of CodeBuild's own."""
        self.say(f"[Container] {now():%Y/%m/%d %H:%M:%S.%f} {text}")

    def _flush(self) -> None:
        with self._lock:
            lines, self._waiting = self._waiting, []
        build, backend = self._build, _backend(self._build)
        group = backend.groups.get(build.log_group) if build.log_group else None
        # Who removes the stream of a build under way gets no more of it.
        if group is not None and build.log_stream in group.streams:
            lines.sort(key=lambda line: line["timestamp"])
            backend.put_log_events(build.log_group, build.log_stream, lines)
