"""What Lambda refuses of a function.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import io
import json
import re
import zipfile
from typing import Any

from emulator.patching import AwsError
from emulator.services import iam
from emulator.services.awslambda.model import SERVICE, refused

NAME = re.compile(r"[a-zA-Z0-9-_]{1,64}")
HANDLER = re.compile(r"[^\s]{1,128}")
# MB, and seconds.
MEMORY, TIMEOUT = (128, 10240), (1, 900)
MOST_BYTES_OF_VARIABLES = 4096
VARIABLE = re.compile(r"[a-zA-Z]\w+")
# Of an archive that comes with the call, and of what it unpacks to.
MOST_ZIPPED, MOST_UNZIPPED = 50 * 1024 * 1024, 250 * 1024 * 1024
MOST_TAGS = 50
MOST_LAYERS = 5
RESERVED = {
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
}  # fmt: skip


def check(settings: dict[str, Any], arn: str) -> None:
    """InvalidParameterValueException, or ValidationException, for the settings of a whole function."""
    if not NAME.fullmatch(settings["FunctionName"]):
        raise _invalid(settings["FunctionName"], "functionName", NAME.pattern)
    if not HANDLER.fullmatch(settings.get("Handler") or ""):
        raise refused("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    runtime = settings.get("Runtime") or ""
    if not re.fullmatch(r"python3\.\d+", runtime):
        raise NotImplementedError(f"runtimes other than Python: {runtime!r}")
    for name, (least, most) in (("MemorySize", MEMORY), ("Timeout", TIMEOUT)):
        if not least <= settings[name] <= most:
            raise _invalid(settings[name], name[0].lower() + name[1:], f"between {least} and {most}")
    _check_variables(settings.get("Environment", {}).get("Variables", {}))
    _check_surroundings(settings, arn)
    if not iam.service_may_assume(settings["Role"], SERVICE, arn):
        raise refused("The role defined for the function cannot be assumed by Lambda.")


def _check_surroundings(settings: dict[str, Any], arn: str) -> None:
    """Layers of other accounts may be there, and have no effect; there are none of this account's."""
    if lacking := sorted({"FileSystemConfigs", "VpcConfig"} & set(settings)):
        raise NotImplementedError(", ".join(lacking))
    layers, own = settings.get("Layers", []), arn.split(":")[4]
    if len(layers) > MOST_LAYERS:
        raise refused(f"You can't reference more than {MOST_LAYERS} layers")
    missing = next((layer for layer in layers if layer.split(":")[4] == own), None)
    if missing:
        raise refused(f"Layer version {missing} does not exist.")
    target = settings.get("DeadLetterConfig", {}).get("TargetArn")
    if target and target.split(":")[2] not in ("sqs", "sns"):
        raise refused(f"The provided target is not valid: {target}")


def _invalid(value: Any, where: str, wanted: str) -> AwsError:
    return AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: {wanted}",
    )


def _check_variables(variables: dict[str, str]) -> None:
    problem = "Lambda was unable to configure your environment variables because the environment variables you have"
    reserved = sorted(RESERVED & set(variables))
    if reserved:
        raise refused(
            f"{problem} provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    bad = next((name for name in variables if not VARIABLE.fullmatch(name)), None)
    if bad is not None:
        raise _invalid(bad, "environment.variables", VARIABLE.pattern)
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > MOST_BYTES_OF_VARIABLES:
        raise refused(f"{problem} provided exceeded the 4KB limit. String measured: {measured}")


def check_archive(code: bytes) -> None:
    if len(code) > MOST_ZIPPED:
        raise AwsError("RequestTooLargeException", f"Request must be smaller than {MOST_ZIPPED} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile:
        raise refused("Could not unzip uploaded file. Please check your file, then try to upload again.") from None
    if size > MOST_UNZIPPED:
        raise refused(f"Unzipped size must be smaller than {MOST_UNZIPPED} bytes")
    if not size:
        raise refused("Uploaded file must be a non-empty zip")


def check_tags(tags: dict[str, str]) -> None:
    if len(tags) > MOST_TAGS:
        raise refused(f"The number of tags exceeds {MOST_TAGS}")
    if any(key.lower().startswith("aws:") for key in tags):
        raise refused("aws: prefixed tag key names are not allowed for external use")
