//! APIs: found by their tags, changed in place, put right.

use crate::account::{API, Account, Provider, api, conforms, invoke_arn};
use composite::{Child, Diff};
use paas_aws::apigateway::RestApi;
use paas_tests::emulator::Fault;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What somebody wants otherwise.
type Change = fn(&mut RestApi);

async fn made(account: &Account) -> (Provider, String) {
    let provider = account.provider().await;
    let id = provider.made(API, &api()).await.id;
    (provider, id)
}

#[tokio::test]
async fn an_api_is_made_whole_and_changes_in_place() {
    let account = Account::new();
    let (provider, mut want) = (account.provider().await, api());
    let mark = account.aws.mark();
    let out = provider.made(API, &want).await;
    assert_eq!(account.changes(mark), ["CreateRestApi", "CreateResource", "PutMethod", "PutIntegration"]);
    assert_eq!(out.execution_arn, format!("arn:aws:execute-api:eu-west-1:123456789012:{}", out.id));
    conforms(&account, API, &want, &out.id, "its creation").await;

    let method = ["DeleteMethod", "PutMethod", "PutIntegration"];
    let path = ["DeleteResource", "CreateResource", "PutMethod", "PutIntegration"];
    let changes: [(&str, &[&str], Change); 7] = [
        ("name", &["UpdateRestApi"], |api| api.name = "other".into()),
        ("description", &["UpdateRestApi"], |api| api.description = "Other words.".into()),
        ("no description", &["UpdateRestApi"], |api| api.description = String::new()),
        ("function", &["PutIntegration"], |api| api.function_invoke_arn = invoke_arn("other")),
        ("method", &method, |api| api.http_method = "PUT".into()),
        ("path", &path, |api| api.path_part = "system".into()),
        ("tags", &["TagResource", "UntagResource"], |api| {
            api.tags = BTreeMap::from([("cost".into(), "1".into())]);
        }),
    ];
    for (what, calls, change) in changes {
        change(&mut want);
        let (provider, mark) = (account.provider().await, account.aws.mark());
        provider.sync(API, &want, &out.id).await.unwrap();
        assert_eq!(account.changes(mark), calls, "{what}");
        conforms(&account, API, &want, &out.id, what).await;
        let mark = account.aws.mark();
        provider.sync(API, &want, &out.id).await.unwrap();
        assert_eq!(account.changes(mark), [""; 0], "{what} is in line");
    }

    for _ in 0..2 {
        provider.delete::<RestApi>(API, &out.id).await.unwrap();
    }
    assert_eq!(account.provider().await.seen::<RestApi>(API, &out.id).await, None);
    assert!(account.aws.inventory().iter().all(|object| object.kind != "rest_api"));
}

/// Each as somebody could do it in the console.
#[tokio::test]
async fn what_somebody_has_set_is_seen_and_put_right() {
    let account = Account::new();
    let (_, id) = made(&account).await;
    let (root, push) = (account.resource(&id, "/"), account.resource(&id, "/push"));
    let patch = |path: &str, value: &str| json!({"patchOperations": [{"op": "replace", "path": path, "value": value}]});
    let at_push = |mut params: Json| {
        params["resourceId"] = json!(push);
        params["httpMethod"] = json!("POST");
        params
    };
    let open = json!({"resourceId": root, "httpMethod": "GET", "authorizationType": "NONE"});
    let media = json!({"patchOperations": [{"op": "add", "path": "/binaryMediaTypes/image~1png"}]});
    for (what, operation, params) in [
        ("another name", "update_rest_api", patch("/name", "theirs")),
        ("another endpoint", "update_rest_api", patch("/endpointConfiguration/types/REGIONAL", "EDGE")),
        ("a policy", "update_rest_api", patch("/policy", "{}")),
        ("no endpoint", "update_rest_api", patch("/disableExecuteApiEndpoint", "true")),
        ("binary media", "update_rest_api", media),
        ("another path", "create_resource", json!({"parentId": root, "pathPart": "admin"})),
        ("a deeper path", "create_resource", json!({"parentId": push, "pathPart": "deeper"})),
        ("a method of the root", "put_method", open),
        ("another function", "update_integration", at_push(patch("/uri", &invoke_arn("theirs")))),
        ("less time", "update_integration", at_push(patch("/timeoutInMillis", "50"))),
        ("another name of the operation", "update_method", at_push(patch("/operationName", "theirs"))),
        ("no integration", "delete_integration", at_push(json!({}))),
        ("no method", "delete_method", at_push(json!({}))),
    ] {
        // What was put right may have another id by now.
        let mut params = params;
        if params["resourceId"] == push.as_str() {
            params["resourceId"] = json!(account.resource(&id, "/push"));
        }
        account.by_hand(operation, &id, params);
        let saw = account.provider().await.seen::<RestApi>(API, &id).await.expect("it is there");
        assert_eq!(api().diff(&saw), Diff::Update, "{what}: {saw:#?}");
        account.provider().await.sync(API, &api(), &id).await.unwrap();
        conforms(&account, API, &api(), &id, what).await;
    }
    account.by_hand("delete_resource", &id, json!({"resourceId": account.resource(&id, "/push")}));
    account.provider().await.sync(API, &api(), &id).await.unwrap();
    conforms(&account, API, &api(), &id, "no path").await;
}

