"""Functions: made, changed, shown, tagged and removed."""

import base64
import hashlib
from typing import Any

from moto.awslambda.responses import LambdaResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.patching import AwsError, operation
from emulator.services.awslambda import checks, workers
from emulator.services.awslambda.model import Function, arn, function, functions, refused

# Executions at once of an account, and those that reservations must leave to other functions.
ACCOUNT_CONCURRENCY, LEAST_UNRESERVED = 1000, 100
PAGE = 50
CONFIGURATION = {
    "DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "FileSystemConfigs", "Handler", "KMSKeyArn",
    "Layers", "LoggingConfig", "MemorySize", "Role", "Runtime", "SnapStart", "Timeout", "TracingConfig", "VpcConfig",
}  # fmt: skip
ON_CREATE = CONFIGURATION | {"FunctionName", "Code", "PackageType", "Architectures", "Publish", "Tags"}
DEFAULTS = {
    "Description": "",
    "EphemeralStorage": {"Size": 512},
    "MemorySize": 128,
    "PackageType": "Zip",
    "Architectures": ["x86_64"],
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
}


def _given(self: Any, known: set[str]) -> dict[str, Any]:
    """The call's parameters, all of which the emulator must know."""
    given = {name: value for name, value in self.params.items() if value is not None}
    lacking = sorted(set(given) - known)
    if lacking or given.get("Publish"):
        raise NotImplementedError(", ".join(lacking) or "Publish")
    return given


def _find(self: Any) -> Function:
    if self._get_param("Qualifier") not in (None, "$LATEST"):
        raise NotImplementedError("versions and aliases of functions")
    return function(self.backend, self._get_param("FunctionName"))


def _completed(settings: dict[str, Any]) -> dict[str, Any]:
    """With what Lambda fills in."""
    logging = settings.get("LoggingConfig") or {}
    group = logging.get("LogGroup") or f"/aws/lambda/{settings['FunctionName']}"
    if logging.get("LogFormat") == "JSON":
        logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
    completed = {**DEFAULTS, **settings, "LoggingConfig": {"LogFormat": "Text", **logging, "LogGroup": group}}
    if not completed.get("Environment", {}).get("Variables"):
        completed.pop("Environment", None)
    if not completed.get("DeadLetterConfig", {}).get("TargetArn"):
        completed.pop("DeadLetterConfig", None)
    if not any(completed.get("VpcConfig", {}).values()):
        completed.pop("VpcConfig", None)
    for name in ("FileSystemConfigs", "KMSKeyArn", "Layers"):
        if not completed.get(name):
            completed.pop(name, None)
    return completed


def _archive(code: dict[str, Any]) -> tuple[bytes, str]:
    """The archive, and its digest as Lambda shows it."""
    if "ZipFile" not in code:
        raise NotImplementedError("code of functions that doesn't come as ZipFile")
    content = code["ZipFile"]
    content = content if isinstance(content, bytes) else base64.b64decode(content)
    checks.check_archive(content)
    return content, base64.b64encode(hashlib.sha256(content).digest()).decode()


@operation(LambdaResponse)
def create_function(self: Any) -> ActionResult:
    given = _given(self, ON_CREATE)
    name = given["FunctionName"].rsplit(":function:", 1)[-1]
    tags, code = given.pop("Tags", {}), given.pop("Code")
    given.pop("Publish", None)
    settings = _completed({**given, "FunctionName": name})
    if settings["PackageType"] != "Zip":
        raise NotImplementedError("functions from images of containers")
    if name in functions(self.backend):
        raise AwsError("ResourceConflictException", f"Function already exist: {name}")
    checks.check_tags(tags)
    content, digest = _archive(code)
    made = Function(arn(self.backend, name), settings, content, digest, dict(tags))
    checks.check(settings, made.arn)
    made.grant()
    functions(self.backend)[name] = made
    made.begin_life()
    return ActionResult(made.shown())


def _changeable(self: Any) -> Function:
    """One change after the other."""
    found = _find(self)
    for busy, what in ((found.state == "Pending", "Pending"), (found.update == "InProgress", "")):
        if busy:
            state = f"The function is currently in the following state: {what}"
            under_way = f"An update is in progress for resource: {found.arn}"
            raise AwsError(
                "ResourceConflictException",
                f"The operation cannot be performed at this time. {state if what else under_way}",
            )
    if self._get_param("RevisionId") not in (None, found.revision):
        raise AwsError(
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to "
            "retrieve the latest RevisionId for your resource.",
        )
    return found


