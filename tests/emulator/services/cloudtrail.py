"""CloudTrail: one trail per name, permissions checked when it is made, selectors kept as set."""

import json
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from emulator import policies
from emulator.patching import AwsError, operation, wraps
from emulator.services import iam

SERVICE = "cloudtrail.amazonaws.com"
# What a trail records until it is told otherwise.
DEFAULT_SELECTORS = [
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
]


def _check(self: Any, settings: dict[str, Any]) -> None:
    """The bucket, key and log group let CloudTrail in. ``settings`` are the trail's, as requested."""
    trail_arn = f"arn:aws:cloudtrail:{self.region}:{self.current_account}:trail/{settings['Name']}"
    if settings.get("S3BucketName"):
        _check_bucket(settings["S3BucketName"], settings.get("S3KeyPrefix"), trail_arn)
    if settings.get("KmsKeyId"):
        _check_key(self, settings["KmsKeyId"], trail_arn)
    if settings.get("CloudWatchLogsLogGroupArn") or settings.get("CloudWatchLogsRoleArn"):
        _check_log_group(self, settings)


def _check_bucket(name: str, prefix: str | None, trail_arn: str) -> None:
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(name)
    if bucket is None:
        raise AwsError("S3BucketDoesNotExistException", f"S3 bucket {name} does not exist!")
    policy = bucket.policy.decode() if bucket.policy else None
    context = {
        "aws:SourceArn": trail_arn,
        "aws:SourceAccount": DEFAULT_ACCOUNT_ID,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    folder = f"{prefix.strip('/')}/" if prefix else ""
    log_file = f"{bucket.arn}/{folder}AWSLogs/{DEFAULT_ACCOUNT_ID}/CloudTrail/log"
    if not (
        policies.allows_service(policy, SERVICE, "s3:GetBucketAcl", bucket.arn, context)
        and policies.allows_service(policy, SERVICE, "s3:PutObject", log_file, context)
    ):
        raise AwsError(
            "InsufficientS3BucketPolicyException",
            f"Incorrect S3 bucket policy is detected for bucket: {name}",
        )


def _check_key(self: Any, key_id: str, trail_arn: str) -> None:
    backend = kms_backends[self.current_account][self.region]
    try:
        key = backend.keys[backend.any_id_to_key_id(key_id)]
    except Exception as error:
        raise AwsError("KmsKeyNotFoundException", f"The KMS key {key_id} does not exist") from error
    context = {
        "aws:SourceArn": trail_arn,
        "aws:SourceAccount": self.current_account,
        "kms:EncryptionContext:aws:cloudtrail:arn": trail_arn,
    }
    if key.key_state != "Enabled":
        raise AwsError("KmsException", f"The KMS key {key_id} is disabled or pending deletion")
    if not policies.allows_service(key.policy, SERVICE, "kms:GenerateDataKey", key.arn, context):
        raise AwsError(
            "InsufficientEncryptionPolicyException",
            f"Insufficient permissions to access the KMS key {key_id}",
        )


def _check_log_group(self: Any, settings: dict[str, Any]) -> None:
    group_arn = settings.get("CloudWatchLogsLogGroupArn") or ""
    groups = logs_backends[self.current_account][self.region].groups.values()
    if group_arn not in {f"{group.arn}:*" for group in groups}:
        raise AwsError(
            "InvalidCloudWatchLogsLogGroupArnException",
            "CloudTrail cannot validate the specified log group ARN.",
        )
    if not iam.role_is_usable(settings.get("CloudWatchLogsRoleArn") or ""):
        raise AwsError(
            "InvalidCloudWatchLogsRoleArnException",
            "Access denied. Check the trust relationships for your role.",
        )


@wraps(CloudTrailResponse, "create_trail")
def create_trail(original: Any, self: Any) -> Any:
    settings = json.loads(self.body)
    if settings["Name"] in self.cloudtrail_backend.trails:
        raise AwsError(
            "TrailAlreadyExistsException",
            f"Trail {settings['Name']} already exists for customer: {self.current_account}",
        )
    _check(self, settings)
    return original(self)


@wraps(CloudTrailResponse, "update_trail")
def update_trail(original: Any, self: Any) -> Any:
    trail = self.cloudtrail_backend.get_trail(self._get_param("Name"))
    current = {
        "CloudWatchLogsLogGroupArn": trail.cw_log_group_arn,
        "CloudWatchLogsRoleArn": trail.cw_role_arn,
        "S3KeyPrefix": trail.s3_key_prefix,
    }
    _check(self, {**current, **json.loads(self.body), "Name": trail.trail_name})
    return original(self)


@operation(CloudTrailBackend)
def delete_trail(self: CloudTrailBackend, name: str) -> None:
    """By name or ARN; moto says nothing about unknown trails, and keeps their tags."""
    trail = self.get_trail(name)
    del self.trails[trail.trail_name]
    self.tagging_service.delete_all_tags_for_resource(trail.arn)


@operation(CloudTrailResponse)
def describe_trails(self: Any) -> str:
    """moto ignores the list of names."""
    wanted = self._get_param("trailNameList") or []
    trails = self.cloudtrail_backend.describe_trails(self._get_bool_param("includeShadowTrails", True))
    found = [t for t in trails if not wanted or t.trail_name in wanted or t.arn in wanted]
    return json.dumps({"trailList": [t.description(include_region=True) for t in found]})


@wraps(Trail, "description")
def description(original: Any, self: Trail, include_region: bool = False) -> dict[str, Any]:
    shown = original(self, include_region)
    shown["HasCustomEventSelectors"] = bool(self.event_selectors or self.advanced_event_selectors)
    return shown


@operation(Trail)
def put_event_selectors(
    self: Trail,
    event_selectors: list[dict[str, Any]] | None,
    advanced_event_selectors: list[dict[str, Any]] | None,
) -> None:
    """One kind replaces the other; moto keeps advanced selectors beside classic ones."""
    if event_selectors and advanced_event_selectors:
        raise AwsError(
            "InvalidParameterCombinationException",
            "You can use either EventSelectors or AdvancedEventSelectors, not both.",
        )
    self.event_selectors = event_selectors or []
    self.advanced_event_selectors = advanced_event_selectors or []


@operation(CloudTrailResponse)
def get_event_selectors(self: Any) -> str:
    """Only the kind that is set appears; a new trail has the default selector."""
    trail = self.cloudtrail_backend.get_trail(self._get_param("TrailName"))
    answer: dict[str, Any] = {"TrailARN": trail.arn}
    if trail.advanced_event_selectors:
        answer["AdvancedEventSelectors"] = trail.advanced_event_selectors
    else:
        answer["EventSelectors"] = trail.event_selectors or DEFAULT_SELECTORS
    return json.dumps(answer)


def _require_known_trail(name: str, parameter: str) -> None:
    @wraps(CloudTrailResponse, name)
    def checked(original: Any, self: Any) -> Any:
        known = {trail.arn for trail in self.cloudtrail_backend.trails.values()}
        for arn in policies.as_list(self._get_param(parameter)):
            if arn not in known:
                raise AwsError("ResourceNotFoundException", f"Resource not found: {arn}")
        return original(self)


_require_known_trail("add_tags", "ResourceId")
_require_known_trail("remove_tags", "ResourceId")
_require_known_trail("list_tags", "ResourceIdList")
