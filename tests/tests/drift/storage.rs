//! An environment's key and bucket.

use crate::row::{Account, Row, changed, deleted};
use crate::tags::{bucket_tags, key_tags};
use composite::Json;
use paas_tests::Emulator;
use serde_json::json;

const KEY: (&str, &str) = ("key", "key");
const ALIAS: (&str, &str) = ("key_alias", "key_alias");
const BUCKET: (&str, &str) = ("bucket", "bucket");
const BUCKET_POLICY: (&str, &str) = ("bucket_policy", "bucket_policy");

/// An alias of somebody else's key, for [`ALIAS`] to be led astray to.
const SPARE_KEY: &str = "alias/spare";

/// Makes what the rows need beside the environment.
pub fn prepare(aws: &Emulator) {
    let call =
        |operation: &str, params: Json| aws.call("kms", operation, &params).expect("the call succeeds");
    let key = call("create_key", json!({}));
    call("create_alias", json!({"AliasName": SPARE_KEY, "TargetKeyId": key["KeyMetadata"]["KeyId"]}));
}

pub fn rows() -> Vec<Row> {
    keys().into_iter().chain(buckets()).collect()
}

fn keys() -> Vec<Row> {
    vec![
        changed(
            KEY,
            "with a policy for everybody",
            &["policy"],
            |a| {
                a.call(
                    "kms",
                    "put_key_policy",
                    json!({"KeyId": a.id(), "PolicyName": "default", "Policy": for_all("kms:*", "*")}),
                )
            },
            |a| {
                parsed(
                    &a.call("kms", "get_key_policy", json!({"KeyId": a.id(), "PolicyName": "default"}))["Policy"],
                )
            },
        ),
        changed(
            KEY,
            "without rotation",
            &["enable_key_rotation"],
            |a| a.call("kms", "disable_key_rotation", json!({"KeyId": a.id()})),
            |a| {
                a.call("kms", "get_key_rotation_status", json!({"KeyId": a.id()}))["KeyRotationEnabled"]
                    .take()
            },
        ),
        changed(
            KEY,
            "described otherwise",
            &["description"],
            |a| a.call("kms", "update_key_description", json!({"KeyId": a.id(), "Description": "mine"})),
            |a| key(a, a.id())["Description"].take(),
        ),
        changed(
            KEY,
            "disabled",
            &["enabled"],
            |a| a.call("kms", "disable_key", json!({"KeyId": a.id()})),
            |a| key(a, a.id())["KeyState"].take(),
        ),
        key_tags(KEY),
        changed(
            ALIAS,
            "of another key",
            &["key_id"],
            |a| {
                let spare = key(a, SPARE_KEY)["KeyId"].take();
                a.call("kms", "update_alias", json!({"AliasName": a.id(), "TargetKeyId": spare}))
            },
            |a| key(a, a.id())["KeyId"].take(),
        ),
        deleted(ALIAS, &[], |a| a.call("kms", "delete_alias", json!({"AliasName": a.id()}))),
        deleted(KEY, NAMERS_OF_KEY, |a| {
            a.call("kms", "schedule_key_deletion", json!({"KeyId": a.id(), "PendingWindowInDays": 7}))
        }),
    ]
}

const NAMERS_OF_KEY: &[&str] = &[
    "bucket",
    "bucket_policy",
    "cloudtrail",
    "infrastructure_pipeline_role",
    "key_alias",
    "log_group",
    "record",
    "software_pipeline_role",
];

fn key(a: &Account<'_>, id: &str) -> Json {
    a.call("kms", "describe_key", json!({"KeyId": id}))["KeyMetadata"].take()
}

