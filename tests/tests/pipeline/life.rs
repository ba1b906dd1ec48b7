//! Made, unchanged, changed in every argument, taken away.

use super::changes::{Change, make};
use super::seen::{deployment_group, pipeline, rule, stages, weights};
use super::stage;
use paas_tests::configuration::TENANT;
use serde_json::{Value, json};

#[test]
fn it_is_made_whole_and_goes_without_a_trace() {
    let stage = stage(json!({}));
    stage.apply();
    stage.assert_settled();

    assert_eq!(stage.attribute(TENANT, "source_object_key"), json!("software/acme.zip"));
    assert_eq!(stage.attribute(TENANT, "codedeploy_application_name"), json!("paas_dev_acme"));
    let (name, bucket) = (stage.attribute(TENANT, "pipeline_name"), stage.attribute(TENANT, "source_bucket"));
    assert!(
        name.as_str().unwrap().starts_with("acme-") && name.as_str().unwrap().ends_with("_paas_dev"),
        "{name}"
    );
    let head = json!({"Bucket": bucket, "Key": "software/acme.zip"});
    let seed = stage.look("s3", "head_object", &head);
    assert!(seed["ContentLength"].as_i64().unwrap() > 0);

    let made = pipeline(&stage);
    assert_eq!((&made["pipelineType"], &made["executionMode"]), (&json!("V2"), &json!("SUPERSEDED")));
    assert_eq!(made["artifactStore"]["location"], bucket);
    let key = stage.attribute("paas_environment.dev", "kms_key_arn");
    assert_eq!(made["artifactStore"]["encryptionKey"]["id"], key);
    assert_eq!(made["stages"][0]["actions"][0]["configuration"]["PollForSourceChanges"], "false");
    assert_eq!(stages(&stage), json!([{"Source": ["S3"]}, {"Deploy": ["CodeDeploy"]}]));

    let group = deployment_group(&stage, "acme");
    assert_eq!(group["deploymentStyle"]["deploymentOption"], "WITH_TRAFFIC_CONTROL");
    assert_eq!(group["autoRollbackConfiguration"]["events"], json!(["DEPLOYMENT_FAILURE"]));
    assert_eq!(group["autoScalingGroups"][0]["name"], "paas-dev-acme");
    let scaling = stage.look(
        "autoscaling",
        "describe_lifecycle_hooks",
        &json!({"AutoScalingGroupName": "paas-dev-acme"}),
    );
    assert_eq!(scaling["LifecycleHooks"][0]["LifecycleHookName"], group["autoScalingGroups"][0]["hook"]);

    let pattern: Value = serde_json::from_str(rule(&stage)["EventPattern"].as_str().unwrap()).unwrap();
    assert_eq!(pattern["detail"]["object"]["key"], json!(["software/acme.zip"]));
    let targets = stage.look("events", "list_targets_by_rule", &json!({ "Rule": name }));
    assert_eq!(targets["Targets"][0]["Arn"], stage.attribute(TENANT, "pipeline_arn"));
    assert_eq!(targets["Targets"][0]["RoleArn"], stage.attribute("paas_environment.dev", "events_role_arn"));
    stage.end();
}

