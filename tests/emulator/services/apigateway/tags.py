"""Tags of APIs and stages, by their ARNs: ``arn:aws:apigateway:REGION::/restapis/ID[/stages/NAME]``."""

import re
from typing import Any
from urllib.parse import unquote

from moto.apigateway.responses import APIGatewayResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import operation
from emulator.services.apigateway.model import RestApi, Stage, apis, bad, check_tags, missing

ARN = re.compile(r"arn:aws:apigateway:[a-z0-9-]+::/restapis/([^/]+)(?:/stages/([^/]+))?")


def _tagged(self: Any) -> RestApi | Stage:
    arn = unquote(self._get_param("resourceArn"))
    match = ARN.fullmatch(arn)
    if match is None:
        raise bad(f"Invalid ARN: {arn}")
    found = apis(self.backend).get(match.group(1))
    if found is None:
        raise missing("API")
    if match.group(2) is None:
        return found
    if match.group(2) not in found.stages:
        raise missing("stage")
    return found.stages[match.group(2)]


@operation(APIGatewayResponse)
def get_tags(self: Any) -> ActionResult:
    return ActionResult({"tags": dict(_tagged(self).tags)})


@operation(APIGatewayResponse)
def tag_resource(self: Any) -> ActionResult:
    found = _tagged(self)
    found.tags = check_tags({**found.tags, **self._get_param("tags")})
    return EmptyResult()


@operation(APIGatewayResponse)
def untag_resource(self: Any) -> ActionResult:
    found = _tagged(self)
    for key in self._get_param("tagKeys"):
        found.tags.pop(key, None)
    return EmptyResult()
