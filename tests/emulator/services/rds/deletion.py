"""Deleting instances: not protected ones, and not without a last snapshot unless it is waived."""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from emulator.patching import AwsError, operation
from emulator.services.rds import placement, secrets, snapshots, state
from emulator.services.rds.model import DbInstance, Snapshot
from emulator.timing import timing


@operation(RDSResponse)
def delete_db_instance(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    instance = account.instance(params.get("DBInstanceIdentifier"))
    skip, last = bool(params.get("SkipFinalSnapshot")), params.get("FinalDBSnapshotIdentifier")
    if skip and last:
        raise state.conflicting("FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true")
    if not skip and not last:
        raise state.conflicting("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if instance.status == "deleting":
        raise AwsError("InvalidDBInstanceState", f"Instance {instance.name} is already being deleted.")
    if instance.status != "available":
        raise AwsError(
            "InvalidDBInstanceState", f"Instance {instance.name} is not currently in the available state."
        )
    if instance.shape["DeletionProtection"]:
        raise state.conflicting(
            "Cannot delete protected DB Instance, please disable deletion protection and try again."
        )
    name = snapshots.check_new(account, "FinalDBSnapshotIdentifier", last) if last else None
    snapshot = snapshots.take(account, instance, name, []) if name else None
    instance.status = "deleting"
    answer = instance.describe(account.tag_list(instance.arn))
    timing.after("db_instance", "delete", lambda: _vanish(account, instance, snapshot))
    return ActionResult({"DBInstance": answer})


def _vanish(account: state.State, instance: DbInstance, snapshot: Snapshot | None) -> None:
    """What belongs to the instance goes with it: interfaces, tags, the master user's secret."""
    if snapshot:
        snapshot.status = "available"
    placement.remove(account, instance)
    secrets.delete(account, instance)
    account.instances.pop(instance.name, None)
    account.tags.pop(instance.arn, None)
