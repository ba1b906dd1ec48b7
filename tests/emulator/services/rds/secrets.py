"""The secret of the master user, which RDS makes, rotates and deletes in Secrets Manager."""

import json
import secrets
import string
import uuid
from typing import Any

from moto.secretsmanager.models import secretsmanager_backends

from emulator.services import secretsmanager  # noqa: F401  (its rules for managed secrets)
from emulator.services.rds import placement, state
from emulator.services.rds.model import DbInstance, MasterSecret

CHARACTERS = 28
# What RDS's own generator may use: printable, without / " @ and the space.
ALPHABET = string.ascii_letters + string.digits + "!#$%&*()-_=+[]{}<>:?.,~|"
ROTATION_DAYS = 7


def _backend(account: state.State) -> Any:
    return secretsmanager_backends[account.account][account.region]


def _value(username: str) -> str:
    value = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    return json.dumps({"username": username, "password": value})


def make(account: state.State, instance: DbInstance, kms_key_arn: str, chosen: bool) -> None:
    """Make the secret. ``chosen``: with a key of the customer's rather than the service's own."""
    secret = _backend(account).create_managed_secret(
        service_name="rds",
        secret_id=f"rds!db-{uuid.uuid4()}",
        secret_string=_value(instance.shape["MasterUsername"]),
        description=f"The secret associated with the primary RDS DB instance: {instance.arn}",
        kms_key_id=kms_key_arn if chosen else None,
        tags=[{"Key": "aws:rds:primaryDBInstanceArn", "Value": instance.arn}],
    )
    secret.rotation_requested = secret.rotation_enabled = True
    secret.auto_rotate_after_days = ROTATION_DAYS
    instance.master_secret = MasterSecret(secret.arn, kms_key_arn)


def rotate(account: state.State, instance: DbInstance) -> None:
    """A new password becomes the current version, the old one stays as the previous one."""
    _backend(account).put_secret_value(
        instance.master_secret.arn,
        secret_string=_value(instance.shape["MasterUsername"]),
        secret_binary=None,
        client_request_token=None,
        version_stages=["AWSCURRENT"],
    )


def delete(account: state.State, instance: DbInstance) -> None:
    """At once and for good, as the service that owns it may."""
    if instance.master_secret:
        _backend(account).delete_secret(instance.master_secret.arn, None, True)
        instance.master_secret = None
