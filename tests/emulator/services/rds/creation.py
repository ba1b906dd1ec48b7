"""Making instances, from nothing or from a snapshot: what both have in common is ``_make``."""

import random
import re
import string
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from emulator.patching import AwsError, operation
from emulator.services.rds import engine, placement, secrets, state, storage, tags, windows
from emulator.services.rds.model import DbInstance, ParameterGroup
from emulator.timing import timing

MOST_CHARACTERS = 63
PORTS = range(1150, 65536)
RETENTION_DAYS = range(36)
INSIGHTS_DAYS = {7, 731, *(months * 31 for months in range(1, 24))}
RESERVED_NAMES = {"rdsadmin", "rdsrepladmin", "rdsproxyadmin", "mysql", "sys", "information_schema"}
# What both ways of making an instance take, and are built here.
COMMON = {
    "AllocatedStorage", "AutoMinorVersionUpgrade", "AvailabilityZone", "BackupRetentionPeriod",
    "CopyTagsToSnapshot", "DBInstanceClass", "DBInstanceIdentifier", "DBParameterGroupName",
    "DBSubnetGroupName", "DeletionProtection", "Engine", "Iops", "LicenseModel", "MultiAZ", "Port",
    "PreferredBackupWindow", "PubliclyAccessible", "StorageThroughput", "StorageType", "Tags",
    "VpcSecurityGroupIds",
}  # fmt: skip
CREATE = COMMON | {
    "DBName", "EnablePerformanceInsights", "EngineVersion", "KmsKeyId", "ManageMasterUserPassword",
    "MasterUserPassword", "MasterUserSecretKmsKeyId", "MasterUsername", "MaxAllocatedStorage",
    "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod", "PreferredMaintenanceWindow",
    "StorageEncrypted",
}  # fmt: skip
RESTORE = COMMON | {"DBSnapshotIdentifier"}


