"""Changing instances: at once, with the next maintenance window, or as soon as RDS gets round to it."""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from emulator.patching import AwsError, operation
from emulator.services.rds import creation, engine, placement, secrets, state, storage, windows
from emulator.services.rds.model import DbInstance, ParameterGroup
from emulator.timing import timing

# Held in PendingModifiedValues until the maintenance window, unless ApplyImmediately is given.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
STORAGE = ("AllocatedStorage", "Iops", "StorageThroughput", "StorageType")
# Changes that nobody notices: the instance stays available.
QUIET = ("AutoMinorVersionUpgrade", "CopyTagsToSnapshot", "DeletionProtection")
INSIGHTS = (
    "EnablePerformanceInsights",
    "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod",
)
KNOWN = {
    *STORAGE, *QUIET, *INSIGHTS, "DBInstanceIdentifier", "ApplyImmediately", "AllowMajorVersionUpgrade",
    "BackupRetentionPeriod", "DBInstanceClass", "DBParameterGroupName", "DBPortNumber", "DBSubnetGroupName",
    "EngineVersion", "ManageMasterUserPassword", "MasterUserPassword", "MasterUserSecretKmsKeyId",
    "MaxAllocatedStorage", "MultiAZ", "PreferredBackupWindow", "PreferredMaintenanceWindow",
    "PubliclyAccessible", "RotateMasterUserPassword", "VpcSecurityGroupIds",
}  # fmt: skip
USABLE = ("available", "storage-optimization")


def _usable(self: Any) -> DbInstance:
    instance = state.of(self).instance(self.params.get("DBInstanceIdentifier"))
    if instance.status not in USABLE:
        raise AwsError("InvalidDBInstanceState", "Database instance is not in available state.")
    return instance


@operation(RDSResponse)
def modify_db_instance(self: Any) -> ActionResult:
    account = state.of(self)
    params = {name: value for name, value in self.params.items() if value is not None}
    instance = _usable(self)
    state.refuse_unbuilt(params, KNOWN)
    if "DBSubnetGroupName" in params:
        _refuse_subnet_group(account, instance, params["DBSubnetGroupName"])
    # All of the checks come before the first effect.
    deferred = _deferred(instance, params)
    quiet = {name: params[name] for name in QUIET if name in params} | _quiet(instance, params, deferred)
    effects = [
        effect
        for look in (_network, _insights, _master_user, _parameter_group)
        for effect in look(account, instance, params)
    ]
    words = [word for word in [effect() for effect in effects] if word]
    instance.shape.update(quiet)
    for member, value in deferred.items():
        if value == _now(instance, member):
            instance.pending.pop(member, None)
        else:
            instance.pending[member] = value
    applied = {
        member
        for member in instance.pending
        if params.get("ApplyImmediately") or _soon(instance, member)
    }
    answer = instance.describe(account.tag_list(instance.arn))
    if applied or words:
        word = "upgrading" if "EngineVersion" in applied else words[0] if words else "modifying"
        _go_through(account, instance, word, applied)
    return ActionResult({"DBInstance": answer})


def _refuse_subnet_group(account: state.State, instance: DbInstance, name: str) -> None:
    if account.subnet_group(name).vpc_id != instance.subnet_group.vpc_id:
        raise NotImplementedError("moving an instance to another network")
    raise AwsError(
        "InvalidVPCNetworkStateFault",
        f"You cannot move DB instance {instance.name} to subnet group {name}. The specified DB subnet group "
        "and DB instance are in the same VPC. Choose a DB subnet group in different VPC than the specified DB "
        "instance and try again.",
    )


def _now(instance: DbInstance, member: str) -> Any:
    return instance.port if member == "Port" else instance.shape.get(member)


def _soon(instance: DbInstance, member: str) -> bool:
    """What RDS doesn't keep for the maintenance window in any case: the port, and how long backups are kept
    unless they are turned on or off."""
    if member == "BackupRetentionPeriod":
        return bool(instance.shape[member] and instance.pending[member])
    return member == "Port"


def _deferred(instance: DbInstance, params: dict[str, Any]) -> dict[str, Any]:
    """The members of PendingModifiedValues that the request is about."""
    wanted: dict[str, Any] = {}
    if "EngineVersion" in params:
        wanted["EngineVersion"] = _upgrade(instance, params)
    version = wanted.get("EngineVersion") or instance.version
    if "DBInstanceClass" in params:
        wanted["DBInstanceClass"] = params["DBInstanceClass"]
        engine.check_class(params["DBInstanceClass"], version)
        if instance.shape["PerformanceInsightsEnabled"] and params.get("EnablePerformanceInsights", True):
            engine.check_performance_insights(params["DBInstanceClass"])
    if "MultiAZ" in params:
        wanted["MultiAZ"] = params["MultiAZ"]
    if "BackupRetentionPeriod" in params:
        wanted["BackupRetentionPeriod"] = creation.check_retention(params["BackupRetentionPeriod"])
    if "DBPortNumber" in params:
        wanted["Port"] = creation.check_port(params["DBPortNumber"])
    if any(name in params for name in STORAGE):
        wanted.update(_storage(instance, params))
    return wanted


