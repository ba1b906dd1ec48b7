"""Reading instances."""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from emulator.patching import operation
from emulator.services.rds import state
from emulator.services.rds.model import DbInstance


@operation(RDSResponse)
def describe_db_instances(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    state.refuse_unbuilt(params, ("DBInstanceIdentifier", "Filters", "MaxRecords", "Marker"))
    name = params.get("DBInstanceIdentifier")
    instances = [account.instance(name)] if name else list(account.instances.values())
    instances = [instance for instance in instances if _passes(params, instance)]
    found, marker = state.page(params, instances, lambda instance: instance.name)
    described = [instance.describe(account.tag_list(instance.arn)) for instance in found]
    return ActionResult({"DBInstances": described, "Marker": marker})


def _passes(params: dict[str, Any], instance: DbInstance) -> bool:
    """Instances are filtered by identifier or ARN alike."""
    wanted = [dict(item) for item in params.get("Filters") or []]
    for item in wanted:
        if item["Name"] == "db-instance-id":
            item["Values"] = [value.rsplit(":", 1)[-1].lower() for value in item.get("Values") or []]
    known = {
        "db-instance-id": lambda i: i.name,
        "dbi-resource-id": lambda i: i.shape["DbiResourceId"],
        "engine": lambda i: i.shape["Engine"],
    }
    return state.filters({"Filters": wanted}, known)(instance)
