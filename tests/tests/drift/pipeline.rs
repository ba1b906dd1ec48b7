//! A tenant's software pipeline: the application and its deployment group, the pipeline, what starts it, what it starts with.

use crate::row::{Account, Row, changed, deleted};
use crate::tags::{codedeploy_tags, event_rule_tags, pipeline_tags};
use composite::Json;
use serde_json::json;

const APPLICATION: (&str, &str) = ("codedeploy_application", "codedeploy_application");
const DEPLOYMENTS: (&str, &str) = ("deployment_group", "deployment_group");
const PIPELINE: (&str, &str) = ("pipeline", "software_pipeline");
const RULE: (&str, &str) = ("event_rule", "event_rule");
const SEED: (&str, &str) = ("seed_object", "seed_object");

pub fn rows() -> Vec<Row> {
    vec![
        codedeploy_tags(APPLICATION),
        codedeploy_tags(DEPLOYMENTS),
        changed(
            DEPLOYMENTS,
            "all at once, without going back, without alarms",
            &["alarm_names", "auto_rollback_events", "deployment_config_name"],
            |a| {
                update_group(
                    a,
                    json!({
                        "deploymentConfigName": "CodeDeployDefault.AllAtOnce",
                        "autoRollbackConfiguration": {"enabled": false},
                        "alarmConfiguration": {"enabled": false},
                    }),
                )
            },
            |a| {
                let group = deployment_group(a);
                json!([
                    group["deploymentConfigName"],
                    group["autoRollbackConfiguration"]["enabled"],
                    group["alarmConfiguration"]["enabled"]
                ])
            },
        ),
        changed(
            DEPLOYMENTS,
            "in full traffic",
            &["target_group_names"],
            |a| {
                let style =
                    json!({"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"});
                update_group(a, json!({"deploymentStyle": style}))
            },
            |a| deployment_group(a)["deploymentStyle"].take(),
        ),
        changed(
            DEPLOYMENTS,
            "without instances",
            &["autoscaling_group_names"],
            |a| update_group(a, json!({"autoScalingGroups": []})),
            |a| json!([group_names(a), hooks(a).len()]),
        ),
        // Nothing but the hook goes: CodeDeploy still names it.
        changed(
            DEPLOYMENTS,
            "without its hook",
            &["lifecycle_hook"],
            |a| {
                let hook = hooks(a).remove(0);
                let group =
                    json!({"AutoScalingGroupName": a.id_of("autoscaling_group"), "LifecycleHookName": hook});
                a.call("autoscaling", "delete_lifecycle_hook", group)
            },
            |a| json!([group_names(a), hooks(a).len()]),
        ),
        deleted(DEPLOYMENTS, &[PIPELINE.1], |a| a.call("codedeploy", "delete_deployment_group", names(a))),
        deleted(APPLICATION, &[DEPLOYMENTS.1, PIPELINE.1], |a| {
            a.call("codedeploy", "delete_application", json!({"applicationName": a.id()}))
        }),
        pipeline_tags(PIPELINE),
        changed(
            PIPELINE,
            "with an action more, in a queue",
            &["execution_mode", "stages"],
            |a| {
                let mut pipeline = pipeline(a);
                pipeline["executionMode"] = json!("QUEUED");
                let approval =
                    json!({"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"});
                let stages = pipeline["stages"].as_array_mut().expect("stages");
                let last = stages.last_mut().expect("there are two");
                last["actions"]
                    .as_array_mut()
                    .expect("actions")
                    .push(json!({"name": "Ask", "actionTypeId": approval}));
                a.call("codepipeline", "update_pipeline", json!({"pipeline": pipeline}))
            },
            |a| {
                let mut pipeline = pipeline(a);
                pipeline["version"].take();
                pipeline
            },
        ),
        deleted(PIPELINE, &[RULE.1], |a| a.call("codepipeline", "delete_pipeline", json!({"name": a.id()}))),
        event_rule_tags(RULE),
        changed(
            RULE,
            "off",
            &["enabled"],
            |a| a.call("events", "disable_rule", json!({"Name": a.id()})),
            |a| a.call("events", "describe_rule", json!({"Name": a.id()}))["State"].take(),
        ),
        changed(
            RULE,
            "for other events",
            &["description", "event_pattern"],
            |a| {
                let pattern = json!({"source": ["aws.s3"]}).to_string();
                a.call(
                    "events",
                    "put_rule",
                    json!({"Name": a.id(), "EventPattern": pattern, "Description": "mine"}),
                )
            },
            |a| {
                let rule = a.call("events", "describe_rule", json!({"Name": a.id()}));
                json!([rule["EventPattern"], rule["Description"]])
            },
        ),
        changed(
            RULE,
            "with nothing to start",
            &["target_arn", "target_role_arn"],
            |a| {
                let ids: Vec<Json> = targets(a).iter().map(|target| target["Id"].clone()).collect();
                a.call("events", "remove_targets", json!({"Rule": a.id(), "Ids": ids}))
            },
            |a| targets(a).into(),
        ),
        changed(
            RULE,
            "with something else to start",
            &["target_arn", "target_role_arn"],
            |a| {
                let arn = "arn:aws:codepipeline:eu-west-1:123456789012:other";
                let target = json!({"Id": "other", "Arn": arn, "RoleArn": a.spec("target_role_arn")});
                a.call("events", "put_targets", json!({"Rule": a.id(), "Targets": [target]}))
            },
            |a| targets(a).into(),
        ),
        deleted(RULE, &[], |a| {
            let ids: Vec<Json> = targets(a).iter().map(|target| target["Id"].clone()).collect();
            a.call("events", "remove_targets", json!({"Rule": a.id(), "Ids": ids}));
            a.call("events", "delete_rule", json!({"Name": a.id()}))
        }),
        // The bucket keeps versions: what is deleted is hidden behind a marker, and is there again with the next version.
        deleted(SEED, &[PIPELINE.1], |a| {
            a.call("s3", "delete_object", json!({"Bucket": a.spec("bucket"), "Key": a.spec("key")}))
        })
        .seen_by(|a| {
            let below = json!({"Bucket": a.spec("bucket"), "Prefix": a.spec("key")});
            a.call("s3", "list_objects_v2", below)["KeyCount"].take()
        }),
    ]
}

