"""Runs a function's handler in a process of its own: a JSON object on a line of the standard input for each call, and
one on a line of what was the standard output for each answer, and one before them all, once the code is loaded.
Everything else that is printed goes to standard error.

It knows nothing of the emulator, and ends with it.
"""

import importlib
import json
import logging
import os
import queue
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any


class Context:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    identity = client_context = None

    def __init__(self, asked: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = asked["arn"]
        self.aws_request_id = asked["id"]
        self._end = time.monotonic() + asked["seconds"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._end - time.monotonic()) * 1000))


class RequestId(logging.Filter):
    """Gives log records the id of the request they belong to."""

    current = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.current
        return True


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True, encoding="utf-8")
    request_id = _log_as_lambda_does()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    handler, problem = _load(os.environ["_HANDLER"])
    answers.write("{}\n")
    answers.flush()
    while True:
        asked = json.loads(lines.get())
        request_id.current = asked["id"]
        answer = problem or _call(handler, asked)
        sys.stdout.flush()
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()
        if problem:
            sys.exit(1)


def _read(lines: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        lines.put(line)
    # Whoever asked is gone: so is all that this process has, and has started.
    shutil.rmtree(Path(os.environ["LAMBDA_TASK_ROOT"]).parent, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def _log_as_lambda_does() -> RequestId:
    handler, request_id = logging.StreamHandler(sys.stdout), RequestId()
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    handler.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
    handler.formatter.converter = time.gmtime
    handler.addFilter(request_id)
    logging.getLogger().addHandler(handler)
    return request_id


def _load(name: str) -> tuple[Any, dict[str, Any] | None]:
    """The handler, or why there is none."""
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module.replace("/", ".")), attribute)
    except AttributeError:
        why = f"Handler '{attribute}' missing on module '{module}'"
        return None, _failure("Runtime.HandlerNotFound", why)
    except ImportError as problem:
        return None, _failure("Runtime.ImportModuleError", f"Unable to import module '{module}': {problem}")
    except BaseException as problem:
        return None, _raised(problem)
    return found, None


def _call(handler: Any, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        found = handler(asked["event"], Context(asked))
    except BaseException as problem:
        return _raised(problem)
    try:
        return {"result": json.dumps(found)}
    except (TypeError, ValueError) as problem:
        return _failure("Runtime.MarshalError", f"Unable to marshal response: {problem}")


def _raised(problem: BaseException) -> dict[str, Any]:
    trace = traceback.format_list(traceback.extract_tb(problem.__traceback__)[1:])
    return _failure(type(problem).__name__, str(problem), trace)


def _failure(kind: str, message: str, trace: list[str] | None = None) -> dict[str, Any]:
    lines = "".join(trace or [])
    print(f"[ERROR] {kind}: {message}\nTraceback (most recent call last):\n{lines}", end="")
    return {"error": {"errorMessage": message, "errorType": kind, "stackTrace": trace or []}}


if __name__ == "__main__":
    main()
