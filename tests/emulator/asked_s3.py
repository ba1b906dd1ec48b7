"""What a call of S3 asks IAM for: permissions have other names than calls, and objects that are encrypted take their
key's.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from emulator import asked_keys
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
        # Whoever compares with what is there has to be allowed to see it.
        compared = [("s3:GetObject", where, {})] if params.get("IfMatch") else []
        return [*_copied(call), *compared, ("s3:PutObject", where, {}), *_encrypted(call)]
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
    elif (key := key_of(found)) and (call.operation != "HeadObject" or call.params.get("ChecksumMode")):
        wanted.append(("kms:Decrypt", key, via(call.region, where)))
    return wanted


def _copied(call: AwsCall) -> Wanted:
    source = call.params.get("CopySource")
    if not isinstance(source, str):
        return []
    name = source.lstrip("/").split("?")[0]
    bucket, _, key_name = name.partition("/")
    where = f"arn:aws:s3:::{name}"
    key = key_of(_object(bucket, key_name, None))
    decrypted = [("kms:Decrypt", key, via(call.region, where))] if key else []
    return [("s3:GetObject", where, {}), *decrypted]


def _encrypted(call: AwsCall) -> Wanted:
    """The key is named by the call, or else it is the bucket's. Parts are encrypted by a data key that was made with
    their upload."""
    params = call.params
    key = params.get("SSEKMSKeyId") or default_key(params["Bucket"])
    if not key or "alias/aws/s3" in key:
        return []
    of_part = call.operation in ("CompleteMultipartUpload", "UploadPart", "UploadPartCopy")
    action = "kms:Decrypt" if of_part else "kms:GenerateDataKey"
    where = f"arn:aws:s3:::{params['Bucket']}/{params.get('Key')}"
    return [(action, asked_keys.arn(key, call.region), via(call.region, where))]


def via(region: str, where: str) -> dict[str, Any]:
    """What KMS is told where an object is the ``where``: with a Bucket Key it is the bucket."""
    bucket, _, _ = where.partition("/")
    found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(bucket.rsplit(":", 1)[-1])
    told = bucket if found and str(_rule(found).get("BucketKeyEnabled")).lower() == "true" else where
    return asked_keys.via("s3", region, **{"aws:s3:arn": told})


def _object(bucket: str, key: str, version: str | None) -> Any:
    try:
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object(bucket, key, version_id=version)
    except Exception:
        return None


def _rule(bucket: Any) -> dict[str, Any]:
    """Of the bucket's default encryption."""
    rule = (bucket.encryption or {}).get("Rule") or {}
    return rule[0] if isinstance(rule, list) else rule


def default_key(bucket: str) -> str | None:
    """The key that a bucket's objects are encrypted with, where it isn't AWS's own."""
    found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(bucket)
    rule = _rule(found) if found else {}
    return (rule.get("ApplyServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")


def key_of(found: Any) -> str | None:
    """The ARN of the key that an object is encrypted with, where it isn't AWS's own."""
    key = getattr(found, "kms_key_id", None)
    return asked_keys.arn(key, "*") if key and "alias/aws/s3" not in key else None
