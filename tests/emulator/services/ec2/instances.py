"""Instances: pending and shutting down for a while, instance profiles that must be known."""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, wraps
from emulator.services import iam
from emulator.timing import timing


@wraps(EC2Response, "run_instances")
def run_instances(original: Any, self: Any) -> Any:
    profile = self._get_param("IamInstanceProfile", {})
    name = profile.get("Name") or profile.get("Arn", "").rsplit("/", 1)[-1]
    if name and not iam.profile_is_usable(name):
        parameter = "name" if profile.get("Name") else "arn"
        raise AwsError(
            "InvalidParameterValue",
            f"Value ({profile.get('Name') or profile['Arn']}) for parameter "
            f"iamInstanceProfile.{parameter} is invalid. Invalid IAM Instance Profile {parameter}",
        )
    return original(self)


@wraps(Instance, "__init__")
def start_slowly(original: Any, self: Instance, *args: Any, **kwargs: Any) -> None:
    brought_along = {nic.get("NetworkInterfaceId") for nic in kwargs.get("nics") or []}
    original(self, *args, **kwargs)
    # moto leaves interfaces that it makes for an instance behind when the instance ends.
    for interface in self.nics.values():
        if interface.id not in brought_along:
            interface.delete_on_termination = True
    self._state.name, self._state.code = "pending", 0
    timing.after("instance", "create", lambda: become_running(self))


def become_running(instance: Instance) -> None:
    """End of the pending state, unless something else came in between."""
    if instance.state == "pending":
        instance._state.name, instance._state.code = "running", 16


@wraps(Instance, "terminate")
def terminate_slowly(original: Any, self: Instance) -> Any:
    """The interfaces, and so the security groups, stay in use until the instance is gone."""
    previous = type(self._state)(self._state.name, self._state.code)
    if self.state in ("shutting-down", "terminated"):
        return previous
    self._state.name, self._state.code = "shutting-down", 32

    def end() -> None:
        addresses = self.ec2_backend.addresses
        for address in [a for a in addresses if a.eni and a.eni in self.nics.values()]:
            self.ec2_backend.disassociate_address(association_id=address.association_id)
        original(self)

    timing.after("instance", "delete", end)
    return previous


@wraps(EC2Backend, "modify_instance_attribute")
def modify_instance_attribute(original: Any, self: EC2Backend, instance_id: str, key: str, value: Any) -> Any:
    """The check of source and destination is one of the first interface; the instance shows it too."""
    instance = original(self, instance_id, key, value)
    if key == "source_dest_check":
        instance.nics[0].source_dest_check = value
    return instance
