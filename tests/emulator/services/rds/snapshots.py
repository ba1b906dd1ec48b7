"""Snapshots that someone asked for: manual ones and the last one of an instance."""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from emulator.patching import AwsError, operation
from emulator.services.rds import state, tags
from emulator.services.rds.model import DbInstance, Snapshot
from emulator.timing import timing

MOST_CHARACTERS = 255
_COPIED = (
    "AllocatedStorage", "AvailabilityZone", "DbiResourceId", "Engine", "EngineVersion",
    "IAMDatabaseAuthenticationEnabled", "InstanceCreateTime", "Iops", "KmsKeyId", "LicenseModel",
    "MasterUsername", "StorageThroughput", "StorageType",
)  # fmt: skip


def check_new(account: state.State, parameter: str, name: str) -> str:
    """The name of a snapshot that may be made."""
    name = state.check_identifier(parameter, name, MOST_CHARACTERS)
    if name in account.snapshots:
        raise AwsError(
            "DBSnapshotAlreadyExists",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
        )
    state.check_quota("db_snapshots", len(account.snapshots), "SnapshotQuotaExceeded", "DB snapshots")
    return name


def take(account: state.State, instance: DbInstance, name: str, own_tags: list[dict[str, str]]) -> Snapshot:
    """A snapshot under way; whoever takes it says when it is done."""
    arn = account.arn("snapshot", name)
    copied = account.tag_list(instance.arn) if instance.shape["CopyTagsToSnapshot"] else []
    tags.put(account, arn, copied + own_tags)
    shape = {
        **{member: instance.shape.get(member) for member in _COPIED},
        "DBInstanceIdentifier": instance.name,
        "SnapshotCreateTime": state.now(),
        "Port": instance.port,
        "VpcId": instance.subnet_group.vpc_id,
        "Encrypted": instance.shape["StorageEncrypted"],
        "SnapshotType": "manual",
        "SnapshotTarget": "region",
    }
    account.snapshots[name] = Snapshot(name, arn, shape, dict(instance.shape))
    return account.snapshots[name]


@operation(RDSResponse)
def create_db_snapshot(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    state.required(params, "DBSnapshotIdentifier", "DBInstanceIdentifier")
    instance = account.instance(params["DBInstanceIdentifier"])
    name = check_new(account, "DBSnapshotIdentifier", params["DBSnapshotIdentifier"])
    if instance.status != "available":
        raise AwsError(
            "InvalidDBInstanceState",
            f"Cannot create a snapshot because the database instance {instance.name} is not currently in the "
            "available state.",
        )
    snapshot = take(account, instance, name, params.get("Tags") or [])
    answer = snapshot.describe(account.tag_list(snapshot.arn))
    instance.status = "backing-up"

    def done() -> None:
        snapshot.status = "available"
        instance.status = "available"

    timing.after("db_instance", "backup", done)
    return ActionResult({"DBSnapshot": answer})


@operation(RDSResponse)
def describe_db_snapshots(self: Any) -> ActionResult:
    """An unknown snapshot is an error, an unknown instance has none."""
    account, params = state.of(self), self.params
    known = ("DBInstanceIdentifier", "DBSnapshotIdentifier", "SnapshotType", "Filters", "MaxRecords", "Marker")
    ignored = [name for name in ("IncludeShared", "IncludePublic") if not params.get(name)]
    state.refuse_unbuilt(params, (*known, *ignored))
    name, instance_name = params.get("DBSnapshotIdentifier"), params.get("DBInstanceIdentifier")
    snapshots = [account.snapshot(name)] if name else list(account.snapshots.values())
    if instance_name:
        instance_name = instance_name.rsplit(":", 1)[-1].lower()
    passes = state.filters(
        params,
        {
            "db-instance-id": lambda s: s.shape["DBInstanceIdentifier"],
            "db-snapshot-id": lambda s: s.name,
            "dbi-resource-id": lambda s: s.shape["DbiResourceId"],
            "snapshot-type": lambda s: s.shape["SnapshotType"],
            "engine": lambda s: s.shape["Engine"],
        },
    )
    snapshots = [
        snapshot
        for snapshot in snapshots
        if instance_name in (None, snapshot.shape["DBInstanceIdentifier"])
        and params.get("SnapshotType") in (None, snapshot.shape["SnapshotType"])
        and passes(snapshot)
    ]
    found, marker = state.page(params, snapshots, lambda snapshot: snapshot.name)
    described = [snapshot.describe(account.tag_list(snapshot.arn)) for snapshot in found]
    return ActionResult({"DBSnapshots": described, "Marker": marker})


@operation(RDSResponse)
def delete_db_snapshot(self: Any) -> ActionResult:
    account = state.of(self)
    snapshot = account.snapshot(self.params.get("DBSnapshotIdentifier"))
    if snapshot.status != "available":
        raise AwsError(
            "InvalidDBSnapshotState", f"DB snapshot {snapshot.name} is not in the available state."
        )
    answer = snapshot.describe(account.tag_list(snapshot.arn))
    del account.snapshots[snapshot.name]
    account.tags.pop(snapshot.arn, None)
    return ActionResult({"DBSnapshot": {**answer, "Status": "deleted"}})