fn buckets() -> Vec<Row> {
    vec![
        changed(
            BUCKET,
            "without versions",
            &["versioning"],
            |a| {
                let suspended = json!({"Status": "Suspended"});
                a.call(
                    "s3",
                    "put_bucket_versioning",
                    json!({"Bucket": a.id(), "VersioningConfiguration": suspended}),
                )
            },
            |a| a.call("s3", "get_bucket_versioning", json!({"Bucket": a.id()}))["Status"].take(),
        ),
        changed(
            BUCKET,
            "keeping logs for ever",
            &["expirations"],
            |a| a.call("s3", "delete_bucket_lifecycle", json!({"Bucket": a.id()})),
            |a| optional(a, "get_bucket_lifecycle_configuration", "Rules"),
        ),
        changed(
            BUCKET,
            "open to public policies",
            &["block_public_access"],
            |a| {
                let block = json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": false, "RestrictPublicBuckets": true});
                a.call(
                    "s3",
                    "put_public_access_block",
                    json!({"Bucket": a.id(), "PublicAccessBlockConfiguration": block}),
                )
            },
            |a| optional(a, "get_public_access_block", "PublicAccessBlockConfiguration"),
        ),
        changed(
            BUCKET,
            "without its block of public access",
            &["block_public_access"],
            |a| a.call("s3", "delete_public_access_block", json!({"Bucket": a.id()})),
            |a| optional(a, "get_public_access_block", "PublicAccessBlockConfiguration"),
        ),
        changed(
            BUCKET,
            "without events",
            &["event_bridge"],
            |a| {
                a.call(
                    "s3",
                    "put_bucket_notification_configuration",
                    json!({"Bucket": a.id(), "NotificationConfiguration": {}}),
                )
            },
            |a| optional(a, "get_bucket_notification_configuration", "EventBridgeConfiguration"),
        ),
        changed(
            BUCKET,
            "under S3's own key",
            &["kms_key_arn"],
            |a| {
                let rule = json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}});
                a.call(
                    "s3",
                    "put_bucket_encryption",
                    json!({"Bucket": a.id(), "ServerSideEncryptionConfiguration": {"Rules": [rule]}}),
                )
            },
            |a| optional(a, "get_bucket_encryption", "ServerSideEncryptionConfiguration"),
        ),
        bucket_tags(BUCKET),
        changed(
            BUCKET_POLICY,
            "for TLS no more",
            &["policy"],
            |a| {
                let account = json!({"AWS": "arn:aws:iam::123456789012:root"});
                let resource = format!("arn:aws:s3:::{}/*", a.id());
                let statement = json!({"Effect": "Allow", "Principal": account, "Action": "s3:GetObject", "Resource": resource});
                let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
                a.call("s3", "put_bucket_policy", json!({"Bucket": a.id(), "Policy": policy.to_string()}))
            },
            bucket_policy,
        ),
        deleted(BUCKET_POLICY, &["cloudtrail"], |a| {
            a.call("s3", "delete_bucket_policy", json!({"Bucket": a.id()}))
        })
        .seen_by(bucket_policy),
        deleted(BUCKET, NAMERS_OF_BUCKET, |a| a.call("s3", "delete_bucket", json!({"Bucket": a.id()}))),
    ]
}

const NAMERS_OF_BUCKET: &[&str] = &["bucket_policy", "cloudtrail", "record"];

/// A setting of the row's bucket; null where S3 says that there is none.
fn optional(a: &Account<'_>, operation: &str, field: &str) -> Json {
    a.try_call("s3", operation, &json!({"Bucket": a.id()}))
        .map_or(Json::Null, |mut found| found[field].take())
}

fn bucket_policy(a: &Account<'_>) -> Json {
    parsed(&optional(a, "get_bucket_policy", "Policy"))
}

/// A policy that lets everybody in the account do these actions.
fn for_all(action: &str, resource: &str) -> String {
    let root = "arn:aws:iam::123456789012:root";
    let statement =
        json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": action, "Resource": resource});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// A policy document out of its text, so that spaces mean nothing.
fn parsed(text: &Json) -> Json {
    text.as_str().map_or(Json::Null, |text| text.parse().expect("a policy is JSON"))
}
