"""The URLs of API Gateway's stages. In AWS they are ``https://API.execute-api.REGION.amazonaws.com/STAGE/PATH``, here
``/restapis/API/STAGE/_user_request_/PATH``. They are no calls of AWS: anybody may use them, and no log has them."""

import re
from typing import Any

from werkzeug.wrappers import Response

from emulator import services
from emulator.locking import LOCK

URL = re.compile(r"/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?")


def invoked(environ: dict[str, Any]) -> bool:
    """Whether a request is for a stage of an API."""
    return URL.fullmatch(environ["PATH_INFO"]) is not None


def answer(environ: dict[str, Any]) -> Response:
    with LOCK:
        for service in ("apigateway", "awslambda"):
            services.load(service)
    from emulator.services.apigateway import user_requests
    from emulator.services.apigateway.proxy import Request

    api, stage, path = URL.fullmatch(environ["PATH_INFO"]).groups()
    request = Request(
        environ["REQUEST_METHOD"],
        path or "/",
        environ.get("QUERY_STRING", ""),
        environ["emulator.headers"],
        environ["wsgi.input"].getvalue(),
        environ.get("REMOTE_ADDR", "127.0.0.1"),
    )
    return user_requests.answer(api, stage, request)
