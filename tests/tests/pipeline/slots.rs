//! From one slot to two and back: the new instances need a release, and the plan says how they get it.

use super::seen::{instances, wait_until};
use super::stage;
use paas_tests::Configuration;
use paas_tests::configuration::TENANT;
use paas_tests::terraform::Diagnostic;
use serde_json::{Value, json};

fn warnings(stage: &Configuration) -> Vec<Diagnostic> {
    stage.terraform.plan(&[]).expect_success().diagnostics()
}

/// Whether all instances of these groups that there are, and there are some, have a release.
fn have_releases(stage: &Configuration, groups: &[&str]) -> bool {
    let releases = stage.aws.releases();
    let all: Vec<String> = groups.iter().flat_map(|group| instances(stage, group)).collect();
    !all.is_empty() && all.iter().all(|id| releases.contains_key(id))
}

#[test]
fn new_slots_have_no_release_until_the_pipeline_is_started_as_the_plan_says() {
    let mut stage = stage(json!({}));
    stage.apply();
    wait_until("the first release", || have_releases(&stage, &["paas-dev-acme"]));
    assert_eq!(warnings(&stage), []);

    stage.set(TENANT, "pipeline", json!({"deployment_type": "BLUE_GREEN"}));
    let [warning] = &warnings(&stage)[..] else { panic!("{:?}", warnings(&stage)) };
    assert_eq!(
        (warning.summary.as_str(), warning.path()),
        ("New instances without a release", "pipeline.deployment_type")
    );
    let (said, command) = (warning.text(), "aws codepipeline start-pipeline-execution --name ");
    let name = said.split_once(command).expect("it says what to run").1;
    let name = name.split(' ').next().expect("a name");
    assert_eq!(stage.attribute(TENANT, "pipeline_name"), name);
    stage.terraform.apply_plan().expect_success();
    let slots = ["paas-dev-acme-blue", "paas-dev-acme-green"];
    assert!(!slots.iter().any(|slot| have_releases(&stage, &[slot])));
    assert_eq!(warnings(&stage), []);

    // Twice: each run brings the release to the slot that is idle then.
    for slot in ["paas-dev-acme-green", "paas-dev-acme-blue"] {
        let _ = stage.look("codepipeline", "start_pipeline_execution", &json!({ "name": name }));
        wait_until(slot, || have_releases(&stage, &[slot]));
    }

    // Without a pipeline nothing would bring one.
    stage.set(TENANT, "pipeline", Value::Null);
    let [warning] = &warnings(&stage)[..] else { panic!("{:?}", warnings(&stage)) };
    assert!(warning.text().contains("have the software in the image"), "{}", warning.text());
    stage.apply();
    stage.end();
}
