"""Deployments, and the stages that serve them."""

import copy
import re
from typing import Any

from moto.apigateway.responses import APIGatewayResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation
from emulator.services.apigateway import account, patches
from emulator.services.apigateway.model import (
    Deployment,
    RestApi,
    Stage,
    api,
    bad,
    check_tags,
    missing,
    new_id,
    now,
    only_known,
    page,
    stage,
)

NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
MOST_STAGES = 10
OF_STAGE = {
    "description": str,
    "tracingEnabled": patches.flag,
    "deploymentId": str,
    # A cache has no effect here, and is there at once.
    "cacheClusterEnabled": patches.flag,
    "cacheClusterSize": str,
}
NOT_THERE = {"canarySettings", "clientCertificateId", "documentationVersion"}
# The end of a path within a stage's method settings: the setting, and what its text means. A limit of -1 is none.
OF_METHODS = {
    "caching/enabled": ("cachingEnabled", patches.flag),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", patches.number(int, 0, 3600)),
    "caching/dataEncrypted": ("cacheDataEncrypted", patches.flag),
    "metrics/enabled": ("metricsEnabled", patches.flag),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", patches.flag),
    "throttling/burstLimit": ("throttlingBurstLimit", patches.number(int, -1)),
    "throttling/rateLimit": ("throttlingRateLimit", patches.number(float, -1)),
}
ACCOUNT_BURST, ACCOUNT_RATE = 5000, 10000.0
DEFAULTS = {
    "metricsEnabled": False,
    "loggingLevel": "OFF",
    "dataTraceEnabled": False,
    "throttlingBurstLimit": ACCOUNT_BURST,
    "throttlingRateLimit": ACCOUNT_RATE,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


@operation(APIGatewayResponse)
def create_deployment(self: Any) -> ActionResult:
    """Of methods that are all complete, and of one at least."""
    given = only_known(self, "restApiId", "description", "stageName", "stageDescription", "variables")
    found = api(self)
    methods = [method for resource in found.resources.values() for method in resource.methods.values()]
    if not methods:
        raise bad("The REST API doesn't contain any methods")
    if any(method.integration is None for method in methods):
        raise bad("No integration defined for method")
    resources = copy.deepcopy(list(found.resources.values()))
    made = Deployment(new_id(6), given.get("description", ""), resources)
    name = given.get("stageName")
    if name in found.stages:
        found.stages[name].settings["deploymentId"] = made.id
    elif name:
        settings = {"description": given.get("stageDescription"), "variables": given.get("variables")}
        _add(found, name, {**{k: v for k, v in settings.items() if v}, "deploymentId": made.id}, {})
    found.deployments[made.id] = made
    return ActionResult(made.shown())


def _deployment(self: Any) -> Deployment:
    found = api(self).deployments.get(self._get_param("deploymentId"))
    if found is None:
        raise missing("Deployment")
    return found


@operation(APIGatewayResponse)
def get_deployment(self: Any) -> ActionResult:
    return ActionResult(_deployment(self).shown())


@operation(APIGatewayResponse)
def get_deployments(self: Any) -> ActionResult:
    return ActionResult(page(self, [found.shown() for found in api(self).deployments.values()]))


@operation(APIGatewayResponse)
def update_deployment(self: Any) -> ActionResult:
    found = _deployment(self)
    settings = {"description": found.description}
    for one in patches.checked(self._get_param("patchOperations")):
        patches.replace(settings, one, {"description": str})
    found.description = settings.get("description", "")
    return ActionResult(found.shown())


@operation(APIGatewayResponse)
def delete_deployment(self: Any) -> ActionResult:
    found, gone = api(self), _deployment(self)
    if any(stage.settings["deploymentId"] == gone.id for stage in found.stages.values()):
        raise bad("Active stages pointing to this deployment must be moved or deleted")
    del found.deployments[gone.id]
    return EmptyResult()


def _add(found: RestApi, name: str, settings: dict[str, Any], tags: dict[str, str]) -> Stage:
    if not NAME.fullmatch(name):
        raise bad("Stage name only allows a-zA-Z0-9_-")
    if name in found.stages:
        raise AwsError("ConflictException", "Stage already exists")
    if len(found.stages) >= MOST_STAGES:
        raise AwsError("LimitExceededException", "Maximum number of stages reached")
    found.stages[name] = Stage(name, {"methodSettings": {}, **settings}, tags)
    return found.stages[name]


@operation(APIGatewayResponse)
def create_stage(self: Any) -> ActionResult:
    given = only_known(self, "restApiId", "stageName", "tags", "variables", *OF_STAGE)
    _deployment(self)
    settings = {name: given[name] for name in (*OF_STAGE, "variables") if name in given}
    made = _add(api(self), given["stageName"], settings, check_tags(given.get("tags", {})))
    return ActionResult(made.shown())


@operation(APIGatewayResponse)
def get_stage(self: Any) -> ActionResult:
    return ActionResult(stage(self).shown())


@operation(APIGatewayResponse)
def get_stages(self: Any) -> ActionResult:
    wanted = self._get_param("deploymentId")
    found = [s for s in api(self).stages.values() if wanted in (None, s.settings["deploymentId"])]
    return ActionResult({"item": [one.shown() for one in found]})


@operation(APIGatewayResponse)
def update_stage(self: Any) -> ActionResult:
    """All of the operations, or none."""
    found = stage(self)
    settings = copy.deepcopy(found.settings)
    for one in patches.checked(self._get_param("patchOperations")):
        _patch(self, settings, one)
    if settings.get("deploymentId") not in api(self).deployments:
        raise missing("Deployment")
    if _logs(settings) and not account.role(self.backend):
        raise bad("CloudWatch Logs role ARN must be set in account settings to enable logging")
    found.settings, found.updated = settings, now()
    return ActionResult(found.shown())


def _patch(self: Any, settings: dict[str, Any], one: dict[str, str]) -> None:
    parts = one["path"].removeprefix("/").split("/")
    if parts[0] == "variables" and len(parts) == 2:
        variables = settings.setdefault("variables", {})
        variables.pop(parts[1], None)
        if one["op"] != "remove":
            variables[parts[1]] = one["value"]
    elif parts[0] in NOT_THERE:
        raise NotImplementedError(f"stages with {parts[0]}")
    elif parts[0] == "accessLogSettings":
        _patch_access_log(settings, one, parts[1:])
    elif len(parts) in (2, 4):
        _patch_methods(settings["methodSettings"], one, "/".join(parts[:2]), "/".join(parts[2:]))
    else:
        patches.replace(settings, one, OF_STAGE)


def _patch_access_log(settings: dict[str, Any], one: dict[str, str], rest: list[str]) -> None:
    if one["op"] == "remove" and not rest:
        settings.pop("accessLogSettings", None)
    elif one["op"] == "replace" and rest in (["format"], ["destinationArn"]):
        # The ARN of a log group comes without the star at its end.
        settings.setdefault("accessLogSettings", {})[rest[0]] = one["value"]
    else:
        raise bad(f"Invalid patch path  '{one['path']}' specified for op '{one['op']}'.")


def _patch_methods(held: dict[str, Any], one: dict[str, str], method: str, end: str) -> None:
    if one["op"] == "remove" and not end:
        held.pop(method, None)
        return
    if end not in OF_METHODS or one["op"] != "replace":
        raise bad(f"Invalid method setting path: {one['path']}")
    name, convert = OF_METHODS[end]
    held.setdefault(method, dict(DEFAULTS))[name] = convert(one["value"])


def _logs(settings: dict[str, Any]) -> bool:
    levels = [held["loggingLevel"] for held in settings["methodSettings"].values()]
    return bool(settings.get("accessLogSettings")) or any(level != "OFF" for level in levels)


@operation(APIGatewayResponse)
def delete_stage(self: Any) -> ActionResult:
    del api(self).stages[stage(self).name]
    return EmptyResult()


def method_settings(found: Stage, path: str, verb: str) -> tuple[str, dict[str, Any]]:
    """Those that hold for a method, and where they stand: its own, or those of all methods."""
    for key, held in found.settings["methodSettings"].items():
        if f"/{patches.unescaped(key).lstrip('/')}" in (f"{path}/{verb}", f"{path.rstrip('/')}/{verb}"):
            return key, held
    return "*/*", found.settings["methodSettings"].get("*/*", DEFAULTS)
