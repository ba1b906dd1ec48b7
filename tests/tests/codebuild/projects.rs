//! Projects: made, changed, put right, ended.

use crate::account::{Account, PROJECT, images_owner};
use composite::{Child, Diff};
use futures::future::join_all;
use paas_aws::codebuild::{Project, builds};
use paas_tests::emulator::Fault;
use serde_json::json;
use std::collections::BTreeMap;

const KEY: &str = "bake_project";
const NOTHING: &str = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo nothing\n";
const ENDLESS: &str = "version: 0.2\nphases:\n  build:\n    commands:\n      - sleep 600\n";

/// What somebody wants otherwise.
type Change = fn(&mut Project);

/// Read by a provider of its own, it needs no change.
async fn conforms(account: &Account, want: &Project, after: &str) {
    let saw = account.provider().await.seen::<Project>(KEY, PROJECT).await.expect("it is there");
    assert_eq!(want.diff(&saw), Diff::Same, "after {after}: wanted {want:#?}, saw {saw:#?}");
}

#[tokio::test]
async fn a_project_is_made_in_one_call_and_changes_in_place() {
    let account = Account::new();
    let (provider, mut want) = (account.provider().await, account.project(NOTHING));
    let mark = account.aws.mark();
    let out = provider.made(KEY, &want).await;
    assert_eq!(account.changes(mark), ["CreateProject"]);
    assert_eq!(out.arn, format!("arn:aws:codebuild:eu-west-1:123456789012:project/{PROJECT}"));
    conforms(&account, &want, "its creation").await;

    let changes: [(&str, Change); 11] = [
        ("description", |p| p.description = "Other words.".into()),
        ("role", |p| p.role_arn = p.role_arn.replace("role/bake", "role/other-bake")),
        ("image", |p| p.image = "aws/codebuild/standard:7.0".into()),
        ("architecture", |p| p.image = "aws/codebuild/amazonlinux-aarch64-standard:3.0".into()),
        ("compute_type", |p| p.compute_type = "BUILD_GENERAL1_LARGE".into()),
        ("variables", |p| p.environment_variables = BTreeMap::from([("KEEP_IMAGES".into(), "7".into())])),
        ("no variables", |p| p.environment_variables = BTreeMap::new()),
        ("buildspec", |p| p.buildspec = NOTHING.replace("nothing", "something")),
        ("timeout", |p| p.timeout_in_minutes = 480),
        ("logs", |p| p.log_group_name = "/paas/paas/dev/acme/other".into()),
        ("tags", |p| p.tags = BTreeMap::from([("Name".into(), "theirs".into())])),
    ];
    for (what, change) in changes {
        change(&mut want);
        let (provider, mark) = (account.provider().await, account.aws.mark());
        provider.sync(KEY, &want, PROJECT).await.unwrap();
        assert_eq!(account.changes(mark), ["UpdateProject"], "{what}");
        conforms(&account, &want, what).await;
        let mark = account.aws.mark();
        provider.sync(KEY, &want, PROJECT).await.unwrap();
        assert_eq!(account.changes(mark), [""; 0], "{what} is in line");
    }

    for _ in 0..2 {
        provider.delete::<Project>(KEY, PROJECT).await.unwrap();
    }
    assert_eq!(account.provider().await.seen::<Project>(KEY, PROJECT).await, None);
}

