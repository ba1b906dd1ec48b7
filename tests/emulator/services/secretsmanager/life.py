"""What Secrets Manager refuses of a secret: a name that isn't free yet, a key that can't be used, and almost everything
while the secret is scheduled for deletion.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
"""

import re
import time
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.secretsmanager import exceptions
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from emulator.patching import AwsError, wraps
from emulator.timing import timing

NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
MOST_TAGS = 50
REFUSED_WHEN_SCHEDULED = (
    "delete_resource_policy",
    "get_secret_value",
    "put_resource_policy",
    "put_secret_value",
    "tag_resource",
    "untag_resource",
    "update_secret",
    "update_secret_version_stage",
)
# A secret whose deletion can't be called off carries this attribute.
GOING = "is_going"
GONE = "You can't perform this operation on the secret because it was deleted."


def _found(self: Any) -> FakeSecret | None:
    return self.backend.secrets.get(self._get_param("SecretId") or "")


def _refuse_scheduled(name: str) -> None:
    @wraps(SecretsManagerResponse, name)
    def checked(original: Any, self: Any) -> Any:
        secret = _found(self)
        if secret is not None and secret.is_deleted():
            raise _invalid("You can't perform this operation on the secret because it was marked for deletion.")
        return original(self)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidRequestException", message)


def _usable(key_id: str | None, region: str) -> bool:
    """Whether a key, by id, ARN or alias, can encrypt. AWS's own always can."""
    if not key_id or "alias/aws/" in key_id:
        return True
    backend = kms_backends[DEFAULT_ACCOUNT_ID][region]
    try:
        key = backend.keys.get(backend.any_id_to_key_id(key_id))
    except Exception:
        return False
    return key is not None and key.key_state == "Enabled"


def _check_key(key_id: str | None, region: str) -> None:
    if not _usable(key_id, region):
        raise AwsError(
            "EncryptionFailure",
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS "
            "key is available, enabled, and not in an invalid state.",
        )


@wraps(SecretsManagerResponse, "create_secret")
def create_secret(original: Any, self: Any) -> Any:
    name, tags = self._get_param("Name"), self._get_param("Tags", [])
    if not NAME.fullmatch(name):
        raise AwsError(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        )
    if len(tags) > MOST_TAGS:
        raise AwsError("InvalidParameterException", f"A secret can have {MOST_TAGS} tags at most.")
    there = self.backend.secrets.get(name)
    if getattr(there, GOING, False):
        raise _invalid(GONE)
    if there is not None and there.is_deleted():
        raise _invalid(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )
    _check_key(self._get_param("KmsKeyId"), self.region)
    return original(self)


@wraps(SecretsManagerResponse, "put_secret_value")
def put_secret_value(original: Any, self: Any) -> Any:
    secret = _found(self)
    _check_key(secret and secret.kms_key_id, self.region)
    return original(self)


@wraps(SecretsManagerResponse, "update_secret")
def update_secret(original: Any, self: Any) -> Any:
    """What is there is encrypted anew with another key."""
    _check_key(self._get_param("KmsKeyId"), self.region)
    return original(self)


@wraps(SecretsManagerResponse, "get_secret_value")
def get_secret_value(original: Any, self: Any) -> Any:
    secret = _found(self)
    if secret is not None and not _usable(secret.kms_key_id, self.region):
        raise AwsError(
            "DecryptionFailure",
            "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
        )
    return original(self)


@wraps(SecretsManagerResponse, "restore_secret")
def restore_secret(original: Any, self: Any) -> Any:
    """Nothing happens to a secret that isn't scheduled."""
    if getattr(_found(self), GOING, False):
        raise _invalid(GONE)
    return original(self)


@wraps(SecretsManagerBackend, "delete_secret")
def delete_secret(
    original: Any,
    self: SecretsManagerBackend,
    secret_id: str,
    recovery_window_in_days: int | None,
    force_delete_without_recovery: bool | None,
) -> Any:
    """Without a recovery window the secret goes in the background: until then its name is taken, and nothing brings it
    back (timing ``secret`` ``delete``)."""
    secret = self.secrets.get(secret_id)
    at_once = not timing.delay("secret", "delete") or recovery_window_in_days
    if secret is None or not force_delete_without_recovery or at_once:
        return original(self, secret_id, recovery_window_in_days, force_delete_without_recovery)
    if not hasattr(secret, GOING):
        setattr(secret, GOING, True)
        secret.delete(time.time())
        timing.after("secret", "delete", lambda: self.secrets.pop(secret.name))
    return secret.arn, secret.name, secret.deleted_date


def _as_bad_request(error: type) -> None:
    """moto answers 404; AWS has 400 for everything."""

    @wraps(error, "__init__")
    def made(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.code = 400


for _error in (
    exceptions.ResourceNotFoundException,
    exceptions.SecretHasNoValueException,
    exceptions.SecretNotFoundException,
    exceptions.SecretStageVersionMismatchException,
):
    _as_bad_request(_error)
# Last, so that it is looked at before anything else is.
for _name in REFUSED_WHEN_SCHEDULED:
    _refuse_scheduled(_name)
