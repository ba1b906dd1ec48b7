"""What a call asks IAM for: actions on resources, with the keys that conditions look at.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from emulator import arns, asked_ec2, asked_keys, asked_s3, inventory
from emulator.aws_call import AwsCall

Context = dict[str, str | list[str]]

# IAM's name of a service, where it isn't botocore's.
PREFIXES = {
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
}
# IAM's name of an operation, where it isn't botocore's.
OTHER_NAMES = {"lambda:Invoke": "InvokeFunction"}
# What everybody may do.
FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
# Their reads know no resources: a statement has to allow them on everything.
READS_WITHOUT_RESOURCES = {"autoscaling", "elbv2"}
# Services keep to one form of a tag's condition key of their own, besides ``aws:ResourceTag``.
TAG_KEYS = {
    "autoscaling": "autoscaling:ResourceTag",
    "ec2": "ec2:ResourceTag",
    "elasticloadbalancing": "elasticloadbalancing:ResourceTag",
    "iam": "iam:ResourceTag",
    "rds": "rds:db-tag",
    "secretsmanager": "secretsmanager:ResourceTag",
    "ssm": "ssm:resourceTag",
}
# Where a call hands a role to a service: the path to the role, and the service.
PASSED = {
    "autoscaling:PutLifecycleHook": (("RoleARN",), "autoscaling.amazonaws.com"),
    "codebuild:CreateProject": (("serviceRole",), "codebuild.amazonaws.com"),
    "codebuild:UpdateProject": (("serviceRole",), "codebuild.amazonaws.com"),
    "codedeploy:CreateDeploymentGroup": (("serviceRoleArn",), "codedeploy.amazonaws.com"),
    "codedeploy:UpdateDeploymentGroup": (("serviceRoleArn",), "codedeploy.amazonaws.com"),
    "codepipeline:CreatePipeline": (("pipeline", "roleArn"), "codepipeline.amazonaws.com"),
    "codepipeline:UpdatePipeline": (("pipeline", "roleArn"), "codepipeline.amazonaws.com"),
    "lambda:CreateFunction": (("Role",), "lambda.amazonaws.com"),
    "lambda:UpdateFunctionConfiguration": (("Role",), "lambda.amazonaws.com"),
    "events:PutTargets": (("Targets", "RoleArn"), "events.amazonaws.com"),
}


@dataclass(frozen=True)
class Asked:
    """One action on one resource. ``resource`` is None where the call doesn't tell it: then every statement's resource
    fits, and so does every condition on the resource's tags."""

    action: str
    resource: str | None = "*"
    context: Context = field(default_factory=dict)


def asked(call: AwsCall) -> list[Asked]:
    """All that must be allowed; nothing for what everybody may do. Under the server's lock."""
    name = f"{call.service}:{call.operation}"
    if name in FREE:
        return []
    if call.service == "ec2":
        wanted = asked_ec2.asked(call)
    elif call.service == "s3":
        wanted = asked_s3.asked(call)
    else:
        action = f"{PREFIXES.get(call.service, call.service)}:{_action(call)}"
        wanted = [(action, resource, _boundary(call)) for resource in _resources(call)]
    if call.service == "secretsmanager":
        wanted += asked_keys.of_secrets(call)
    wanted += [
        ("iam:PassRole", role, {"iam:PassedToService": service}) for role, service in _passed(name, call)
    ]
    tags = _Tags()
    general = {"aws:RequestedRegion": call.region, **_requested_tags(call)}
    return [
        Asked(action, resource, {**general, **tags.context(action, resource), **context})
        for action, resource, context in wanted
    ]


def _action(call: AwsCall) -> str:
    """IAM's name of an operation: for API Gateway it is the method of HTTP."""
    if call.service == "apigateway" and call.model:
        return call.model.http["method"]
    return OTHER_NAMES.get(f"{call.service}:{call.operation}", call.operation)


