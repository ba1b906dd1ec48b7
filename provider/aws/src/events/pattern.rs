//! Event patterns for a new object in a bucket. Pure.

use serde_json::{Value, json};

/// What makes an object under a key of its own. A multipart upload is there with the last of its calls.
const WRITES: &[&str] = &["PutObject", "CompleteMultipartUpload", "CopyObject"];

/// S3's own event: a bucket sends it where its notifications go to EventBridge.
#[must_use]
pub fn object_created(bucket: &str, key: &str) -> Value {
    json!({
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": { "bucket": { "name": [bucket] }, "object": { "key": [key] } },
    })
}

/// CloudTrail's event: for what a trail with S3's data events records. CloudTrail records calls that were refused too, a
/// stranger's among them: those with an error code don't count.
#[must_use]
pub fn object_written_by_trail(bucket: &str, key: &str) -> Value {
    json!({
        "source": ["aws.s3"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["s3.amazonaws.com"],
            "eventName": WRITES,
            "errorCode": [{ "exists": false }],
            "requestParameters": { "bucketName": [bucket], "key": [key] },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What EventBridge does with such patterns: every key of the pattern, one of its values.
    fn matches(pattern: &Value, event: &Value) -> bool {
        match pattern {
            Value::Object(keys) => keys.iter().all(|(key, pattern)| matches(pattern, &event[key])),
            Value::Array(any) => {
                any.contains(event) || (event.is_null() && any[0] == json!({"exists": false}))
            }
            _ => false,
        }
    }

    #[test]
    fn s3_says_that_an_object_was_created() {
        let event = |bucket: &str, key: &str, what: &str| {
            json!({
                "source": "aws.s3", "detail-type": what, "account": "111122223333",
                "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}, "reason": "PutObject"},
            })
        };
        let pattern = object_created("b", "software/acme.zip");
        assert!(matches(&pattern, &event("b", "software/acme.zip", "Object Created")));
        for other in [
            event("c", "software/acme.zip", "Object Created"),
            event("b", "software/acme.zip.bak", "Object Created"),
            event("b", "software/acme.zip", "Object Deleted"),
        ] {
            assert!(!matches(&pattern, &other), "{other}");
        }
    }

    #[test]
    fn cloudtrail_says_which_call_wrote_it() {
        let event = |name: &str, key: &str| {
            json!({
                "source": "aws.s3", "detail-type": "AWS API Call via CloudTrail",
                "detail": {
                    "eventSource": "s3.amazonaws.com", "eventName": name,
                    "requestParameters": {"bucketName": "b", "key": key},
                },
            })
        };
        let mut refused = event("PutObject", "software/acme.zip");
        refused["detail"]["errorCode"] = json!("AccessDenied");
        let pattern = object_written_by_trail("b", "software/acme.zip");
        for write in ["PutObject", "CompleteMultipartUpload", "CopyObject"] {
            assert!(matches(&pattern, &event(write, "software/acme.zip")), "{write}");
        }
        for other in [
            event("DeleteObject", "software/acme.zip"),
            event("UploadPart", "software/acme.zip"),
            event("PutObject", "software/other.zip"),
            refused,
        ] {
            assert!(!matches(&pattern, &other), "{other}");
        }
    }
}