/// Each as somebody could do it in the console.
#[tokio::test]
async fn what_somebody_has_set_is_seen_and_put_right() {
    let account = Account::new();
    account.with_project(NOTHING).await;
    let want = account.project(NOTHING);
    let as_it_was = account.call("codebuild", "batch_get_projects", json!({"names": [PROJECT]}));
    let environment = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut environment = as_it_was["projects"][0]["environment"].clone();
        change(&mut environment);
        json!({"environment": environment})
    };
    let secret = json!([{"name": "KEEP_IMAGES", "value": "/other/secret", "type": "PARAMETER_STORE"}]);
    for (what, mut change) in [
        ("privileges", environment(&|e| e["privilegedMode"] = json!(true))),
        ("a variable from elsewhere", environment(&|e| e["environmentVariables"] = secret.clone())),
        ("a cache", json!({"cache": {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE"]}})),
        ("another role", json!({"serviceRole": want.role_arn.replace("role/bake", "role/other-bake")})),
        ("another buildspec", json!({"source": {"type": "CODEPIPELINE", "buildspec": ENDLESS}})),
        ("no log", json!({"logsConfig": {"cloudWatchLogs": {"status": "DISABLED"}}})),
        ("no owner", json!({"tags": [{"key": "team", "value": "acme"}]})),
    ] {
        change["name"] = json!(PROJECT);
        account.call("codebuild", "update_project", change);
        let saw = account.provider().await.seen::<Project>(KEY, PROJECT).await.expect("it is there");
        // Ownership isn't part of a spec: it is put back along with everything else.
        assert_eq!(want.diff(&saw) == Diff::Same, what == "no owner", "{what}: {saw:#?}");
        account.provider().await.sync(KEY, &want, PROJECT).await.unwrap();
        conforms(&account, &want, what).await;
        let now = account.call("codebuild", "batch_get_projects", json!({"names": [PROJECT]}));
        assert_eq!(now["projects"][0]["tags"], as_it_was["projects"][0]["tags"], "{what}");
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_makes_no_second_project_and_anothers_isnt_taken_over() {
    let account = Account::new();
    let (provider, want) = (account.provider().await, account.project(NOTHING));
    account.aws.faults([Fault::drop_after().operation("CreateProject").times(1)]);
    let lost = provider.create(KEY, &want).await.unwrap_err();
    assert!(lost.is_lost(), "{lost:?}");
    assert_eq!(provider.find(KEY, &want).await.unwrap().as_deref(), Some(PROJECT));
    let exists = provider.create(KEY, &want).await.unwrap_err();
    assert!(exists.is_lost() && exists.to_string().contains("ResourceAlreadyExists"), "{exists:?}");
    assert_eq!(provider.find("deploy_project", &want).await.unwrap(), None);
    let foreign = provider.create("deploy_project", &want).await.unwrap_err();
    let says =
        "paas_dev_acme_bake exists and belongs to someone else (its tag paas:owner is \"paas/dev/acme/";
    assert!(foreign.to_string().contains(says), "{foreign}");
}

/// IAM is consistent after a while only.
#[tokio::test]
async fn a_role_that_was_just_made_is_waited_for() {
    let account = Account::new();
    let want = account.project(NOTHING);
    let says = format!("CodeBuild is not authorized to perform: sts:AssumeRole on {}", want.role_arn);
    let fault = Fault::error("InvalidInputException", &says, 400).operation("CreateProject");
    account.aws.faults([fault.times(2)]);
    account.provider().await.made(KEY, &want).await;
    conforms(&account, &want, "a while").await;
    // Any other refusal is one.
    let fault = Fault::error("InvalidInputException", "Invalid image", 400).operation("CreateProject");
    account.aws.faults([fault]);
    let other = Project { name: "paas_dev_acme_deploy".into(), ..want };
    let refused = account.provider().await.create("deploy_project", &other).await.unwrap_err();
    assert!(refused.to_string().contains("Invalid image"), "{refused}");
}

#[tokio::test]
async fn many_projects_are_one_call() {
    let account = Account::new();
    let provider = account.provider().await;
    let names: Vec<String> = (0..20).map(|n| format!("paas_dev_t{n}_bake")).collect();
    for name in &names {
        provider.made(KEY, &Project { name: name.clone(), ..account.project(NOTHING) }).await;
    }
    let (provider, mark) = (account.provider().await, account.aws.mark());
    let seen = join_all(names.iter().map(|name| provider.seen::<Project>(KEY, name))).await;
    assert!(seen.iter().all(Option::is_some));
    let calls: Vec<String> = account.aws.calls(mark).into_iter().map(|call| call.operation).collect();
    assert_eq!(calls, ["BatchGetProjects"]);
}

/// The role that it would clean up with goes next.
#[tokio::test]
async fn a_projects_end_ends_its_build_and_what_that_has_left() {
    let account = Account::new();
    let provider = account.with_project(ENDLESS).await;
    let start = provider.start(&[("install.sh", "")], &[]).await;
    let build = builds::start(&provider.world, &start).await.unwrap();
    let image = account.aws.seed_image("base");
    let instance = |build: &str| {
        let tags =
            json!([{"Key": "paas:owner", "Value": images_owner()}, {"Key": "paas:build", "Value": build}]);
        let specification = json!([{"ResourceType": "instance", "Tags": tags}]);
        let params =
            json!({"ImageId": image, "MinCount": 1, "MaxCount": 1, "TagSpecifications": specification});
        account.call("ec2", "run_instances", params)["Instances"][0]["InstanceId"].clone()
    };
    let (left, others) = (instance(&build.id), instance("paas_dev_acme_bake:other"));
    provider.delete::<Project>(KEY, PROJECT).await.unwrap();
    let state = |id: &serde_json::Value| {
        let described = account.call("ec2", "describe_instances", json!({"InstanceIds": [id]}));
        described["Reservations"][0]["Instances"][0]["State"]["Name"].clone()
    };
    assert_eq!((state(&left), state(&others)), (json!("terminated"), json!("running")));
    let ended = builds::get(&provider.world, &build.id).await.unwrap().expect("builds outlive their project");
    assert_eq!(ended.status, builds::Status::Stopped);
}

/// Killed, it would leave its lock.
#[tokio::test]
async fn a_projects_end_waits_for_terraform() {
    let account = Account::new();
    let provider = account.provider().await;
    let buildspec = ENDLESS.replace("600", "3");
    let mut want = account.project(&buildspec);
    want.environment_variables.insert("TF_IN_AUTOMATION".into(), "1".into());
    provider.made(KEY, &want).await;
    let start = provider.start(&[("main.tf", "")], &[]).await;
    let build = builds::start(&provider.world, &start).await.unwrap();
    provider.delete::<Project>(KEY, PROJECT).await.unwrap();
    let ended = builds::get(&provider.world, &build.id).await.unwrap().expect("builds outlive their project");
    assert_eq!(ended.status, builds::Status::Succeeded);
    assert_eq!(account.provider().await.seen::<Project>(KEY, PROJECT).await, None);
}
