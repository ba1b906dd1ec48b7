"""SSM parameters: size limits by tier, depth of paths."""

from typing import Any

from moto.ssm.responses import SimpleSystemManagerResponse

from emulator.patching import AwsError, wraps

# Characters of a value. https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
MOST_CHARACTERS = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}
MOST_LEVELS = 15


@wraps(SimpleSystemManagerResponse, "put_parameter")
def put_parameter(original: Any, self: Any) -> Any:
    tier = self._get_param("Tier") or "Standard"
    if len(self._get_param("Value") or "") > MOST_CHARACTERS[tier]:
        raise AwsError(
            "ValidationException",
            f"{tier} tier parameters support a maximum parameter value of "
            f"{MOST_CHARACTERS[tier]} characters.",
        )
    if self._get_param("Name").strip("/").count("/") >= MOST_LEVELS:
        raise AwsError(
            "HierarchyLevelLimitExceededException", "Parameter hierarchies are limited to 15 levels."
        )
    return original(self)
