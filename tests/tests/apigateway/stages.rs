//! Deployments and the stage that shows one: the way from one picture to the next, what somebody else shows, the end.

use crate::account::{API, Account, DEPLOYMENT, STAGE, conforms, deployment, invoke_arn};
use composite::{Child, Diff};
use paas_aws::apigateway::{Deployment, RestApi, Stage};
use paas_tests::emulator::Fault;
use serde_json::json;
use std::collections::BTreeMap;

fn id(of: &str, own: &str) -> String {
    format!("{of}/{own}")
}

#[tokio::test]
async fn a_stage_is_made_with_its_limits_and_changes_in_place() {
    type Change = fn(&mut Stage);
    let account = Account::new();
    let mark = account.aws.mark();
    let (_, deployment, mut want) = account.shown().await;
    let calls = account.changes(mark);
    assert_eq!(calls[4..], ["CreateDeployment", "CreateStage", "UpdateStage"], "after those of the API");
    let (api, stage) = (want.rest_api_id.clone(), id(&want.rest_api_id, "v1"));
    conforms(&account, STAGE, &want, &stage, "its creation").await;
    conforms(&account, DEPLOYMENT, &deployment, &id(&api, &want.deployment_id), "its creation").await;

    let changes: [(&str, &str, Change); 3] = [
        ("rate", "UpdateStage", |stage| stage.throttling_rate_limit = 5),
        ("burst", "UpdateStage", |stage| stage.throttling_burst_limit = 7),
        ("tags", "TagResource", |stage| stage.tags = BTreeMap::from([("cost".into(), "1".into())])),
    ];
    for (what, call, change) in changes {
        change(&mut want);
        let (provider, mark) = (account.provider().await, account.aws.mark());
        let out = provider.sync(STAGE, &want, &stage).await.unwrap();
        assert_eq!(out.arn, format!("arn:aws:apigateway:eu-west-1::/restapis/{api}/stages/v1"));
        assert_eq!(account.changes(mark), [call], "{what}");
        conforms(&account, STAGE, &want, &stage, what).await;
        let mark = account.aws.mark();
        provider.sync(STAGE, &want, &stage).await.unwrap();
        assert_eq!(account.changes(mark), [""; 0], "{what} is in line");
    }
}

