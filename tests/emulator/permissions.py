"""What a caller may do: an access key that was given a policy may do what it allows and nothing else.

Statements are looked at for their actions and, where the call names what it is about, for their
resources. Conditions aren't looked at. Which actions an operation takes is told by whoever gives the
policy: IAM's names follow no rule, and the emulator isn't the place to know them.
"""

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from emulator.arns import asked_for
from emulator.aws_call import AwsCall


@dataclass(frozen=True)
class Permissions:
    """Pairs of an action and the patterns of the resources it is allowed on; and what operations take."""

    allowed: list[tuple[str, list[str]]]
    needed: dict[str, list[str]]

    @classmethod
    def of(cls, policy: dict[str, Any], needed: dict[str, list[str]]) -> "Permissions":
        statements = policy["Statement"]
        for statement in statements:
            if statement["Effect"] != "Allow":
                raise ValueError("a policy can only allow here")
        allowed = [
            (action, _listed(statement["Resource"]))
            for statement in statements
            for action in _listed(statement["Action"])
        ]
        return cls(allowed, needed)

    def lacking(self, call: AwsCall) -> str | None:
        """An action that the call needs and isn't allowed. A call that nobody knows is refused."""
        operation = f"{call.service}:{call.operation}"
        needed = self.needed.get(operation)
        if needed is None:
            return operation
        return next((action for action in needed if not self._allows(action, asked_for(call))), None)

    def _allows(self, action: str, arns: list[str]) -> bool:
        patterns = [pattern for allowed, on in self.allowed if allowed == action for pattern in on]
        return bool(patterns) and all(any(fnmatchcase(arn, p) for p in patterns) for arn in arns)


class Callers:
    """The permissions of access keys, thread-safely. Other keys may do everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_key: dict[str, Permissions] = {}

    def permit(self, wanted: dict[str, Any]) -> None:
        """Give ``access_key`` the ``policy`` in place of what it had. KeyError, ValueError: no such policy."""
        permissions = Permissions.of(wanted["policy"], wanted["needed"])
        with self._lock:
            self._by_key[wanted["access_key"]] = permissions

    def clear(self) -> None:
        with self._lock:
            self._by_key.clear()

    def lacking(self, call: AwsCall) -> str | None:
        """The action that the caller isn't allowed, None where it may go on."""
        with self._lock:
            permissions = self._by_key.get(call.access_key or "")
        return permissions and permissions.lacking(call)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
