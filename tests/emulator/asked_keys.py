"""Keys of KMS that other services use in their caller's name: what of them conditions look at, and what Secrets Manager
asks for.

https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
"""

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.kms.models import Key, kms_backends

from emulator import arns
from emulator.aws_call import AwsCall

Wanted = list[tuple[str, str | None, dict[str, Any]]]
# What each call of Secrets Manager does with the key that it names, which becomes the secret's, and with the one that the
# secret has.
WITH_GIVEN = {
    "CreateSecret": ("kms:GenerateDataKey", "kms:Decrypt"),
    "UpdateSecret": ("kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"),
}
WITH_HELD = {"GetSecretValue": ("kms:Decrypt",), "PutSecretValue": ("kms:GenerateDataKey",)}


def find(name: str) -> Key | None:
    """By id, ARN, alias or alias's ARN, in whatever region."""
    wanted = name.rsplit(":", 1)[-1].removeprefix("key/")
    for backend in kms_backends[DEFAULT_ACCOUNT_ID].values():
        for key in backend.keys.values():
            if wanted == key.id or wanted in _aliases(key):
                return key
    return None


def arn(name: str, region: str) -> str:
    """A key's ARN, whatever it is named by."""
    key = find(name)
    if key is not None:
        return key.arn
    return name if name.startswith("arn:") else f"arn:aws:kms:{region}:{DEFAULT_ACCOUNT_ID}:key/{name}"


def _aliases(key: Key) -> list[str]:
    return [alias.alias_name for alias in key.aliases.values()]


def context(resource: str | None) -> dict[str, list[str]]:
    """All the names of a key that is asked for; a key without any has no such condition key."""
    key = find(resource) if resource else None
    return {"kms:ResourceAliases": _aliases(key)} if key and key.aliases else {}


def via(service: str, region: str, **encryption_context: str) -> dict[str, Any]:
    """What KMS is told of a call that a service makes in its caller's name."""
    told = {f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()}
    keys = {"kms:EncryptionContextKeys": list(encryption_context)} if encryption_context else {}
    return {"kms:ViaService": f"{service}.{region}.amazonaws.com", **keys, **told}


def of_secrets(call: AwsCall) -> Wanted:
    """What a call of Secrets Manager takes besides the permission of its name."""
    (where,) = arns.asked_for(call) or (None,)
    told = via("secretsmanager", call.region, **({"SecretARN": where} if where else {}))
    used = [(call.params.get("KmsKeyId"), WITH_GIVEN.get(call.operation, ())), (_held(call), _with_held(call))]
    wanted: Wanted = [
        (action, arn(key, call.region), told)
        for key, actions in used
        for action in actions
        if key and "alias/aws/" not in key
    ]
    tagged = call.operation == "CreateSecret" and call.params.get("Tags")
    return [*wanted, ("secretsmanager:TagResource", where, {})] if tagged else wanted


def _held(call: AwsCall) -> str | None:
    """The key of the secret that a call is about."""
    from moto.secretsmanager.models import secretsmanager_backends

    secrets = secretsmanager_backends[DEFAULT_ACCOUNT_ID][call.region].secrets
    secret = secrets.get(call.params.get("SecretId") or "")
    return secret.kms_key_id if secret else None


def _with_held(call: AwsCall) -> tuple[str, ...]:
    if call.operation == "UpdateSecret" and call.params.get("KmsKeyId"):
        # What is there is encrypted anew.
        return ("kms:Decrypt",)
    is_new = call.operation == "UpdateSecret" and {"SecretString", "SecretBinary"} & set(call.params)
    return ("kms:GenerateDataKey",) if is_new else WITH_HELD.get(call.operation, ())
