"""What a call of EC2 asks IAM for. Each kind of resource in a call is asked for by itself: a launch takes a statement
that fits the instance, one that fits the volume, and so on."""

import re
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from emulator.aws_call import AwsCall

Wanted = list[tuple[str, str | None, dict[str, Any]]]

# The type in an ARN, by the id's prefix.
TYPES = {
    "acl": "network-acl",
    "ami": "image",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
}
ID = re.compile(rf"({'|'.join(TYPES)})-[0-9a-f]{{8,17}}")
# ARNs of these name no account.
SHARED = {"image", "snapshot"}
# What a call makes.
MADE = {
    "AllocateAddress": ["elastic-ip"],
    "CreateImage": ["image", "snapshot"],
    "CreateInternetGateway": ["internet-gateway"],
    "CreateKeyPair": ["key-pair"],
    "CreateLaunchTemplate": ["launch-template"],
    "CreateNatGateway": ["natgateway"],
    "CreateRouteTable": ["route-table"],
    "CreateSecurityGroup": ["security-group"],
    "CreateSnapshot": ["snapshot"],
    "CreateSubnet": ["subnet"],
    "CreateVolume": ["volume"],
    "CreateVpc": ["vpc"],
    "ImportKeyPair": ["key-pair"],
    "RunInstances": ["instance", "network-interface", "volume"],
}
# What use of a key for volumes takes.
# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
OF_VOLUMES = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext")


def arn(region: str, kind: str, name: str) -> str:
    account = "" if kind in SHARED else DEFAULT_ACCOUNT_ID
    return f"arn:aws:ec2:{region}:{account}:{kind}/{name}"


def asked(call: AwsCall) -> Wanted:
    """Reads know no resources, with few exceptions."""
    operation, params = call.operation, call.params
    if operation.startswith(("Describe", "Get")) and operation not in ("DescribeVpcAttribute",):
        return [(f"ec2:{operation}", "*", {})]
    action = f"ec2:{operation}"
    tags = {spec["ResourceType"]: _pairs(spec.get("Tags")) for spec in params.get("TagSpecifications") or []}
    wanted: Wanted = []
    for resource in _named(call):
        wanted.append((action, resource, _requested(_pairs(params.get("Tags")))))
    encryption = _encryption(call)
    for kind in MADE.get(operation, []):
        made = arn(call.region, kind, params.get("KeyName", "new") if kind == "key-pair" else "new")
        context = {**_requested(tags.get(kind, {})), "ec2:InstanceType": params.get("InstanceType", "")}
        if kind == "volume":
            context["ec2:Encrypted"] = "true" if encryption else "false"
        wanted.append((action, made, context))
        if tags.get(kind):
            wanted.append(("ec2:CreateTags", made, {**_requested(tags[kind]), "ec2:CreateAction": operation}))
    for key in encryption:
        context = {"kms:ViaService": f"ec2.{call.region}.amazonaws.com", "kms:GrantIsForAWSResource": "true"}
        wanted += [(needed, key, context) for needed in OF_VOLUMES if key != "default"]
    return wanted or [(action, None, {})]


def _named(call: AwsCall) -> list[str]:
    """What the call names by ids, among its own parameters: not in the data of a launch template, say."""
    params = call.params
    found = [text for value in params.values() for text in _texts(value)]
    for interface in params.get("NetworkInterfaces") or []:
        found += [interface.get("SubnetId") or "", *(interface.get("Groups") or [])]
    found += _texts((params.get("LaunchTemplate") or {}).get("LaunchTemplateId"))
    resources = [
        arn(call.region, TYPES[match.group(1)], text) for text in found if (match := ID.fullmatch(text))
    ]
    if params.get("KeyName") and call.operation not in MADE or call.operation == "RunInstances":
        resources += [arn(call.region, "key-pair", name) for name in _texts(params.get("KeyName"))]
    return list(dict.fromkeys(resources))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _encryption(call: AwsCall) -> list[str]:
    """The ARNs of the keys of new volumes; ``default`` stands for AWS's own."""
    keys = []
    for mapping in call.params.get("BlockDeviceMappings") or []:
        disk = mapping.get("Ebs") or {}
        if str(disk.get("Encrypted", "")).lower() == "true" and call.operation == "RunInstances":
            key = disk.get("KmsKeyId")
            keys.append(_key_arn(call.region, key) if key else "default")
    return list(dict.fromkeys(keys))


def _key_arn(region: str, key: str) -> str:
    return key if key.startswith("arn:") else f"arn:aws:kms:{region}:{DEFAULT_ACCOUNT_ID}:key/{key}"


def _pairs(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value") or "" for tag in tags or []}


def _requested(tags: dict[str, str]) -> dict[str, Any]:
    context: dict[str, Any] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return {**context, "aws:TagKeys": list(tags)} if tags else context


def tags_of(resource: str) -> dict[str, str]:
    """The tags of one of EC2's resources."""
    from moto.ec2.models import ec2_backends

    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[2] != "ec2":
        return {}
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][parts[3]]
    kind, _, name = parts[5].partition("/")
    if kind == "key-pair":
        pair = backend.key_pairs.get(name)
        name = pair.id if pair else ""
    return dict(backend.tags.get(name, {}))