/// Ownership isn't part of a spec, and yet put back along with everything else.
#[tokio::test]
async fn an_api_without_an_owner_gets_it_back() {
    let account = Account::new();
    let (provider, id) = made(&account).await;
    let arn = format!("arn:aws:apigateway:eu-west-1::/restapis/{id}");
    let tags = || account.call("apigateway", "get_tags", json!({"resourceArn": arn}))["tags"].clone();
    let before = tags();
    account.call(
        "apigateway",
        "untag_resource",
        json!({"resourceArn": arn, "tagKeys": ["paas:owner", "team"]}),
    );
    assert_eq!(account.provider().await.find(API, &api()).await, None, "nobody's");
    provider.sync(API, &api(), &id).await.unwrap();
    assert_eq!(tags(), before);
    assert_eq!(account.provider().await.find(API, &api()).await.as_deref(), Some(id.as_str()));
}

/// Names aren't unique: a second try without a look would make a twin.
#[tokio::test]
async fn an_answer_that_was_lost_makes_no_second_api() {
    let account = Account::new();
    let provider = account.provider().await;
    let theirs = json!({"name": api().name, "tags": {"paas:owner": "paas/gitlab_webhook/other"}});
    account.call("apigateway", "create_rest_api", theirs);
    account.aws.faults([Fault::drop_after().operation("CreateRestApi").times(1)]);
    let lost = provider.create(API, &api()).await.unwrap_err();
    assert!(lost.is_lost(), "{lost:?}");
    let id = provider.find(API, &api()).await.expect("it was made");
    assert_eq!(
        provider.find_but(API, &api(), std::slice::from_ref(&id)).await,
        None,
        "the other's isn't ours"
    );
    assert_eq!(provider.find("another_api", &api()).await, None, "another child's");

    // Nor does one of what is in it.
    let steps = ["CreateResource", "PutMethod", "PutIntegration"];
    account.aws.faults(steps.map(|step| Fault::drop_after().operation(step).times(1)));
    provider.sync(API, &api(), &id).await.unwrap();
    conforms(&account, API, &api(), &id, "lost answers").await;
    let apis = account.aws.inventory().into_iter().filter(|object| object.kind == "rest_api");
    assert_eq!(apis.count(), 2, "ours and the other's");
}

/// API Gateway takes few calls of its control plane a second, and one change of an API at a time.
#[tokio::test]
async fn refusals_that_pass_are_waited_for() {
    let account = Account::new();
    let (provider, want) = (account.provider().await, api());
    let busy = "Unable to complete operation due to concurrent modification. Please try again later.";
    let throttled = || Fault::throttle().times(1);
    let later = |operation: &str| Fault::error("ConflictException", busy, 409).operation(operation).times(2);
    account.aws.faults([
        throttled().operation("CreateRestApi"),
        throttled().operation("PutMethod"),
        later("CreateResource"),
        later("PutMethod"),
        later("PutIntegration"),
        later("DeleteRestApi"),
        throttled().operation("DeleteRestApi"),
    ]);
    let id = provider.made(API, &want).await.id;
    conforms(&account, API, &want, &id, "a crowd").await;
    provider.delete::<RestApi>(API, &id).await.unwrap();
    assert_eq!(account.provider().await.seen::<RestApi>(API, &id).await, None);
}
