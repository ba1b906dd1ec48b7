"""The events that follow what happens to an object in a bucket: S3's own, where the bucket sends them, and those of
CloudTrail, where a trail that is logging records writes of the object.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from typing import Any

from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeBucket

from emulator.services.events import delivery

OBJECTS = "AWS::S3::Object"


def announce(bucket: FakeBucket, api: str, created: bool, detail: dict[str, Any], **more: Any) -> None:
    """Say that a call of the name ``api`` made or deleted an object; ``detail`` is S3's of the object."""
    configuration = bucket.notification_configuration
    if configuration is not None and configuration.event_bridge is not None:
        event = {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": detail,
            "request-id": "EMULATOR",
            "requester": DEFAULT_ACCOUNT_ID,
            "source-ip-address": "127.0.0.1",
            "reason": api,
            **more,
        }
        kind = "Object Created" if created else "Object Deleted"
        delivery.send(bucket.region_name, "aws.s3", kind, [bucket.arn], event)
    _record(bucket, api, detail["key"])


def announce_refused(bucket: FakeBucket, api: str, key: str, code: str, message: str) -> None:
    """Say that a call came to nothing: CloudTrail records those, too."""
    _record(bucket, api, key, errorCode=code, errorMessage=message)


def _record(bucket: FakeBucket, api: str, key: str, **more: str) -> None:
    arn, region = f"{bucket.arn}/{key}", bucket.region_name
    if any(_records_writes(trail, arn) for trail in _trails(region)):
        detail = {**_recorded(bucket, api, arn, key), **more}
        delivery.send(region, "aws.s3", "AWS API Call via CloudTrail", [], detail)


def _recorded(bucket: FakeBucket, api: str, arn: str, key: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "accountId": DEFAULT_ACCOUNT_ID},
        "eventSource": "s3.amazonaws.com",
        "eventName": api,
        "awsRegion": bucket.region_name,
        "sourceIPAddress": "127.0.0.1",
        "requestParameters": {"bucketName": bucket.name, "key": key},
        "resources": [
            {"type": OBJECTS, "ARN": arn},
            {"accountId": DEFAULT_ACCOUNT_ID, "type": "AWS::S3::Bucket", "ARN": bucket.arn},
        ],
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "eventCategory": "Data",
        "recipientAccountId": DEFAULT_ACCOUNT_ID,
    }


def _trails(region: str) -> list[Trail]:
    """Those that record what happens in the region."""
    return [
        trail
        for home, backend in cloudtrail_backends[DEFAULT_ACCOUNT_ID].items()
        for trail in backend.trails.values()
        if trail.status.is_logging and (home == region or trail.is_multi_region)
    ]


def _records_writes(trail: Trail, arn: str) -> bool:
    if trail.advanced_event_selectors:
        return any(_selected(s.get("FieldSelectors", []), arn) for s in trail.advanced_event_selectors)
    return any(
        arn.startswith(tuple(resource.get("Values", [])))
        for selector in trail.event_selectors
        if selector.get("ReadWriteType", "All") != "ReadOnly"
        for resource in selector.get("DataResources", [])
        if resource["Type"] == OBJECTS
    )


def _selected(fields: list[dict[str, Any]], arn: str) -> bool:
    """Whether an advanced selector takes a write of the object."""
    event = {"eventCategory": "Data", "resources.type": OBJECTS, "resources.ARN": arn, "readOnly": "false"}
    return any(f["Field"] == "eventCategory" for f in fields) and all(
        _field_holds(field, event.get(field["Field"], "")) for field in fields
    )


def _field_holds(field: dict[str, Any], value: str) -> bool:
    return (
        ("Equals" not in field or value in field["Equals"])
        and ("NotEquals" not in field or value not in field["NotEquals"])
        and ("StartsWith" not in field or value.startswith(tuple(field["StartsWith"])))
        and ("NotStartsWith" not in field or not value.startswith(tuple(field["NotStartsWith"])))
        and ("EndsWith" not in field or value.endswith(tuple(field["EndsWith"])))
    )
