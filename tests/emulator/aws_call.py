"""Recognise an HTTP request as an AWS call: service, operation, parameters by botocore's names."""

import io
from dataclasses import dataclass, field
from typing import Any

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

from emulator import validation

# Signature scopes that differ from botocore's name of the service.
SERVICE_BY_SIGNING_NAME = {
    "elasticloadbalancing": "elbv2",
    "execute-api": "apigateway",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}

READ_PREFIXES = (
    "Describe", "Get", "List", "Head", "BatchGet", "BatchDescribe", "Search", "Lookup", "Select",
    "Query", "Scan", "Filter", "Preview", "Simulate", "Validate", "Verify", "Test", "Check",
    "Estimate", "Discover",
)  # fmt: skip

# Operations that change nothing although their names don't say so.
READ_OPERATIONS = {
    ("sts", "AssumeRole"),
    ("sts", "AssumeRoleWithSAML"),
    ("sts", "AssumeRoleWithWebIdentity"),
    ("sts", "DecodeAuthorizationMessage"),
    ("kms", "Decrypt"),
    ("kms", "Encrypt"),
    ("kms", "GenerateDataKey"),
    ("kms", "GenerateDataKeyPair"),
    ("kms", "GenerateDataKeyWithoutPlaintext"),
    ("kms", "GenerateRandom"),
    ("kms", "ReEncrypt"),
    ("kms", "Sign"),
}


@dataclass
class AwsCall:
    """One request to AWS. ``params`` and ``invalid`` are filled when the operation is known."""

    service: str
    operation: str
    region: str
    access_key: str | None
    client: str
    model: OperationModel | None = None
    params: dict[str, Any] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)
    content_type: str = ""

    @property
    def mutating(self) -> bool:
        """Whether the call can change what AWS holds."""
        if (self.service, self.operation) in READ_OPERATIONS:
            return False
        return not self.operation.startswith(READ_PREFIXES)


def recognise(environ: dict[str, Any]) -> AwsCall:
    """The AWS call in a WSGI request. An unknown operation has ``model`` None."""
    # Parsing consumes the input; the request goes on to moto afterwards.
    body = environ["wsgi.input"].getvalue()
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    access_key, region, signing_name = _credential_scope(request)
    service = _service(request, signing_name)
    call = AwsCall(
        service=service,
        operation=_operation_name(request),
        region=region,
        access_key=access_key,
        client=str(environ.get("REMOTE_PORT", "")),
        content_type=request.content_type or "",
    )
    _parse(call, request)
    return call


def _credential_scope(request: Request) -> tuple[str | None, str, str | None]:
    """Access key id, region and signing name from a header or presigned-URL signature."""
    credential = request.args.get("X-Amz-Credential")
    header = request.headers.get("Authorization", "")
    if "Credential=" in header:
        credential = header.split("Credential=", 1)[1].split(",", 1)[0]
    parts = (credential or "").split("/")
    if len(parts) != 5:
        return None, "us-east-1", None
    return parts[0], parts[2], parts[3]


def _service(request: Request, signing_name: str | None) -> str:
    if signing_name:
        if signing_name == "elasticloadbalancing" and request.values.get("Version") == "2012-06-01":
            return "elb"
        return SERVICE_BY_SIGNING_NAME.get(signing_name, signing_name)
    # Only AssumeRoleWith... and anonymous S3 requests come unsigned.
    return "sts" if request.values.get("Action", "").startswith("AssumeRoleWith") else "s3"


def _operation_name(request: Request) -> str:
    """What the request itself calls its operation; REST requests name none."""
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[-1]
    return request.values.get("Action") or f"{request.method} {request.path}"


def _parse(call: AwsCall, request: Request) -> None:
    try:
        service_model = get_service_model(call.service)
        call.model, uri_params = get_service_router(call.service).match(request)
    except Exception:
        # A service or operation that botocore doesn't know: it goes on to moto unparsed and
        # ends as "not implemented" there.
        return
    call.operation = call.model.name
    parser = PROTOCOL_PARSERS[determine_request_protocol(service_model, call.content_type)](call.model)
    try:
        parsed = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.get_data(),
                "url_path": request.path,
                "url_params": uri_params,
            }
        )
    except Exception as error:
        call.invalid = [f"unreadable request: {error}"]
        return
    call.params = dict(parsed)
    call.invalid = validation.violations(call.params, call.model.input_shape)
