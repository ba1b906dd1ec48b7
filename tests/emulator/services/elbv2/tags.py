"""Tags: 50 per object, 20 objects described at once, unknown objects are errors."""

from typing import Any

from moto.elbv2.models import ELBv2Backend

from emulator.patching import AwsError, operation, wraps

MOST_TAGS = 50
MOST_DESCRIBED_AT_ONCE = 20


@operation(ELBv2Backend)
def add_tags(self: ELBv2Backend, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
    """moto stops at 10 tags."""
    for arn in resource_arns:
        self._get_resource_by_arn(arn)
        keys = {*self.tagging_service.get_tag_dict_for_resource(arn), *(tag["Key"] for tag in tags)}
        if len(keys) > MOST_TAGS:
            raise AwsError("TooManyTags", f"The maximum number of tags on '{arn}' has been reached")
        self.tagging_service.tag_resource(arn, tags)


@wraps(ELBv2Backend, "describe_tags")
def describe_tags(original: Any, self: ELBv2Backend, resource_arns: list[str]) -> Any:
    if len(resource_arns) > MOST_DESCRIBED_AT_ONCE:
        raise AwsError("ValidationError", "Cannot have more than 20 resources described")
    for arn in resource_arns:
        self._get_resource_by_arn(arn)
    return original(self, resource_arns)
