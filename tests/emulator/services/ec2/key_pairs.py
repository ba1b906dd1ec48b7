"""Key pairs: told by name or by id."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.key_pairs import KeyPair
from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, operation, wraps


def _by_id(backend: Any, key_pair_id: str) -> KeyPair:
    for key_pair in backend.key_pairs.values():
        if key_pair.id == key_pair_id:
            return key_pair
    raise AwsError("InvalidKeyPair.NotFound", f"The key pair ID '{key_pair_id}' does not exist")


@operation(EC2Response)
def delete_key_pair(self: Any) -> ActionResult:
    """A name that nobody has is no error, an id is."""
    backend, key_pair_id = self.ec2_backend, self._get_param("KeyPairId")
    name = _by_id(backend, key_pair_id).key_name if key_pair_id else self._get_param("KeyName")
    if not name:
        raise AwsError("MissingParameter", "The request must contain the parameter KeyName or KeyPairId")
    self.error_on_dryrun()
    deleted = backend.delete_key_pair(name)
    if deleted:
        backend.tags.pop(deleted.id, None)
    return ActionResult({"Return": True, "KeyPairId": deleted.id if deleted else None})


@wraps(EC2Response, "describe_key_pairs")
def describe_key_pairs(original: Any, self: Any) -> Any:
    """moto doesn't look at ids."""
    names = [
        _by_id(self.ec2_backend, key_pair_id).key_name for key_pair_id in self._get_param("KeyPairIds", [])
    ]
    if names:
        self.params["KeyNames"] = names
    return original(self)
