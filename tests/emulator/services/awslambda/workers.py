"""Processes that run functions: each serves one call at a time, and the next one if it comes, as Lambda's execution
environments do."""

import contextlib
import io
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zipfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from emulator import own_calls
from emulator.services.awslambda.model import Function
from emulator.timing import timing

RUNNER = Path(__file__).with_name("runner.py")
# Seconds for the start of a process and the code outside of the handler, on top of a call's own. AWS takes 10, on
# machines that have nothing else to do.
INIT = 60


class Worker:
    """An execution environment: the code as it was when the process began. Made under the server's lock, used
    without."""

    def __init__(self, function: Function) -> None:
        self.era = timing.era
        self._function, self._code, self._settings = function, function.code, function.settings
        self.stream = f"{datetime.now(timezone.utc):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        self._key = own_calls.issue(function.settings["Role"], function.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None

    @property
    def usable(self) -> bool:
        """Whether it runs, and the function is still what it was."""
        now = self._function
        alive = self._process is not None and self._process.poll() is None
        same = self._code is now.code and self._settings is now.settings
        return alive and same and not now.gone and self.era == timing.era

    def call(self, request_id: str, event: Any) -> tuple[dict[str, Any], str]:
        """The runner's answer, or an ``error`` as Lambda has it, and what was printed meanwhile."""
        seconds = self._settings["Timeout"]
        over = self._process is None and self._begin()
        asked = {"id": request_id, "arn": self._function.arn, "seconds": seconds, "event": event}
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{json.dumps(asked)}\n".encode())
            self._process.stdin.flush()
        line, over = (b"", True) if over else self._line(time.monotonic() + seconds)
        printed = self._printed.read().decode(errors="replace")
        if line:
            return json.loads(line), printed
        status = self._process.poll()
        self.end()
        if over:
            message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
            return {"error": {"errorType": "Sandbox.Timedout", "errorMessage": message}}, printed
        message = f"RequestId: {request_id} Error: Runtime exited with error: exit status {status}"
        return {"error": {"errorType": "Runtime.ExitError", "errorMessage": message}}, printed

    def end(self) -> None:
        """End the process and all that it started, and clear up."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout, self._printed):
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _begin(self) -> bool:
        """Whether the code outside of the handler takes too long."""
        self._scratch = Path(tempfile.mkdtemp(prefix="function-"))
        for name in ("task", "tmp"):
            (self._scratch / name).mkdir()
        with zipfile.ZipFile(io.BytesIO(self._code)) as archive:
            archive.extractall(self._scratch / "task")
        log = self._scratch / "log"
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(RUNNER)],
                cwd=self._scratch / "task",
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        os.set_blocking(self._process.stdout.fileno(), False)
        self._printed = log.open("rb")
        return self._line(time.monotonic() + INIT)[1]

    def _environment(self) -> dict[str, str]:
        """Nothing of our own environment."""
        settings, region = self._settings, self._function.region
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "TMPDIR": str(self._scratch / "tmp"),
            **settings.get("Environment", {}).get("Variables", {}),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": own_calls.endpoint(),
            "AWS_ACCESS_KEY_ID": self._key.access_key,
            "AWS_SECRET_ACCESS_KEY": self._key.secret,
            "AWS_SESSION_TOKEN": self._key.token,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{settings['Runtime']}",
            "AWS_LAMBDA_FUNCTION_NAME": self._function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings["MemorySize"]),
            "AWS_LAMBDA_LOG_GROUP_NAME": settings["LoggingConfig"]["LogGroup"],
            "AWS_LAMBDA_LOG_STREAM_NAME": self.stream,
            "LAMBDA_TASK_ROOT": str(self._scratch / "task"),
            "_HANDLER": settings["Handler"],
        }

    def _line(self, deadline: float) -> tuple[bytes, bool]:
        """The answer; nothing if the process ended first, or (second value) the time was over."""
        held, output = b"", self._process.stdout
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([output], [], [], left)[0]:
                break
            read = output.read()
            if not read:
                self._process.wait()
                return b"", False
            held += read
            if held.endswith(b"\n"):
                return held, False
        return b"", True


_lock = threading.Lock()
# Those that wait for a call, by function.
_idle: dict[str, list[Worker]] = {}


def take(function: Function) -> Worker:
    """A worker of the function as it is now. Under the server's lock."""
    with _lock:
        waiting = _idle.get(function.arn, [])
        fit = [worker for worker in waiting if worker.usable]
        unfit = [worker for worker in waiting if worker not in fit]
        found = fit.pop() if fit else None
        _idle[function.arn] = fit
    for worker in unfit:
        worker.end()
    return found or Worker(function)


def give_back(function: Function, worker: Worker) -> None:
    """It waits for the next call, unless it is over."""
    if worker.usable:
        with _lock:
            _idle.setdefault(function.arn, []).append(worker)
    else:
        worker.end()


def forget(function: Function) -> None:
    """End what waits: the function has changed, or is gone."""
    with _lock:
        waiting = _idle.pop(function.arn, [])
    for worker in waiting:
        worker.end()


def _forget_all() -> None:
    with _lock:
        waiting = [worker for workers in _idle.values() for worker in workers]
        _idle.clear()
    for worker in waiting:
        worker.end()


timing.at_reset(_forget_all)
