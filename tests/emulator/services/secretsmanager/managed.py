"""Secrets Manager: what a service manages is changed and deleted by that service alone."""

import json
from typing import Any

from moto.secretsmanager.models import FakeSecret
from moto.secretsmanager.responses import SecretsManagerResponse

from emulator.patching import AwsError, wraps

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
REFUSED_WHEN_MANAGED = (
    "delete_secret",
    "put_secret_value",
    "restore_secret",
    "tag_resource",
    "untag_resource",
    "update_secret",
    "update_secret_version_stage",
)


def _refuse_managed(name: str) -> None:
    @wraps(SecretsManagerResponse, name)
    def checked(original: Any, self: Any) -> Any:
        secret_id = self._get_param("SecretId") or ""
        secret = self.backend.secrets.get(secret_id)
        if secret is not None and secret.owning_service:
            raise AwsError(
                "InvalidRequestException",
                "You can't perform this operation on the secret because the secret is managed by another "
                f"service ({secret.owning_service}), and you must use that service to update it.",
            )
        return original(self)


for _name in REFUSED_WHEN_MANAGED:
    _refuse_managed(_name)


@wraps(SecretsManagerResponse, "rotate_secret")
def rotate_secret(original: Any, self: Any) -> Any:
    """The owner of a managed secret rotates it; when, others may say."""
    secret = self.backend.secrets.get(self._get_param("SecretId") or "")
    if secret is None or not secret.owning_service:
        return original(self)
    if self._get_bool_param("RotateImmediately", True) or self._get_param("RotationLambdaARN"):
        raise NotImplementedError("rotating a managed secret other than by its service")
    rules = self._get_param("RotationRules") or {}
    secret.auto_rotate_after_days = rules.get("AutomaticallyAfterDays", secret.auto_rotate_after_days)
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "VersionId": secret.default_version_id})


@wraps(FakeSecret, "to_dict")
def to_dict(original: Any, self: FakeSecret) -> dict[str, Any]:
    """Without the empty ARN of a Lambda function: a managed secret is rotated without one."""
    answer = original(self)
    if not answer.get("RotationLambdaARN"):
        answer.pop("RotationLambdaARN", None)
    return answer
