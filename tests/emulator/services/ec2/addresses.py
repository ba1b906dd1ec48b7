"""Elastic addresses: one in use is not released, and one of a NAT gateway not taken from it."""

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


def _refuse_foreign(address: Any) -> None:
    """What a NAT gateway holds is AWS's to manage: it is freed by deleting the gateway."""
    if address.eni and address.eni.requester_managed:
        raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")


@wraps(EC2Response, "associate_address")
def associate_address(original: Any, self: Any) -> Any:
    """AllowReassociation moves an address between instances, not away from a NAT gateway."""
    _refuse_foreign(_address(self))
    return original(self)


@wraps(EC2Response, "disassociate_address")
def disassociate_address(original: Any, self: Any) -> Any:
    association_id = self._get_param("AssociationId")
    if association_id:
        _refuse_foreign(self.ec2_backend.address_by_association([association_id])[0])
    return original(self)
