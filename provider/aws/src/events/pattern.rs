//! Event patterns for a new object in a bucket.

use serde_json::{Value, json};

/// S3's own event: a bucket sends it where its notifications go to EventBridge.
#[must_use]
pub fn object_created(bucket: &str, key: &str) -> Value {
    json!({
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": { "bucket": { "name": [bucket] }, "object": { "key": [key] } },
    })
}

/// CloudTrail's event: for what a trail with S3's data events records. The three calls are all that make an object
/// under a key of its own; a multipart upload is there with the last of its calls.
#[must_use]
pub fn object_written_by_trail(bucket: &str, key: &str) -> Value {
    json!({
        "source": ["aws.s3"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["s3.amazonaws.com"],
            "eventName": ["PutObject", "CompleteMultipartUpload", "CopyObject"],
            "requestParameters": { "bucketName": [bucket], "key": [key] },
        },
    })
}
