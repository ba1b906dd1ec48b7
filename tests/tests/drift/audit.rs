//! Who did what in an environment: the trail and its log group; and what the environment publishes of itself.

use crate::row::{Account, Row, changed, deleted};
use crate::tags::{log_group_tags, parameter_tags, trail_tags};
use composite::Json;
use serde_json::json;

const LOG_GROUP: (&str, &str) = ("log_group", "log_group");
const TRAIL: (&str, &str) = ("trail", "cloudtrail");
const RECORD: (&str, &str) = ("parameter", "record");

pub fn rows() -> Vec<Row> {
    trails().into_iter().chain(records()).collect()
}

fn trails() -> Vec<Row> {
    vec![
        changed(
            LOG_GROUP,
            "kept for a year",
            &["retention_in_days"],
            |a| {
                a.call(
                    "logs",
                    "put_retention_policy",
                    json!({"logGroupName": a.id(), "retentionInDays": 365}),
                )
            },
            |a| log_group(a)["retentionInDays"].take(),
        ),
        changed(
            LOG_GROUP,
            "kept for ever",
            &["retention_in_days"],
            |a| a.call("logs", "delete_retention_policy", json!({"logGroupName": a.id()})),
            |a| log_group(a)["retentionInDays"].take(),
        ),
        changed(
            LOG_GROUP,
            "without its key",
            &["kms_key_arn"],
            |a| a.call("logs", "disassociate_kms_key", json!({"logGroupName": a.id()})),
            |a| log_group(a)["kmsKeyId"].take(),
        ),
        log_group_tags(LOG_GROUP),
        deleted(LOG_GROUP, &["cloudtrail"], |a| {
            a.call("logs", "delete_log_group", json!({"logGroupName": a.id()}))
        }),
        changed(
            TRAIL,
            "stopped",
            &["enable_logging"],
            |a| a.call("cloudtrail", "stop_logging", json!({"Name": a.id()})),
            |a| a.call("cloudtrail", "get_trail_status", json!({"Name": a.id()}))["IsLogging"].take(),
        ),
        changed(
            TRAIL,
            "recording other objects",
            &["write_prefixes"],
            |a| {
                let data = json!({"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::elsewhere/"]});
                let selector = json!({"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false, "DataResources": [data]});
                a.call(
                    "cloudtrail",
                    "put_event_selectors",
                    json!({"TrailName": a.id(), "EventSelectors": [selector]}),
                )
            },
            |a| {
                a.call("cloudtrail", "get_event_selectors", json!({"TrailName": a.id()}))["EventSelectors"]
                    .take()
            },
        ),
        changed(
            TRAIL,
            "writing elsewhere in the bucket",
            &["s3_key_prefix"],
            |a| a.call("cloudtrail", "update_trail", json!({"Name": a.id(), "S3KeyPrefix": "logs/more"})),
            |a| a.call("cloudtrail", "get_trail", json!({"Name": a.id()}))["Trail"]["S3KeyPrefix"].take(),
        ),
        changed(
            TRAIL,
            "without digests of its files",
            &["enable_log_file_validation"],
            |a| {
                a.call(
                    "cloudtrail",
                    "update_trail",
                    json!({"Name": a.id(), "EnableLogFileValidation": false}),
                )
            },
            |a| {
                a.call("cloudtrail", "get_trail", json!({"Name": a.id()}))["Trail"]["LogFileValidationEnabled"].take()
            },
        ),
        trail_tags(TRAIL),
        deleted(TRAIL, &[], |a| a.call("cloudtrail", "delete_trail", json!({"Name": a.id()}))),
    ]
}

fn log_group(a: &Account<'_>) -> Json {
    let mut found = a.call("logs", "describe_log_groups", json!({"logGroupNamePrefix": a.id()}));
    found["logGroups"][0].take()
}

fn records() -> Vec<Row> {
    vec![
        changed(
            RECORD,
            "edited",
            &["value"],
            |a| {
                let edited = a.published().replace("host", "guest").replace("10.0.", "10.9.");
                a.call(
                    "ssm",
                    "put_parameter",
                    json!({"Name": a.id(), "Value": edited, "Type": "String", "Overwrite": true}),
                )
            },
            |a| a.published().into(),
        ),
        parameter_tags(RECORD),
        deleted(RECORD, &[], |a| a.call("ssm", "delete_parameter", json!({"Name": a.id()}))),
    ]
}
