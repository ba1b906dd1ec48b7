//! Releases through the pipeline: good ones, bad ones, ones that somebody approves; and two slots.

use super::seen::{instances, state, wait_until, weights};
use super::stage;
use paas_tests::Configuration;
use paas_tests::configuration::TENANT;
use paas_tests::emulator::release::APPSPEC;
use serde_json::{Value, json};

/// A release that fails on the instances.
const BROKEN: [(&str, &str); 2] = [APPSPEC, ("fail", "")];

fn release(stage: &Configuration, files: &[(&str, &str)]) -> Value {
    let (bucket, key) =
        (stage.attribute(TENANT, "source_bucket"), stage.attribute(TENANT, "source_object_key"));
    stage.aws.upload(&bucket, &key, files)
}

/// What the group's instances serve; none where they differ.
fn serves(stage: &Configuration, group: &str) -> Option<Value> {
    let releases = stage.aws.releases();
    let mut etags =
        instances(stage, group).into_iter().map(|id| releases.get(&id).map(|r| r.revision["etag"].clone()));
    let first = etags.next()??;
    etags.all(|etag| etag.as_ref() == Some(&first)).then_some(first)
}

#[track_caller]
fn wait_for(stage: &Configuration, expected: &Value) {
    wait_until(&format!("{expected}, but {}", state(stage)), || state(stage) == *expected);
}

fn approve(stage: &Configuration, in_stage: &str) {
    let name = stage.attribute(TENANT, "pipeline_name");
    let seen = stage.look("codepipeline", "get_pipeline_state", &json!({ "name": name }));
    let stages = seen["stageStates"].as_array().unwrap();
    let actions =
        stages.iter().find(|one| one["stageName"] == in_stage).unwrap()["actionStates"].as_array().unwrap();
    let approval = actions.iter().find(|action| action["actionName"] == "Approval").unwrap();
    let result = json!({"summary": "fine", "status": "Approved"});
    let token = &approval["latestExecution"]["token"];
    let params = json!({"pipelineName": name, "stageName": in_stage, "actionName": "Approval", "result": result, "token": token});
    stage.by_hand("codepipeline", "put_approval_result", &params);
}

const DONE: fn() -> Value = || json!({"Source": "Succeeded", "Deploy": "Succeeded"});

#[test]
fn a_failed_release_leaves_the_old_one_serving_and_the_plan_empty() {
    let stage = stage(json!({}));
    stage.apply();
    wait_for(&stage, &DONE()); // the seed's
    let seed = serves(&stage, "paas-dev-acme");
    assert!(seed.is_some(), "the first run finds its source");

    let good = release(&stage, &[APPSPEC, ("index.html", "one")]);
    wait_until("the release", || serves(&stage, "paas-dev-acme") == Some(good.clone()));
    wait_for(&stage, &DONE());
    stage.assert_settled();

    release(&stage, &BROKEN);
    wait_for(&stage, &json!({"Source": "Succeeded", "Deploy": "Failed"}));
    wait_until("the rollback", || serves(&stage, "paas-dev-acme") == Some(good.clone()));
    stage.assert_settled();

    // New instances get what the others serve, not what failed.
    let params = json!({"AutoScalingGroupName": "paas-dev-acme", "DesiredCapacity": 2});
    stage.by_hand("autoscaling", "set_desired_capacity", &params);
    wait_until("a second instance", || instances(&stage, "paas-dev-acme").len() == 2);
    wait_until("its release", || serves(&stage, "paas-dev-acme") == Some(good.clone()));
    stage.end();
}

#[test]
fn a_release_waits_for_its_approval() {
    let stage = stage(json!({"approval": {}, "trigger": "CLOUDTRAIL"}));
    stage.apply();
    let waiting = json!({"Source": "Succeeded", "Approval": "InProgress", "Deploy": null});
    wait_for(&stage, &waiting);
    approve(&stage, "Approval");
    let done = json!({"Source": "Succeeded", "Approval": "Succeeded", "Deploy": "Succeeded"});
    wait_for(&stage, &done);
    let seed = serves(&stage, "paas-dev-acme");

    // The trail tells of the upload, and that starts the pipeline.
    let new = release(&stage, &[APPSPEC, ("index.html", "one")]);
    wait_for(&stage, &json!({"Source": "Succeeded", "Approval": "InProgress", "Deploy": "Succeeded"}));
    assert_eq!(serves(&stage, "paas-dev-acme"), seed);
    approve(&stage, "Approval");
    wait_until("the release", || serves(&stage, "paas-dev-acme") == Some(new.clone()));
    stage.assert_settled();
    stage.end();
}

#[test]
fn a_release_goes_to_the_idle_slot_and_then_the_rules_lead_there() {
    let stage = stage(json!({"deployment_type": "BLUE_GREEN"}));
    stage.apply();
    let live = |stage: &Configuration| {
        let weights = weights(stage);
        let live = weights.as_object().unwrap().iter().find(|(_, weight)| **weight == 100);
        live.expect("one is live").0.clone()
    };
    let group = |slot: &str| format!("paas-dev-acme-{slot}");
    let other = |slot: &str| if slot == "blue" { "green" } else { "blue" };
    wait_for(&stage, &DONE());
    let first = live(&stage);
    assert!(serves(&stage, &group(&first)).is_some(), "the seed is live");

    let one = release(&stage, &[APPSPEC, ("index.html", "one")]);
    wait_until("the switch", || live(&stage) != first);
    wait_for(&stage, &DONE());
    let second = live(&stage);
    assert_eq!(second, other(&first));
    assert_eq!(serves(&stage, &group(&second)), Some(one.clone()));
    assert_ne!(serves(&stage, &group(&first)), Some(one.clone()), "the way back stays as it was");
    stage.assert_settled();

    release(&stage, &BROKEN);
    wait_for(&stage, &json!({"Source": "Succeeded", "Deploy": "Failed"}));
    assert_eq!(live(&stage), second);
    assert_eq!(serves(&stage, &group(&second)), Some(one.clone()));
    stage.assert_settled();

    let two = release(&stage, &[APPSPEC, ("index.html", "two")]);
    wait_until("the switch", || live(&stage) != second);
    assert_eq!(serves(&stage, &group(&first)), Some(two));
    assert_eq!(serves(&stage, &group(&second)), Some(one));
    stage.end();
}
