"""Who may call a function besides the account's own roles: the function's resource policy.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import json
from typing import Any

from moto.awslambda.responses import LambdaResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult, EmptyResult

from emulator import policies
from emulator.patching import AwsError, operation
from emulator.services.awslambda.model import Function, function

MOST_BYTES = 20480
KNOWN = {"FunctionName", "StatementId", "Action", "Principal", "SourceArn", "SourceAccount", "RevisionId"}


def _text(statements: dict[str, dict[str, Any]]) -> str:
    document = {"Version": "2012-10-17", "Id": "default", "Statement": list(statements.values())}
    return json.dumps(document, separators=(",", ":"))


def lets_in(found: Function, service: str, source_arn: str) -> bool:
    """Whether a service may call the function for the object ``source_arn``."""
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": DEFAULT_ACCOUNT_ID}
    return policies.allows_service(
        _text(found.statements), service, "lambda:InvokeFunction", found.arn, context
    )


def _check_revision(self: Any, found: Function) -> None:
    if self._get_param("RevisionId") not in (None, found.revision):
        raise AwsError("PreconditionFailedException", "The Revision Id provided does not match the latest one.")


@operation(LambdaResponse)
def add_permission(self: Any) -> ActionResult:
    given = {name: value for name, value in self.params.items() if value is not None}
    if lacking := sorted(set(given) - KNOWN):
        raise NotImplementedError(", ".join(lacking))
    found, name = function(self.backend, given["FunctionName"]), given["StatementId"]
    _check_revision(self, found)
    if name in found.statements:
        raise AwsError(
            "ResourceConflictException",
            f"The statement id ({name}) provided already exists. Please provide a new statement id, or remove the "
            "existing statement.",
        )
    statement = {
        "Sid": name,
        "Effect": "Allow",
        "Principal": _principal(given["Principal"]),
        "Action": given["Action"],
        "Resource": found.arn,
    }
    condition: dict[str, Any] = {}
    if given.get("SourceAccount"):
        condition["StringEquals"] = {"AWS:SourceAccount": given["SourceAccount"]}
    if given.get("SourceArn"):
        condition["ArnLike"] = {"AWS:SourceArn": given["SourceArn"]}
    if condition:
        statement["Condition"] = condition
    if len(_text({**found.statements, name: statement})) > MOST_BYTES:
        raise AwsError("PolicyLengthExceededException", f"The final policy size is bigger than {MOST_BYTES}")
    found.statements[name] = statement
    found.touch()
    return ActionResult({"Statement": json.dumps(statement, separators=(",", ":"))})


def _principal(given: str) -> Any:
    if given == "*":
        return "*"
    if given.endswith(".amazonaws.com"):
        return {"Service": given}
    return {"AWS": f"arn:aws:iam::{given}:root" if given.isdigit() else given}


@operation(LambdaResponse)
def remove_permission(self: Any) -> ActionResult:
    found, name = function(self.backend, self._get_param("FunctionName")), self._get_param("StatementId")
    _check_revision(self, found)
    if name not in found.statements:
        raise AwsError("ResourceNotFoundException", f"Statement {name} is not found in resource policy.")
    del found.statements[name]
    found.touch()
    return EmptyResult()


@operation(LambdaResponse)
def get_policy(self: Any) -> ActionResult:
    found = function(self.backend, self._get_param("FunctionName"))
    if not found.statements:
        raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.")
    return ActionResult({"Policy": _text(found.statements), "RevisionId": found.revision})
