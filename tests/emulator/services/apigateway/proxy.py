"""What API Gateway hands to a function as a proxy, and takes from it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Response

from emulator.services.apigateway.model import Resource, RestApi, Stage

ANSWERED = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
# What belongs to one connection is not handed on.
OF_CONNECTION = {"connection", "content-length", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"}
IDENTITY = (
    "accessKey", "accountId", "apiKey", "apiKeyId", "caller", "cognitoAuthenticationProvider",
    "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn",
)  # fmt: skip


class Malformed(Exception):
    """The function's answer isn't what a proxy's has to be."""


@dataclass(frozen=True)
class Request:
    """A request at the URL of a stage. ``headers`` are as they came, ``path`` begins after the stage."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    source: str

    def header(self, name: str) -> str:
        return next((value for given, value in self.headers if given.lower() == name), "")


def event(
    request: Request, api: RestApi, stage: Stage, resource: Resource, variables: dict[str, str], region: str
) -> dict[str, Any]:
    """The event in its format 1.0."""
    host = f"{api.id}.execute-api.{region}.amazonaws.com"
    pairs = [(n, v) for n, v in request.headers if n.lower() not in {*OF_CONNECTION, "host"}] + [
        ("Host", host),
        ("X-Amzn-Trace-Id", f"Root=1-{int(datetime.now(timezone.utc).timestamp()):08x}-{uuid.uuid4().hex[:24]}"),
        ("X-Forwarded-For", request.source),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]
    query = parse_qsl(request.query, keep_blank_values=True)
    binary = matches(api.settings.get("binaryMediaTypes", []), request.header("content-type"))
    body = base64.b64encode(request.body).decode() if binary else request.body.decode(errors="replace")
    return {
        "resource": resource.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(pairs),
        "multiValueHeaders": _several(pairs),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _several(query) or None,
        "pathParameters": variables or None,
        "stageVariables": stage.settings.get("variables") or None,
        "requestContext": _context(request, api, stage, resource, host),
        "body": body or None,
        "isBase64Encoded": binary and bool(body),
    }


def _several(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _context(request: Request, api: RestApi, stage: Stage, resource: Resource, host: str) -> dict[str, Any]:
    moment = datetime.now(timezone.utc)
    return {
        "resourceId": resource.id,
        "resourcePath": resource.path,
        "httpMethod": request.method,
        "extendedRequestId": uuid.uuid4().hex[:15],
        "requestTime": f"{moment:%d/%b/%Y:%H:%M:%S %z}",
        "path": f"/{stage.name}{request.path}",
        "accountId": DEFAULT_ACCOUNT_ID,
        "protocol": "HTTP/1.1",
        "stage": stage.name,
        "domainPrefix": api.id,
        "requestTimeEpoch": int(moment.timestamp() * 1000),
        "requestId": str(uuid.uuid4()),
        "identity": {
            **dict.fromkeys(IDENTITY),
            "sourceIp": request.source,
            "userAgent": request.header("user-agent") or None,
        },
        "domainName": host,
        "deploymentId": stage.settings["deploymentId"],
        "apiId": api.id,
    }


def matches(media_types: list[str], value: str) -> bool:
    """Whether a media type is one of those that count as binary."""
    kind = value.split(";")[0].split(",")[0].strip().lower()
    return any(fnmatchcase(kind, wanted.lower()) for wanted in media_types if kind or wanted == "*/*")


def response(answer: Any, api: RestApi, accept: str) -> Response:
    """What the function's answer says; Malformed if it says nothing that can be sent."""
    if not isinstance(answer, dict) or set(answer) - ANSWERED or "statusCode" not in answer:
        raise Malformed
    body = answer.get("body")
    if not isinstance(body, (str, type(None))):
        raise Malformed
    content = (body or "").encode()
    if answer.get("isBase64Encoded") and matches(api.settings.get("binaryMediaTypes", []), accept):
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise Malformed from None
    found = Response(content, _status(answer["statusCode"]), content_type="application/json")
    _set_headers(found, answer)
    return found


def _status(given: Any) -> int:
    text = str(given)
    if isinstance(given, bool) or not text.isdigit() or not 100 <= int(text) <= 599:
        raise Malformed
    return int(text)


def _set_headers(found: Response, answer: dict[str, Any]) -> None:
    """Those of several values take the place of single ones."""
    single, several = (
        {} if answer.get(name) is None else answer[name] for name in ("headers", "multiValueHeaders")
    )
    if not isinstance(single, dict) or not isinstance(several, dict):
        raise Malformed
    for name, value in single.items():
        if isinstance(value, (dict, list)):
            raise Malformed
        found.headers[name] = str(value)
    for name, values in several.items():
        if not isinstance(values, list):
            raise Malformed
        found.headers.setlist(name, [str(value) for value in values])
