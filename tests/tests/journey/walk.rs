//! Pushes that arrive: of the scripts of an image, and of a release.

use crate::stage::{Stage, Teams};
use crate::{failures, refused};
use paas_tests::gitlab::{Repository, USER};
use paas_tests::journey::{Kind, Tenant, Watch};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The tenants: what starts their pipelines, and under which name the event comes.
const TENANTS: [(&str, &str, &str); 2] =
    [("bakery", "S3", "Object Created"), ("mill", "CLOUDTRAIL", "AWS API Call via CloudTrail")];

/// Each tenant's repository of this kind.
fn repositories(stage: &Stage, kind: Kind) -> Vec<Repository> {
    let repository = |(name, ..): (&str, &str, &str)| {
        let path = format!("shops/{name}-{}", kind.name());
        stage.gitlab.repository(&path)
    };
    TENANTS.map(repository).into()
}

/// The archive is of this commit, tells of the push, and holds what was pushed, and nothing else.
#[track_caller]
fn assert_uploaded(
    stage: &Stage,
    tenant: &Tenant<'_>,
    kind: Kind,
    commit: &str,
    message: &str,
    files: &[&str],
) {
    assert_eq!(tenant.uploaded(kind), commit);
    let archive = stage.archive(tenant, kind);
    let push: Value = serde_json::from_str(&archive[".paas/push.json"]).expect("JSON");
    let repository = format!("shops/{}-{}", tenant.name, kind.name());
    let expected = json!({
        "commit": commit, "user": USER, "message": message, "repository": repository, "branch": "dev",
    });
    assert_eq!(push, expected);
    let held: Vec<&str> = archive.keys().map(String::as_str).collect();
    assert_eq!(held, [&[".paas/push.json"], files].concat());
}

/// The latest run of the pipeline came by an event of this kind, through a rule.
#[track_caller]
fn assert_started_by(stage: &Stage, pipeline: &str, event: &str) {
    let runs = stage.look("codepipeline", "list_pipeline_executions", &json!({"pipelineName": pipeline}));
    let trigger = &runs["pipelineExecutionSummaries"][0]["trigger"];
    assert_eq!(trigger["triggerType"], "CloudWatchEvent", "{pipeline}");
    let rule = trigger["triggerDetail"].as_str().unwrap().rsplit('/').next().unwrap();
    let rule = stage.look("events", "describe_rule", &json!({ "Name": rule }));
    let pattern: Value = serde_json::from_str(rule["EventPattern"].as_str().unwrap()).unwrap();
    assert_eq!(pattern["detail-type"], json!([event]), "{pipeline}");
}

/// The name of the tenant's software pipeline.
fn software_pipeline(stage: &Stage, tenant: &str) -> String {
    let all = stage.look("codepipeline", "list_pipelines", &json!({}))["pipelines"].take();
    let names = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
    let stages = |name: &String| {
        let found = stage.look("codepipeline", "get_pipeline", &json!({ "name": name }));
        let action = &found["pipeline"]["stages"][0]["actions"][0]["configuration"];
        action["S3ObjectKey"] == format!("software/{tenant}.zip")
    };
    names.into_iter().find(stages).expect("it has one")
}

#[test]
fn a_push_becomes_an_image_and_another_one_a_release() {
    let stage = Stage::new();
    let Some(teams) = Teams::of(&stage) else { return };
    let hosts = TENANTS.map(|(name, ..)| format!("{name}.dev.example.test"));
    let wanted: Vec<_> =
        TENANTS.iter().zip(&hosts).map(|((name, by, _), host)| (*name, host.as_str(), *by)).collect();
    teams.apply(&wanted);
    let tenants = TENANTS.map(|(name, ..)| stage.tenant(name));
    // A new pipeline bakes an image of nothing, and deploys the tenant on it.
    stage.wait("the tenants", || tenants.iter().all(|tenant| tenant.instances().len() == 1));
    let first: Vec<String> = tenants.iter().map(Tenant::launches).collect();
    let mut watch = Watch::new(&stage.aws, &stage.gitlab);

    let message = "The oven\n\nWith a »door«, and $(nothing else).";
    let machines = repositories(&stage, Kind::Infrastructure);
    let commits: Vec<String> = machines
        .iter()
        .map(|repository| {
            repository.write("install.sh", "#!/bin/bash\necho installed\n");
            repository.write("files/oven.conf", "hot\n").push("dev", message)
        })
        .collect();
    stage.wait("the images", || tenants.iter().zip(&commits).all(|(tenant, commit)| tenant.runs(commit)));
    for (((tenant, commit), first), (name, _, event)) in tenants.iter().zip(&commits).zip(&first).zip(TENANTS)
    {
        assert_uploaded(
            &stage,
            tenant,
            Kind::Infrastructure,
            commit,
            message,
            &["files/oven.conf", "install.sh"],
        );
        assert_started_by(&stage, &teams.pipeline(name), event);
        // The image tells the commit, new instances would come from it, and an instance refresh brought it.
        let images = tenant.images();
        assert_eq!(images.len(), 2, "the seed's and the push's");
        let (image, of) = images.last().unwrap();
        assert_eq!((of, tenant.launches()), (commit, image.clone()));
        assert_ne!(image, first);
        let group = json!({"AutoScalingGroupName": tenant.group});
        let refreshes = stage.look("autoscaling", "describe_instance_refreshes", &group);
        let ended: Vec<&Value> =
            refreshes["InstanceRefreshes"].as_array().unwrap().iter().map(|one| &one["Status"]).collect();
        assert_eq!(ended, ["Successful"]);
    }

    let before: Vec<_> = tenants.iter().map(Tenant::instances).collect();
    let software = repositories(&stage, Kind::Software);
    let released: Vec<String> = software
        .iter()
        .map(|repository| {
            repository.write("appspec.yml", "version: 0.0\nos: linux\n");
            repository.write("index.html", "fresh\n").push("dev", "Bread")
        })
        .collect();
    stage
        .wait("the releases", || tenants.iter().zip(&released).all(|(tenant, commit)| tenant.serves(commit)));
    for ((tenant, commit), (name, _, event)) in tenants.iter().zip(&released).zip(TENANTS) {
        assert_uploaded(&stage, tenant, Kind::Software, commit, "Bread", &["appspec.yml", "index.html"]);
        assert_started_by(&stage, &software_pipeline(&stage, name), event);
    }
    assert_eq!(
        tenants.iter().map(Tenant::instances).collect::<Vec<_>>(),
        before,
        "in place, on the same image"
    );
    // One build for each of the four pushes, and nothing secret in what they and the function have printed.
    assert_eq!(stage.builds().len(), 4);
    let said = stage.said();
    for hidden in [stage.token.as_str(), stage.gitlab.password(), "whsec"] {
        assert!(!said.contains(hidden), "{said}");
    }

    // The timeline has something of each who took part.
    let told: BTreeSet<_> = watch.news().iter().map(|fact| fact.by).collect();
    let parts = ["Auto Scaling", "CodeBuild", "CodeDeploy", "CodePipeline", "EC2", "GitLab"];
    assert_eq!(told, BTreeSet::from(parts));

    let running = tenants.each_ref().map(failures::seen);
    refused::assert_start_nothing(&stage);
    assert_eq!(tenants.each_ref().map(failures::seen), running);
    failures::assert_stop_where_they_should(&stage, &teams, &machines[0], &software[0]);
}
