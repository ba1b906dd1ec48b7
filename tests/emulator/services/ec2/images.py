"""Images: the few public ones that the public parameters name, and those a test makes."""

from typing import Any

from botocore.utils import parse_timestamp
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import AMIS, Ami
from moto.utilities.utils import load_resource

from emulator.patching import wraps


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
