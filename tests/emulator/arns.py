"""What a call is about, as IAM names it: ARNs, out of the names and ARNs among its parameters."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import ServiceException

from emulator.aws_call import AwsCall


def asked_for(call: AwsCall) -> list[str]:
    """The ARNs; empty where only ids are given, which tell nothing, or nothing that IAM knows as a resource."""
    find = _FINDERS.get(call.service)
    return find(call) if find else []


def _regional(call: AwsCall, service: str, resource: str) -> str:
    return f"arn:aws:{service}:{call.region}:{DEFAULT_ACCOUNT_ID}:{resource}"


def _values(call: AwsCall, *names: str) -> list[str]:
    """The values of the first of these parameters that is there, one or many."""
    for name in names:
        value = call.params.get(name)
        if value:
            return value if isinstance(value, list) else [value]
    return []


def _s3(call: AwsCall) -> list[str]:
    bucket = f"arn:aws:s3:::{call.params.get('Bucket')}"
    if call.operation == "DeleteObjects":
        return [f"{bucket}/{item['Key']}" for item in call.params["Delete"]["Objects"]]
    return [f"{bucket}/{key}" for key in _values(call, "Key")] or [bucket]


def _ssm(call: AwsCall) -> list[str]:
    names = _values(call, "Name", "Names", "Path", "ResourceId")
    # AWS's own parameters belong to no account.
    own = DEFAULT_ACCOUNT_ID
    return [f"arn:aws:ssm:{call.region}:{'' if n.startswith('/aws/') else own}:parameter{n}" for n in names]


def _iam(call: AwsCall) -> list[str]:
    """A role's path stands in its ARN and in no call but the one that makes it."""
    from moto.iam.models import iam_backends

    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    of_profile = call.operation.endswith("InstanceProfile")
    name = call.params.get("InstanceProfileName" if of_profile else "RoleName")
    if not name:
        return []
    kind, get = ("instance-profile", iam.get_instance_profile) if of_profile else ("role", iam.get_role)
    if call.operation.startswith("Create"):
        return [f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:{kind}{call.params.get('Path', '/')}{name}"]
    try:
        return [get(name).arn]
    except ServiceException:
        return []  # there is none, and the call will say so


def _elbv2(call: AwsCall) -> list[str]:
    if call.operation == "CreateLoadBalancer":
        return [_regional(call, "elasticloadbalancing", f"loadbalancer/app/{call.params['Name']}/new")]
    if call.operation == "SetRulePriorities":
        return [pair["RuleArn"] for pair in call.params["RulePriorities"]]
    if call.operation.startswith("Describe"):
        return []
    return _values(call, "ResourceArns", "RuleArn", "ListenerArn", "LoadBalancerArn", "TargetGroupArn")


def _autoscaling(call: AwsCall) -> list[str]:
    if call.operation.startswith("Describe"):
        return []
    names = _values(call, "AutoScalingGroupName") or [tag["ResourceId"] for tag in _values(call, "Tags")]
    group = "autoScalingGroup:id:autoScalingGroupName"
    return [_regional(call, "autoscaling", f"{group}/{name}") for name in names]


def _named(service: str, **kinds: str) -> Callable[[AwsCall], list[str]]:
    """By parameter: the form of a resource by its name. The first parameter that is there tells. ARNs stay."""

    def find(call: AwsCall) -> list[str]:
        for parameter, form in kinds.items():
            values = _values(call, parameter)
            if values:
                return [v if v.startswith("arn:") else _regional(call, service, form.format(v)) for v in values]
        return []

    return find


def _rds(call: AwsCall) -> list[str]:
    if call.operation.startswith("Describe") and call.operation != "DescribeDBParameters":
        return []
    arns = _by_name_in_rds(call)
    if call.operation.endswith("DBInstance") or call.operation.startswith("Restore"):
        arns += [_regional(call, "rds", f"pg:{name}") for name in _values(call, "DBParameterGroupName")]
        arns += [_regional(call, "rds", f"subgrp:{name}") for name in _values(call, "DBSubnetGroupName")]
    return arns


_by_name_in_rds = _named(
    "rds",
    DBInstanceIdentifier="db:{}",
    DBSubnetGroupName="subgrp:{}",
    DBParameterGroupName="pg:{}",
    ResourceName="{}",
)


def _codebuild(call: AwsCall) -> list[str]:
    """A build belongs to its project, whose name begins its id."""
    ids = [build.rsplit(":build/", 1)[-1].split(":")[0] for build in _values(call, "id", "ids")]
    if ids:
        return [_regional(call, "codebuild", f"project/{name}") for name in dict.fromkeys(ids)]
    return _build_projects(call)


_build_projects = _named("codebuild", projectName="project/{}", name="project/{}", names="project/{}")


def _codedeploy(call: AwsCall) -> list[str]:
    application = call.params.get("applicationName")
    groups = _values(call, "deploymentGroupName", "deploymentGroupNames", "currentDeploymentGroupName")
    if application and groups:
        return [_regional(call, "codedeploy", f"deploymentgroup:{application}/{group}") for group in groups]
    return _applications(call)


_applications = _named(
    "codedeploy",
    applicationName="application:{}",
    applicationNames="application:{}",
    ResourceArn="{}",
)


def _codepipeline(call: AwsCall) -> list[str]:
    made: Any = call.params.get("pipeline")
    if made:
        return [_regional(call, "codepipeline", made["name"])]
    return _pipelines(call)


_pipelines = _named("codepipeline", name="{}", pipelineName="{}", resourceArn="{}")


def _logs(call: AwsCall) -> list[str]:
    """Events are read of a stream; everything else here is about a group."""
    if call.operation == "GetLogEvents":
        names = f"log-group:{call.params.get('logGroupName')}:log-stream:{call.params.get('logStreamName')}"
        return [_regional(call, "logs", names)]
    return _log_groups(call)


_log_groups = _named("logs", logGroupName="log-group:{}", resourceArn="{}")


def _secretsmanager(call: AwsCall) -> list[str]:
    """A secret's ARN ends with six characters that no name tells: those of one that isn't there are anybody's guess."""
    from moto.secretsmanager.models import secretsmanager_backends

    found = []
    for wanted in _values(call, "SecretId", "Name"):
        secret = secretsmanager_backends[DEFAULT_ACCOUNT_ID][call.region].secrets.get(wanted)
        name = wanted if wanted.startswith("arn:") else _regional(call, "secretsmanager", f"secret:{wanted}-AbCdEf")
        found.append(secret.arn if secret else name)
    return found


def _apigateway(call: AwsCall) -> list[str]:
    """API Gateway's resources are the paths of its own API."""
    if call.params.get("resourceArn"):
        return [f"arn:aws:apigateway:{call.region}::/tags/{quote(call.params['resourceArn'], safe='')}"]
    path = "/account" if call.operation.endswith("Account") else "/restapis"
    parts = {
        "restApiId": "",
        "resourceId": "/resources",
        "stageName": "/stages",
        "deploymentId": "/deployments",
    }
    made = {
        "CreateDeployment": "/deployments",
        "CreateStage": "/stages",
        "CreateResource": f"/resources/{call.params.get('parentId')}",
    }
    for parameter, kind in parts.items():
        if call.params.get(parameter) and (parameter == "restApiId" or call.operation not in made):
            path += f"{kind}/{call.params[parameter]}"
    path += made.get(call.operation, "")
    if call.params.get("httpMethod"):
        path += f"/methods/{call.params['httpMethod']}"
    if call.operation.endswith("Integration"):
        path += "/integration"
    for plural in ("Resources", "Stages", "Deployments"):
        if call.operation == f"Get{plural}":
            path += f"/{plural.lower()}"
    return [f"arn:aws:apigateway:{call.region}::{path}"]


_FINDERS: dict[str, Callable[[AwsCall], list[str]]] = {
    "apigateway": _apigateway,
    "acm": _named("acm", CertificateArn="{}"),
    "autoscaling": _autoscaling,
    "cloudtrail": _named(
        "cloudtrail",
        Name="trail/{}",
        TrailName="trail/{}",
        ResourceId="trail/{}",
        ResourceIdList="trail/{}",
    ),
    "codebuild": _codebuild,
    "codedeploy": _codedeploy,
    "codepipeline": _codepipeline,
    "elbv2": _elbv2,
    "events": _named("events", Rule="rule/{}", Name="rule/{}", ResourceARN="{}"),
    "iam": _iam,
    "kms": _named("kms", AliasName="{}"),
    "lambda": _named("lambda", FunctionName="function:{}", Resource="{}"),
    "logs": _logs,
    "rds": _rds,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "service-quotas": _named("servicequotas", ServiceCode="{}/quota"),
    "ssm": _ssm,
}
