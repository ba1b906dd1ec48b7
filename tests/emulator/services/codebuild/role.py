"""The service role of a build: what CodeBuild itself does with it. Under the server's lock."""

from typing import Any

from emulator import asked_keys, asked_s3, identity
from emulator.asked import Asked
from emulator.services.codebuild.build import Build


class PhaseFailed(Exception):
    """A phase can't go on: code and message are those of its context."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def lacks(build: Build, action: str, resource: str, context: dict[str, Any] | None = None) -> bool:
    """Whether the role doesn't allow an action."""
    return not identity.allows(build.settings["serviceRole"], Asked(action, resource, context or {}))


def may_decrypt(build: Build, found: Any) -> bool:
    """Whether the role may use the key of an object of S3."""
    key = asked_s3.key_of(found)
    where = f"arn:aws:s3:::{found.bucket_name}/{found.name}"
    return key is None or not lacks(build, "kms:Decrypt", key, asked_s3.via(build.backend.region_name, where))


def may_encrypt(build: Build, key: str, where: str) -> bool:
    """Whether the role may use a key for the object ``where`` of S3; AWS's own is everybody's."""
    if "alias/aws/s3" in key:
        return True
    region = build.backend.region_name
    arn = asked_keys.arn(key, region)
    return not lacks(build, "kms:GenerateDataKey", arn, asked_s3.via(region, where))
