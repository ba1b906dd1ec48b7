//! Pushes that are taken, and fail on their way: each stops where it should and says why, and the tenant stays as it was.

use crate::stage::{Stage, Teams};
use paas_tests::baking::said;
use paas_tests::gitlab::Repository;
use paas_tests::journey::{Kind, Tenant};
use serde_json::{Value, json};

/// Where the tenant's instances are, what they run and serve, and what new ones would be launched from.
pub fn seen(tenant: &Tenant<'_>) -> (Vec<(String, String)>, Vec<Value>, String) {
    let instances = tenant.instances();
    assert!(!instances.is_empty());
    let releases = tenant.aws.releases();
    let serves = instances.iter().map(|(id, _)| releases[id].revision.clone()).collect();
    (instances, serves, tenant.launches())
}

/// The stages of the pipeline that the latest run has reached, with how they ended.
fn stages(stage: &Stage, pipeline: &str) -> Vec<(String, String)> {
    let state = stage.look("codepipeline", "get_pipeline_state", &json!({ "name": pipeline }));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let stages = state["stageStates"].as_array().unwrap();
    let run = &stages[0]["latestExecution"]["pipelineExecutionId"];
    stages
        .iter()
        .filter(|one| one["latestExecution"]["pipelineExecutionId"] == *run)
        .map(|one| (text(&one["stageName"]), text(&one["latestExecution"]["status"])))
        .collect()
}

fn ended(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect()
}

/// On the tenant `bakery`, which `mill` stands beside.
#[track_caller]
pub fn assert_stop_where_they_should(
    stage: &Stage,
    teams: &Teams,
    machines: &Repository,
    software: &Repository,
) {
    let tenant = stage.tenant("bakery");
    let pipeline = teams.pipeline("bakery");
    let before = seen(&tenant);
    let images = tenant.images();

    // Scripts: one that isn't any, and one that fails, with which Packer gives the image up.
    for (script, said_of_it) in [
        ("echo one\nif true; then\n", ["install.sh: line 3: syntax error", "Nothing is baked"]),
        ("echo the oven is cold\nexit 1\n", ["the oven is cold", "non-zero exit status: 1"]),
    ] {
        let commit = machines.write("install.sh", script).push("dev", "A slip");
        stage.wait("the failed bake", || {
            tenant.uploaded(Kind::Infrastructure) == commit.as_str()
                && stages(stage, &pipeline) == ended(&[("Source", "Succeeded"), ("Bake", "Failed")])
        });
        assert_says(&said(&stage.aws), &said_of_it);
        assert_eq!((seen(&tenant), tenant.images()), (before.clone(), images.clone()));
    }

    // A configuration that Terraform refuses: the deployment. The host is the neighbour's.
    teams
        .apply(&[("bakery", "mill.dev.example.test", "S3"), ("mill", "mill.dev.example.test", "CLOUDTRAIL")]);
    let commit = machines.write("install.sh", "echo fine\n").push("dev", "Somebody else's host");
    stage.wait("the failed deployment", || {
        tenant.images().last().is_some_and(|(_, of)| *of == commit)
            && stages(stage, &pipeline)
                == ended(&[("Source", "Succeeded"), ("Bake", "Succeeded"), ("Deploy", "Failed")])
    });
    assert_says(&said(&stage.aws), &["mill.dev.example.test", "The tenant isn't deployed"]);
    assert_eq!(seen(&tenant), before);
    assert_eq!(tenant.images().len(), images.len() + 1, "it is baked, and nothing runs it");

    // A release that fails on the instances.
    let commit = software.write("fail", "").push("dev", "A release that fails");
    stage.wait("the failed release", || {
        let failed = tenant.uploaded(Kind::Software) == commit.as_str();
        let deployments =
            stage.look("codedeploy", "list_deployments", &json!({"includeOnlyStatuses": ["Failed"]}));
        failed && deployments["deployments"] != json!([])
    });
    // The rollback brings the release before once more, by a deployment of its own.
    stage.wait("the release before", || seen(&tenant) == before);
}

#[track_caller]
fn assert_says(log: &str, parts: &[&str]) {
    for part in parts {
        assert!(log.contains(part), "{part:?} is not in: {log}");
    }
}
