"""Tools for changing moto's classes: raise errors, add operations, wrap methods."""

import functools
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException


class AwsError(ServiceException):
    """An error of a service: ``AwsError("ValidationError", "what is wrong")``.

    moto gives it the wire shape of the service being called, and the HTTP status of the service's
    model (400 where the model has none).
    """


def wraps(owner: type, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: replace the method ``owner.name`` by ``function(original, self, …)``."""

    def replace(function: Callable[..., Any]) -> Callable[..., Any]:
        original = getattr(owner, name)

        @functools.wraps(original)
        def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
            return function(original, self, *args, **kwargs)

        setattr(owner, name, replacement)
        return function

    return replace


def operation(owner: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: add or replace an operation; the function's name is the operation in snake case."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        setattr(owner, function.__name__, function)
        return function

    return add