def _boundary(call: AwsCall) -> Context:
    """The permissions boundary that a role gets, or that the role has whose policies change."""
    if call.service != "iam" or "RoleName" not in call.params:
        return {}
    given = call.params.get("PermissionsBoundary")
    if given is None and "RolePolicy" in call.operation:
        from moto.iam.models import iam_backends

        roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].roles.values()
        role = next((role for role in roles if role.name == call.params["RoleName"]), None)
        given = role and role.permissions_boundary_arn
    return {"iam:PermissionsBoundary": given} if given else {}


def _resources(call: AwsCall) -> list[str | None]:
    found = arns.asked_for(call)
    if found:
        return list(found)
    return (
        ["*"] if call.service in READS_WITHOUT_RESOURCES and call.operation.startswith("Describe") else [None]
    )


def _requested_tags(call: AwsCall) -> Context:
    """Of services other than EC2, whose calls say which tags are for what."""
    if call.service in ("ec2", "s3"):
        return {}
    found = next((call.params[key] for key in ("Tags", "tags") if call.params.get(key)), [])
    pairs = (
        found.items() if isinstance(found, dict) else [_pair(tag) for tag in found if isinstance(tag, dict)]
    )
    return tag_context("aws:RequestTag", dict(pairs))


def _pair(tag: dict[str, str]) -> tuple[str, str]:
    key, value = (
        next((tag[name] for name in names if tag.get(name) is not None), "")
        for names in (("Key", "key", "TagKey"), ("Value", "value", "TagValue"))
    )
    return key, value


def tag_context(prefix: str, tags: dict[str, str]) -> Context:
    keys: Context = {f"{prefix}/{key}": value for key, value in tags.items()}
    return {**keys, "aws:TagKeys": list(tags)} if tags and prefix == "aws:RequestTag" else keys


def _passed(name: str, call: AwsCall) -> Iterable[tuple[str, str]]:
    if name in PASSED:
        path, service = PASSED[name]
        for role in _at(call.params, path):
            yield role, service
    if name in ("ec2:RunInstances", "iam:AddRoleToInstanceProfile"):
        for role in _roles_of_instances(call):
            yield role, "ec2.amazonaws.com"


def _at(value: Any, path: tuple[str, ...]) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _at(item, path)]
    if not path:
        return [value] if value else []
    return _at(value[path[0]], path[1:]) if isinstance(value, dict) and path[0] in value else []


def _roles_of_instances(call: AwsCall) -> list[str]:
    from moto.iam.models import iam_backends

    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    if call.service == "iam":
        wanted = call.params["RoleName"]
        return [role.arn for role in iam.roles.values() if role.name == wanted]
    given = call.params.get("IamInstanceProfile") or {}
    name = given.get("Name") or (given.get("Arn") or "").rsplit("/", 1)[-1]
    profile = iam.instance_profiles.get(name)
    return [role.arn for role in profile.roles] if profile else []


class _Tags:
    """The tags of what exists, looked up once for a call, and only if it asks for something by name."""

    def __init__(self) -> None:
        self._by_arn: dict[str, dict[str, str]] | None = None

    def context(self, action: str, resource: str | None) -> Context:
        if resource in (None, "*"):
            return {}
        if self._by_arn is None:
            self._by_arn = {key: item["tags"] for item in inventory.everything() for key in _names(item)}
        tags = self._by_arn.get(resource, asked_ec2.tags_of(resource))
        service = action.split(":")[0]
        own = TAG_KEYS.get(service)
        found = tag_context("aws:ResourceTag", tags)
        return {**found, **tag_context(own, tags)} if own else found


def _names(item: inventory.Item) -> list[str]:
    """The resource as calls name it: Auto Scaling groups by their names, parameters too."""
    place = f"{item['region']}:{DEFAULT_ACCOUNT_ID}"
    if item["kind"] == "auto_scaling_group":
        return [f"arn:aws:autoscaling:{place}:autoScalingGroup:id:autoScalingGroupName/{item['name']}"]
    if item["kind"] == "parameter":
        return [f"arn:aws:ssm:{place}:parameter{item['name']}"]
    return [item["id"]] if item["id"].startswith("arn:") else []
