"""Lambda: functions of Python whose code runs for real, with what their role allows."""

from moto.awslambda.responses import LambdaResponse

from emulator.patching import only, parsed
from emulator.services.awslambda import functions, invocations, permissions  # noqa: F401

parsed(LambdaResponse)
only(
    LambdaResponse,
    "lambda",
    "add_permission",
    "create_function",
    "delete_function",
    "delete_function_concurrency",
    "get_function",
    "get_function_concurrency",
    "get_function_configuration",
    "get_policy",
    "invoke",
    "list_functions",
    "list_tags",
    "list_versions_by_function",
    "put_function_concurrency",
    "remove_permission",
    "tag_resource",
    "untag_resource",
    "update_function_code",
    "update_function_configuration",
)
