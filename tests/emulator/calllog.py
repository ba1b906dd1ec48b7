"""The record of every AWS call, in the order in which the calls ended."""

import base64
import json
import re
import threading
from collections import Counter
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from emulator.aws_call import AwsCall

ERROR_CODE_IN_XML = re.compile(rb"<Code>([^<]+)</Code>")


class CallLog:
    """Thread-safe list of call records; sequence numbers start at 1 and have no gaps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        self._last = 0

    def record(self, call: AwsCall, time: float, response: Response | None, fault: str | None) -> None:
        """Note a finished call. ``response`` is None where no effect took place and none was sent."""
        entry = {
            "time": time,
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "status": response.status_code if response else 0,
            "error": error_code(response) if response else None,
            "mutating": call.mutating,
            "params": to_json(call.params),
            "invalid": call.invalid,
            "fault": fault,
            "access_key": call.access_key,
            "client": call.client,
        }
        with self._lock:
            self._last += 1
            self._entries.append({"seq": self._last, **entry})

    def since(self, seq: int) -> list[dict[str, Any]]:
        """Records with a sequence number above ``seq``."""
        with self._lock:
            return [entry for entry in self._entries if entry["seq"] > seq]

    def counts(self, seq: int) -> dict[str, Any]:
        """Totals over the records above ``seq``."""
        entries = self.since(seq)
        names = [f"{entry['service']}:{entry['operation']}" for entry in entries]
        missing = {n for n, e in zip(names, entries, strict=True) if e["error"] == "NotImplemented"}
        return {
            "total": len(entries),
            "mutating": sum(entry["mutating"] for entry in entries),
            "by_operation": dict(sorted(Counter(names).items())),
            "invalid": sum(bool(entry["invalid"]) for entry in entries),
            "not_implemented": sorted(missing),
        }

    def clear(self) -> None:
        """Forget the records; numbering goes on, so that a remembered ``since`` stays valid."""
        with self._lock:
            self._entries.clear()

    def reset(self) -> None:
        """Forget the records and number from 1 again."""
        with self._lock:
            self._entries.clear()
            self._last = 0


def error_code(response: Response) -> str | None:
    """The service's error code in an answer, None for a success."""
    if response.status_code < 400:
        return None
    body = response.get_data()
    found = ERROR_CODE_IN_XML.search(body)
    if found:
        return found.group(1).decode()
    try:
        code = json.loads(body).get("__type")
    except (ValueError, AttributeError):
        code = None
    code = code or response.headers.get("x-amzn-ErrorType") or str(response.status_code)
    return code.rsplit("#", 1)[-1]


def to_json(value: Any) -> Any:
    """A copy of botocore-shaped data that JSON can hold: times as ISO text, bytes as base64."""
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "read"):
        return base64.b64encode(value.read()).decode()
    return str(value)
