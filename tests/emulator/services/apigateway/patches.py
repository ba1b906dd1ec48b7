"""Patch operations: how API Gateway changes what it holds.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.services.apigateway.model import bad

Convert = Callable[[str], Any]
Operations = list[dict[str, str]]


def flag(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise bad(f"Invalid boolean value: {value}")
    return value.lower() == "true"


def number(kind: type, least: float = 0, most: float = float("inf")) -> Convert:
    """A number of a range, out of a text."""

    def convert(value: str) -> Any:
        try:
            found = kind(value)
        except ValueError:
            raise bad(f"Invalid number: {value}") from None
        if not least <= found <= most:
            raise bad(f"The value {value} is out of range")
        return found

    return convert


def checked(operations: Operations | None) -> Operations:
    for one in operations or []:
        if one.get("op") not in ("add", "remove", "replace"):
            raise NotImplementedError(f"patch operation {one.get('op')}")
    return operations or []


def unescaped(part: str) -> str:
    """A part of a path, in which a slash is written ``~1``."""
    return part.replace("~1", "/").replace("~0", "~")


def replace(settings: dict[str, Any], one: dict[str, str], known: Mapping[str, Convert]) -> None:
    """``replace`` of one of these settings; BadRequestException for any other path."""
    name = one["path"].removeprefix("/")
    if name not in known or one["op"] == "add":
        raise bad(f"Invalid patch path  '{one['path']}' specified for op '{one['op']}'.")
    value = one.get("value") or ""
    if one["op"] == "remove" or not value:
        settings.pop(name, None)
    else:
        settings[name] = known[name](value)
