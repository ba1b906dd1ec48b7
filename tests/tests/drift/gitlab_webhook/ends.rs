//! What somebody has deleted comes back, and what names it is put right.

use super::{
    ALIAS, API, BUILD_LOGS, BUILD_ROLE, CREDENTIALS, DEPLOYMENT, FUNCTION, FUNCTION_LOGS, FUNCTION_ROLE, KEY,
    PERMISSION, PROJECT, RECORD, STAGE, TOKEN,
};
use crate::roles::inline_policies;
use crate::row::{Account, Row, deleted};
use composite::Json;
use serde_json::json;

pub fn rows() -> Vec<Row> {
    vec![
        deleted(RECORD, &[], |a| a.call("ssm", "delete_parameter", json!({"Name": a.id()}))),
        deleted(STAGE, &[RECORD.1], |a| {
            let (api, name) = parts(a);
            a.call("apigateway", "delete_stage", json!({"restApiId": api, "stageName": name}))
        }),
        deleted(DEPLOYMENT, &[STAGE.1, RECORD.1], |a| {
            let (api, own) = parts(a);
            let other = a.call("apigateway", "create_deployment", json!({ "restApiId": api }))["id"].take();
            let moved = json!([{"op": "replace", "path": "/deploymentId", "value": other}]);
            let stage = json!({"restApiId": api, "stageName": "v1", "patchOperations": moved});
            a.call("apigateway", "update_stage", stage);
            a.call("apigateway", "delete_deployment", json!({"restApiId": api, "deploymentId": own}))
        })
        .seen_by(|a| {
            let listed = a.call("apigateway", "get_deployments", json!({"restApiId": parts(a).0}));
            let ours = listed["items"].as_array().into_iter().flatten();
            json!(ours.filter(|one| one["description"].as_str().unwrap_or("").starts_with("paas ")).count())
        }),
        deleted(PERMISSION, &[RECORD.1], |a| {
            let (function, statement) = parts(a);
            a.call("lambda", "remove_permission", json!({"FunctionName": function, "StatementId": statement}))
        })
        .seen_by(|a| {
            let of = json!({"FunctionName": parts(a).0});
            a.try_call("lambda", "get_policy", &of).is_some().into()
        }),
        deleted(API, &[DEPLOYMENT.1, STAGE.1, PERMISSION.1, RECORD.1], |a| {
            a.call("apigateway", "delete_rest_api", json!({"restApiId": a.id()}))
        }),
        // With it goes its policy.
        deleted(FUNCTION, &[API.1, DEPLOYMENT.1, STAGE.1, PERMISSION.1, RECORD.1], |a| {
            a.call("lambda", "delete_function", json!({"FunctionName": a.id()}))
        }),
        deleted(FUNCTION_ROLE, &[FUNCTION.1], delete_role),
        deleted(PROJECT, &[FUNCTION_ROLE.1, FUNCTION.1, RECORD.1], |a| {
            a.call("codebuild", "delete_project", json!({"name": a.id()}))
        }),
        deleted(BUILD_ROLE, &[PROJECT.1], delete_role),
        deleted(FUNCTION_LOGS, &[FUNCTION_ROLE.1, FUNCTION.1], delete_logs),
        deleted(BUILD_LOGS, &[BUILD_ROLE.1, PROJECT.1], delete_logs),
        deleted(TOKEN, &[FUNCTION_ROLE.1, FUNCTION.1, RECORD.1], delete_secret),
        deleted(CREDENTIALS, &[BUILD_ROLE.1, PROJECT.1], delete_secret),
        deleted(ALIAS, &[], |a| a.call("kms", "delete_alias", json!({"AliasName": a.id()}))),
        deleted(
            KEY,
            &[
                ALIAS.1,
                TOKEN.1,
                CREDENTIALS.1,
                "signing_token_secret",
                FUNCTION_LOGS.1,
                BUILD_LOGS.1,
                BUILD_ROLE.1,
                PROJECT.1,
                FUNCTION_ROLE.1,
                FUNCTION.1,
            ],
            |a| a.call("kms", "schedule_key_deletion", json!({"KeyId": a.id(), "PendingWindowInDays": 7})),
        ),
    ]
}

/// What is in an API, or in a function's policy.
fn parts<'a>(a: &'a Account<'_>) -> (&'a str, &'a str) {
    a.id().split_once('/').expect("the whole, and its part")
}

fn delete_role(a: &Account<'_>) -> Json {
    for name in inline_policies(a).as_array().into_iter().flatten() {
        a.call("iam", "delete_role_policy", json!({"RoleName": a.id(), "PolicyName": name}));
    }
    a.call("iam", "delete_role", json!({"RoleName": a.id()}))
}

fn delete_logs(a: &Account<'_>) -> Json {
    a.call("logs", "delete_log_group", json!({"logGroupName": a.id()}))
}

/// Without a way back: as long as there is one, the secret is there.
fn delete_secret(a: &Account<'_>) -> Json {
    a.call("secretsmanager", "delete_secret", json!({"SecretId": a.id(), "ForceDeleteWithoutRecovery": true}))
}