fn names(a: &Account<'_>) -> Json {
    let (application, group) = a.id().split_once('/').expect("two names");
    json!({"applicationName": application, "deploymentGroupName": group})
}

fn deployment_group(a: &Account<'_>) -> Json {
    a.call("codedeploy", "get_deployment_group", names(a))["deploymentGroupInfo"].take()
}

fn update_group(a: &Account<'_>, changes: Json) -> Json {
    let mut call = changes;
    let names = names(a);
    call["applicationName"] = names["applicationName"].clone();
    call["currentDeploymentGroupName"] = names["deploymentGroupName"].clone();
    a.call("codedeploy", "update_deployment_group", call)
}

fn group_names(a: &Account<'_>) -> Json {
    let group = deployment_group(a);
    let groups = group["autoScalingGroups"].as_array().into_iter().flatten();
    groups.map(|group| group["name"].clone()).collect()
}

/// The names of the hooks that the Auto Scaling group really has.
fn hooks(a: &Account<'_>) -> Vec<Json> {
    let group = json!({"AutoScalingGroupName": a.id_of("autoscaling_group")});
    let found = a.call("autoscaling", "describe_lifecycle_hooks", group);
    let hooks = found["LifecycleHooks"].as_array().into_iter().flatten();
    hooks.map(|hook| hook["LifecycleHookName"].clone()).collect()
}

fn pipeline(a: &Account<'_>) -> Json {
    a.call("codepipeline", "get_pipeline", json!({"name": a.id()}))["pipeline"].take()
}

fn targets(a: &Account<'_>) -> Vec<Json> {
    let found = a.call("events", "list_targets_by_rule", json!({"Rule": a.id()}));
    found["Targets"].as_array().cloned().unwrap_or_default()
}
