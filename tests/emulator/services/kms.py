"""KMS: key states that forbid, policies that are checked, rotation periods."""

import json
from typing import Any

import moto.kms.responses
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from emulator import policies
from emulator.patching import AwsError, wraps
from emulator.services import iam

# https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
REFUSED_WHILE_PENDING_DELETION = (
    "create_alias",
    "create_grant",
    "decrypt",
    "disable_key",
    "disable_key_rotation",
    "enable_key",
    "enable_key_rotation",
    "encrypt",
    "generate_data_key",
    "generate_data_key_without_plaintext",
    "schedule_key_deletion",
    "tag_resource",
    "untag_resource",
    "update_alias",
    "update_key_description",
)
REFUSED_WHILE_DISABLED = (
    "disable_key_rotation",
    "enable_key_rotation",
    "encrypt",
    "generate_data_key",
    "generate_data_key_without_plaintext",
)
DEFAULT_ROTATION_DAYS = 365


# The policy's name may be left out; moto insists on it.
_assert_default_policy = moto.kms.responses._assert_default_policy
moto.kms.responses._assert_default_policy = lambda name: _assert_default_policy(name or "default")


def find(self: Any, key_id: str | None) -> Key | None:
    """The key by id, ARN, alias name or alias ARN."""
    if not key_id:
        return None
    try:
        return self.kms_backend.keys.get(self.kms_backend.any_id_to_key_id(key_id))
    except Exception:
        return None  # moto's own operation says what is wrong


def _refuse_by_state(name: str) -> None:
    @wraps(KmsResponse, name)
    def checked(original: Any, self: Any) -> Any:
        key = find(self, self._get_param("KeyId") or self._get_param("TargetKeyId"))
        if key and key.key_state == "PendingDeletion":
            raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        if key and name in REFUSED_WHILE_DISABLED and key.key_state == "Disabled":
            raise AwsError("DisabledException", f"{key.arn} is disabled.")
        return original(self)


@wraps(KmsResponse, "enable_key_rotation")
def enable_key_rotation(original: Any, self: Any) -> Any:
    """moto drops the period."""
    answer = original(self)
    key = find(self, self._get_param("KeyId"))
    if key:
        key.rotation_days = self._get_param("RotationPeriodInDays") or DEFAULT_ROTATION_DAYS
    return answer


@wraps(KmsResponse, "get_key_rotation_status")
def get_key_rotation_status(original: Any, self: Any) -> Any:
    answer = json.loads(original(self))
    key = find(self, self._get_param("KeyId"))
    answer["KeyId"] = key.arn if key else self._get_param("KeyId")
    if answer["KeyRotationEnabled"]:
        answer["RotationPeriodInDays"] = getattr(key, "rotation_days", DEFAULT_ROTATION_DAYS)
    return json.dumps(answer)


@wraps(KmsResponse, "create_key")
def create_key(original: Any, self: Any) -> Any:
    _check_policy(self, self._get_param("Policy"))
    return original(self)


@wraps(KmsResponse, "put_key_policy")
def put_key_policy(original: Any, self: Any) -> Any:
    _check_policy(self, self._get_param("Policy"))
    return original(self)


def _check_policy(self: Any, policy: str | None) -> None:
    """JSON with whole statements, principals that exist, and someone who can change it again."""
    if policy is None:
        return
    try:
        statements = policies.statements(policy)
    except ValueError as error:
        raise _malformed(f"The policy is not valid: {error}") from error
    for statement in statements:
        if statement.get("Effect") not in ("Allow", "Deny") or not {"Principal", "Action"} <= set(statement):
            raise _malformed("A statement needs Effect, Principal and Action.")
    for arn in policies.role_arns(policy):
        # Service-linked roles appear when a service is first used; this account has used them.
        if "/aws-service-role/" not in arn and not iam.role_is_usable(arn):
            raise _malformed("Policy contains a statement with one or more invalid principals.")
    if not self._get_param("BypassPolicyLockoutSafetyCheck"):
        _check_lockout(self, statements)


def _check_lockout(self: Any, statements: list[dict[str, Any]]) -> None:
    administrators = {"*", self.current_account, f"arn:aws:iam::{self.current_account}:root"}
    for statement in statements:
        principal = statement["Principal"]
        named = policies.as_list(principal.get("AWS")) if isinstance(principal, dict) else [principal]
        grants = {"kms:*", "*", "kms:Put*", "kms:PutKeyPolicy"} & set(policies.as_list(statement["Action"]))
        if statement["Effect"] == "Allow" and administrators & set(named) and grants:
            return
    raise _malformed("The new key policy will not allow you to update the key policy in the future.")


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", message)


# Last, so that a key's state is looked at before anything else is.
for _name in REFUSED_WHILE_PENDING_DELETION:
    _refuse_by_state(_name)
