"""What an account has of RDS in one region, and the words that all its operations share."""

import base64
import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.models import RDSBackend

from emulator.limits import limits
from emulator.patching import AwsError
from emulator.services.rds.model import DbInstance, ParameterGroup, Snapshot, SubnetGroup

IDENTIFIER = re.compile(r"[a-zA-Z](-?[a-zA-Z0-9])*")


@dataclass
class State:
    """Objects by name in lower case, which is how RDS keeps names; tags by ARN."""

    region: str
    account: str
    instances: dict[str, DbInstance] = field(default_factory=dict)
    subnet_groups: dict[str, SubnetGroup] = field(default_factory=dict)
    parameter_groups: dict[str, ParameterGroup] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:rds:{self.region}:{self.account}:{kind}:{name}"

    @property
    def ec2(self) -> Any:
        return ec2_backends[self.account][self.region]

    def tag_list(self, arn: str) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.tags.get(arn, {}).items()]

    def instance(self, name: str | None) -> DbInstance:
        """By identifier or ARN; DBInstanceNotFound if there is none."""
        found = self.instances.get((name or "").rsplit(":", 1)[-1].lower())
        if found is None:
            raise AwsError("DBInstanceNotFound", f"DBInstance {name} not found.")
        return found

    def subnet_group(self, name: str | None) -> SubnetGroup:
        found = self.subnet_groups.get((name or "").lower())
        if found is None:
            raise AwsError("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.")
        return found

    def parameter_group(self, name: str | None) -> ParameterGroup:
        found = self.parameter_groups.get((name or "").lower())
        if found is None:
            raise AwsError("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")
        return found

    def snapshot(self, name: str | None) -> Snapshot:
        """By identifier or ARN; DBSnapshotNotFound if there is none."""
        found = self.snapshots.get((name or "").split(":snapshot:")[-1].lower())
        if found is None:
            raise AwsError("DBSnapshotNotFound", f"DBSnapshot {name} not found.")
        return found


def _state_of(backend: RDSBackend) -> State:
    """Kept in the backend, so that it goes with a reset."""
    if "_mysql" not in backend.__dict__:
        state = State(backend.region_name, backend.account_id)
        for family in ("mysql8.0", "mysql8.4"):
            name = f"default.{family}"
            arn = state.arn("pg", name)
            state.parameter_groups[name] = ParameterGroup(
                name, family, f"Default parameter group for {family}", arn
            )
        backend.__dict__["_mysql"] = state
    return backend.__dict__["_mysql"]


RDSBackend.mysql = property(_state_of)


def of(response: Any) -> State:
    """The state that a request is about."""
    return response.backend.mysql


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def conflicting(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def required(params: dict[str, Any], *names: str) -> None:
    for name in names:
        if params.get(name) in (None, ""):
            raise invalid(f"The parameter {name} must be provided and must not be blank.")


def refuse_unbuilt(params: dict[str, Any], known: Iterable[str]) -> None:
    """What the emulator would ignore is a 501, not a success."""
    unbuilt = sorted(name for name, value in params.items() if name not in known and value not in (None, []))
    if unbuilt:
        raise NotImplementedError(f"parameters {', '.join(unbuilt)}")


def check_identifier(parameter: str, value: str | None, most: int) -> str:
    """An identifier as RDS takes it, in the lower case in which RDS keeps it."""
    if not value or len(value) > most or not IDENTIFIER.fullmatch(value):
        raise invalid(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must "
            "contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
            f"consecutive hyphens. At most {most} characters."
        )
    return value.lower()


def check_quota(limit: str, there_are: int, code: str, what: str) -> None:
    if there_are >= getattr(limits, limit):
        raise AwsError(code, f"Cannot create more than {getattr(limits, limit)} {what}")


def filters(params: dict[str, Any], known: dict[str, Callable[[Any], str]]) -> Callable[[Any], bool]:
    """Whether an item passes all of the request's filters; ``known`` gives an item's value for each name."""
    wanted = {item["Name"]: set(item.get("Values") or []) for item in params.get("Filters") or []}
    for name in wanted:
        if name not in known:
            raise invalid(f"Unrecognized filter name: {name}")
    return lambda item: all(known[name](item) in values for name, values in wanted.items())


def page(params: dict[str, Any], items: list[Any], name: Callable[[Any], str]) -> tuple[list[Any], str | None]:
    """A page of items, which come in the order of their unique names, and the marker of the next one."""
    most = params.get("MaxRecords") or 100
    if not 20 <= most <= 100:
        raise invalid(f"Invalid value {most} for MaxRecords. Must be between 20 and 100")
    items = sorted(items, key=name)
    if params.get("Marker"):
        try:
            after = base64.urlsafe_b64decode(params["Marker"]).decode()
        except ValueError as error:
            raise invalid("Invalid value for Marker") from error
        items = [item for item in items if name(item) > after]
    if len(items) <= most:
        return items, None
    return items[:most], base64.urlsafe_b64encode(name(items[most - 1]).encode()).decode()
