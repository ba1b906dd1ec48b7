"""NAT gateways: pending and deleting for a while, holding an interface and an address."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter

from emulator.patching import AwsError, operation, wraps
from emulator.services.ec2 import interfaces
from emulator.timing import timing


@wraps(EC2Response, "create_nat_gateway")
def create_nat_gateway(original: Any, self: Any) -> Any:
    backend = self.ec2_backend
    subnet = backend.get_subnet(self._get_param("SubnetId"))
    public = self._get_param("ConnectivityType", "public") == "public"
    allocation_id = self._get_param("AllocationId")
    if public and not allocation_id:
        raise AwsError("MissingParameter", "The request must include the AllocationId parameter.")
    failure = None
    if public:
        address = backend.address_by_allocation([allocation_id])[0]
        if address.association_id:
            failure = (
                "Resource.AlreadyAssociated",
                f"Elastic IP address [{allocation_id}] is already associated",
            )
            self.params.pop("AllocationId")
        elif not any(g.vpc and g.vpc.id == subnet.vpc_id for g in backend.internet_gateways.values()):
            failure = (
                "Gateway.NotAttached",
                f"Network {subnet.vpc_id} has no Internet gateway attached",
            )
            self.params.pop("AllocationId")
    answer = original(self)
    nat_gateway = answer.result["NatGateway"]
    nat_gateway.connectivity_type = "public" if public else "private"
    nat_gateway._eni.requester_managed = True
    nat_gateway._eni.description = f"Interface for NAT Gateway {nat_gateway.id}"
    if failure:
        # As in AWS, the call succeeds and the gateway fails.
        nat_gateway.failure_code, nat_gateway.failure_message = failure
        nat_gateway.state = "failed"
        interfaces.remove(backend, nat_gateway._eni)
    else:
        nat_gateway.state = "pending"
        timing.after("nat_gateway", "create", lambda: _become_available(nat_gateway))
    return answer


def _become_available(nat_gateway: NatGateway) -> None:
    if nat_gateway.state == "pending":
        nat_gateway.state = "available"


def _known(backend: Any, nat_gateway_id: str) -> NatGateway:
    if nat_gateway_id not in backend.nat_gateways:
        raise AwsError("NatGatewayNotFound", f"NatGateway {nat_gateway_id} was not found")
    return backend.nat_gateways[nat_gateway_id]


@operation(EC2Response)
def delete_nat_gateway(self: Any) -> ActionResult:
    """The interface and the address stay taken until the gateway is really gone."""
    nat_gateway = _known(self.ec2_backend, self._get_param("NatGatewayId"))
    if nat_gateway.state not in ("deleting", "deleted"):
        nat_gateway.state = "deleting"
        timing.after("nat_gateway", "delete", lambda: _become_deleted(nat_gateway))
    return ActionResult({"NatGatewayId": nat_gateway.id})


def _become_deleted(nat_gateway: NatGateway) -> None:
    backend = nat_gateway.ec2_backend
    nat_gateway.state = "deleted"
    for address in backend.addresses:
        if address.eni is nat_gateway._eni:
            backend.disassociate_address(association_id=address.association_id)
    interfaces.remove(backend, nat_gateway._eni)


@operation(EC2Response)
def describe_nat_gateways(self: Any) -> ActionResult:
    """moto answers unknown ids with nothing, and ignores filters by tag."""
    backend = self.ec2_backend
    ids = self._get_param("NatGatewayIds", [])
    nat_gateways = [_known(backend, i) for i in ids] if ids else list(backend.nat_gateways.values())
    return ActionResult({"NatGateways": generic_filter(self._filters_from_querystring(), nat_gateways)})


def _filter_value(original: Any, self: NatGateway, filter_name: str, method_name: str | None = None) -> Any:
    own = {
        "nat-gateway-id": self.id,
        "vpc-id": self.vpc_id,
        "subnet-id": self.subnet_id,
        "state": self.state,
    }
    return own[filter_name] if filter_name in own else original(self, filter_name, method_name)


wraps(NatGateway, "get_filter_value")(_filter_value)
