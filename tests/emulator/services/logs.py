"""CloudWatch Logs: keys that the service may use, tags that end with their group."""

from typing import Any

from moto.kms.models import kms_backends
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from emulator import policies
from emulator.patching import AwsError, operation, wraps

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
ACTIONS_ON_KEY = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")


def _group(self: Any) -> LogGroup:
    name = self._get_param("logGroupName")
    if name not in self.logs_backend.groups:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return self.logs_backend.groups[name]


def _check_key(self: Any, key_arn: str, group_name: str) -> None:
    """The key exists, is enabled, and its policy lets the service use it for this group."""
    key = kms_backends[self.current_account][self.region].keys.get(key_arn.rsplit("/", 1)[-1])
    group_arn = f"arn:aws:logs:{self.region}:{self.current_account}:log-group:{group_name}"
    context = {
        "kms:EncryptionContext:aws:logs:arn": group_arn,
        "aws:SourceArn": group_arn,
        "aws:SourceAccount": self.current_account,
    }
    service = f"logs.{self.region}.amazonaws.com"
    allowed = key and all(
        policies.allows_service(key.policy, service, action, key.arn, context) for action in ACTIONS_ON_KEY
    )
    if not allowed or key.key_state != "Enabled":
        raise AwsError(
            "AccessDeniedException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{group_arn}'",
        )


@wraps(LogsResponse, "create_log_group")
def create_log_group(original: Any, self: Any) -> Any:
    key_arn, name = self._get_param("kmsKeyId"), self._get_param("logGroupName")
    if name not in self.logs_backend.groups and key_arn:
        _check_key(self, key_arn, name)
    return original(self)


@operation(LogsResponse)
def associate_kms_key(self: Any) -> str:
    group = _group(self)
    _check_key(self, self._get_param("kmsKeyId"), group.name)
    group.kms_key_id = self._get_param("kmsKeyId")
    return ""


@operation(LogsResponse)
def disassociate_kms_key(self: Any) -> str:
    _group(self).kms_key_id = None
    return ""


@wraps(LogsResponse, "put_retention_policy")
def put_retention_policy(original: Any, self: Any) -> Any:
    if self._get_param("retentionInDays") not in RETENTION_DAYS:
        raise AwsError("InvalidParameterException", "1 validation error detected: Invalid retention value.")
    return original(self)


@wraps(LogsBackend, "delete_log_group")
def delete_log_group(original: Any, self: LogsBackend, log_group_name: str) -> None:
    """moto gives a new group of the same name the tags of the old one."""
    group = self.groups.get(log_group_name)
    original(self, log_group_name)
    if group:
        self.tagger.delete_all_tags_for_resource(group.arn)


def _require_known_arn(name: str) -> None:
    @wraps(LogsResponse, name)
    def checked(original: Any, self: Any) -> Any:
        arn = self._get_param("resourceArn")
        known = {group.arn for group in self.logs_backend.groups.values()}
        if ":log-group:" in arn and arn not in known:
            raise AwsError("ResourceNotFoundException", f"The specified resource does not exist: {arn}")
        return original(self)


for _name in ("list_tags_for_resource", "tag_resource", "untag_resource"):
    _require_known_arn(_name)