#[test]
fn every_argument_changes_in_place_and_touches_what_it_says() {
    let mut stage = stage(json!({}));
    stage.apply();
    let topic = "arn:aws:sns:eu-west-1:123456789012:reviews";
    make(
        &mut stage,
        TENANT,
        vec![
            Change {
                argument: "pipeline",
                to: json!({"approval": {"notification_arn": topic, "comment": "Look", "external_entity_link": "https://git.example.test"}}),
                children: &["~ software_pipeline"],
                ask: |stage| pipeline(stage)["stages"][1]["actions"][0]["configuration"].take(),
                answer: json!({"NotificationArn": topic, "CustomData": "Look", "ExternalEntityLink": "https://git.example.test"}),
            },
            Change {
                argument: "pipeline",
                to: json!({"deployment_config_name": "CodeDeployDefault.HalfAtATime"}),
                children: &["~ deployment_group", "~ software_pipeline"],
                ask: |stage| deployment_group(stage, "acme")["deploymentConfigName"].take(),
                answer: json!("CodeDeployDefault.HalfAtATime"),
            },
            Change {
                argument: "pipeline",
                to: json!({"alarm_names": ["errors"]}),
                children: &["~ deployment_group"],
                ask: |stage| deployment_group(stage, "acme")["alarmConfiguration"]["alarms"].take(),
                answer: json!([{"name": "errors"}]),
            },
            Change {
                argument: "pipeline",
                to: json!({"auto_rollback": false}),
                children: &["~ deployment_group"],
                ask: |stage| deployment_group(stage, "acme")["autoRollbackConfiguration"]["enabled"].take(),
                answer: json!(false),
            },
            Change {
                argument: "pipeline",
                to: json!({"auto_rollback": false, "trigger": "CLOUDTRAIL"}),
                children: &["~ event_rule"],
                ask: |stage| {
                    let pattern = rule(stage)["EventPattern"].take();
                    serde_json::from_str::<Value>(pattern.as_str().unwrap()).unwrap()["detail-type"].take()
                },
                answer: json!(["AWS API Call via CloudTrail"]),
            },
            Change {
                argument: "pipeline",
                to: json!({"auto_rollback": false, "trigger": "CLOUDTRAIL", "log_retention_in_days": 7}),
                children: &["~ log_group"],
                ask: |stage| {
                    let prefix = json!({"logGroupNamePrefix": "/paas/paas/dev/acme"});
                    stage.look("logs", "describe_log_groups", &prefix)["logGroups"][0]["retentionInDays"]
                        .take()
                },
                answer: json!(7),
            },
        ],
    );
    stage.set(TENANT, "pipeline", Value::Null);
    assert_eq!(
        stage.planned(TENANT).into_iter().filter(|line| *line != "~ record").collect::<Vec<_>>(),
        [
            "- codedeploy_application",
            "- deployment_group",
            "- event_rule",
            "- log_group",
            "- seed_object",
            "- software_pipeline"
        ]
    );
    stage.terraform.apply_plan().expect_success();
    stage.assert_settled();
    let hooks = json!({"AutoScalingGroupName": "paas-dev-acme"});
    assert_eq!(stage.look("autoscaling", "describe_lifecycle_hooks", &hooks)["LifecycleHooks"], json!([]));
    stage.end();
}

#[test]
fn a_tenant_gets_a_second_slot_and_gives_it_back() {
    let mut stage = stage(json!({}));
    stage.apply();
    stage.set(TENANT, "pipeline", json!({"deployment_type": "BLUE_GREEN", "approval": {}}));
    assert_eq!(
        stage.planned(TENANT).into_iter().filter(|line| *line != "~ record").collect::<Vec<_>>(),
        [
            "+ autoscaling_group_blue",
            "+ autoscaling_group_green",
            "+ deployment_group_blue",
            "+ deployment_group_green",
            "+ target_group_blue",
            "+ target_group_green",
            "~ listener_rule",
            "~ software_pipeline",
            "- autoscaling_group",
            "- deployment_group",
            "- target_group"
        ]
    );
    stage.terraform.apply_plan().expect_success();
    stage.assert_settled();
    let both = weights(&stage);
    let mut values: Vec<i64> =
        both.as_object().unwrap().values().map(|weight| weight.as_i64().unwrap()).collect();
    values.sort_unstable();
    assert_eq!((both.as_object().unwrap().len(), values), (2, vec![0, 100]), "{both}");
    let names = json!({"AutoScalingGroupNames": ["paas-dev-acme-blue", "paas-dev-acme-green"]});
    let groups = stage.look("autoscaling", "describe_auto_scaling_groups", &names);
    assert_eq!(groups["AutoScalingGroups"].as_array().unwrap().len(), 2);
    assert_eq!(
        stages(&stage),
        json!([{"Source": ["S3"]}, {"Deploy": ["Commands", "CodeDeploy", "Manual", "Commands"]}])
    );
    assert_eq!(
        pipeline(&stage)["stages"][1]["actions"][1]["configuration"]["DeploymentGroupName"],
        "#{Select.DEPLOYMENT_GROUP}"
    );

    // Which slot is live is not Terraform's business.
    let arns = stage.attribute(TENANT, "listener_rule_arns");
    let rules = stage.look("elbv2", "describe_rules", &json!({ "RuleArns": arns }));
    let mut groups = rules["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"].clone();
    for group in groups.as_array_mut().unwrap() {
        group["Weight"] = json!(100 - group["Weight"].as_i64().unwrap());
    }
    let action = json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]);
    stage.by_hand("elbv2", "modify_rule", &json!({"RuleArn": arns[0], "Actions": action}));
    stage.assert_settled();
    // A change of the hosts leaves it so.
    let switched = weights(&stage);
    assert_ne!(switched, both);
    stage.set(TENANT, "hosts", json!(["acme.dev.example.test", "www.acme.dev.example.test"]));
    stage.apply();
    assert_eq!(weights(&stage), switched);

    stage.set(TENANT, "pipeline", json!({}));
    stage.apply();
    stage.assert_settled();
    assert_eq!(weights(&stage).as_object().unwrap().len(), 1);
    stage.end();
}
