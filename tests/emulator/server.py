"""The server: one WSGI application around moto, and the way a call takes through it."""

import os
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from typing import Any

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from emulator import faults as fault_rules
from emulator import gateways, identity, own_calls, services, wire
from emulator.aws_call import AwsCall, recognise
from emulator.calllog import CallLog
from emulator.control import Control
from emulator.faults import Faults
from emulator.http_connection import RequestHandler
from emulator.limits import limits
from emulator.locking import LOCK
from emulator.patching import AwsError, WithoutLock
from emulator.permissions import Callers
from emulator.timing import timing

CONTROL_PATH = "/_emulator/"
WARM_SERVICES = ("ec2", "iam", "s3", "kms", "logs", "cloudtrail", "elbv2", "autoscaling", "ssm", "sts")


class EmulatorServer:
    """State of one emulated account, served over HTTP."""

    def __init__(self, host: str, port: int) -> None:
        self.calls = CallLog()
        self.own_calls = CallLog()
        self.faults = Faults()
        self.callers = Callers()
        self.admin_token = secrets.token_hex(16)
        self.lock = LOCK
        self._loaded = threading.Event()
        self._moto = DomainDispatcherApplication(create_patched_app)
        self._control = Control(self)
        self._server = make_server(host, port, self, threaded=True, request_handler=RequestHandler)
        self.endpoint = f"http://{host}:{self._server.server_port}"
        own_calls.listen_at(self.endpoint)

    def serve_forever(self) -> None:
        threading.Thread(target=self._settle_forever, daemon=True).start()
        self._server.serve_forever()

    def _settle_forever(self) -> None:
        """What takes time goes on while nobody calls."""
        while True:
            timing.wait()
            try:
                with self.lock:
                    timing.settle()
            except Exception:
                traceback.print_exc(file=sys.stderr)

    def warm_up(self) -> None:
        """Load the services while the client is still starting. Calls wait until this is done, so
        that no two threads import moto's modules, which import each other, at the same time."""
        try:
            for service in WARM_SERVICES:
                services.load(service)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            os._exit(1)  # rather than let every call wait for ever
        self._loaded.set()

    def reset(self) -> None:
        """Back to the start: no objects, no log, no faults, default timing and limits."""
        with self.lock:
            BackendDict.reset()
            self.calls.reset()
            self.own_calls.reset()
            self.faults.clear()
            self.callers.clear()
            timing.reset()
            limits.reset()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._loaded.wait()
        if environ["PATH_INFO"].startswith(CONTROL_PATH):
            response = self._control.answer(environ)
        elif gateways.invoked(environ):
            response = gateways.answer(environ)
        elif environ.get("HTTP_X_EMULATOR_ADMIN") == self.admin_token:
            response = self._take_effect(recognise(environ), environ)
        else:
            response = self._serve(environ)
        return response(environ, start_response)

    def _serve(self, environ: dict[str, Any]) -> Response:
        """Answer and record one AWS call. Raises HangUp where the connection is to be dropped."""
        started = time.time()
        call = recognise(environ)
        if own_calls.known(call.access_key):
            response = self._refuse_own(call) or self._take_effect(call, environ)
            self.own_calls.record(call, started, response, None)
            return response
        rules = self.faults.hitting(call)
        fault = ",".join(rule.action for rule in rules) or None
        response = None
        try:
            response = fault_rules.before_effect(rules, call)
            if response is None and not limits.accepts(call.access_key):
                response = wire.unknown_access_key(call)
            if response is None and (lacking := self.callers.lacking(call)):
                response = wire.access_denied(call, lacking)
            if response is None:
                response = self._take_effect(call, environ)
                fault_rules.after_effect(rules)
            return response
        finally:
            self.calls.record(call, started, response, fault)

    def _refuse_own(self, call: AwsCall) -> Response | None:
        """What the role lacks with which one of our services calls."""
        key = own_calls.key(call.access_key)
        if key is None:
            return None
        with self.lock:
            timing.settle()
            lacking = identity.lacking(call, key)
        return lacking and wire.access_denied(call, lacking.action, key.caller, lacking.resource)

    def _take_effect(self, call: AwsCall, environ: dict[str, Any]) -> Response:
        """Let moto do the work; what it can't do becomes an error in the service's own shape."""
        try:
            with self.lock:
                timing.settle()
                response = Response.from_app(self._moto, environ)
        except WithoutLock as more:
            return self._without_lock(call, more)
        except NotImplementedError as error:
            return wire.not_implemented(call, str(error))
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            if call.model is None:
                return wire.not_implemented(call, repr(error))
            return wire.error(call, "InternalFailure", f"emulator: {error!r}", 500)
        if response.status_code == 404 and response.get_data().startswith(b"<!doctype html>"):
            return wire.not_implemented(call, "unknown to moto")
        return response

    def _without_lock(self, call: AwsCall, more: WithoutLock) -> Response:
        try:
            return more.work()
        except AwsError as error:
            return wire.error(call, error.code, error.message)


def create_patched_app(service: Any) -> Any:
    """moto's app for one service, with our changes to that service applied first."""
    if service is None:
        raise NotImplementedError("no such service in moto")
    services.load(service)
    return create_backend_app(service)