def _upgrade(instance: DbInstance, params: dict[str, Any]) -> str:
    version = engine.resolve(params["EngineVersion"])
    if version != instance.version:
        engine.check_upgrade(instance.version, version, bool(params.get("AllowMajorVersionUpgrade")))
    return version


def _storage(instance: DbInstance, params: dict[str, Any]) -> dict[str, Any]:
    shape = instance.shape
    size = storage.grown(
        shape["AllocatedStorage"], params.get("AllocatedStorage") or shape["AllocatedStorage"]
    )
    kind = params.get("StorageType") or shape["StorageType"]
    bought = kind == shape["StorageType"] and (
        kind in ("io1", "io2") or (kind == "gp3" and shape["AllocatedStorage"] >= storage.STRIPED_FROM)
    )
    if bought and kind != "gp3" and size > shape["AllocatedStorage"] and "Iops" not in params:
        raise state.conflicting(
            "You must specify Iops when you increase the allocated storage of provisioned IOPS."
        )
    wanted = storage.check(
        kind,
        size,
        params.get("Iops") or (shape["Iops"] if bought else None),
        params.get("StorageThroughput") or (shape["StorageThroughput"] if bought else None),
    )
    if instance.status == "storage-optimization" and any(wanted[name] != shape.get(name) for name in wanted):
        raise state.conflicting(
            "You can't currently modify the storage of this DB instance because the previous storage change is "
            "being optimized."
        )
    return wanted


def _quiet(instance: DbInstance, params: dict[str, Any], deferred: dict[str, Any]) -> dict[str, Any]:
    """Windows, and how far storage may grow by itself."""
    shape = instance.shape
    backup, maintenance = windows.check(
        params.get("PreferredBackupWindow") or shape["PreferredBackupWindow"],
        params.get("PreferredMaintenanceWindow") or shape["PreferredMaintenanceWindow"],
    )
    changes = {"PreferredBackupWindow": backup, "PreferredMaintenanceWindow": maintenance}
    size = deferred.get("AllocatedStorage") or shape["AllocatedStorage"]
    if "MaxAllocatedStorage" in params:
        changes["MaxAllocatedStorage"] = storage.check_most(size, params["MaxAllocatedStorage"])
    elif (shape["MaxAllocatedStorage"] or size) < size:
        raise state.conflicting("Max storage size must be greater than storage size")
    return changes


def _network(account: state.State, instance: DbInstance, params: dict[str, Any]) -> list[Any]:
    vpc_id, groups, public = instance.subnet_group.vpc_id, instance.security_group_ids, None
    if params.get("VpcSecurityGroupIds"):
        groups = placement.check_security_groups(account, params["VpcSecurityGroupIds"], vpc_id)
    if "PubliclyAccessible" in params:
        public = params["PubliclyAccessible"]
        placement.check_public(account, public, vpc_id)
    changes = {} if public is None else {"PubliclyAccessible": public}
    if set(groups) == set(instance.security_group_ids) and changes.items() <= instance.shape.items():
        return []

    def move() -> str:
        instance.security_group_ids = groups
        instance.shape.update(changes)
        placement.place(account, instance)
        return "modifying"

    return [move]


def _insights(account: state.State, instance: DbInstance, params: dict[str, Any]) -> list[Any]:
    if not any(name in params for name in INSIGHTS):
        return []
    shape = instance.shape
    wanted = {name: params[name] for name in INSIGHTS if name in params}
    wanted.setdefault("EnablePerformanceInsights", shape["PerformanceInsightsEnabled"])
    if wanted["EnablePerformanceInsights"]:
        for name in INSIGHTS[1:]:
            wanted.setdefault(name, shape[name])
    changes = creation.performance_insights(
        account, wanted, params.get("DBInstanceClass") or shape["DBInstanceClass"]
    )
    if changes.items() <= shape.items():
        return []

    def set_up() -> str:
        shape.update(changes)
        return "modifying"

    return [set_up]


