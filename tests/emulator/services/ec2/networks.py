"""VPCs, subnets and internet gateways: ``DependencyViolation`` for what is still in use."""

from typing import Any

from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, wraps
from emulator.services.ec2 import interfaces


def dependency_violation(kind: str, resource_id: str) -> AwsError:
    return AwsError(
        "DependencyViolation", f"The {kind} '{resource_id}' has dependencies and cannot be deleted."
    )


@wraps(EC2Response, "delete_vpc")
def delete_vpc(original: Any, self: Any) -> Any:
    backend, vpc_id = self.ec2_backend, self._get_param("VpcId")
    backend.get_vpc(vpc_id)
    dependants = (
        backend.describe_subnets(filters={"vpc-id": [vpc_id]})
        or interfaces.in_vpc(backend, vpc_id)
        or [g for g in backend.internet_gateways.values() if g.vpc and g.vpc.id == vpc_id]
        or [g for g in backend.groups[vpc_id].values() if not g.is_default]
        or [e for e in backend.vpc_end_points.values() if e.vpc_id == vpc_id]
        or any(
            table.main_association_id is None
            for table in backend.describe_route_tables(filters={"vpc-id": [vpc_id]})
        )
    )
    if dependants:
        raise dependency_violation("vpc", vpc_id)
    answer = original(self)
    # The default network ACL goes with the network.
    for acl in [acl for acl in backend.network_acls.values() if acl.vpc_id == vpc_id]:
        backend.network_acls.pop(acl.id)
    return answer


@wraps(EC2Response, "delete_subnet")
def delete_subnet(original: Any, self: Any) -> Any:
    backend, subnet_id = self.ec2_backend, self._get_param("SubnetId")
    backend.get_subnet(subnet_id)
    if interfaces.in_subnet(backend, subnet_id):
        raise dependency_violation("subnet", subnet_id)
    answer = original(self)
    # Associations with route tables and network ACLs go with the subnet.
    for table in backend.route_tables.values():
        table._associations = {a: s for a, s in table._associations.items() if s != subnet_id}
    for acl in backend.network_acls.values():
        acl._associations = {k: a for k, a in acl._associations.items() if a.subnet_id != subnet_id}
    return answer


@wraps(EC2Response, "detach_internet_gateway")
def detach_internet_gateway(original: Any, self: Any) -> Any:
    backend, vpc_id = self.ec2_backend, self._get_param("VpcId")
    if any(interface.public_ip for interface in interfaces.in_vpc(backend, vpc_id)):
        raise AwsError(
            "DependencyViolation",
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public "
            "address(es) before detaching the gateway.",
        )
    return original(self)


@wraps(EC2Response, "attach_internet_gateway")
def attach_internet_gateway(original: Any, self: Any) -> Any:
    """A network has one internet gateway; moto only checks that the gateway has one network."""
    backend, vpc_id = self.ec2_backend, self._get_param("VpcId")
    for gateway in backend.internet_gateways.values():
        if gateway.vpc and gateway.vpc.id == vpc_id and gateway.id != self._get_param("InternetGatewayId"):
            raise AwsError(
                "InvalidParameterValue",
                f"Network {vpc_id} already has an internet gateway attached",
            )
    return original(self)


@wraps(EC2Response, "describe_availability_zones")
def describe_availability_zones(original: Any, self: Any) -> Any:
    """Zone names that the region doesn't have are an error, not an empty answer."""
    region = self.region
    known = {zone.name for zone in self.ec2_backend.describe_availability_zones()}
    for name in self._get_param("ZoneNames", []):
        if name not in known:
            raise AwsError("InvalidParameterValue", f"Invalid availability zone: [{name}] (region {region})")
    return original(self)
