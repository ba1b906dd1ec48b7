"""Images: the few public ones that the public parameters name, those a test makes, and those made of instances."""

import re
from datetime import datetime, timedelta
from typing import Any

from botocore.utils import parse_timestamp
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import InvalidAMIIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import AMIS, Ami
from moto.ec2.models.instances import Instance
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter, random_ami_id
from moto.utilities.utils import load_resource

from emulator.patching import AwsError, operation, wraps
from emulator.timing import timing

# GiB, of the images that no instance was made into.
IMAGE_SIZE = 8
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
NAME_PATTERN = re.compile(r"[a-zA-Z0-9()\[\] ./'@_-]{3,128}")


@wraps(EC2Backend, "_load_amis")
def load_public_images(original: Any, self: Any) -> None:
    """moto loads 1291 images per region, a quarter of a second; the ECS-optimised ones, most of
    them, are left out here."""
    public = list(AMIS)
    try:
        public += load_resource(f"ec2/resources/latest_amis/{self.region_name}.json")
    except FileNotFoundError:
        pass  # moto has no list for the newest regions
    for image in public:
        created = image.get("creation_date")
        if isinstance(created, str):
            created = parse_timestamp(created)
        details = {**image, "owner_alias": "amazon", "creation_date": created}
        self.amis[image["ami_id"]] = Ami(self, **details)


@wraps(Ami, "__init__")
def new_image(original: Any, self: Ami, *args: Any, **kwargs: Any) -> None:
    """moto gives every image one snapshot of 15 GiB, which no launch template could be smaller than."""
    original(self, *args, **kwargs)
    self.ebs_snapshot.volume.size = IMAGE_SIZE
    self.devices = [_device(self.root_device_name, self.ebs_snapshot, "gp3", True)]
    self.planted = False


def _device(name: str, snapshot: Any, volume_type: str, delete_on_termination: bool) -> dict[str, Any]:
    ebs = {
        "SnapshotId": snapshot.id,
        "VolumeSize": snapshot.volume_size,
        "VolumeType": volume_type,
        "DeleteOnTermination": delete_on_termination,
        "Encrypted": snapshot.encrypted,
    }
    return {"DeviceName": name, "Ebs": ebs}


Ami.block_device_mappings = property(lambda self: self.devices)


@wraps(Ami, "get_filter_value")
def get_filter_value(original: Any, self: Ami, filter_name: str, method_name: str | None = None) -> Any:
    """moto knows none of the filters on devices."""
    if filter_name == "block-device-mapping.snapshot-id":
        return [device["Ebs"]["SnapshotId"] for device in self.devices]
    if filter_name == "block-device-mapping.encrypted":
        return [str(device["Ebs"]["Encrypted"]).lower() for device in self.devices]
    return original(self, filter_name, method_name)


