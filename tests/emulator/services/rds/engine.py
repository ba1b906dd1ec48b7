"""Versions of MySQL, what upgrades to what, and the instance classes that run it."""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from emulator.patching import AwsError, operation
from emulator.services.rds import state

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
VERSIONS = ("8.0.40", "8.0.41", "8.0.42", "8.0.43", "8.4.3", "8.4.4", "8.4.5", "8.4.6")
# What a version without its last part becomes: RDS's default, which isn't the newest.
DEFAULTS = {"8.0": "8.0.42", "8.4": "8.4.5"}
DEFAULT = DEFAULTS["8.4"]
FAMILIES = tuple(f"mysql{major}" for major in DEFAULTS)

_ALL_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge")
_BURSTABLE = ("micro", "small", "medium", "large", "xlarge", "2xlarge")
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
CLASSES = {
    f"db.{family}.{size}"
    for families, sizes in (
        (("t3", "t4g"), _BURSTABLE),
        (("m5", "m6g", "m6i", "m7g", "m7i", "m8g", "r5", "r6g", "r6i", "r7g", "r7i", "r8g"), _ALL_SIZES),
    )
    for family in families
    for size in sizes
}
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.Engines.html
WITHOUT_PERFORMANCE_INSIGHTS = {"db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"}


def order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def major(version: str) -> str:
    """``8.4`` of ``8.4.5``: what MySQL counts as a major version."""
    return ".".join(version.split(".")[:2])


def family(version: str) -> str:
    return f"mysql{major(version)}"


def resolve(version: str | None) -> str:
    """The concrete version that a request means."""
    concrete = DEFAULTS.get(version, version) if version else DEFAULT
    if concrete not in VERSIONS:
        raise state.conflicting(f"Cannot find version {version} for mysql")
    return concrete


def check_class(name: str, version: str) -> None:
    if name.count(".") != 2 or not name.startswith("db."):
        raise state.invalid(f"Invalid DB Instance class: {name}")
    if name not in CLASSES:
        raise state.conflicting(
            "RDS does not support creating a DB instance with the following combination: "
            f"DBInstanceClass={name}, Engine=mysql, EngineVersion={version}, "
            "LicenseModel=general-public-license. For supported combinations of instance class and database "
            "engine version, see the documentation."
        )


def check_performance_insights(instance_class: str) -> None:
    if instance_class in WITHOUT_PERFORMANCE_INSIGHTS:
        raise state.conflicting("Performance Insights not supported for this configuration.")


def upgrade_targets(version: str) -> list[str]:
    return [target for target in VERSIONS if order(target) > order(version)]


def check_upgrade(current: str, wanted: str, major_allowed: bool) -> None:
    if wanted not in upgrade_targets(current):
        raise state.conflicting(f"Cannot upgrade mysql from {current} to {wanted}")
    if major(wanted) != major(current) and not major_allowed:
        raise state.conflicting(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )


def _describe(version: str) -> dict[str, Any]:
    return {
        "Engine": "mysql",
        "MajorEngineVersion": major(version),
        "EngineVersion": version,
        "DBParameterGroupFamily": family(version),
        "DBEngineDescription": "MySQL Community Edition",
        "DBEngineVersionDescription": f"MySQL {version}",
        "ValidUpgradeTarget": [
            {
                "Engine": "mysql",
                "EngineVersion": target,
                "Description": f"MySQL {target}",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": major(target) != major(version),
            }
            for target in upgrade_targets(version)
        ],
        "ExportableLogTypes": ["audit", "error", "general", "slowquery"],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": True,
        "Status": "available",
    }


@operation(RDSResponse)
def describe_db_engine_versions(self: Any) -> ActionResult:
    params = self.params
    paging = ("MaxRecords", "Marker", "IncludeAll")
    state.refuse_unbuilt(
        params, ("Engine", "EngineVersion", "DBParameterGroupFamily", "DefaultOnly", *paging)
    )
    if params.get("Engine", "mysql") != "mysql":
        raise NotImplementedError(f"engine {params['Engine']}")
    wanted, versions = params.get("EngineVersion"), list(VERSIONS)
    if params.get("DefaultOnly"):
        versions = [DEFAULTS.get(wanted, wanted) if wanted else DEFAULT]
        versions = [version for version in versions if version in VERSIONS]
    elif wanted:
        versions = [version for version in VERSIONS if f"{version}.".startswith(f"{wanted}.")]
    if parameter_family := params.get("DBParameterGroupFamily"):
        versions = [version for version in versions if family(version) == parameter_family]
    found, marker = state.page(params, versions, str)
    return ActionResult({"DBEngineVersions": [_describe(version) for version in found], "Marker": marker})


@operation(RDSResponse)
def describe_orderable_db_instance_options(self: Any) -> ActionResult:
    params = self.params
    state.refuse_unbuilt(
        params, ("Engine", "EngineVersion", "DBInstanceClass", "LicenseModel", "Vpc", "MaxRecords", "Marker")
    )
    if params.get("Engine") != "mysql":
        raise AwsError("InvalidParameterCombination", f"Unrecognized engine name: {params.get('Engine')}")
    zones = [{"Name": zone.name} for zone in state.of(self).ec2.describe_availability_zones()]
    options = [
        {
            "Engine": "mysql",
            "EngineVersion": version,
            "DBInstanceClass": name,
            "LicenseModel": "general-public-license",
            "AvailabilityZones": zones,
            "MultiAZCapable": True,
            "ReadReplicaCapable": True,
            "Vpc": True,
            "SupportsStorageEncryption": True,
            "StorageType": "gp3",
            "SupportsIops": True,
            "SupportsStorageThroughput": True,
            "SupportsPerformanceInsights": name not in WITHOUT_PERFORMANCE_INSIGHTS,
            "SupportsStorageAutoscaling": True,
            "MinStorageSize": 20,
            "MaxStorageSize": 65536,
        }
        for version in VERSIONS
        for name in CLASSES
        if params.get("EngineVersion") in (None, version) and params.get("DBInstanceClass") in (None, name)
    ]
    found, marker = state.page(params, options, lambda o: f"{o['EngineVersion']} {o['DBInstanceClass']}")
    return ActionResult({"OrderableDBInstanceOptions": found, "Marker": marker})