@operation(RDSResponse)
def create_db_instance(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    state.refuse_unbuilt(params, CREATE)
    state.required(
        params, "DBInstanceIdentifier", "DBInstanceClass", "Engine", "AllocatedStorage", "MasterUsername"
    )
    version = engine.resolve(params.get("EngineVersion"))
    shape = {
        "EngineVersion": version,
        "MasterUsername": _master_username(params["MasterUsername"]),
        "DBName": _db_name(params.get("DBName")),
        **_encryption(account, params),
        **storage.check(
            params.get("StorageType") or ("io1" if params.get("Iops") else "gp3"),
            params["AllocatedStorage"],
            params.get("Iops"),
            params.get("StorageThroughput"),
        ),
        "MaxAllocatedStorage": storage.check_most(
            params["AllocatedStorage"], params.get("MaxAllocatedStorage")
        ),
        **performance_insights(account, params, params["DBInstanceClass"]),
    }
    managed = bool(params.get("ManageMasterUserPassword"))
    check_master_password(params, managed)
    if params.get("MasterUserSecretKmsKeyId") and not managed:
        raise state.conflicting("MasterUserSecretKmsKeyId requires ManageMasterUserPassword.")
    secret_key = (
        placement.key_arn(account, params.get("MasterUserSecretKmsKeyId"), "alias/aws/secretsmanager")
        if managed
        else None
    )
    instance = _make(account, params, shape)
    if secret_key:
        secrets.make(account, instance, secret_key, bool(params.get("MasterUserSecretKmsKeyId")))
    return ActionResult({"DBInstance": _started(account, instance)})


@operation(RDSResponse)
def restore_db_instance_from_db_snapshot(self: Any) -> ActionResult:
    """Data, key, user and version are the snapshot's; little else is taken over."""
    account, params = state.of(self), self.params
    state.refuse_unbuilt(params, RESTORE)
    state.required(params, "DBInstanceIdentifier", "DBSnapshotIdentifier")
    snapshot = account.snapshot(params["DBSnapshotIdentifier"])
    if snapshot.status != "available":
        raise AwsError(
            "InvalidDBSnapshotState", f"DB snapshot {snapshot.name} is not in the available state."
        )
    kept = snapshot.source
    size = params.get("AllocatedStorage") or kept["AllocatedStorage"]
    if size < kept["AllocatedStorage"]:
        raise state.invalid(f"Requested storage size {size} cannot be less than the snapshot's.")
    storage_type = params.get("StorageType") or kept["StorageType"]
    bought = storage_type in storage.IOPS and (storage_type != "gp3" or size >= storage.STRIPED_FROM)
    same = bought and storage_type == kept["StorageType"]
    shape = {
        **{name: kept[name] for name in ("EngineVersion", "MasterUsername", "DBName")},
        **{name: kept[name] for name in ("StorageEncrypted", "KmsKeyId")},
        **storage.check(
            storage_type,
            size,
            params.get("Iops") or (kept["Iops"] if same else None),
            params.get("StorageThroughput") or (kept["StorageThroughput"] if same else None),
        ),
        "MaxAllocatedStorage": None,
        **performance_insights(account, {}, ""),
    }
    wanted = {
        "DBInstanceClass": kept["DBInstanceClass"],
        "BackupRetentionPeriod": kept["BackupRetentionPeriod"],
        "PreferredBackupWindow": kept["PreferredBackupWindow"],
        **params,
    }
    instance = _make(account, wanted, shape)
    return ActionResult({"DBInstance": _started(account, instance)})


def _make(account: state.State, params: dict[str, Any], shape: dict[str, Any]) -> DbInstance:
    """The instance itself; everything has been checked when the first thing is made."""
    name = state.check_identifier("DBInstanceIdentifier", params["DBInstanceIdentifier"], MOST_CHARACTERS)
    if name in account.instances:
        raise AwsError("DBInstanceAlreadyExists", "DB instance already exists")
    state.check_quota("db_instances", len(account.instances), "InstanceQuotaExceeded", "DB instances")
    if params.get("Engine", "mysql") != "mysql":
        raise NotImplementedError(f"engine {params['Engine']}")
    if not params.get("DBSubnetGroupName"):
        raise NotImplementedError("instances of the default network")
    engine.check_class(params["DBInstanceClass"], shape["EngineVersion"])
    subnet_group = account.subnet_group(params["DBSubnetGroupName"])
    groups = placement.check_security_groups(account, params.get("VpcSecurityGroupIds"), subnet_group.vpc_id)
    public = bool(params.get("PubliclyAccessible"))
    placement.check_public(account, public, subnet_group.vpc_id)
    backup, maintenance = windows.check(
        params.get("PreferredBackupWindow"), params.get("PreferredMaintenanceWindow")
    )
    retention = params.get("BackupRetentionPeriod")
    shape = {
        **shape,
        **placement.zones(subnet_group, params.get("AvailabilityZone"), bool(params.get("MultiAZ"))),
        "Engine": "mysql",
        "DBInstanceClass": params["DBInstanceClass"],
        "LicenseModel": "general-public-license",
        "PreferredBackupWindow": backup,
        "PreferredMaintenanceWindow": maintenance,
        "BackupRetentionPeriod": 1 if retention is None else check_retention(retention),
        "AutoMinorVersionUpgrade": params.get("AutoMinorVersionUpgrade", True),
        "CopyTagsToSnapshot": params.get("CopyTagsToSnapshot", False),
        "DeletionProtection": params.get("DeletionProtection", False),
        "PubliclyAccessible": public,
        "InstanceCreateTime": state.now(),
        "DbiResourceId": "db-" + "".join(random.choices(string.ascii_uppercase + string.digits, k=26)),
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "DbInstancePort": 0,
        "MonitoringInterval": 0,
        "IAMDatabaseAuthenticationEnabled": False,
        "NetworkType": "IPV4",
        "BackupTarget": "region",
        "StorageVolumeStatus": "Active",
        "DedicatedLogVolume": False,
    }
    parameter_group = find_parameter_group(
        account, params.get("DBParameterGroupName"), shape["EngineVersion"]
    )
    port = check_port(params.get("Port") or 3306)
    arn = account.arn("db", name)
    tags.put(account, arn, params.get("Tags"))
    instance = DbInstance(name, arn, account.region, shape, subnet_group, parameter_group, groups, port)
    account.instances[name] = instance
    placement.place(account, instance)
    return instance


def _started(account: state.State, instance: DbInstance) -> dict[str, Any]:
    """The answer, which comes before the instance is there; then its way to available."""
    answer = instance.describe(account.tag_list(instance.arn))
    timing.after("db_instance", "create", lambda: _created(instance))
    return answer


def _created(instance: DbInstance) -> None:
    if instance.shape["BackupRetentionPeriod"]:
        instance.status = "backing-up"
        timing.after("db_instance", "backup", lambda: setattr(instance, "status", "available"))
    else:
        instance.status = "available"


def _encryption(account: state.State, params: dict[str, Any]) -> dict[str, Any]:
    if not params.get("StorageEncrypted"):
        if params.get("KmsKeyId"):
            raise state.conflicting("You can't specify a KMS key for storage that isn't encrypted.")
        return {"StorageEncrypted": False, "KmsKeyId": None}
    key = placement.key_arn(account, params.get("KmsKeyId"), "alias/aws/rds")
    return {"StorageEncrypted": True, "KmsKeyId": key}


def _master_username(name: str) -> str:
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,15}", name):
        raise state.invalid(
            "The parameter MasterUsername must be 1 to 16 letters, numbers or underscores, beginning with a "
            "letter."
        )
    if name.lower() in RESERVED_NAMES:
        raise state.invalid(f"MasterUsername {name} cannot be used as it is a reserved word used by the engine")
    return name


