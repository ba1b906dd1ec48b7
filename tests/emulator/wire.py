"""Error answers in the shape of each service's protocol."""

import json
from typing import Any

from moto.core.model import OperationModel
from moto.core.request import determine_request_protocol
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from emulator.aws_call import AwsCall
from emulator.patching import AwsError

# What each service calls "too many requests".
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html and its siblings;
# EC2: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
THROTTLE_CODES = {
    "ec2": ("RequestLimitExceeded", 503),
    "s3": ("SlowDown", 503),
    "ssm": ("ThrottlingException", 400),
}
THROTTLE_CODE_BY_PROTOCOL = {
    "query": ("Throttling", 400),
    "json": ("ThrottlingException", 400),
    "rest-json": ("TooManyRequestsException", 429),
}

# What each service calls an access key that it doesn't know.
UNKNOWN_KEY_CODES = {"ec2": ("AuthFailure", 401), "s3": ("InvalidAccessKeyId", 403)}
UNKNOWN_KEY_CODE_BY_PROTOCOL = {
    "query": ("InvalidClientTokenId", 403),
    "json": ("UnrecognizedClientException", 400),
    "rest-json": ("UnrecognizedClientException", 403),
}
UNKNOWN_KEY_MESSAGES = {
    "AuthFailure": "AWS was not able to validate the provided access credentials",
    "InvalidAccessKeyId": "The AWS Access Key Id you provided does not exist in our records.",
}

# What each service calls a permission that the caller lacks.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
DENIED_CODES = {"ec2": ("UnauthorizedOperation", 403), "s3": ("AccessDenied", 403)}
DENIED_CODE_BY_PROTOCOL = {
    "query": ("AccessDenied", 403),
    "json": ("AccessDeniedException", 400),
    "rest-json": ("AccessDeniedException", 403),
}


def error(call: AwsCall, code: str, message: str, status: int | None = None) -> Response:
    """An error as the service itself would send it. ``status`` overrides the model's."""
    try:
        service_model = get_service_model(call.service)
        operation = call.model or OperationModel({"name": call.operation}, service_model)
        protocol = determine_request_protocol(service_model, call.content_type)
    except Exception:
        return _json_error(code, message, status or 400)
    serializer = get_serializer_class(call.service, protocol)(operation_model=operation)
    answer = serializer.serialize(AwsError(code, message))
    headers: dict[str, Any] = {**answer["headers"], "x-amzn-RequestId": "emulator"}
    return Response(answer["body"], status or answer["status_code"], headers)


def throttled(call: AwsCall) -> Response:
    """The service's own "too many requests"."""
    code, status = _by_service_or_protocol(call, THROTTLE_CODES, THROTTLE_CODE_BY_PROTOCOL)
    return error(call, code, "Rate exceeded", status)


def unknown_access_key(call: AwsCall) -> Response:
    """The service's own refusal of credentials that don't exist."""
    code, status = _by_service_or_protocol(call, UNKNOWN_KEY_CODES, UNKNOWN_KEY_CODE_BY_PROTOCOL)
    message = UNKNOWN_KEY_MESSAGES.get(code, "The security token included in the request is invalid.")
    return error(call, code, message, status)


def access_denied(
    call: AwsCall, action: str, caller: str | None = None, resource: str | None = None
) -> Response:
    """The service's own refusal of a caller who lacks the permission ``action`` on the resource."""
    code, status = _by_service_or_protocol(call, DENIED_CODES, DENIED_CODE_BY_PROTOCOL)
    where = f"on resource: {resource} " if resource else ""
    message = (
        f"User: {caller or call.access_key} is not authorized to perform: {action} {where}"
        f"because no identity-based policy allows the {action} action"
    )
    return error(call, code, message, status)


def not_implemented(call: AwsCall, detail: str) -> Response:
    """501: the emulator lacks the operation. SDKs retry 500 and 503, not this."""
    return error(call, "NotImplemented", f"emulator: {call.service} {call.operation}: {detail}", 501)


def _by_service_or_protocol(
    call: AwsCall, by_service: dict[str, tuple[str, int]], by_protocol: dict[str, tuple[str, int]]
) -> tuple[str, int]:
    if call.service in by_service:
        return by_service[call.service]
    protocol = call.model.service_model.protocol if call.model else "json"
    return by_protocol.get(protocol, by_protocol["query"])


def _json_error(code: str, message: str, status: int) -> Response:
    body = json.dumps({"__type": code, "message": message})
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
    return Response(body, status, headers)
