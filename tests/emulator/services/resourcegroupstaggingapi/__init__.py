"""The tagging API: GetResources over everything of the region that the inventory knows and that carries tags.

Its index lags behind in AWS. Here it is up to date, unless a test lets it stand still (limit
``tagging_index_stands_still``): then answers are those of the first call after that.
"""

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse
from moto.s3.models import s3_backends

from emulator import inventory
from emulator.limits import limits
from emulator.patching import AwsError, only, operation

# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
MOST_KEYS, MOST_VALUES, MOST_ARNS, MOST_IN_A_PAGE = 50, 20, 100, 100
# EC2's name for each kind within an ARN, where it isn't the inventory's with hyphens.
EC2_TYPES = {"address": "elastic-ip", "nat_gateway": "natgateway"}
# IAM isn't regional; the tagging API doesn't cover Auto Scaling.
NOT_COVERED = {"iam", "autoscaling"}

only(ResourceGroupsTaggingAPIResponse, "resourcegroupstaggingapi", "get_resources")


@operation(ResourceGroupsTaggingAPIResponse)
def get_resources(self: Any) -> ActionResult:
    filters, types = self._get_param("TagFilters", []), self._get_param("ResourceTypeFilters", [])
    arns = self._get_param("ResourceARNList", [])
    per_page = self._get_int_param("ResourcesPerPage", 50)
    _check(filters, types, arns, per_page, self._get_int_param("TagsPerPage", 100))
    found = [
        (arn, tags)
        for arn, tags in sorted(_index(self).items())
        if _carries(tags, filters) and _is_of(arn, types) and (not arns or arn in arns)
    ]
    after = self._get_param("PaginationToken") or ""
    rest = [item for item in found if item[0] > after]
    page = rest[:per_page]
    listed = [
        {"ResourceARN": arn, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]} for arn, tags in page
    ]
    # A token is the last ARN of its page.
    token = page[-1][0] if len(rest) > len(page) else ""
    return ActionResult({"ResourceTagMappingList": listed, "PaginationToken": token})


def _check(
    filters: list[dict[str, Any]], types: list[str], arns: list[str], per_page: int, tags_per_page: int
) -> None:
    keys = [item.get("Key") for item in filters]
    problems = {
        f"The number of tag filters exceeds {MOST_KEYS}": len(filters) > MOST_KEYS,
        f"A tag filter has more than {MOST_VALUES} values": any(
            len(item.get("Values") or []) > MOST_VALUES for item in filters
        ),
        "Every tag filter needs a key of its own": not all(keys) or len(set(keys)) < len(keys),
        f"ResourcesPerPage must be between 1 and {MOST_IN_A_PAGE}": not 1 <= per_page <= MOST_IN_A_PAGE,
        "TagsPerPage must be between 100 and 500": not 100 <= tags_per_page <= 500,
        f"ResourceARNList holds more than {MOST_ARNS} ARNs": len(arns) > MOST_ARNS,
        "ResourceARNList can't be combined with filters": bool(arns and (filters or types)),
    }
    for message, holds in problems.items():
        if holds:
            raise AwsError("InvalidParameterException", message)


def _index(self: Any) -> dict[str, dict[str, str]]:
    """Tags by ARN."""
    kept = self.backend.__dict__
    if not limits.tagging_index_stands_still:
        kept.pop("index", None)
        return _up_to_date(self.region)
    return kept.setdefault("index", _up_to_date(self.region))


def _up_to_date(region: str) -> dict[str, dict[str, str]]:
    return {
        arn: item["tags"]
        for item in inventory.everything()
        if item["tags"] and item["service"] not in NOT_COVERED and _region_of(item) == region
        for arn in [_arn(item, region)]
        if arn
    }


def _region_of(item: inventory.Item) -> str:
    """Buckets are kept in one place for all regions."""
    if item["kind"] == "bucket":
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[item["name"]].region_name
    return item["region"]


def _arn(item: inventory.Item, region: str) -> str | None:
    service, kind, object_id = item["service"], item["kind"], item["id"]
    if object_id.startswith("arn:"):
        return object_id
    if service == "ec2":
        name = EC2_TYPES.get(kind, kind.replace("_", "-"))
        return f"arn:aws:ec2:{region}:{DEFAULT_ACCOUNT_ID}:{name}/{object_id}"
    if service == "ssm":
        return f"arn:aws:ssm:{region}:{DEFAULT_ACCOUNT_ID}:parameter/{object_id.lstrip('/')}"
    return None


def _carries(tags: dict[str, str], filters: list[dict[str, Any]]) -> bool:
    """All keys, each with one of its values; a filter without values asks for the key alone."""
    return all(
        item["Key"] in tags and (not item.get("Values") or tags[item["Key"]] in item["Values"])
        for item in filters
    )


def _is_of(arn: str, types: list[str]) -> bool:
    """``service`` or ``service:type``, as in ``elasticloadbalancing:targetgroup`` and ``s3:bucket``."""
    _, _, service, _, _, resource = arn.split(":", 5)
    kind = "bucket" if service == "s3" else resource.replace(":", "/")
    return not types or any(
        wanted == service or f"{service}:{kind}/".startswith(f"{wanted}/") for wanted in types
    )
