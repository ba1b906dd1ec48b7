"""Route tables and routes: blackholes, targets that must exist, one table per subnet."""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.route_tables import Route
from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, wraps
from emulator.services.ec2.networks import dependency_violation


def _instance_of(route: Route) -> Any:
    return route.instance or (route.interface.instance if route.interface else None)


def _state(route: Route) -> str:
    """``blackhole`` if the target is gone, detached or not running."""
    backend, vpc_id = route.route_table.ec2_backend, route.route_table.vpc_id
    gateway, nat_gateway, instance = route.gateway, route.nat_gateway, _instance_of(route)
    gone = (
        (nat_gateway and nat_gateway.state not in ("pending", "available"))
        or (instance and instance.state != "running" and instance.state != "pending")
        or (route.interface and route.interface.id not in backend.enis)
        or (
            gateway
            and gateway.id.startswith("igw-")
            and (gateway.id not in backend.internet_gateways or not gateway.vpc or gateway.vpc.id != vpc_id)
        )
    )
    return "blackhole" if gone else "active"


def _interface_id(route: Route) -> str | None:
    if route.interface:
        return route.interface.id
    return route.instance.nics[0].id if route.instance else None


Route.state = property(_state)
# A route to an instance shows the instance and its interface, whichever of them was named.
Route.instance_id = property(lambda route: i.id if (i := _instance_of(route)) else None)
Route.network_interface_id = property(_interface_id)


@wraps(EC2Response, "create_route")
def create_route(original: Any, self: Any) -> Any:
    _check_target(self)
    return original(self)


@wraps(EC2Response, "replace_route")
def replace_route(original: Any, self: Any) -> Any:
    _check_target(self)
    return original(self)


def _check_target(self: Any) -> None:
    """moto takes unknown NAT gateways, and internet gateways of other networks."""
    backend = self.ec2_backend
    table = backend.get_route_table(self._get_param("RouteTableId"))
    nat_gateway_id = self._get_param("NatGatewayId")
    if nat_gateway_id:
        nat_gateway = backend.nat_gateways.get(nat_gateway_id)
        if nat_gateway is None or nat_gateway.state not in ("pending", "available"):
            raise AwsError(
                "InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat_gateway_id}' does not exist"
            )
    gateway_id = self._get_param("GatewayId") or ""
    if gateway_id.startswith("igw-"):
        gateway = backend.get_internet_gateway(gateway_id)
        if not gateway.vpc or gateway.vpc.id != table.vpc_id:
            raise AwsError(
                "InvalidParameterValue",
                f"route table {table.id} and network gateway {gateway_id} belong to different networks",
            )


@wraps(EC2Response, "delete_route_table")
def delete_route_table(original: Any, self: Any) -> Any:
    """The main route table goes with its network only."""
    table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
    if table.main_association_id:
        raise dependency_violation("routeTable", table.id)
    return original(self)


@wraps(EC2Backend, "associate_route_table")
def associate_route_table(
    original: Any, self: Any, route_table_id: str, gateway_id: str | None = None, subnet_id: str | None = None
) -> Any:
    """moto answers with the association of any table; AWS refuses where another table has the subnet."""
    for table in self.route_tables.values():
        if subnet_id and subnet_id in table._associations.values() and table.id != route_table_id:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {route_table_id} conflicts with an "
                "existing association",
            )
    return original(self, route_table_id, gateway_id, subnet_id)
