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
# What each call of Secrets Manager does with the key of its secret; a call without a value makes none.
OF_SECRETS = {
    "CreateSecret": ("kms:GenerateDataKey", "kms:Decrypt"),
    "GetSecretValue": ("kms:Decrypt",),
    "PutSecretValue": ("kms:GenerateDataKey", "kms:Decrypt"),
    "UpdateSecret": ("kms:GenerateDataKey", "kms:Decrypt"),
}


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
    from moto.secretsmanager.models import secretsmanager_backends

    params, wanted = call.params, []
    (where,) = arns.asked_for(call) or (None,)
    if call.operation == "CreateSecret" and params.get("Tags"):
        wanted.append(("secretsmanager:TagResource", where, {}))
    held = secretsmanager_backends[DEFAULT_ACCOUNT_ID][call.region].secrets.get(params.get("SecretId") or "")
    keys = {params.get("KmsKeyId"), held and held.kms_key_id}
    told = via("secretsmanager", call.region, **({"SecretARN": where} if where else {}))
    if call.operation == "CreateSecret" and not {"SecretString", "SecretBinary"} & set(params):
        return wanted
    return wanted + [
        (action, arn(key, call.region), told)
        for key in sorted(key for key in keys if key and "alias/aws/" not in key)
        for action in OF_SECRETS.get(call.operation, ())
    ]
