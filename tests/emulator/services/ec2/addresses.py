"""Elastic addresses: one in use is not released."""

from typing import Any

from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, wraps


def _address(self: Any) -> Any:
    allocation_id, public_ip = self._get_param("AllocationId"), self._get_param("PublicIp")
    if allocation_id:
        return self.ec2_backend.address_by_allocation([allocation_id])[0]
    return self.ec2_backend.address_by_ip([public_ip])[0]


@wraps(EC2Response, "release_address")
def release_address(original: Any, self: Any) -> Any:
    address = _address(self)
    if address.association_id:
        raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
    return original(self)


@wraps(EC2Response, "disassociate_address")
def disassociate_address(original: Any, self: Any) -> Any:
    """The address of a NAT gateway is freed by deleting the gateway."""
    association_id = self._get_param("AssociationId")
    if association_id:
        address = self.ec2_backend.address_by_association([association_id])[0]
        if address.eni and address.eni.requester_managed:
            raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")
    return original(self)
