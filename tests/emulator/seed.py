"""Objects that a test needs to exist beforehand and that the provider never makes."""

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from emulator import services


def plant(region: str, wanted: dict[str, Any]) -> dict[str, list[str]]:
    """Make issued certificates (``{"domain": …}``) and own images (``{"name": …}``).

    Returns their ARNs and ids, in order: ``{"certificates": […], "images": […]}``.
    """
    return {
        "certificates": [_certificate(region, item["domain"]) for item in wanted.get("certificates", [])],
        "images": [_image(region, item["name"]) for item in wanted.get("images", [])],
    }


def _certificate(region: str, domain: str) -> str:
    services.load("acm")
    from moto.acm.models import acm_backends

    backend = acm_backends[DEFAULT_ACCOUNT_ID][region]
    arn = backend.request_certificate(domain, None, [domain], [])
    backend.get_certificate(arn).status = "ISSUED"
    return arn


def _image(region: str, name: str) -> str:
    services.load("ec2")
    from moto.ec2.models import ec2_backends

    image = ec2_backends[DEFAULT_ACCOUNT_ID][region].register_image(name, f"test image {name}")
    image.architecture, image.virtualization_type, image.hypervisor = "x86_64", "hvm", "xen"
    image.root_device_type, image.root_device_name = "ebs", "/dev/xvda"
    image.devices[0]["DeviceName"] = image.root_device_name
    image.planted = True
    return image.id
