//! What AWS holds of a tenant's pipeline.

use paas_tests::Configuration;
use paas_tests::configuration::TENANT;
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub fn pipeline(stage: &Configuration) -> Value {
    let name = stage.attribute(TENANT, "pipeline_name");
    stage.look("codepipeline", "get_pipeline", &json!({ "name": name }))["pipeline"].take()
}

pub fn stages(stage: &Configuration) -> Value {
    let stages = pipeline(stage)["stages"].take();
    let of = |stage: &Value| {
        let actions = stage["actions"].as_array().unwrap();
        let providers: Vec<&Value> =
            actions.iter().map(|action| &action["actionTypeId"]["provider"]).collect();
        json!({ stage["name"].as_str().unwrap(): providers })
    };
    stages.as_array().unwrap().iter().map(of).collect()
}

pub fn deployment_group(stage: &Configuration, name: &str) -> Value {
    let application = stage.attribute(TENANT, "codedeploy_application_name");
    let params = json!({"applicationName": application, "deploymentGroupName": name});
    stage.look("codedeploy", "get_deployment_group", &params)["deploymentGroupInfo"].take()
}

pub fn rule(stage: &Configuration) -> Value {
    let name = stage.attribute(TENANT, "pipeline_name");
    stage.look("events", "describe_rule", &json!({ "Name": name }))
}

/// The weights of the target groups that the tenant's rule leads to, by slot.
pub fn weights(stage: &Configuration) -> Value {
    let arns = stage.attribute(TENANT, "listener_rule_arns");
    let rules = stage.look("elbv2", "describe_rules", &json!({ "RuleArns": arns }));
    let groups = rules["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"].as_array().unwrap().clone();
    let slot = |group: &Value| {
        let arn = group["TargetGroupArn"].as_str().unwrap();
        let slot = ["blue", "green"].into_iter().find(|slot| arn.contains(slot)).unwrap_or("only");
        (slot.to_owned(), group["Weight"].clone())
    };
    groups.iter().map(slot).collect::<serde_json::Map<_, _>>().into()
}

/// How the stages of the pipeline's latest run stand, by name.
pub fn state(stage: &Configuration) -> Value {
    let name = stage.attribute(TENANT, "pipeline_name");
    let state = stage.look("codepipeline", "get_pipeline_state", &json!({ "name": name }));
    let of = |stage: &Value| {
        let status = stage["latestExecution"]["status"].clone();
        (stage["stageName"].as_str().unwrap().to_owned(), status)
    };
    state["stageStates"].as_array().unwrap().iter().map(of).collect::<serde_json::Map<_, _>>().into()
}

/// The instances of an Auto Scaling group.
pub fn instances(stage: &Configuration, group: &str) -> Vec<String> {
    let names = json!({"AutoScalingGroupNames": [group]});
    let groups = stage.look("autoscaling", "describe_auto_scaling_groups", &names);
    let instances = groups["AutoScalingGroups"][0]["Instances"].as_array().unwrap();
    instances.iter().map(|instance| instance["InstanceId"].as_str().unwrap().to_owned()).collect()
}

/// Waits until it is so; the emulator's services work on their own.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < until, "not in 30 seconds: {what}");
        sleep(Duration::from_millis(100));
    }
}
