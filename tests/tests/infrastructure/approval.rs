//! Somebody looks at the plan before it is applied.

use crate::PIPELINE;
use crate::baked::{builds, list, log, running, wait};
use crate::deploying::{PROJECT, done, object, push, stage, wait_for};
use paas_tests::Configuration;
use serde_json::{Value, json};

const INSTALL: (&str, &str) = ("install.sh", "echo installed\n");

/// Answers the approval that the latest run waits for.
fn answer(dev: &Configuration, status: &str) {
    let name = dev.attribute(PIPELINE, "pipeline_name");
    let token = wait("the approval", || {
        let mut seen = dev.look("codepipeline", "get_pipeline_state", &json!({ "name": name }));
        let stages = list(seen["stageStates"].take());
        let deploy = stages.iter().find(|stage| stage["stageName"] == "Deploy")?;
        let approval =
            list(deploy["actionStates"].clone()).into_iter().find(|it| it["actionName"] == "Approval")?;
        approval["latestExecution"]["token"].as_str().map(str::to_owned)
    });
    let result = json!({"summary": "seen", "status": status});
    let params = json!({"pipelineName": name, "stageName": "Deploy", "actionName": "Approval", "result": result, "token": token});
    dev.by_hand("codepipeline", "put_approval_result", &params);
}

fn waiting() -> Value {
    json!({"Source": "Succeeded", "Bake": "Succeeded", "Deploy": "InProgress"})
}

#[test]
fn what_is_applied_is_the_plan_that_somebody_has_seen() {
    let Some(mut dev) = stage(&json!({"approval": {}})) else { return };
    // The trail's events start it as well as the bucket's own.
    dev.set(PIPELINE, "trigger", "CLOUDTRAIL");
    dev.apply();

    let planned = wait("a plan", || {
        let build = builds(&dev, PROJECT).into_iter().find(|build| build["buildStatus"] == "SUCCEEDED")?;
        Some(log(&dev, &build))
    });
    assert!(planned.contains("# paas_tenant.acme will be created"), "{planned}");
    wait_for(&dev, &waiting());
    assert_eq!(running(&dev), [] as [Value; 0]);
    assert!(object(&dev, "terraform/acme.tfstate").is_none(), "nothing is applied yet");
    answer(&dev, "Approved");
    wait_for(&dev, &done());
    let applied = log(&dev, &builds(&dev, PROJECT)[0]);
    assert!(applied.contains("Apply complete!") && !applied.contains("will be created"), "{applied}");
    let [before] = &running(&dev)[..] else { panic!("instances on one image") };

    push(&dev, "c0ffee1", &[INSTALL]);
    wait("the second run's plan", || (builds(&dev, PROJECT).len() == 3).then_some(()));
    answer(&dev, "Rejected");
    wait_for(&dev, &json!({"Source": "Succeeded", "Bake": "Succeeded", "Deploy": "Failed"}));
    assert_eq!(running(&dev), std::slice::from_ref(before), "what was rejected changes nothing");
    assert!(object(&dev, "terraform/acme.tfstate.tflock").is_none());
    dev.assert_settled();
}