@operation(LambdaResponse)
def update_function_code(self: Any) -> ActionResult:
    given = _given(self, {"FunctionName", "ZipFile", "Architectures", "DryRun", "Publish", "RevisionId"})
    found = _changeable(self)
    content, digest = _archive(given)
    if not given.get("DryRun"):
        found.code, found.code_sha256 = content, digest
        if given.get("Architectures"):
            found.settings["Architectures"] = given["Architectures"]
        workers.forget(found)
        found.begin_update()
    return ActionResult(found.shown())


@operation(LambdaResponse)
def update_function_configuration(self: Any) -> ActionResult:
    """What isn't named stays."""
    given = _given(self, CONFIGURATION | {"FunctionName", "RevisionId"})
    found = _changeable(self)
    changes = {name: given[name] for name in CONFIGURATION if name in given}
    settings = _completed({**found.settings, **changes})
    checks.check(settings, found.arn)
    # The same role and key once more change nothing.
    is_regranted = any(settings.get(name) != found.settings.get(name) for name in ("Role", "KMSKeyArn"))
    found.settings = settings
    if is_regranted:
        found.grant()
    workers.forget(found)
    found.begin_update()
    return ActionResult(found.shown())


@operation(LambdaResponse)
def get_function_configuration(self: Any) -> ActionResult:
    return ActionResult(_find(self).shown())


@operation(LambdaResponse)
def get_function(self: Any) -> ActionResult:
    found = _find(self)
    location = f"https://awslambda-{found.region}-tasks.s3.{found.region}.amazonaws.com/{found.name}"
    shown = {"Configuration": found.shown(), "Code": {"RepositoryType": "S3", "Location": location}}
    if found.tags:
        shown["Tags"] = dict(found.tags)
    if found.reserved is not None:
        shown["Concurrency"] = {"ReservedConcurrentExecutions": found.reserved}
    return ActionResult(shown)


@operation(LambdaResponse)
def list_functions(self: Any) -> ActionResult:
    """In the order of their names; a marker is the last name of its page."""
    after, most = self._get_param("Marker") or "", min(int(self._get_param("MaxItems") or PAGE), PAGE)
    rest = [found for name, found in sorted(functions(self.backend).items()) if name > after]
    answer: dict[str, Any] = {"Functions": [found.shown() for found in rest[:most]]}
    if len(rest) > most:
        answer["NextMarker"] = rest[most - 1].name
    return ActionResult(answer)


@operation(LambdaResponse)
def list_versions_by_function(self: Any) -> ActionResult:
    """Nothing is ever published."""
    found = _find(self)
    return ActionResult({"Versions": [{**found.shown(), "FunctionArn": f"{found.arn}:$LATEST"}]})


@operation(LambdaResponse)
def delete_function(self: Any) -> ActionResult:
    """Its log group stays."""
    found = _find(self)
    del functions(self.backend)[found.name]
    found.gone = True
    workers.forget(found)
    return EmptyResult()


@operation(LambdaResponse)
def put_function_concurrency(self: Any) -> ActionResult:
    found, wanted = _find(self), self._get_param("ReservedConcurrentExecutions")
    others = sum(f.reserved or 0 for f in functions(self.backend).values() if f is not found)
    if ACCOUNT_CONCURRENCY - others - wanted < LEAST_UNRESERVED:
        raise refused(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{LEAST_UNRESERVED}]."
        )
    found.reserved = wanted
    return ActionResult({"ReservedConcurrentExecutions": wanted})


@operation(LambdaResponse)
def get_function_concurrency(self: Any) -> ActionResult:
    reserved = _find(self).reserved
    return ActionResult({} if reserved is None else {"ReservedConcurrentExecutions": reserved})


@operation(LambdaResponse)
def delete_function_concurrency(self: Any) -> ActionResult:
    _find(self).reserved = None
    return EmptyResult()


@operation(LambdaResponse)
def tag_resource(self: Any) -> ActionResult:
    found = function(self.backend, self._get_param("Resource"))
    tags = {**found.tags, **self._get_param("Tags")}
    checks.check_tags(tags)
    found.tags = tags
    return EmptyResult()


@operation(LambdaResponse)
def untag_resource(self: Any) -> ActionResult:
    found = function(self.backend, self._get_param("Resource"))
    for key in self._get_param("TagKeys"):
        found.tags.pop(key, None)
    return EmptyResult()


@operation(LambdaResponse)
def list_tags(self: Any) -> ActionResult:
    return ActionResult({"Tags": dict(function(self.backend, self._get_param("Resource")).tags)})
