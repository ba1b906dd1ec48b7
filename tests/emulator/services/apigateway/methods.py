"""Methods of resources, and what answers them: a function of Lambda as a proxy."""

import re
from typing import Any

from moto.apigateway.responses import APIGatewayResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation
from emulator.services.apigateway import patches
from emulator.services.apigateway.model import Method, bad, only_known, resource

VERBS = {"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
# Milliseconds.
TIMEOUT = (50, 29000)
LAMBDA = re.compile(
    r"arn:aws:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/"
    r"(arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9-_]{1,64})/invocations"
)
OF_METHOD = {"authorizationType": str, "apiKeyRequired": patches.flag, "operationName": str}
OF_INTEGRATION = {
    "uri": str,
    "httpMethod": str,
    "passthroughBehavior": str,
    "contentHandling": str,
    "timeoutInMillis": patches.number(int, *TIMEOUT),
    "connectionType": str,
}


def _method(self: Any) -> Method:
    found = resource(self).methods.get(self._get_param("httpMethod"))
    if found is None:
        raise AwsError("NotFoundException", "Invalid Method identifier specified")
    return found


def _integration(self: Any) -> dict[str, Any]:
    found = _method(self).integration
    if found is None:
        raise AwsError("NotFoundException", "Invalid Integration identifier specified")
    return found


def _check_method(settings: dict[str, Any]) -> None:
    """Authorizers aren't emulated."""
    kind = settings.get("authorizationType")
    if kind not in ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"):
        raise bad("Invalid authorization type specified")
    if kind not in ("NONE", "AWS_IAM"):
        raise NotImplementedError("authorizers of methods")


@operation(APIGatewayResponse)
def put_method(self: Any) -> ActionResult:
    """A method that is there already is refused."""
    given = only_known(self, "restApiId", "resourceId", "httpMethod", *OF_METHOD)
    found, verb = resource(self), given["httpMethod"]
    if verb not in VERBS:
        raise bad("Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")
    if verb in found.methods:
        raise AwsError("ConflictException", "Method already exists for this resource")
    settings = {"apiKeyRequired": False, **{name: given[name] for name in OF_METHOD if name in given}}
    _check_method(settings)
    found.methods[verb] = Method({"httpMethod": verb, **settings})
    return ActionResult(found.methods[verb].shown())


@operation(APIGatewayResponse)
def get_method(self: Any) -> ActionResult:
    return ActionResult(_method(self).shown())


@operation(APIGatewayResponse)
def update_method(self: Any) -> ActionResult:
    found = _method(self)
    settings = dict(found.settings)
    for one in patches.checked(self._get_param("patchOperations")):
        patches.replace(settings, one, OF_METHOD)
    _check_method(settings)
    found.settings = settings
    return ActionResult(found.shown())


@operation(APIGatewayResponse)
def delete_method(self: Any) -> ActionResult:
    _method(self)
    del resource(self).methods[self._get_param("httpMethod")]
    return EmptyResult()


def function_of(integration: dict[str, Any]) -> str:
    """The ARN of the function that an integration calls."""
    found = LAMBDA.fullmatch(integration.get("uri") or "")
    if found is None:
        raise bad("Invalid ARN specified in the request")
    return found.group(1)


def _check_integration(settings: dict[str, Any]) -> None:
    if settings["type"] != "AWS_PROXY":
        raise NotImplementedError(f"integrations of type {settings['type']}")
    if not settings.get("httpMethod"):
        raise bad("Enumeration value for HttpMethod must be non-empty")
    least, most = TIMEOUT
    if not least <= settings["timeoutInMillis"] <= most:
        raise bad(f"Timeout should be between {least} ms and {most} ms")
    function_of(settings)


@operation(APIGatewayResponse)
def put_integration(self: Any) -> ActionResult:
    """One that is there already is replaced."""
    names = {*OF_INTEGRATION, "restApiId", "resourceId", "type", "integrationHttpMethod", "cacheNamespace"}
    given, found = only_known(self, *names), _method(self)
    own = {name: given[name] for name in OF_INTEGRATION if name in given and name != "httpMethod"}
    settings = {
        "type": given["type"],
        "httpMethod": given.get("integrationHttpMethod"),
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": TIMEOUT[1],
        "cacheNamespace": given.get("cacheNamespace") or self._get_param("resourceId"),
        "cacheKeyParameters": [],
        **own,
    }
    _check_integration(settings)
    found.integration = settings
    return ActionResult(settings)


@operation(APIGatewayResponse)
def get_integration(self: Any) -> ActionResult:
    return ActionResult(_integration(self))


@operation(APIGatewayResponse)
def update_integration(self: Any) -> ActionResult:
    settings = dict(_integration(self))
    for one in patches.checked(self._get_param("patchOperations")):
        patches.replace(settings, one, OF_INTEGRATION)
    settings.setdefault("timeoutInMillis", TIMEOUT[1])
    _check_integration(settings)
    _method(self).integration = settings
    return ActionResult(settings)


@operation(APIGatewayResponse)
def delete_integration(self: Any) -> ActionResult:
    _integration(self)
    _method(self).integration = None
    return EmptyResult()
