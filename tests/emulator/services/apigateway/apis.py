"""REST APIs and their resources."""

import re
from typing import Any

from moto.apigateway.responses import APIGatewayResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation
from emulator.services.apigateway import patches
from emulator.services.apigateway.model import (
    Resource,
    RestApi,
    api,
    apis,
    bad,
    check_tags,
    new_id,
    only_known,
    page,
    resource,
)

PART = re.compile(r"[a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\}")
MOST_RESOURCES = 300
OF_API = {
    "name": str,
    "description": str,
    "apiKeySource": str,
    "policy": str,
    "version": str,
    "disableExecuteApiEndpoint": patches.flag,
    "minimumCompressionSize": patches.number(int, 0, 10485760),
}


@operation(APIGatewayResponse)
def create_rest_api(self: Any) -> ActionResult:
    given = only_known(self, *OF_API, "binaryMediaTypes", "endpointConfiguration", "tags")
    tags = check_tags(given.pop("tags", {}))
    if not given.get("name", "").strip():
        raise bad("REST API name cannot be empty")
    endpoint = {"ipAddressType": "ipv4", **(given.pop("endpointConfiguration", None) or {"types": ["EDGE"]})}
    settings = {
        "apiKeySource": "HEADER",
        "disableExecuteApiEndpoint": False,
        **given,
        "endpointConfiguration": endpoint,
    }
    root = Resource(new_id(), "/")
    made = RestApi(new_id(), settings, tags, {root.id: root})
    apis(self.backend)[made.id] = made
    return ActionResult(made.shown())


@operation(APIGatewayResponse)
def get_rest_api(self: Any) -> ActionResult:
    return ActionResult(api(self).shown())


@operation(APIGatewayResponse)
def get_rest_apis(self: Any) -> ActionResult:
    return ActionResult(page(self, [found.shown() for found in apis(self.backend).values()]))


@operation(APIGatewayResponse)
def update_rest_api(self: Any) -> ActionResult:
    found = api(self)
    settings = {**found.settings, "binaryMediaTypes": list(found.settings.get("binaryMediaTypes", []))}
    for one in patches.checked(self._get_param("patchOperations")):
        kind, _, rest = one["path"].removeprefix("/").partition("/")
        if kind == "binaryMediaTypes" and rest:
            _change_media_types(settings["binaryMediaTypes"], one["op"], patches.unescaped(rest))
        elif kind == "endpointConfiguration" and rest.startswith("types/"):
            settings["endpointConfiguration"] = {
                **settings["endpointConfiguration"],
                "types": [one["value"]],
            }
        else:
            patches.replace(settings, one, OF_API)
    if not settings.get("name"):
        raise bad("REST API name cannot be empty")
    if not settings["binaryMediaTypes"]:
        del settings["binaryMediaTypes"]
    found.settings = settings
    return ActionResult(found.shown())


def _change_media_types(held: list[str], op: str, name: str) -> None:
    if op == "add" and name not in held:
        held.append(name)
    elif op == "remove" and name in held:
        held.remove(name)
    else:
        raise bad(f"Invalid patch operation {op} of the media type {name}")


@operation(APIGatewayResponse)
def delete_rest_api(self: Any) -> ActionResult:
    """With all that is in it."""
    del apis(self.backend)[api(self).id]
    return EmptyResult()


@operation(APIGatewayResponse)
def create_resource(self: Any) -> ActionResult:
    found, part = api(self), self._get_param("pathPart")
    parent = found.resources.get(self._get_param("parentId"))
    if parent is None:
        raise AwsError("NotFoundException", "Invalid Resource identifier specified")
    if not PART.fullmatch(part):
        raise bad(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
            "beginning and the end."
        )
    if any(r.parent == parent.id and r.part == part for r in found.resources.values()):
        raise AwsError(
            "ConflictException", f"Another resource with the same parent already has this name: {part}"
        )
    if len(found.resources) >= MOST_RESOURCES:
        raise AwsError("LimitExceededException", "Maximum number of resources reached")
    made = Resource(new_id(6), f"{parent.path.rstrip('/')}/{part}", part, parent.id)
    found.resources[made.id] = made
    return ActionResult(made.shown())


@operation(APIGatewayResponse)
def get_resource(self: Any) -> ActionResult:
    return ActionResult(resource(self).shown(_embeds(self)))


@operation(APIGatewayResponse)
def get_resources(self: Any) -> ActionResult:
    listed = [found.shown(_embeds(self)) for found in api(self).resources.values()]
    return ActionResult(page(self, listed))


def _embeds(self: Any) -> bool:
    return "methods" in (self._get_param("embed") or [])


@operation(APIGatewayResponse)
def delete_resource(self: Any) -> ActionResult:
    """With its children."""
    found, gone = api(self), resource(self)
    if gone.parent is None:
        raise bad("Root resource cannot be deleted")
    doomed = [r.id for r in found.resources.values() if r is gone or r.path.startswith(f"{gone.path}/")]
    for resource_id in doomed:
        del found.resources[resource_id]
    return EmptyResult()
