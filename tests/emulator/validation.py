"""Check request parameters against the service's model: what AWS would refuse before doing anything.

botocore's own validator knows required members and minimal lengths only; the models also hold
maximal lengths, numeric ranges, enumerations and patterns.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import regex
from botocore.model import Shape

# The models write characters outside the basic plane as UTF-16 surrogate pairs, as Java does.
SURROGATE_PAIRS = {
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
    r"\ud800\udc00-\udbff\udfff": r"\U00010000-\U0010FFFF",
}


def violations(params: dict[str, Any], shape: Shape | None) -> list[str]:
    """Messages, each with the path of the offending parameter; empty if the request is valid."""
    return [] if shape is None else list(_check(params, shape, ""))


def _check(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if value is None:
        return
    if shape.type_name == "structure":
        yield from _check_structure(value, shape, path)
    elif shape.type_name == "list":
        yield from _check_range(len(value), shape, path, "number of items")
        for index, item in enumerate(value):
            yield from _check(item, shape.member, f"{path}[{index}]")
    elif shape.type_name == "map":
        yield from _check_range(len(value), shape, path, "number of entries")
        for key, item in value.items():
            yield from _check(key, shape.key, f"{path}.key")
            yield from _check(item, shape.value, f"{path}.{key}")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _check_string(value, shape, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _check_range(value, shape, path, "value")


def _check_structure(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name in shape.metadata.get("required", []):
        if value.get(name) is None:
            yield f"{_join(path, name)}: required parameter is missing"
    for name, member in shape.members.items():
        yield from _check(value.get(name), member, _join(path, name))


def _check_string(value: str, shape: Shape, path: str) -> Iterator[str]:
    yield from _check_range(len(value), shape, path, "length")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{path}: {value!r} is not one of {', '.join(allowed[:12])}"
    pattern = shape.metadata.get("pattern")
    compiled = _compile(pattern) if pattern else None
    if compiled and not compiled.fullmatch(value):
        yield f"{path}: {value[:80]!r} does not match {pattern}"


def _check_range(number: float, shape: Shape, path: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and number < least:
        yield f"{path}: {what} {number} is below the minimum {least}"
    if most is not None and number > most:
        yield f"{path}: {what} {number} is above the maximum {most}"


@cache
def _compile(pattern: str) -> regex.Pattern | None:
    for java, python in SURROGATE_PAIRS.items():
        pattern = pattern.replace(java, python)
    try:
        return regex.compile(pattern)
    except regex.error:
        return None  # Java-only syntax: not checked rather than wrongly refused


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
