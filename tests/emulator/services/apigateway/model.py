"""What API Gateway holds: REST APIs by id, kept by moto's backend."""

import secrets
import string
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from moto.apigateway.models import APIGatewayBackend

from emulator.patching import AwsError

LETTERS = string.ascii_lowercase + string.digits
MOST_TAGS = 50


def new_id(length: int = 10) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def bad(message: str) -> AwsError:
    return AwsError("BadRequestException", message)


def missing(what: str) -> AwsError:
    return AwsError("NotFoundException", f"Invalid {what} identifier specified")


@dataclass
class Method:
    """``settings`` and ``integration`` are those of the API."""

    settings: dict[str, Any]
    integration: dict[str, Any] | None = None

    def shown(self) -> dict[str, Any]:
        integration = {"methodIntegration": self.integration} if self.integration else {}
        return {**self.settings, **integration}


@dataclass
class Resource:
    id: str
    path: str
    part: str = ""
    parent: str | None = None
    methods: dict[str, Method] = field(default_factory=dict)

    def shown(self, embed: bool = False) -> dict[str, Any]:
        """Methods are shown by name only, unless they are asked for."""
        shown: dict[str, Any] = {"id": self.id, "path": self.path}
        if self.parent:
            shown.update(parentId=self.parent, pathPart=self.part)
        if self.methods:
            shown["resourceMethods"] = {n: m.shown() if embed else {} for n, m in self.methods.items()}
        return shown


@dataclass
class Deployment:
    """``resources`` are as they were then: later changes need a new deployment."""

    id: str
    description: str
    resources: list[Resource]
    created: datetime = field(default_factory=now)

    def shown(self) -> dict[str, Any]:
        described = {"description": self.description} if self.description else {}
        return {"id": self.id, "createdDate": self.created, **described}


@dataclass
class Throttle:
    """A bucket of tokens, which a rate fills again up to a burst."""

    tokens: float | None = None
    at: float = 0

    def take(self, rate: float, burst: float) -> bool:
        """Whether one more request may pass now."""
        moment = time.monotonic()
        held = burst if self.tokens is None else min(burst, self.tokens + (moment - self.at) * rate)
        self.at, passes = moment, held >= 1
        self.tokens = held - 1 if passes else held
        return passes


@dataclass
class Stage:
    name: str
    settings: dict[str, Any]
    tags: dict[str, str]
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    # By the method settings they belong to.
    throttles: dict[str, Throttle] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        shown = {
            "stageName": self.name,
            "cacheClusterEnabled": False,
            "cacheClusterStatus": "AVAILABLE" if self.settings.get("cacheClusterEnabled") else "NOT_AVAILABLE",
            "tracingEnabled": False,
            "createdDate": self.created,
            "lastUpdatedDate": self.updated,
            **self.settings,
        }
        return {**shown, "tags": dict(self.tags)} if self.tags else shown


@dataclass
class RestApi:
    id: str
    settings: dict[str, Any]
    tags: dict[str, str]
    resources: dict[str, Resource]
    deployments: dict[str, Deployment] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)
    created: datetime = field(default_factory=now)

    @property
    def root(self) -> Resource:
        return next(resource for resource in self.resources.values() if resource.parent is None)

    def shown(self) -> dict[str, Any]:
        shown = {**self.settings, "id": self.id, "createdDate": self.created, "rootResourceId": self.root.id}
        return {**shown, "tags": dict(self.tags)} if self.tags else shown


def apis(backend: APIGatewayBackend) -> dict[str, RestApi]:
    """By id."""
    return backend.__dict__.setdefault("rest_apis", {})


def api(self: Any) -> RestApi:
    """The API that a call is about."""
    found = apis(self.backend).get(self._get_param("restApiId"))
    if found is None:
        raise missing("API")
    return found


def resource(self: Any) -> Resource:
    found = api(self).resources.get(self._get_param("resourceId"))
    if found is None:
        raise missing("Resource")
    return found


def stage(self: Any) -> Stage:
    found = api(self).stages.get(self._get_param("stageName"))
    if found is None:
        raise missing("stage")
    return found


def only_known(self: Any, *names: str) -> dict[str, Any]:
    """The call's parameters, all of which the emulator must know."""
    given = {name: value for name, value in self.params.items() if value is not None}
    if lacking := sorted(set(given) - set(names)):
        raise NotImplementedError(", ".join(lacking))
    return given


def page(self: Any, items: list[Any]) -> dict[str, Any]:
    """``limit`` items (25 unless told, 500 at most) from ``position`` on."""
    start, most = int(self._get_param("position") or 0), min(int(self._get_param("limit") or 25), 500)
    more = {"position": str(start + most)} if start + most < len(items) else {}
    return {"items": items[start : start + most], **more}


def check_tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MOST_TAGS:
        raise bad(f"A resource can have {MOST_TAGS} tags at most")
    if any(key.lower().startswith("aws:") for key in tags):
        raise bad("Invalid tag key: aws: prefixed tag key names are not allowed for external use")
    return dict(tags)
