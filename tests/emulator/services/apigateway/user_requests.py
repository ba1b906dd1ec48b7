"""Requests to the URL of a stage: found, throttled, handed to the function, answered."""

import json
import threading
import uuid
from dataclasses import dataclass
from typing import Any

from moto.apigateway.models import apigateway_backends
from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Response

from emulator.locking import LOCK
from emulator.patching import AwsError
from emulator.services.apigateway import methods, proxy, stages
from emulator.services.apigateway.account import SERVICE
from emulator.services.apigateway.model import Method, Resource, RestApi, Stage, Throttle, apis
from emulator.services.apigateway.proxy import Malformed, Request
from emulator.services.awslambda import invocations, permissions
from emulator.services.awslambda.model import backend_of, function
from emulator.timing import timing

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
MOST_BYTES = 10 * 1024 * 1024


class Refused(Exception):
    """An answer of API Gateway's own."""

    def __init__(self, status: int, message: str, kind: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


NO_STAGE = Refused(403, "Forbidden", "ForbiddenException")
NO_METHOD = Refused(403, "Missing Authentication Token", "MissingAuthenticationTokenException")
TOO_MANY = Refused(429, "Too Many Requests", "TooManyRequestsException")
TOO_LARGE = Refused(413, "Request Too Long", "RequestTooLargeException")
# A function that can't be called, one that failed, and one that took too long.
NOT_CALLED = Refused(500, "Internal server error", "InternalServerErrorException")
FAILED = Refused(502, "Internal server error", "InternalServerErrorException")
TOO_LATE = Refused(504, "Endpoint request timed out", "InternalServerErrorException")


@dataclass(frozen=True)
class Call:
    """What a request leads to."""

    region: str
    function: str
    event: dict[str, Any]
    api: RestApi
    seconds: float


def answer(api_id: str, stage: str, request: Request) -> Response:
    """Without the server's lock."""
    try:
        with LOCK:
            timing.settle()
            call = _admitted(api_id, stage, request)
        found = proxy.response(_called(call), call.api, request.header("accept"))
    except Refused as why:
        found = _refusal(why)
    except Malformed:
        found = _refusal(FAILED)
    found.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return found


def _refusal(why: Refused) -> Response:
    body = json.dumps({"message": str(why)})
    return Response(body, why.status, {"x-amzn-ErrorType": why.kind}, content_type="application/json")


def _admitted(api_id: str, stage_name: str, request: Request) -> Call:
    region, api, stage = _stage(api_id, stage_name)
    resource, method, variables = _method(api, stage, request)
    # Nobody has a key, and nobody signs what he sends to a stage.
    if method.settings["authorizationType"] != "NONE":
        raise NO_METHOD
    if method.settings["apiKeyRequired"]:
        raise NO_STAGE
    if len(request.body) > MOST_BYTES:
        raise TOO_LARGE
    verb = method.settings["httpMethod"]
    key, settings = stages.method_settings(stage, resource.path, verb)
    rate, burst = settings["throttlingRateLimit"], settings["throttlingBurstLimit"]
    if -1 not in (rate, burst) and not stage.throttles.setdefault(key, Throttle()).take(rate, burst):
        raise TOO_MANY
    arn = methods.function_of(method.integration)
    path = resource.path.split("{")[0] + ("*" if "{" in resource.path else "")
    source = f"arn:aws:execute-api:{region}:{DEFAULT_ACCOUNT_ID}:{api.id}/{stage.name}/{request.method}{path}"
    where, name = arn.split(":")[3], arn.rsplit(":", 1)[-1]
    try:
        target = function(backend_of(where), name)
    except AwsError:
        raise NOT_CALLED from None
    if not permissions.lets_in(target, SERVICE, source) or method.integration["httpMethod"] != "POST":
        raise NOT_CALLED
    event = proxy.event(request, api, stage, resource, variables, region)
    return Call(where, name, event, api, method.integration["timeoutInMillis"] / 1000)


def _stage(api_id: str, name: str) -> tuple[str, RestApi, Stage]:
    for region, backend in apigateway_backends[DEFAULT_ACCOUNT_ID].items():
        api = apis(backend).get(api_id)
        if api is not None and name in api.stages and not api.settings["disableExecuteApiEndpoint"]:
            return region, api, api.stages[name]
    raise NO_STAGE


def _method(api: RestApi, stage: Stage, request: Request) -> tuple[Resource, Method, dict[str, str]]:
    """Of what is deployed. Fixed parts of a path win over variables, these over greedy ones."""
    fitting = [
        (resource.path.count("+}"), resource.path.count("{"), resource, variables)
        for resource in api.deployments[stage.settings["deploymentId"]].resources
        if (variables := _variables(resource.path, request.path)) is not None
    ]
    for _, _, resource, variables in sorted(fitting, key=lambda found: found[:2]):
        method = resource.methods.get(request.method) or resource.methods.get("ANY")
        if method is not None:
            return resource, method, variables
    raise NO_METHOD


def _variables(pattern: str, path: str) -> dict[str, str] | None:
    """The values of a path's variables; None if the path is another. A slash at the end doesn't count."""
    wanted, given = (text.strip("/").split("/") for text in (pattern, path))
    if wanted[-1].endswith("+}") and len(given) >= len(wanted):
        given = [*given[: len(wanted) - 1], "/".join(given[len(wanted) - 1 :])]
    if len(wanted) != len(given):
        return None
    found = {}
    for part, value in zip(wanted, given, strict=True):
        if part.startswith("{") and value:
            found[part.strip("{+}")] = value
        elif part != value:
            return None
    return found


def _called(call: Call) -> Any:
    """The function's answer. A function that takes too long runs on, unheard."""
    done: list[Any] = []

    def run() -> None:
        try:
            # The event has to fit into a call of Lambda.
            invocations.parsed(json.dumps(call.event, ensure_ascii=False).encode())
            done.append(invocations.run(call.region, call.function, call.event))
        except AwsError as problem:
            done.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(call.seconds)
    if not done:
        raise TOO_LATE if thread.is_alive() else FAILED
    if isinstance(done[0], AwsError):
        raise TOO_LARGE if done[0].code == "RequestTooLargeException" else NOT_CALLED
    if done[0].failed:
        raise FAILED
    return json.loads(done[0].payload)