def launchable(backend: Any, image_id: str) -> Ami:
    """The image that an instance is to be launched from; an error if it was deregistered or isn't ready."""
    image = backend.amis.get(image_id)
    if image is None:
        raise AwsError("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
    if image.state != "available":
        raise AwsError("InvalidAMIID.Unavailable", f"The image ID '{image_id}' is not available")
    return image


@operation(EC2Response)
def create_image(self: Any) -> ActionResult:
    """Every volume of the instance becomes a snapshot, encrypted if the volume is, with its key."""
    backend, name = self.ec2_backend, self._get_param("Name")
    instance = backend.get_instance(self._get_param("InstanceId"))
    if self._get_param("BlockDeviceMappings"):
        raise NotImplementedError("block device mappings of CreateImage")
    _check_new(backend, instance, name)
    tags = self._parse_tag_specification()
    self.error_on_dryrun()
    image = Ami(
        backend,
        random_ami_id(),
        instance=instance,
        name=name,
        description=self._get_param("Description"),
        state="pending",
        image_location=f"{backend.account_id}/{name}",
        hypervisor="xen",
        root_device_type="ebs",
        root_device_name=instance.root_device_name,
        boot_mode=None,
        creation_date=_now(backend),
        tags=tags.get("image", {}),
    )
    _take_snapshots(image, instance, tags.get("snapshot", {}))
    backend.amis[image.id] = image
    timing.after("image", "create", lambda: _become_available(image))
    return ActionResult({"ImageId": image.id})


def _check_new(backend: Any, instance: Instance, name: str) -> None:
    if not NAME_PATTERN.fullmatch(name):
        raise AwsError(
            "InvalidAMIName.Malformed",
            "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, "
            "'(', ')', '.', '-', '/' and '_'",
        )
    for image in backend.amis.values():
        if image.name == name and image.owner_id == backend.account_id:
            raise AwsError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {image.id}")
    if instance.state not in ("running", "stopped"):
        raise AwsError("InvalidParameterValue", "Instance is not in state 'running' or 'stopped'")


def _now(backend: Any) -> datetime:
    """AWS tells whole seconds. Images that it makes are minutes apart, so they are told apart here too."""
    own = [i.creation_date for i in backend.amis.values() if i.owner_id == backend.account_id]
    return max([utcnow(), *(created + timedelta(seconds=1) for created in own)])


def _take_snapshots(image: Ami, instance: Instance, tags: dict[str, str]) -> None:
    backend = image.ec2_backend
    del backend.snapshots[image.ebs_snapshot.id]
    image.devices = []
    description = f"Created by CreateImage({instance.id}) for {image.id}"
    for name, attached in instance.get_block_device_mapping:
        volume = backend.get_volume(attached.volume_id)
        snapshot = backend.create_snapshot(volume.id, description, from_ami=image.id)
        snapshot.kms_key_id, snapshot.status = volume.kms_key_id, "pending"
        snapshot.add_tags(tags)
        image.devices.append(_device(name, snapshot, volume.volume_type, attached.delete_on_termination))
        if name == instance.root_device_name:
            image.ebs_snapshot = snapshot


def _become_available(image: Ami) -> None:
    """The snapshots get done whatever has become of the image meanwhile."""
    image.state = "available"
    for device in image.devices:
        snapshot = image.ec2_backend.snapshots.get(device["Ebs"]["SnapshotId"])
        if snapshot:
            snapshot.status = "completed"


@wraps(EC2Backend, "describe_images")
def describe_images(
    original: Any,
    self: Any,
    ami_ids: list[str] | None = None,
    filters: dict[str, Any] | None = None,
    exec_users: list[str] | None = None,
    owners: list[str] | None = None,
) -> list[Ami]:
    """Every id must be or have been an image's, and ids don't switch the filters off as in moto."""
    images = original(self, ami_ids, None if ami_ids else filters, exec_users, owners)
    unknown = set(ami_ids or []) - set(self.amis) - set(self.deleted_amis)
    if unknown:
        raise InvalidAMIIdError(sorted(unknown))
    return generic_filter(filters, images) if ami_ids and filters else images


@operation(EC2Response)
def deregister_image(self: Any) -> ActionResult:
    """The snapshots stay, unless they are to go too."""
    backend, image_id = self.ec2_backend, self._get_param("ImageId")
    image = backend.amis.get(image_id)
    if image is not None and image.owner_id != backend.account_id:
        raise AwsError("AuthFailure", f"Not authorized for images: [{image_id}]")
    self.error_on_dryrun()
    backend.deregister_image(image_id)
    backend.tags.pop(image_id, None)
    deleted = []
    if self._get_bool_param("DeleteAssociatedSnapshots"):
        for snapshot_id in {device["Ebs"]["SnapshotId"] for device in image.devices} & set(backend.snapshots):
            backend.delete_snapshot(snapshot_id)
            deleted.append({"SnapshotId": snapshot_id, "ReturnCode": "success"})
    return ActionResult({"Return": True, "DeleteSnapshotResults": deleted})


@wraps(EC2Response, "modify_image_attribute")
def modify_image_attribute(original: Any, self: Any) -> Any:
    """moto knows launch permissions alone."""
    (image,) = self.ec2_backend.describe_images(ami_ids=[self._get_param("ImageId")])
    for parameter, attribute in (("Description", "description"), ("ImdsSupport", "imds_support")):
        value = self._get_param(parameter)
        if value is not None:
            setattr(image, attribute, value.get("Value"))
    return original(self)