/// As the engine goes: the new picture, the stage, the end of the old one.
#[tokio::test]
async fn a_changed_api_is_shown_by_a_new_deployment() {
    let account = Account::new();
    let (mut api, old, mut stage) = account.shown().await;
    let (of, provider) = (stage.rest_api_id.clone(), account.provider().await);
    api.function_invoke_arn = invoke_arn("other");
    provider.sync(API, &api, &of).await.unwrap();
    let new = deployment(&api, &of);
    assert_eq!(new.diff(&old), Diff::Replace("digest"));
    let first = id(&of, &stage.deployment_id);
    stage.deployment_id = provider.made(DEPLOYMENT, &new).await.id;
    provider.sync(STAGE, &stage, &id(&of, "v1")).await.unwrap();
    for _ in 0..2 {
        provider.delete::<Deployment>(DEPLOYMENT, &first).await.unwrap();
    }
    conforms(&account, STAGE, &stage, &id(&of, "v1"), "the move").await;
    let listed = account.by_hand("get_deployments", &of, json!({}));
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

/// What somebody deploys by hand is no picture of ours, and shows on the stage.
#[tokio::test]
async fn what_somebody_has_set_is_seen_and_put_right() {
    let account = Account::new();
    let (_, _, want) = account.shown().await;
    let (of, stage) = (want.rest_api_id.as_str(), id(&want.rest_api_id, "v1"));
    let theirs = account.by_hand("create_deployment", of, json!({"description": "mine"}))["id"].clone();
    let theirs = theirs.as_str().expect("an id");
    let patch = |path: &str, value: &str| json!([{"op": "replace", "path": path, "value": value}]);
    for (what, operations) in [
        ("another deployment", patch("/deploymentId", theirs)),
        ("another rate", patch("/*/*/throttling/rateLimit", "9999")),
        ("half a request", patch("/*/*/throttling/rateLimit", "20.5")),
        ("another burst", patch("/*/*/throttling/burstLimit", "4999")),
        ("no limits", json!([{"op": "remove", "path": "/*/*"}])),
        ("limits of one method", patch("/~1push/POST/throttling/rateLimit", "9999")),
        ("metrics", patch("/*/*/metrics/enabled", "true")),
        ("bodies in the log", patch("/*/*/logging/dataTrace", "true")),
        ("a variable", patch("/variables/debug", "1")),
        ("traces", patch("/tracingEnabled", "true")),
    ] {
        let params = json!({"stageName": "v1", "patchOperations": operations});
        account.by_hand("update_stage", of, params);
        let saw = account.provider().await.seen::<Stage>(STAGE, &stage).await.expect("it is there");
        assert_eq!(want.diff(&saw), Diff::Update, "{what}: {saw:#?}");
        account.provider().await.sync(STAGE, &want, &stage).await.unwrap();
        conforms(&account, STAGE, &want, &stage, what).await;
    }
}

/// The first answer was lost, or the last run died.
#[tokio::test]
async fn an_answer_that_was_lost_makes_nothing_twice() {
    let account = Account::new();
    let (api, old, want) = account.shown().await;
    let (of, provider) = (want.rest_api_id.clone(), account.provider().await);
    let new = deployment(&RestApi { http_method: "PUT".into(), ..api }, &of);
    assert_eq!(provider.find(DEPLOYMENT, &new).await, None);
    account.aws.faults([Fault::drop_after().operation("CreateDeployment").times(1)]);
    assert!(provider.create(DEPLOYMENT, &new).await.unwrap_err().is_lost());
    assert!(provider.find(DEPLOYMENT, &new).await.is_some());
    let first = provider.find(DEPLOYMENT, &old).await.expect("it is there");
    assert_eq!(provider.find_but(DEPLOYMENT, &old, &[first]).await, None, "it is on its way out");

    let second = Stage { name: "v2".into(), ..want };
    account.aws.faults([Fault::drop_after().operation("CreateStage").times(1)]);
    assert!(provider.create(STAGE, &second).await.unwrap_err().is_lost());
    assert_eq!(provider.find(STAGE, &second).await, Some(id(&of, "v2")));
    let exists = provider.create(STAGE, &second).await.unwrap_err();
    assert!(exists.is_lost() && exists.to_string().contains("ConflictException"), "{exists:?}");
    assert_eq!(provider.find("another_stage", &second).await, None);
    let foreign = provider.create("another_stage", &second).await.unwrap_err().to_string();
    assert!(foreign.contains("stage v2 of API"), "{foreign}");
    assert!(foreign.contains(
        "exists and belongs to someone else (its tag paas:owner is \"paas/gitlab_webhook/gitlab\")"
    ));
}

/// A stage that somebody has added holds the deployment that it shows: API Gateway refuses to delete it.
#[tokio::test]
async fn the_end_of_a_deployment_is_the_end_of_what_shows_it() {
    let account = Account::new();
    let (_, _, want) = account.shown().await;
    let (of, provider) = (want.rest_api_id.as_str(), account.provider().await);
    account.by_hand("create_stage", of, json!({"stageName": "test", "deploymentId": want.deployment_id}));
    provider.delete::<Stage>(STAGE, &id(of, "v1")).await.unwrap();
    provider.delete::<Deployment>(DEPLOYMENT, &id(of, &want.deployment_id)).await.unwrap();
    let fresh = account.provider().await;
    assert_eq!(fresh.seen::<Stage>(STAGE, &id(of, "v1")).await, None);
    assert_eq!(fresh.seen::<Deployment>(DEPLOYMENT, &id(of, &want.deployment_id)).await, None);
    assert_eq!(account.by_hand("get_stages", of, json!({}))["item"], json!([]));
}

#[tokio::test]
async fn an_api_takes_everything_with_it() {
    let account = Account::new();
    let (_, deployment, want) = account.shown().await;
    let (of, provider) = (want.rest_api_id.clone(), account.provider().await);
    provider.delete::<RestApi>(API, &of).await.unwrap();
    let fresh = account.provider().await;
    assert_eq!(fresh.seen::<Stage>(STAGE, &id(&of, "v1")).await, None);
    assert_eq!(fresh.find(DEPLOYMENT, &deployment).await, None);
    // What is gone already is success.
    provider.delete::<Stage>(STAGE, &id(&of, "v1")).await.unwrap();
    provider.delete::<Deployment>(DEPLOYMENT, &id(&of, &want.deployment_id)).await.unwrap();
}
