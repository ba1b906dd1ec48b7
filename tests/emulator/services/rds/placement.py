"""Where an instance lies: zones, security groups, the interfaces that keep both in use, keys."""

from typing import Any

from moto.kms.models import kms_backends

from emulator.patching import AwsError
from emulator.services.ec2 import interfaces
from emulator.services.rds import state
from emulator.services.rds.model import DbInstance, SubnetGroup


def check_security_groups(account: state.State, wanted: list[str] | None, vpc_id: str) -> list[str]:
    """The groups of an instance; none means the network's default group."""
    for group_id in wanted or []:
        group = account.ec2.get_security_group_from_id(group_id)
        if group is None:
            raise state.invalid(f"Invalid security group , groupId= {group_id}, groupName=.")
        if group.vpc_id != vpc_id:
            raise state.conflicting(
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in "
                f"{vpc_id} and the EC2 security group is in {group.vpc_id}"
            )
    return list(dict.fromkeys(wanted or [])) or [account.ec2.get_default_security_group(vpc_id).id]


def check_public(account: state.State, public: bool, vpc_id: str) -> None:
    if public and not any(g.vpc and g.vpc.id == vpc_id for g in account.ec2.internet_gateways.values()):
        raise AwsError(
            "InvalidVPCNetworkStateFault",
            "Cannot create a publicly accessible DBInstance. The specified VPC has no internet gateway "
            "attached. Update the VPC and then try again",
        )


def zones(group: SubnetGroup, wanted: str | None, multi_az: bool) -> dict[str, Any]:
    """The zones as members of a DBInstance."""
    available = sorted({subnet.availability_zone for subnet in group.subnets})
    if wanted and multi_az:
        raise state.conflicting("Requesting a specific availability zone is not valid for Multi-AZ instances.")
    if wanted and wanted not in available:
        raise AwsError(
            "InvalidVPCNetworkStateFault", f"The DB subnet group doesn't cover the Availability Zone {wanted}."
        )
    first = wanted or available[0]
    second = next(zone for zone in available if zone != first) if multi_az else None
    return {"MultiAZ": multi_az, "AvailabilityZone": first, "SecondaryAvailabilityZone": second}


def standby_zone(instance: DbInstance) -> str:
    """A zone for the standby of an instance that keeps its own."""
    zones = {subnet.availability_zone for subnet in instance.subnet_group.subnets}
    return min(zones - {instance.shape["AvailabilityZone"]})


def place(account: state.State, instance: DbInstance) -> None:
    """Make the instance's interfaces anew, one in each of its zones."""
    remove(account, instance)
    used = [instance.shape["AvailabilityZone"], instance.shape.get("SecondaryAvailabilityZone")]
    for zone in filter(None, used):
        subnet = next(s for s in instance.subnet_group.subnets if s.availability_zone == zone)
        instance.interfaces.append(
            interfaces.create_managed(
                account.ec2,
                subnet.id,
                instance.security_group_ids,
                "RDSNetworkInterface",
                public=instance.shape["PubliclyAccessible"],
            )
        )


def remove(account: state.State, instance: DbInstance) -> None:
    for interface in instance.interfaces:
        interfaces.remove(account.ec2, interface)
    instance.interfaces = []


def key_arn(account: state.State, key: str | None, default_alias: str) -> str:
    """The ARN of a usable key, named by id, ARN or alias; without a name the service's own."""
    backend = kms_backends[account.account][account.region]
    try:
        found = backend.keys[backend.any_id_to_key_id(key or default_alias)]
    except Exception:
        found = None  # moto raises several kinds
    if found is None or found.key_state != "Enabled" or not _encrypts(found):
        raise AwsError(
            "KMSKeyNotAccessibleFault",
            f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to "
            "access it.",
        )
    return found.arn


def _encrypts(key: Any) -> bool:
    # moto leaves the usage out where the request did.
    return key.key_usage in (None, "ENCRYPT_DECRYPT")
