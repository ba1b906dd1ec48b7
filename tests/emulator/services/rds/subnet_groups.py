"""DB subnet groups: two zones at least, one network, kept while an instance uses them."""

import re
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.rds.responses import RDSResponse

from emulator.patching import AwsError, operation
from emulator.services.rds import state, tags
from emulator.services.rds.model import SubnetGroup

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html
NAME = re.compile(r"[a-z][a-z0-9._ -]{0,254}")
MOST_SUBNETS = 20


def _subnets(account: state.State, ids: list[str]) -> list[Any]:
    """The subnets, which must exist, lie in one network and in two zones."""
    if len(set(ids)) > MOST_SUBNETS:
        raise AwsError("DBSubnetQuotaExceededFault", f"A subnet group has at most {MOST_SUBNETS} subnets.")
    known = {subnet.id: subnet for subnet in account.ec2.describe_subnets()}
    unknown = [subnet_id for subnet_id in ids if subnet_id not in known]
    if unknown:
        raise state.invalid(f"Some input subnets in :[{', '.join(unknown)}] are invalid.")
    subnets = [known[subnet_id] for subnet_id in dict.fromkeys(ids)]
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise AwsError("InvalidSubnet", "The subnets are not all in a common VPC.")
    zones = sorted({subnet.availability_zone for subnet in subnets})
    if len(zones) < 2:
        raise AwsError(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ "
            f"coverage: {', '.join(zones)}. Add subnets to cover at least 2 AZs.",
        )
    return subnets


@operation(RDSResponse)
def create_db_subnet_group(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    state.required(params, "DBSubnetGroupName", "DBSubnetGroupDescription")
    name = params["DBSubnetGroupName"].lower()
    if name == "default" or not NAME.fullmatch(name):
        raise state.invalid(f"The parameter DBSubnetGroupName is not a valid identifier: {name}")
    if name in account.subnet_groups:
        raise AwsError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
    state.check_quota(
        "db_subnet_groups", len(account.subnet_groups), "DBSubnetGroupQuotaExceeded", "DB subnet groups"
    )
    subnets = _subnets(account, params.get("SubnetIds") or [])
    group = SubnetGroup(name, params["DBSubnetGroupDescription"], account.arn("subgrp", name), subnets)
    tags.put(account, group.arn, params.get("Tags"))
    account.subnet_groups[name] = group
    return ActionResult({"DBSubnetGroup": group.describe()})


@operation(RDSResponse)
def describe_db_subnet_groups(self: Any) -> ActionResult:
    account, params = state.of(self), self.params
    state.refuse_unbuilt(params, ("DBSubnetGroupName", "MaxRecords", "Marker"))
    name = params.get("DBSubnetGroupName")
    groups = [account.subnet_group(name)] if name else list(account.subnet_groups.values())
    found, marker = state.page(params, groups, lambda group: group.name)
    return ActionResult({"DBSubnetGroups": [group.describe() for group in found], "Marker": marker})


@operation(RDSResponse)
def modify_db_subnet_group(self: Any) -> ActionResult:
    """A subnet that an instance lies in stays; another network is another group."""
    account, params = state.of(self), self.params
    group = account.subnet_group(params.get("DBSubnetGroupName"))
    subnets = _subnets(account, params.get("SubnetIds") or [])
    if subnets[0].vpc_id != group.vpc_id:
        raise state.invalid("The new Subnets are not in the same Vpc as the existing subnet group")
    kept = {subnet.id for subnet in subnets}
    used = {
        interface.subnet.id
        for instance in account.instances.values()
        if instance.subnet_group is group
        for interface in instance.interfaces
    }
    if used - kept:
        raise state.invalid(
            f"Some of the subnets to be deleted are currently in use: {', '.join(sorted(used - kept))}"
        )
    group.subnets = subnets
    if params.get("DBSubnetGroupDescription"):
        group.description = params["DBSubnetGroupDescription"]
    return ActionResult({"DBSubnetGroup": group.describe()})


@operation(RDSResponse)
def delete_db_subnet_group(self: Any) -> EmptyResult:
    account = state.of(self)
    group = account.subnet_group(self.params.get("DBSubnetGroupName"))
    users = [instance.name for instance in account.instances.values() if instance.subnet_group is group]
    if users:
        raise AwsError(
            "InvalidDBSubnetGroupStateFault",
            f"Cannot delete the subnet group '{group.name}' because at least one database instance: {users[0]} "
            "is still using it.",
        )
    del account.subnet_groups[group.name]
    account.tags.pop(group.arn, None)
    return EmptyResult()
