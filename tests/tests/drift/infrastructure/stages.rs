//! The way from the source to the tenant: the pipeline, what starts it, what is kept of its runs, and the record.

use super::{LOGS, PIPELINE, RECORD, RULE};
use crate::row::{Account, Row, changed};
use crate::tags::{event_rule_tags, log_group_tags, parameter_tags, pipeline_tags};
use composite::Json;
use serde_json::json;

pub fn rows() -> Vec<Row> {
    vec![
        pipeline_tags(PIPELINE),
        changed(
            PIPELINE,
            "that deploys unseen, in a queue",
            &["execution_mode", "stages"],
            |a| {
                let mut pipeline = pipeline(a);
                pipeline["executionMode"] = json!("QUEUED");
                let stages = pipeline["stages"].as_array_mut().expect("stages");
                let deploy = stages.iter_mut().find(|stage| stage["name"] == "Deploy").expect("it deploys");
                let actions = deploy["actions"].as_array_mut().expect("actions");
                actions.retain(|action| action["name"] != "Approval");
                a.call("codepipeline", "update_pipeline", json!({ "pipeline": pipeline }))
            },
            |a| {
                let mut pipeline = pipeline(a);
                pipeline["version"].take();
                pipeline
            },
        ),
        event_rule_tags(RULE),
        changed(
            RULE,
            "off",
            &["enabled"],
            |a| a.call("events", "disable_rule", json!({"Name": a.id()})),
            |a| a.call("events", "describe_rule", json!({"Name": a.id()}))["State"].take(),
        ),
        changed(
            LOGS,
            "kept for ever, without the key",
            &["kms_key_arn", "retention_in_days"],
            |a| {
                a.call("logs", "disassociate_kms_key", json!({"logGroupName": a.id()}));
                a.call("logs", "delete_retention_policy", json!({"logGroupName": a.id()}))
            },
            |a| {
                let named = json!({"logGroupNamePrefix": a.id()});
                let group = a.call("logs", "describe_log_groups", named)["logGroups"][0].take();
                json!([group["retentionInDays"], group["kmsKeyId"]])
            },
        ),
        log_group_tags(LOGS),
        changed(
            RECORD,
            "edited",
            &["value"],
            |a| {
                let edited = a.published().replace("_bake", "_mine");
                let parameter = json!({"Name": a.id(), "Value": edited, "Type": "String", "Overwrite": true});
                a.call("ssm", "put_parameter", parameter)
            },
            |a| a.published().into(),
        ),
        parameter_tags(RECORD),
    ]
}

fn pipeline(a: &Account<'_>) -> Json {
    a.call("codepipeline", "get_pipeline", json!({"name": a.id()}))["pipeline"].take()
}
