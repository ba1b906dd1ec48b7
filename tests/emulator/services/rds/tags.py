"""Tags of all that RDS has."""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.rds.responses import RDSResponse

from emulator.patching import operation
from emulator.services.rds import state

MOST_TAGS = 50


def put(account: state.State, arn: str, tags: list[dict[str, str]] | None) -> None:
    """Add tags, all or none; call it before the object is made, so that a bad tag makes nothing."""
    added = {tag["Key"]: tag.get("Value") or "" for tag in tags or []}
    if any(key.startswith("aws:") for key in added):
        raise state.invalid("Tag keys must not start with aws:, which is reserved.")
    together = {**account.tags.get(arn, {}), **added}
    if len(together) > MOST_TAGS:
        raise state.invalid(f"An object has at most {MOST_TAGS} tags.")
    account.tags[arn] = together


def _known(self: Any) -> str:
    """The ARN that the request names; the error of its kind if there is no such object."""
    account, arn = state.of(self), self.params.get("ResourceName") or ""
    parts = arn.split(":", 6)
    find = {
        "db": account.instance,
        "subgrp": account.subnet_group,
        "pg": account.parameter_group,
        "snapshot": account.snapshot,
    }.get(parts[5] if len(parts) == 7 else "")
    if find is None:
        raise state.invalid(f"Invalid resource name: {arn}")
    found: str = find(parts[6]).arn
    if found != arn:
        raise state.invalid(f"Invalid resource name: {arn}")
    return found


@operation(RDSResponse)
def list_tags_for_resource(self: Any) -> ActionResult:
    return ActionResult({"TagList": state.of(self).tag_list(_known(self))})


@operation(RDSResponse)
def add_tags_to_resource(self: Any) -> EmptyResult:
    put(state.of(self), _known(self), self.params.get("Tags"))
    return EmptyResult()


@operation(RDSResponse)
def remove_tags_from_resource(self: Any) -> EmptyResult:
    tags = state.of(self).tags.get(_known(self), {})
    for key in self.params.get("TagKeys") or []:
        tags.pop(key, None)
    return EmptyResult()
