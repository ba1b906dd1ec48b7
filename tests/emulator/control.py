"""The control endpoint, JSON over HTTP under ``/_emulator/``. README.md has the table."""

import base64
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from werkzeug.wrappers import Request, Response

from emulator import inventory, seed, services
from emulator.calllog import to_json
from emulator.limits import limits
from emulator.timing import timing

if TYPE_CHECKING:
    from emulator.server import EmulatorServer

DEFAULT_REGION = "eu-west-1"
ADMIN_KEY = "AKIAEMULATORADMIN000"


class BadRequest(Exception):
    """The control request can't be carried out. ``error`` is what the client reads."""

    def __init__(self, error: Any) -> None:
        super().__init__(error)
        self.error = error


class Control:
    """Routes control requests to the parts of the emulator."""

    def __init__(self, server: "EmulatorServer") -> None:
        self._server = server
        self._clients: dict[tuple[str, str], Any] = {}
        self._clients_lock = threading.Lock()
        self._routes: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "health"): lambda _: {"ok": True},
            ("POST", "reset"): self._reset,
            ("GET", "calls"): lambda r: {"calls": server.calls.since(_since(r))},
            ("DELETE", "calls"): lambda _: server.calls.clear() or {},
            ("GET", "own-calls"): lambda r: {"calls": server.own_calls.since(_since(r))},
            ("GET", "counts"): lambda r: server.calls.counts(_since(r)),
            ("GET", "faults"): lambda _: server.faults.report(),
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): lambda _: server.faults.clear() or {},
            ("POST", "permissions"): lambda r: server.callers.permit(_body(r)) or {},
            ("DELETE", "permissions"): lambda _: server.callers.clear() or {},
            ("GET", "timing"): lambda _: timing.show(),
            ("POST", "timing"): lambda r: timing.update(_body(r)) or timing.show(),
            ("GET", "limits"): lambda _: limits.show(),
            ("POST", "limits"): lambda r: limits.update(_body(r)) or limits.show(),
            ("GET", "inventory"): self._inventory,
            ("GET", "releases"): self._releases,
            ("POST", "call"): self._call,
            ("POST", "seed"): self._seed,
        }

    def answer(self, environ: dict[str, Any]) -> Response:
        """Carry out one control request: 200 with its result, or 400 or 404 with ``error``."""
        request = Request(environ)
        route = self._routes.get((request.method, request.path.removeprefix("/_emulator/")))
        if route is None:
            return _json({"error": f"no {request.method} {request.path}"}, 404)
        try:
            return _json(route(request), 200)
        except BadRequest as problem:
            return _json({"error": problem.error}, 400)
        except (ValueError, TypeError, KeyError) as problem:
            return _json({"error": f"{type(problem).__name__}: {problem}"}, 400)

    def _reset(self, _: Request) -> Any:
        self._server.reset()
        return {}

    def _add_faults(self, request: Request) -> Any:
        body = _body(request)
        return {"ids": self._server.faults.add(body if isinstance(body, list) else [body])}

    def _inventory(self, _: Request) -> Any:
        with self._server.lock:
            timing.settle()
            return inventory.everything()

    def _releases(self, _: Request) -> Any:
        with self._server.lock:
            timing.settle()
            services.load("codedeploy")
            from emulator.services.codedeploy.deployments import releases

            return releases()

    def _seed(self, request: Request) -> Any:
        body = _body(request)
        with self._server.lock:
            return seed.plant(body.get("region", DEFAULT_REGION), body)

    def _call(self, request: Request) -> Any:
        body = _body(request)
        try:
            client = self._client(body["service"], body.get("region", DEFAULT_REGION))
            answer = getattr(client, body["operation"])(**_decoded(body.get("params", {})))
        except ClientError as error:
            details = error.response["Error"]
            raise BadRequest({"code": details["Code"], "message": details.get("Message", "")}) from error
        except (BotoCoreError, AttributeError) as error:
            raise BadRequest({"code": type(error).__name__, "message": str(error)}) from error
        answer.pop("ResponseMetadata", None)
        return answer

    def _client(self, service: str, region: str) -> Any:
        """A boto3 client that talks to this server, past the log, the faults and the credentials."""
        with self._clients_lock:
            if (service, region) not in self._clients:
                client = boto3.client(
                    service,
                    region_name=region,
                    endpoint_url=self._server.endpoint,
                    aws_access_key_id=ADMIN_KEY,
                    aws_secret_access_key="secret",
                    config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
                )
                token = self._server.admin_token
                client.meta.events.register(
                    "before-sign",
                    lambda request, **_: request.headers.add_header("X-Emulator-Admin", token),
                )
                self._clients[service, region] = client
            return self._clients[service, region]


def _since(request: Request) -> int:
    return int(request.args.get("since", 0))


def _decoded(params: Any) -> Any:
    """JSON knows no bytes: ``{"$base64": "…"}`` stands for them."""
    if isinstance(params, dict):
        if params.keys() == {"$base64"}:
            return base64.b64decode(params["$base64"])
        return {name: _decoded(value) for name, value in params.items()}
    if isinstance(params, list):
        return [_decoded(value) for value in params]
    return params


def _body(request: Request) -> Any:
    """The JSON in the request, whatever its content type says; ValueError if it is none."""
    return json.loads(request.get_data())


def _json(body: Any, status: int) -> Response:
    return Response(json.dumps(to_json(body)), status, content_type="application/json")
