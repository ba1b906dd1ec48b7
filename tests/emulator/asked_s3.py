"""What a call of S3 asks IAM for: permissions have other names than calls, and objects that are encrypted take their
key's.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from emulator.aws_call import AwsCall

Wanted = list[tuple[str, str | None, dict[str, Any]]]

ON_BUCKETS = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
READS, WRITES = (
    {"GetObject", "HeadObject", "GetObjectAttributes"},
    {
        "CompleteMultipartUpload",
        "CopyObject",
        "CreateMultipartUpload",
        "PutObject",
        "UploadPart",
        "UploadPartCopy",
    },
)
OTHERS_ON_OBJECTS = {"AbortMultipartUpload": "AbortMultipartUpload", "ListParts": "ListMultipartUploadParts"}


def asked(call: AwsCall) -> Wanted:
    params, operation = call.params, call.operation
    bucket = f"arn:aws:s3:::{params.get('Bucket', '*')}"
    where = f"{bucket}/{params.get('Key')}"
    if operation in READS:
        return _read(call, bucket, where)
    if operation in WRITES:
        copied = _copied(call)
        return [*copied, ("s3:PutObject", where, {}), *_encrypted(call)]
    if operation == "DeleteObject":
        version = "Version" if params.get("VersionId") else ""
        return [(f"s3:DeleteObject{version}", where, {})]
    if operation == "DeleteObjects":
        return [
            (f"s3:DeleteObject{'Version' if item.get('VersionId') else ''}", f"{bucket}/{item['Key']}", {})
            for item in params["Delete"]["Objects"]
        ]
    if params.get("Key"):
        return [(f"s3:{OTHERS_ON_OBJECTS.get(operation, operation)}", where, {})]
    context = {"s3:prefix": params["Prefix"]} if params.get("Prefix") else {}
    return [(f"s3:{ON_BUCKETS.get(operation, operation)}", bucket if "Bucket" in params else "*", context)]


def _read(call: AwsCall, bucket: str, where: str) -> Wanted:
    """Of an object that isn't there only those are told so who may list the bucket."""
    version = call.params.get("VersionId")
    wanted: Wanted = [("s3:GetObjectVersion" if version else "s3:GetObject", where, {})]
    found = _object(call.params["Bucket"], call.params["Key"], version)
    if found is None:
        wanted.append(("s3:ListBucket", bucket, {}))
    elif (key := key_of(found)) and call.operation != "HeadObject":
        wanted.append(("kms:Decrypt", key, via(call.region)))
    return wanted


def _copied(call: AwsCall) -> Wanted:
    source = call.params.get("CopySource")
    if not isinstance(source, str):
        return []
    return [("s3:GetObject", f"arn:aws:s3:::{source.lstrip('/').split('?')[0]}", {})]


def _encrypted(call: AwsCall) -> Wanted:
    """The key is named by the call, or else it is the bucket's."""
    if call.operation in ("CompleteMultipartUpload", "UploadPart", "UploadPartCopy"):
        return []
    key = call.params.get("SSEKMSKeyId") or default_key(call.params["Bucket"])
    return [("kms:GenerateDataKey", key_arn(key, call.region), via(call.region))] if key else []


def via(region: str) -> dict[str, str]:
    return {"kms:ViaService": f"s3.{region}.amazonaws.com"}


def _object(bucket: str, key: str, version: str | None) -> Any:
    try:
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object(bucket, key, version_id=version)
    except Exception:
        return None


def default_key(bucket: str) -> str | None:
    """The key that a bucket's objects are encrypted with, where it isn't AWS's own."""
    found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(bucket)
    encryption = (found.encryption or {}) if found else {}
    rule = encryption.get("Rule") or {}
    rule = rule[0] if isinstance(rule, list) else rule
    return (rule.get("ApplyServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")


def key_of(found: Any) -> str | None:
    """The ARN of the key that an object is encrypted with, where it isn't AWS's own."""
    key = getattr(found, "kms_key_id", None)
    return key_arn(key, "*") if key and "alias/aws/s3" not in key else None


def key_arn(key: str, region: str) -> str:
    """A key's ARN, whatever it is named by."""
    return key if key.startswith("arn:") else f"arn:aws:kms:{region}:{DEFAULT_ACCOUNT_ID}:key/{key}"
