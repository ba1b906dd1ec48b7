//! Mistakes in a tenant's `pipeline`: those that are seen without asking AWS, and those that only the environment shows.

use crate::{Mistake, assert_reported, configuration};
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use paas_tests::{Configuration, Workspace};
use serde_json::{Value, json};

/// A tenant with this pipeline, wrong at `path`.
fn mistake(
    pipeline: Value,
    path: &'static str,
    summary: &'static str,
    says: &'static [&'static str],
) -> Mistake {
    let mut arguments = json!({});
    arguments["pipeline"] = pipeline;
    Mistake { kind: "tenant", arguments, path, summary, says }
}

fn alarms(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("alarm-{n}")).collect()
}

#[test]
fn each_mistake_gets_one_error_at_its_attribute() {
    let mistakes = [
        mistake(
            json!({"deployment_type": "CANARY"}),
            "pipeline.deployment_type",
            "Unknown choice",
            &["\"CANARY\" is none of IN_PLACE, BLUE_GREEN"],
        ),
        mistake(
            json!({"trigger": "POLL"}),
            "pipeline.trigger",
            "Unknown choice",
            &["\"POLL\" is none of S3, CLOUDTRAIL"],
        ),
        mistake(
            json!({"log_retention_in_days": 10}),
            "pipeline.log_retention_in_days",
            "Invalid retention",
            &["for 10 days", "7, 14, 30"],
        ),
        mistake(
            json!({"deployment_config_name": ""}),
            "pipeline.deployment_config_name",
            "Invalid name",
            &["1 to 100 characters"],
        ),
        mistake(
            json!({"deployment_config_name": "c".repeat(101)}),
            "pipeline.deployment_config_name",
            "Invalid name",
            &["1 to 100 characters"],
        ),
        mistake(
            json!({"deployment_config_name": "CodeDeployDefault.ECSAllAtOnce"}),
            "pipeline.deployment_config_name",
            "Wrong kind of configuration",
            &["is not for instances", "\"CodeDeployDefault.OneAtATime\""],
        ),
        mistake(
            json!({"deployment_config_name": "CodeDeployDefault.LambdaAllAtOnce"}),
            "pipeline.deployment_config_name",
            "Wrong kind of configuration",
            &["is not for instances"],
        ),
        mistake(
            json!({"alarm_names": alarms(11)}),
            "pipeline.alarm_names",
            "Too many alarms",
            &["11 are named", "takes 10"],
        ),
        mistake(
            json!({"alarm_names": ["errors", ""]}),
            "pipeline.alarm_names",
            "Invalid name",
            &["1 to 255 characters"],
        ),
        mistake(
            json!({"approval": {"notification_arn": "reviews"}}),
            "pipeline.approval.notification_arn",
            "Invalid topic",
            &["\"reviews\" is not the ARN of an SNS topic"],
        ),
        mistake(
            json!({"approval": {"comment": "ö".repeat(1001)}}),
            "pipeline.approval.comment",
            "Invalid comment",
            &["1001 characters; CodePipeline takes 1 to 1000"],
        ),
        mistake(
            json!({"approval": {"comment": ""}}),
            "pipeline.approval.comment",
            "Invalid comment",
            &["0 characters; CodePipeline takes 1 to 1000"],
        ),
        mistake(
            json!({"approval": {"external_entity_link": "the wiki"}}),
            "pipeline.approval.external_entity_link",
            "Invalid link",
            &["\"the wiki\" is not a URL"],
        ),
    ];
    let sound = |_: &str, number: usize| json!({"environment": "dev", "name": format!("t{number}"), "hosts": ["a.example.test"], "image_id": "ami-0123456789abcdef0"});
    let workspace = Workspace::offline();
    workspace.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &workspace.validate());
}

#[test]
fn what_is_at_the_limit_is_no_mistake() {
    let pipeline = json!({
        "deployment_type": "BLUE_GREEN",
        "deployment_config_name": "c".repeat(100),
        "alarm_names": alarms(10),
        "approval": {
            "notification_arn": "arn:aws:sns:eu-west-1:123456789012:reviews",
            "comment": "ö".repeat(1000),
            "external_entity_link": "https://git.example.test/reviews",
        },
    });
    let mut dev = Configuration::with_tenant();
    dev.set(TENANT, "pipeline", pipeline);
    dev.terraform.validate().expect_success();
}

/// What the environment lacks, a pipeline that never starts would show: it is said at plan.
#[test]
fn an_environment_without_a_trail_starts_no_pipeline_by_it() {
    let mut dev = Configuration::with_environment();
    dev.set(ENVIRONMENT, "enable_cloudtrail", false);
    dev.apply();
    let mut tenant = dev.tenant("acme");
    tenant["pipeline"] = json!({"trigger": "CLOUDTRAIL"});
    dev.declare(TENANT, tenant);
    let before = dev.aws.mark();
    let errors = dev.terraform.plan(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!((errors[0].address.as_deref(), errors[0].path()), (Some(TENANT), "pipeline.trigger"));
    assert_eq!(errors[0].summary, "No trail starts the pipeline");
    let text = errors[0].text();
    for part in
        ["\"dev\" has no trail", "enable_cloudtrail is false", "the trigger \"S3\"", "turn the trail on"]
    {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert_eq!(dev.aws.counts(before).mutating, 0);

    dev.set(TENANT, "pipeline", json!({"trigger": "S3"}));
    dev.terraform.plan(&[]).expect_success();
}

/// An older provider's environment has no role that starts pipelines: its record doesn't name one.
#[test]
fn an_environment_of_an_earlier_provider_is_to_be_applied_first() {
    let dev = Configuration::with_environment();
    dev.apply();
    let name = "/paas/paas/dev";
    let found = dev.look("ssm", "get_parameter", &json!({ "Name": name }));
    let mut record: Value = serde_json::from_str(found["Parameter"]["Value"].as_str().unwrap()).unwrap();
    assert!(record["outputs"].as_object_mut().unwrap().remove("events_role_arn").is_some());
    let older = json!({"Name": name, "Value": record.to_string(), "Overwrite": true});
    let _ = dev.look("ssm", "put_parameter", &older);

    // In another team's configuration: in this one the environment's own plan brings the role.
    let other = Workspace::new(&dev.aws);
    let sound = |_: &str, _: usize| json!({"environment": "dev", "name": "acme", "hosts": ["acme.dev.example.test"], "image_id": dev.image});
    let mistakes = [mistake(
        json!({}),
        "pipeline",
        "No role starts the pipeline",
        &["\"dev\" was applied last by an earlier provider", "Apply it with this one first"],
    )];
    other.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &other.plan(&[]));
    dev.apply();
    other.plan(&[]).expect_success();
}