def _db_name(name: str | None) -> str | None:
    if name is not None and not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,63}", name):
        raise state.invalid("DBName must begin with a letter and contain only alphanumeric characters.")
    if name and name.lower() in RESERVED_NAMES:
        raise state.invalid(f"Database name cannot be a reserved word: {name}")
    return name


def check_master_password(params: dict[str, Any], managed: bool) -> None:
    """Either RDS makes the password, or the request brings it."""
    password = params.get("MasterUserPassword")
    if managed and password is not None:
        raise state.conflicting(
            "You can't specify MasterUserPassword when ManageMasterUserPassword is turned on."
        )
    if managed:
        return
    state.required(params, "MasterUserPassword")
    if not 8 <= len(password) <= 41 or not re.fullmatch(r"[!-~]+", password) or set(password) & set('/"@'):
        raise state.invalid("The parameter MasterUserPassword is not a valid password.")


def check_retention(days: int) -> int:
    if days not in RETENTION_DAYS:
        raise state.invalid(
            f"Invalid backup retention period: {days}. The backup retention period must be between 0 and 35."
        )
    return days


def check_port(port: int) -> int:
    if port not in PORTS:
        raise state.invalid(f"Invalid port: {port}. Valid ports are {PORTS[0]}-{PORTS[-1]}.")
    return port


def find_parameter_group(account: state.State, name: str | None, version: str) -> ParameterGroup:
    """The group, which must be of the version's family; without a name the family's default."""
    group = account.parameter_group(name or f"default.{engine.family(version)}")
    if group.family != engine.family(version):
        raise state.conflicting(
            f"The parameter group {group.name} with DBParameterGroupFamily {group.family} can't be used for "
            f"this instance. Please use a parameter group with DBParameterGroupFamily {engine.family(version)}"
        )
    return group


def performance_insights(
    account: state.State, params: dict[str, Any], instance_class: str
) -> dict[str, Any]:
    """The members of a DBInstance for Performance Insights as they are asked for."""
    if not params.get("EnablePerformanceInsights"):
        for name in ("PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod"):
            if params.get(name) is not None:
                raise state.conflicting(f"{name} requires EnablePerformanceInsights.")
        return {
            "PerformanceInsightsEnabled": False,
            "PerformanceInsightsKMSKeyId": None,
            "PerformanceInsightsRetentionPeriod": None,
        }
    engine.check_performance_insights(instance_class)
    days = params.get("PerformanceInsightsRetentionPeriod") or 7
    if days not in INSIGHTS_DAYS:
        raise state.invalid(f"Invalid Performance Insights retention period: {days}")
    key = placement.key_arn(account, params.get("PerformanceInsightsKMSKeyId"), "alias/aws/rds")
    return {
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsKMSKeyId": key,
        "PerformanceInsightsRetentionPeriod": days,
    }
