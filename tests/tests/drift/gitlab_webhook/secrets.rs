//! What is kept secret, and the key that it is encrypted with. Values are nobody's drift: they are never read.

use super::{CREDENTIALS, KEY, SPARE_KEY, TOKEN};
use crate::row::{Account, Row, changed};
use crate::tags::{key_tags, secret_tags};
use composite::Json;
use serde_json::json;

pub fn rows() -> Vec<Row> {
    vec![
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
            "for everybody",
            &["policy"],
            |a| {
                let anybody =
                    json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"});
                let policy = json!({"Version": "2012-10-17", "Statement": [anybody]}).to_string();
                let wider = json!({"KeyId": a.id(), "PolicyName": "default", "Policy": policy});
                a.call("kms", "put_key_policy", wider)
            },
            |a| {
                let named = json!({"KeyId": a.id(), "PolicyName": "default"});
                let policy = a.call("kms", "get_key_policy", named)["Policy"].take();
                serde_json::from_str(policy.as_str().expect("a text")).expect("a policy is JSON")
            },
        ),
        changed(
            KEY,
            "disabled, described otherwise",
            &["description", "enabled"],
            |a| {
                a.call("kms", "update_key_description", json!({"KeyId": a.id(), "Description": "mine"}));
                a.call("kms", "disable_key", json!({"KeyId": a.id()}))
            },
            |a| {
                let key = a.call("kms", "describe_key", json!({"KeyId": a.id()}));
                json!([key["KeyMetadata"]["Description"], key["KeyMetadata"]["KeyState"]])
            },
        ),
        key_tags(KEY),
        changed(
            TOKEN,
            "described otherwise",
            &["description"],
            |a| a.call("secretsmanager", "update_secret", json!({"SecretId": a.id(), "Description": "mine"})),
            |a| secret(a)["Description"].take(),
        ),
        changed(
            TOKEN,
            "encrypted with another's key",
            &["kms_key_arn"],
            |a| {
                let spare = a.call("kms", "describe_key", json!({"KeyId": SPARE_KEY}));
                let other = json!({"SecretId": a.id(), "KmsKeyId": spare["KeyMetadata"]["Arn"]});
                a.call("secretsmanager", "update_secret", other)
            },
            |a| secret(a)["KmsKeyId"].take(),
        ),
        // Whose value it holds, a tag alone tells.
        changed(
            CREDENTIALS,
            "of another version",
            &["version"],
            |a| {
                let tags = json!([{"Key": "paas:version", "Value": "99"}]);
                a.call("secretsmanager", "tag_resource", json!({"SecretId": a.id(), "Tags": tags}))
            },
            |a| {
                let tags = secret(a)["Tags"].as_array().cloned().unwrap_or_default();
                tags.into_iter().find(|tag| tag["Key"] == "paas:version").unwrap_or_default()["Value"].take()
            },
        ),
        secret_tags(TOKEN),
        secret_tags(CREDENTIALS),
    ]
}

fn secret(a: &Account<'_>) -> Json {
    a.call("secretsmanager", "describe_secret", json!({"SecretId": a.id()}))
}
