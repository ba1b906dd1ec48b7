"""What an instance's volumes are made from: the image's devices, and what the launch asks of them. Snapshots."""

import copy
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import Ami
from moto.ec2.responses import EC2Response

from emulator.patching import AwsError, operation, wraps
from emulator.services.ec2.images import launchable

Mappings = list[dict[str, Any]]


@operation(EC2Response)
def _parse_block_device_mapping(self: Any) -> Mappings:
    """moto fills in what isn't said, so that nobody can tell any more what the image decides."""
    return copy.deepcopy(self._get_param("BlockDeviceMappings", []))


@wraps(EC2Backend, "run_instances")
def run_instances(original: Any, self: Any, image_id: str, *args: Any, **kwargs: Any) -> Any:
    """moto gives instances a volume of 8 GiB of its own, whatever the image holds."""
    template = kwargs.get("launch_template")
    version = self._get_template_from_args(template) if template else None
    image_id = image_id or (version.image_id if version else None)
    if not image_id:
        raise AwsError("MissingParameter", "The request must contain the parameter ImageId")
    image = launchable(self, image_id)
    asked = kwargs.get("block_device_mappings") or (version and version.data.get("BlockDeviceMappings")) or []
    kwargs["block_device_mappings"] = at_launch(image, asked)
    return original(self, image_id, *args, **kwargs)


def at_launch(image: Ami, asked: Mappings) -> Mappings:
    """The image's devices, each with what the launch asks otherwise, and the launch's own."""
    backend = image.ec2_backend
    devices = {device["DeviceName"]: dict(device["Ebs"]) for device in image.devices}
    for mapping in asked:
        if mapping.get("NoDevice") is not None:
            devices.pop(mapping["DeviceName"], None)
        elif mapping.get("Ebs"):
            known = devices.get(mapping["DeviceName"], {})
            wanted = {name: value for name, value in mapping["Ebs"].items() if value is not None}
            devices[mapping["DeviceName"]] = {**known, **wanted}
    for name, ebs in devices.items():
        snapshot = backend.get_snapshot(ebs["SnapshotId"]) if ebs.get("SnapshotId") else None
        if snapshot is not None:
            _keep_to(ebs, snapshot)
        elif not ebs.get("VolumeSize"):
            raise AwsError("MissingParameter", f"Device {name}: the parameter size or snapshotId is missing")
        if ebs.get("KmsKeyId") and ":" not in ebs["KmsKeyId"]:
            ebs["KmsKeyId"] = f"arn:aws:kms:{backend.region_name}:{backend.account_id}:key/{ebs['KmsKeyId']}"
    return [{"DeviceName": name, "Ebs": ebs} for name, ebs in devices.items()]


def _keep_to(ebs: dict[str, Any], snapshot: Any) -> None:
    """A volume is no smaller than its snapshot, and encrypted if that is, with its key unless told otherwise."""
    if int(ebs.setdefault("VolumeSize", snapshot.volume_size)) < int(snapshot.volume_size):
        raise AwsError(
            "InvalidBlockDeviceMapping",
            f"Volume of size {ebs['VolumeSize']}GB is smaller than snapshot '{snapshot.id}', "
            f"expect size>= {snapshot.volume_size}GB",
        )
    if snapshot.encrypted:
        ebs["Encrypted"] = True
        ebs.setdefault("KmsKeyId", snapshot.kms_key_id)


@operation(EC2Response)
def describe_snapshots(self: Any) -> ActionResult:
    """moto shows everybody's snapshots, whoever's are asked for."""
    backend = self.ec2_backend
    ids = self._get_param("SnapshotIds", [])
    _require(backend, *ids)
    found = backend.describe_snapshots(snapshot_ids=ids, filters=self._filters_from_querystring())
    owners = {backend.account_id if o == "self" else o for o in self._get_param("OwnerIds", [])}
    if owners:
        found = [snapshot for snapshot in found if snapshot.owner_id in owners]
    return ActionResult({"Snapshots": found})


@wraps(EC2Backend, "delete_snapshot")
def delete_snapshot(original: Any, self: Any, snapshot_id: str) -> Any:
    _require(self, snapshot_id)
    snapshot = original(self, snapshot_id)
    self.tags.pop(snapshot_id, None)
    return snapshot


def _require(backend: Any, *ids: str) -> None:
    for snapshot_id in ids:
        if snapshot_id not in backend.snapshots:
            raise AwsError("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")
