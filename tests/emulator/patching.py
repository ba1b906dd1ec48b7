"""Tools for changing moto's classes: raise errors, add operations, wrap methods."""

import copy
import functools
from collections.abc import Callable
from typing import Any

from botocore import xform_name
from moto.core.exceptions import ServiceException
from moto.core.utils import get_service_model


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


def idempotent(owner: type, backend: str, *names: str) -> None:
    """Make operations honour ``ClientToken``: a second call with the same token answers like the
    first and has no effect; with other parameters it is refused.

    ``backend`` is the property of the response class that holds the state, so that a reset of the
    state forgets the tokens.
    """

    def honour(name: str) -> None:
        @wraps(owner, name)
        def once(original: Callable[..., Any], self: Any) -> Any:
            params = dict(self._get_params())
            token = params.get("ClientToken")
            if not token:
                return original(self)
            known = getattr(self, backend).__dict__.setdefault("_client_tokens", {})
            if (name, token) in known:
                first_params, answer = known[name, token]
                if first_params != params:
                    raise AwsError(
                        "IdempotentParameterMismatch",
                        f"The client token {token} was used with other parameters before.",
                    )
                return answer
            # moto's operations alter the parsed parameters: remember them as they came.
            params = copy.deepcopy(params)
            answer = original(self)
            known[name, token] = (params, answer)
            return answer

    for name in names:
        honour(name)


def only(owner: type, service: str, *names: str) -> None:
    """Take from a response class all operations but these, given in snake case: what nobody has held against
    AWS answers 501 rather than something else than AWS would."""
    operations = {xform_name(name) for name in get_service_model(service).operation_names}
    for name in operations & set(vars(owner)) - set(names):
        delattr(owner, name)


class WithoutLock(Exception):  # noqa: N818  (it is no error)
    """An operation goes on without the server's lock, since what it does calls the server: ``work``
    answers with a response of HTTP, and may raise AwsError."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__("an operation goes on without the lock")
        self.work = work


def parsed(owner: type) -> None:
    """Let moto parse the parameters of all operations by the service's model, into ``self.params``."""
    original = owner.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.automated_parameter_parsing = True

    owner.__init__ = __init__
