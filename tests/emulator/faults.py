"""Faults on purpose: which calls fail, how, and when."""

import itertools
import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from werkzeug.wrappers import Response

from emulator import wire
from emulator.aws_call import AwsCall
from emulator.http_connection import HangUp

ACTIONS = ("throttle", "error", "drop_before", "drop_after", "latency", "kill")


@dataclass
class FaultRule:
    """One rule: which calls (``service`` to ``mutating``), when (``nth`` to ``times``), what then.

    ``service``, ``operation`` and the values of ``params`` are globs; ``params`` names top-level
    parameters. Without ``nth``, ``every`` or ``probability`` the rule hits every matching call.
    """

    action: str
    service: str = "*"
    operation: str = "*"
    params: dict[str, str] = field(default_factory=dict)
    mutating: bool | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    seed: int = 0
    times: int | None = None
    code: str = "InternalFailure"
    message: str = "The request processing has failed because of an unknown error."
    status: int = 500
    latency_ms: float = 0
    pid: int | None = None
    signal: str = "SIGKILL"
    after: bool = False

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"action {self.action!r} is not one of {', '.join(ACTIONS)}")
        if self.action == "kill" and self.pid is None:
            raise ValueError("action kill needs a pid")
        self.signal_number = signal.Signals[self.signal]
        self.random = random.Random(self.seed)
        self.matched = 0
        self.hits = 0

    @classmethod
    def from_json(cls, rule: dict[str, Any]) -> "FaultRule":
        """Raises ValueError on an unknown key or action."""
        unknown = set(rule) - {f.name for f in fields(cls)}
        if unknown or "action" not in rule:
            raise ValueError(f"fault rule: unknown keys {sorted(unknown)} or no action")
        return cls(**rule)

    def matches(self, call: AwsCall) -> bool:
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.operation, self.operation)
            and self.mutating in (None, call.mutating)
            and all(fnmatchcase(str(call.params.get(k, "")), glob) for k, glob in self.params.items())
        )

    def count(self) -> bool:
        """Count a matching call; True if it is one to hit."""
        self.matched += 1
        due = (
            (self.nth is None or self.matched == self.nth)
            and (self.every is None or self.matched % self.every == 0)
            and (self.probability is None or self.random.random() < self.probability)
            and (self.times is None or self.hits < self.times)
        )
        self.hits += due
        return due


class Faults:
    """The rules in force, counted thread-safely."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: dict[int, FaultRule] = {}
        self._ids = itertools.count(1)

    def add(self, rules: list[dict[str, Any]]) -> list[int]:
        """Append rules; all or none. Returns their ids."""
        parsed = [FaultRule.from_json(rule) for rule in rules]
        with self._lock:
            added = {next(self._ids): rule for rule in parsed}
            self._rules.update(added)
        return list(added)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def report(self) -> list[dict[str, Any]]:
        """Per rule: id, calls matched, calls hit."""
        with self._lock:
            return [
                {"id": i, "action": rule.action, "matched": rule.matched, "hits": rule.hits}
                for i, rule in self._rules.items()
            ]

    def hitting(self, call: AwsCall) -> list[FaultRule]:
        """The rules that hit this call, in the order in which they were added."""
        with self._lock:
            return [rule for rule in self._rules.values() if rule.matches(call) and rule.count()]


def before_effect(rules: list[FaultRule], call: AwsCall) -> Response | None:
    """Apply what comes before the call's effect. An answer, if there is one, replaces the effect."""
    for rule in rules:
        if rule.action == "latency":
            time.sleep(rule.latency_ms / 1000)
    for rule in rules:
        if rule.action == "kill" and not rule.after:
            _send_signal(rule)
        elif rule.action == "throttle":
            return wire.throttled(call)
        elif rule.action == "error":
            return wire.error(call, rule.code, rule.message, rule.status)
        elif rule.action == "drop_before":
            raise HangUp
    return None


def after_effect(rules: list[FaultRule]) -> None:
    """Apply what comes between the effect and the answer."""
    for rule in rules:
        if rule.action == "kill" and rule.after:
            _send_signal(rule)
        elif rule.action == "drop_after":
            raise HangUp


def _send_signal(rule: FaultRule) -> None:
    """Signal the process. A killed one gets no answer; one merely signalled goes on."""
    try:
        os.kill(rule.pid or 0, rule.signal_number)
    except ProcessLookupError:
        return  # ended by itself in the meantime: the call is someone else's
    if rule.signal_number == signal.SIGKILL:
        raise HangUp
