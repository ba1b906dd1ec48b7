"""Network interfaces: what keeps subnets, security groups and networks in use."""

from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, wraps


def create_managed(
    backend: Any, subnet_id: str, group_ids: list[str], description: str, public: bool
) -> NetworkInterface:
    """An interface that a service of AWS (a load balancer) holds in a subnet of the customer."""
    interface = backend.create_network_interface(
        backend.get_subnet(subnet_id),
        None,
        group_ids=group_ids,
        description=description,
        public_ip_auto_assign=public,
    )
    interface.requester_managed = True
    interface.status = "in-use"
    return interface


def remove(backend: Any, interface: NetworkInterface) -> None:
    """Delete an interface, wherever it is; gone already is fine."""
    if interface.id in backend.enis:
        interface.delete()


def in_subnet(backend: Any, subnet_id: str) -> list[NetworkInterface]:
    return [i for i in backend.enis.values() if i.subnet.id == subnet_id]


def in_vpc(backend: Any, vpc_id: str) -> list[NetworkInterface]:
    return [i for i in backend.enis.values() if i.vpc_id == vpc_id]


def with_group(backend: Any, group_id: str) -> list[NetworkInterface]:
    return [i for i in backend.enis.values() if any(g.id == group_id for g in i.group_set)]


@wraps(EC2Response, "delete_network_interface")
def delete_network_interface(original: Any, self: Any) -> Any:
    """A service's interface goes with the service's object; one in use can't be deleted."""
    interface = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
    if interface.requester_managed:
        raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")
    if interface.instance:
        raise AwsError("InvalidParameterValue", f"Network interface '{interface.id}' is currently in use.")
    return original(self)
