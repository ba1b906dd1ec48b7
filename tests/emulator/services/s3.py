"""S3: the defaults of new buckets, checked policies, notifications kept whole, events of objects."""

from typing import Any

import xmltodict
from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.s3 import notifications
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, FakeDeleteMarker, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import bucket_policy_is_public

from emulator import policies, services
from emulator.patching import operation, wraps
from emulator.services import iam

# Since January 2023 every bucket is encrypted, with S3's own keys unless told otherwise.
DEFAULT_ENCRYPTION = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": "false",
    }
}


@wraps(FakeBucket, "__init__")
def new_bucket(original: Any, self: FakeBucket, *args: Any, **kwargs: Any) -> None:
    """Since April 2023 new buckets block public access and have no ACLs."""
    original(self, *args, **kwargs)
    self.public_access_block = PublicAccessBlock(True, True, True, True)
    self.ownership_rule = "BucketOwnerEnforced"


@wraps(S3Response, "_bucket_response_put")
def bucket_response_put(original: Any, self: Any, request: Any, bucket_name: str, query: Any) -> Any:
    """moto drops the tags in a CreateBucket call; here they come with the bucket."""
    answer = original(self, request, bucket_name, query)
    if b"<CreateBucketConfiguration" in (self.body or b""):
        configuration = xmltodict.parse(self.body)["CreateBucketConfiguration"] or {}
        tags = policies.as_list((configuration.get("Tags") or {}).get("Tag"))
        if tags:
            tagging = {tag["Key"]: tag.get("Value") or "" for tag in tags}
            self.backend.put_bucket_tagging(bucket_name, tagging)
    return answer


@operation(FakeBucket)
def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """moto ignores conditions, so that "deny what isn't TLS" would deny everything."""
    return PermissionResult.NEUTRAL


@wraps(S3Backend, "get_bucket_encryption")
def get_bucket_encryption(original: Any, self: S3Backend, bucket_name: str) -> dict[str, Any]:
    return original(self, bucket_name) or DEFAULT_ENCRYPTION


@wraps(S3Backend, "delete_bucket")
def delete_bucket(original: Any, self: S3Backend, bucket_name: str) -> FakeBucket | None:
    """moto gives a new bucket of the same name the tags of the old one."""
    bucket = original(self, bucket_name)
    if bucket:
        self.tagger.delete_all_tags_for_resource(bucket.arn)
    return bucket


@wraps(S3Backend, "put_bucket_policy")
def put_bucket_policy(original: Any, self: S3Backend, bucket_name: str, policy: bytes) -> None:
    bucket, text = self.get_bucket(bucket_name), policy.decode()
    try:
        statements = policies.statements(text)
    except ValueError as error:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from error
    for statement in statements:
        if not {"Effect", "Principal", "Action", "Resource"} <= set(statement):
            raise _malformed("Missing required field in a statement")
        for resource in policies.as_list(statement["Resource"]):
            if resource != bucket.arn and not resource.startswith(f"{bucket.arn}/"):
                raise _malformed("Policy has invalid resource")
    if not all(iam.role_is_usable(arn) for arn in policies.role_arns(text)):
        raise _malformed("Invalid principal in policy")
    block = bucket.public_access_block
    if block and block.block_public_policy and bucket_policy_is_public(policy):
        raise S3ClientError(
            "AccessDenied",
            "Public policies are blocked by the BlockPublicPolicy setting in S3 Block Public Access.",
        )
    original(self, bucket_name, policy)


def _malformed(message: str) -> S3ClientError:
    return S3ClientError("MalformedPolicy", message)


@wraps(S3Response, "get_bucket_notification")
def get_bucket_notification(original: Any, self: Any) -> Any:
    """moto answers without EventBridgeConfiguration, and with an empty body where nothing is configured; AWS always
    sends the document."""
    configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
    if configuration is None:
        self.data["Action"] = "GetBucketNotificationConfiguration"
        return self.serialized(ActionResult({}))
    if configuration.event_bridge is None:
        return original(self)
    if configuration.topic or configuration.queue or configuration.cloud_function:
        raise NotImplementedError("EventBridge beside other kinds of notification")
    self.data["Action"] = "GetBucketNotificationConfiguration"
    return self.serialized(ActionResult({"EventBridgeConfiguration": {}}))


@wraps(S3Response, "get_bucket_versioning")
def get_bucket_versioning(original: Any, self: Any) -> Any:
    """moto names the document after its answer; AWS calls it VersioningConfiguration, and the Rust SDK insists."""
    status, headers, body = original(self)
    return status, headers, body.replace("GetBucketVersioningResponse", "VersioningConfiguration")


# What EventBridge calls the reason, and CloudTrail the API call.
CALLS_THAT_CREATE = {
    notifications.S3NotificationEvent.OBJECT_CREATED_PUT_EVENT: "PutObject",
    notifications.S3NotificationEvent.OBJECT_CREATED_POST_EVENT: "PostObject",
    notifications.S3NotificationEvent.OBJECT_CREATED_COPY_EVENT: "CopyObject",
    notifications.S3NotificationEvent.OBJECT_CREATED_COMPLETE_MULTIPART_UPLOAD_EVENT: "CompleteMultipartUpload",
}
_send_by_moto = notifications.send_event


def send_event(account_id: str, event_name: Any, bucket: FakeBucket, key: Any) -> None:
    """To EventBridge and CloudTrail in our own way: moto's has other fields, and hides its errors."""
    if bucket.notification_configuration is None or bucket.notification_configuration.event_bridge is None:
        _send_by_moto(account_id, event_name, bucket, key)
    if event_name in CALLS_THAT_CREATE:
        detail = {
            "key": key.name,
            "size": key.size,
            "etag": key.etag.strip('"'),
            "version-id": key.version_id,
        }
        _announce(bucket, CALLS_THAT_CREATE[event_name], True, detail)


def _announce(bucket: FakeBucket, api: str, created: bool, detail: dict[str, Any], **more: Any) -> None:
    """EventBridge is loaded with the first object rather than at the start."""
    services.load("events")
    from emulator.services.events import objects

    objects.announce(bucket, api, created, detail, **more)


notifications.send_event = send_event


@wraps(S3Response, "put_object")
def put_object(original: Any, self: Any) -> Any:
    """Whoever writes under a condition that doesn't hold has written nothing, and is recorded all the same."""
    try:
        return original(self)
    except S3ClientError as error:
        bucket = self.backend.buckets.get(self.bucket_name)
        if bucket is not None:
            services.load("events")
            from emulator.services.events import objects

            objects.announce_refused(bucket, "PutObject", self.parse_key_name(), error.code, error.message)
        raise


@wraps(S3Backend, "delete_object")
def delete_object(
    original: Any,
    self: S3Backend,
    bucket_name: str,
    key_name: str,
    version_id: str | None = None,
    **more: Any,
) -> Any:
    """moto says nothing of delete markers and of versions that leave others behind."""
    bucket = self.get_bucket(bucket_name)
    deleted, meta = original(self, bucket_name, key_name, version_id=version_id, **more)
    if deleted:
        last = bucket.keys.get(key_name)
        marked = version_id is None and isinstance(last, FakeDeleteMarker)
        kind = "Delete Marker Created" if marked else "Permanently Deleted"
        detail = {"key": key_name, "version-id": meta.get("version-id") or version_id or "null"}
        _announce(bucket, "DeleteObject", False, detail, **{"deletion-type": kind})
    return deleted, meta
