"""The objects of RDS, each able to describe itself in the shape of AWS's answers."""

import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Any


@dataclass
class SubnetGroup:
    """``subnets`` are EC2's objects, so that zones and network come from them."""

    name: str
    description: str
    arn: str
    subnets: list[Any]

    @property
    def vpc_id(self) -> str:
        return self.subnets[0].vpc_id

    def describe(self) -> dict[str, Any]:
        return {
            "DBSubnetGroupName": self.name,
            "DBSubnetGroupDescription": self.description,
            "VpcId": self.vpc_id,
            "SubnetGroupStatus": "Complete",
            "Subnets": [
                {
                    "SubnetIdentifier": subnet.id,
                    "SubnetAvailabilityZone": {"Name": subnet.availability_zone},
                    "SubnetOutpost": {},
                    "SubnetStatus": "Active",
                }
                for subnet in self.subnets
            ],
            "DBSubnetGroupArn": self.arn,
            "SupportedNetworkTypes": ["IPV4"],
        }


@dataclass
class ParameterGroup:
    """``values`` holds (value, apply method) of what a user has set."""

    name: str
    family: str
    description: str
    arn: str
    values: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_default(self) -> bool:
        return self.name.startswith("default.")

    def describe(self) -> dict[str, Any]:
        return {
            "DBParameterGroupName": self.name,
            "DBParameterGroupFamily": self.family,
            "Description": self.description,
            "DBParameterGroupArn": self.arn,
        }


@dataclass
class MasterSecret:
    """The secret that RDS keeps in Secrets Manager."""

    arn: str
    kms_key_arn: str

    def describe(self, status: str) -> dict[str, Any]:
        return {"SecretArn": self.arn, "SecretStatus": status, "KmsKeyId": self.kms_key_arn}


@dataclass
class DbInstance:
    """``shape`` holds plain members of AWS's DBInstance, ``pending`` those of PendingModifiedValues."""

    name: str
    arn: str
    region: str
    shape: dict[str, Any]
    subnet_group: SubnetGroup
    parameter_group: ParameterGroup
    security_group_ids: list[str]
    port: int
    status: str = "creating"
    apply_status: str = "in-sync"
    pending: dict[str, Any] = field(default_factory=dict)
    # Comes into use with the next major version.
    next_parameter_group: ParameterGroup | None = None
    master_secret: MasterSecret | None = None
    interfaces: list[Any] = field(default_factory=list)

    @property
    def version(self) -> str:
        return self.shape["EngineVersion"]

    def describe(self, tags: list[dict[str, str]]) -> dict[str, Any]:
        answer = {
            **self.shape,
            "DBInstanceIdentifier": self.name,
            "DBInstanceArn": self.arn,
            "DBInstanceStatus": self.status,
            "DBSubnetGroup": self.subnet_group.describe(),
            "DBParameterGroups": [
                {"DBParameterGroupName": self.parameter_group.name, "ParameterApplyStatus": self.apply_status}
            ],
            "VpcSecurityGroups": [
                {"VpcSecurityGroupId": group, "Status": "active"} for group in self.security_group_ids
            ],
            "OptionGroupMemberships": [
                {
                    "OptionGroupName": "default:mysql-" + "-".join(self.version.split(".")[:2]),
                    "Status": "in-sync",
                }
            ],
            "PendingModifiedValues": dict(self.pending),
            "TagList": tags,
        }
        if self.status != "creating":
            answer["Endpoint"] = {"Address": self.address, "Port": self.port, "HostedZoneId": "Z29XKXDKYMONMX"}
            if self.shape["BackupRetentionPeriod"]:
                answer["LatestRestorableTime"] = datetime.datetime.now(datetime.timezone.utc)
        if self.master_secret:
            status = "creating" if self.status == "creating" else "active"
            answer["MasterUserSecret"] = self.master_secret.describe(status)
        return answer

    @property
    def address(self) -> str:
        """With the part that is the same for all instances of an account in a region."""
        account = self.arn.split(":")[4]
        digest = hashlib.sha256(f"{account}{self.region}".encode()).hexdigest()[:11]
        return f"{self.name}.c{digest}.{self.region}.rds.amazonaws.com"


@dataclass
class Snapshot:
    """``shape`` is what AWS tells; ``source`` what a restore takes over beyond that."""

    name: str
    arn: str
    shape: dict[str, Any]
    source: dict[str, Any]
    status: str = "creating"

    def describe(self, tags: list[dict[str, str]]) -> dict[str, Any]:
        return {
            **self.shape,
            "DBSnapshotIdentifier": self.name,
            "DBSnapshotArn": self.arn,
            "Status": self.status,
            "PercentProgress": 100 if self.status == "available" else 0,
            "TagList": tags,
        }
