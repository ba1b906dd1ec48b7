"""Invocations: the handler runs without the server's lock, since it calls this server itself."""

import base64
import contextlib
import json
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from moto.awslambda.responses import LambdaResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.logs.models import logs_backends
from werkzeug.wrappers import Response

from emulator import identity, services
from emulator.asked import Asked
from emulator.locking import LOCK
from emulator.patching import AwsError, WithoutLock, operation
from emulator.services.awslambda import workers
from emulator.services.awslambda.model import Function, backend_of, function
from emulator.timing import timing

# Bytes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_ASKED, MOST_ANSWERED, MOST_ASYNCHRONOUS = 6291456, 6291556, 1048576
LOG_TAIL = 4096


@dataclass(frozen=True)
class Outcome:
    """``payload`` is JSON; ``failed`` says that it tells of an error."""

    payload: bytes
    failed: bool
    log: str


@operation(LambdaResponse)
def invoke(self: Any) -> Any:
    if self._get_param("Qualifier") not in (None, "$LATEST"):
        raise NotImplementedError("versions and aliases of functions")
    kind = self._get_param("InvocationType") or "RequestResponse"
    name, payload = self._get_param("FunctionName"), self.body or b""
    payload = payload if isinstance(payload, bytes) else payload.encode()
    found = function(self.backend, name)
    if kind == "DryRun":
        return 204, {"status": 204}, ""
    event, region, tail = parsed(payload, kind == "Event"), found.region, self._get_param("LogType") == "Tail"

    def work() -> Response:
        if kind == "Event":
            later(region, found.name, event)
            return Response(b"", 202)
        outcome = run(region, found.name, event)
        headers = {"X-Amz-Executed-Version": "$LATEST"}
        if outcome.failed:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if tail:
            headers["X-Amz-Log-Result"] = base64.b64encode(outcome.log.encode()[-LOG_TAIL:]).decode()
        return Response(outcome.payload, 200, headers, content_type="application/json")

    raise WithoutLock(work)


def parsed(payload: bytes, asynchronous: bool = False) -> Any:
    """The event of a payload, which may be empty."""
    most = MOST_ASYNCHRONOUS if asynchronous else MOST_ASKED
    if len(payload) > most:
        raise AwsError(
            "RequestTooLargeException",
            f"Request must be smaller than {most} bytes for the InvokeFunction operation",
        )
    try:
        return json.loads(payload or b"{}")
    except ValueError as problem:
        raise AwsError(
            "InvalidRequestContentException", f"Could not parse request body into json: {problem}"
        ) from None


def run(region: str, name: str, event: Any) -> Outcome:
    """Call a function and wait for its end. Without the server's lock; AwsError if it can't be called."""
    with LOCK:
        timing.settle()
        found = function(backend_of(region), name)
        _admit(found)
        worker = workers.take(found)
        found.running += 1
    request_id, started = str(uuid.uuid4()), time.monotonic()
    try:
        answer, printed = worker.call(request_id, event)
    finally:
        with LOCK:
            found.running -= 1
    outcome = _outcome(answer, request_id, printed, time.monotonic() - started, found)
    with LOCK:
        if worker.era == timing.era:
            _write(found, worker.stream, outcome.log)
    workers.give_back(found, worker)
    return outcome


def later(region: str, name: str, event: Any) -> None:
    """Call a function in a thread of its own. What can't be called is dropped; AWS would try twice more."""

    def quiet() -> None:
        with contextlib.suppress(AwsError):
            run(region, name, event)

    threading.Thread(target=quiet, daemon=True).start()


def _admit(found: Function) -> None:
    if found.state != "Active":
        raise AwsError(
            "ResourceConflictException",
            "The operation cannot be performed at this time. The function is currently in the following state: "
            f"{found.state}",
        )
    if found.reserved is not None and found.running >= found.reserved:
        raise AwsError("TooManyRequestsException", "Rate Exceeded.")
    # https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors
    if not found.can_decrypt():
        raise AwsError(
            "KMSAccessDeniedException",
            "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the "
            "function's KMS key settings.",
        )


def _outcome(
    answer: dict[str, Any], request_id: str, printed: str, seconds: float, found: Function
) -> Outcome:
    error = answer.get("error")
    payload = b"" if error else answer["result"].encode()
    if len(payload) > MOST_ANSWERED:
        error = {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": f"Response payload size exceeded maximum allowed payload size ({MOST_ANSWERED} bytes).",
        }
    if error:
        payload = json.dumps({**error, "requestId": request_id}).encode()
    told = f"{printed.rstrip()}\n" if printed.strip() else ""
    if error and error["errorType"] == "Sandbox.Timedout":
        told += f"{error['errorMessage']}\n"
    spent = f"{seconds * 1000:.2f} ms"
    log = (
        f"START RequestId: {request_id} Version: $LATEST\n{told}END RequestId: {request_id}\n"
        f"REPORT RequestId: {request_id}\tDuration: {spent}\tMemory Size: {found.settings['MemorySize']} MB\n"
    )
    return Outcome(payload, bool(error), log)


def _write(found: Function, stream: str, log: str) -> None:
    """Lambda writes what the role lets it write, and says nothing of the rest. Under the server's lock."""
    services.load("logs")
    backend, group = logs_backends[DEFAULT_ACCOUNT_ID][found.region], found.log_group
    where = f"arn:aws:logs:{found.region}:{DEFAULT_ACCOUNT_ID}:log-group:{group}"
    role = found.settings["Role"]
    if group not in backend.groups:
        if not identity.allows(role, Asked("logs:CreateLogGroup", where)):
            return
        backend.create_log_group(group, {})
    for action in ("CreateLogStream", "PutLogEvents"):
        if not identity.allows(role, Asked(f"logs:{action}", f"{where}:log-stream:{stream}")):
            return
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    now = int(time.time() * 1000)
    lines = [{"timestamp": now, "message": f"{line}\n"} for line in log.splitlines()]
    backend.put_log_events(group, stream, lines)