def _master_user(account: state.State, instance: DbInstance, params: dict[str, Any]) -> list[Any]:
    word = "resetting-master-credentials"
    managed = bool(params.get("ManageMasterUserPassword", instance.master_secret is not None))
    key = params.get("MasterUserSecretKmsKeyId")
    if params.get("MasterUserPassword") or (instance.master_secret and not managed):
        creation.check_master_password(params, managed)

        def own() -> str:
            secrets.delete(account, instance)
            return word

        return [own]
    if params.get("RotateMasterUserPassword"):
        if not instance.master_secret:
            raise state.conflicting("The master user password isn't managed in Secrets Manager.")
        if not params.get("ApplyImmediately"):
            raise state.conflicting("You must apply the change immediately when rotating the password.")
        return [lambda: secrets.rotate(account, instance) or word]
    if managed and not instance.master_secret:
        arn = placement.key_arn(account, key, "alias/aws/secretsmanager")
        return [lambda: secrets.make(account, instance, arn, bool(key)) or word]
    if key and (not managed or _other_key(account, instance, key)):
        raise state.conflicting("You can't change the KMS key of a master user secret.")
    return []


def _other_key(account: state.State, instance: DbInstance, key: str) -> bool:
    return placement.key_arn(account, key, "alias/aws/secretsmanager") != instance.master_secret.kms_key_arn


def _parameter_group(account: state.State, instance: DbInstance, params: dict[str, Any]) -> list[Any]:
    """Another group at once, its parameters with the next reboot; one of a next version waits for that."""
    name, upcoming = params.get("DBParameterGroupName"), instance.next_parameter_group
    if "EngineVersion" in params:
        upcoming = _upcoming(account, instance, params)
    effects: list[Any] = [lambda: setattr(instance, "next_parameter_group", upcoming)]
    if not name or (upcoming and upcoming.name == name.lower()):
        return effects
    group = creation.find_parameter_group(account, name, instance.version)

    def switch() -> str:
        instance.parameter_group = group
        instance.apply_status = "pending-reboot"
        return "modifying"

    return [*effects, switch] if group is not instance.parameter_group else effects


def _upcoming(account: state.State, instance: DbInstance, params: dict[str, Any]) -> ParameterGroup | None:
    """The group of a new major version; a customer's own group has to be followed by a named one."""
    version, name = engine.resolve(params["EngineVersion"]), params.get("DBParameterGroupName")
    if engine.major(version) == engine.major(instance.version):
        return None
    if not name and not instance.parameter_group.is_default:
        raise state.conflicting(
            f"The current DB instance parameter group {instance.parameter_group.name} is custom. You must "
            "explicitly specify a new DB instance parameter group, either default or custom, for the engine "
            "version upgrade."
        )
    return creation.find_parameter_group(account, name, version)


def _go_through(account: state.State, instance: DbInstance, word: str, applied: set[str]) -> None:
    """A modification: it begins a little after its call, and its values come with its end."""

    def begin() -> None:
        if instance.status != "deleting":
            instance.status = word
            timing.after("db_instance", "modify", end)

    def end() -> None:
        values = {member: instance.pending.pop(member) for member in applied if member in instance.pending}
        _apply(account, instance, values)
        instance.status = "available"
        if any(member in values for member in STORAGE):
            instance.status = "storage-optimization"
            timing.after("db_instance", "optimize", lambda: _optimized(instance))

    timing.after("db_instance", "modify_start", begin)


def _optimized(instance: DbInstance) -> None:
    if instance.status == "storage-optimization":
        instance.status = "available"


def _apply(account: state.State, instance: DbInstance, values: dict[str, Any]) -> None:
    if "Port" in values:
        instance.port = values.pop("Port")
        instance.apply_status = "in-sync"
    if "MultiAZ" in values:
        values["SecondaryAvailabilityZone"] = placement.standby_zone(instance) if values["MultiAZ"] else None
    instance.shape.update(values)
    if "EngineVersion" in values and instance.next_parameter_group:
        instance.parameter_group, instance.next_parameter_group = instance.next_parameter_group, None
        instance.apply_status = "in-sync"
    if "MultiAZ" in values:
        placement.place(account, instance)


@operation(RDSResponse)
def reboot_db_instance(self: Any) -> ActionResult:
    """Parameters that waited for it come into force."""
    state.refuse_unbuilt(self.params, ("DBInstanceIdentifier",))
    account, instance = state.of(self), _usable(self)
    instance.status = "rebooting"
    answer = instance.describe(account.tag_list(instance.arn))

    def done() -> None:
        instance.status, instance.apply_status = "available", "in-sync"

    timing.after("db_instance", "modify", done)
    return ActionResult({"DBInstance": answer})
