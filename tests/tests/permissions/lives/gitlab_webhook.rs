//! The life of a webhook, whose project goes while a build of it runs.

use super::{BOUNDARY, Life};
use paas_aws::permissions::ResourceType;
use paas_tests::Configuration;
use serde_json::{Value, json};

const WEBHOOK: &str = "paas_gitlab_webhook.gitlab";

/// What somebody does to the API, all of which a new picture and a repair take away again.
fn spoil_the_api(dev: &Configuration) {
    let api = dev.attribute(WEBHOOK, "rest_api_id");
    let by_hand = |operation: &str, mut params: Value| {
        params["restApiId"] = api.clone();
        dev.by_hand("apigateway", operation, &params)
    };
    let resources = by_hand("get_resources", json!({}));
    let id_of = |path: &str| {
        let found = resources["items"].as_array().into_iter().flatten().find(|one| one["path"] == path);
        found.map_or(Value::Null, |one| one["id"].clone())
    };
    by_hand("create_resource", json!({"parentId": id_of("/"), "pathPart": "admin"}));
    by_hand("delete_method", json!({"resourceId": id_of("/push"), "httpMethod": "POST"}));
    let open = json!({"resourceId": id_of("/push"), "httpMethod": "ANY", "authorizationType": "NONE"});
    by_hand("put_method", open);
    let named = json!([{"op": "replace", "path": "/name", "value": "mine"}]);
    by_hand("update_rest_api", json!({ "patchOperations": named }));
    let deployments = by_hand("get_deployments", json!({}));
    let described = json!([{"op": "replace", "path": "/description", "value": "mine"}]);
    by_hand(
        "update_deployment",
        json!({"deploymentId": deployments["items"][0]["id"], "patchOperations": described}),
    );
}

/// A build that runs when its project goes.
fn leave_a_build(dev: &Configuration) {
    let buildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - sleep 600\n";
    let project = dev.attribute(WEBHOOK, "build_project_name");
    let build = json!({"projectName": project, "buildspecOverride": buildspec});
    dev.by_hand("codebuild", "start_build", &build);
}

#[test]
fn a_webhook_is_planned_and_applied_with_its_policies() {
    let life = Life {
        of: ResourceType::GitlabWebhook,
        address: WEBHOOK,
        id: "gitlab",
        account: || {
            let mut dev = Configuration::empty();
            dev.aws.timing(&json!({"build": {"provisioning": 3600}}));
            dev.declare(
                WEBHOOK,
                json!({
                    "gitlab_host": "gitlab.example.com",
                    "allowed_repositories": ["shops/*"],
                    "naming_rule": "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)",
                    "signing_token_wo": "whsec_c2l4dGVlbiBieXRlcyBhbmQgbW9yZQ==",
                    "signing_token_wo_version": 1,
                }),
            );
            dev
        },
        drift: |dev| {
            spoil_the_api(dev);
            let of = |name: &str| dev.attribute(WEBHOOK, name);
            // One that can be got back for a week.
            let secret = json!({"SecretId": of("token_secret_arn"), "RecoveryWindowInDays": 7});
            dev.by_hand("secretsmanager", "delete_secret", &secret);
            let function = of("function_name");
            let off = json!({"FunctionName": function, "ReservedConcurrentExecutions": 0});
            dev.by_hand("lambda", "put_function_concurrency", &off);
            let api = json!({"FunctionName": function, "StatementId": "api"});
            dev.by_hand("lambda", "remove_permission", &api);
            dev.by_hand("ssm", "delete_parameter", &json!({"Name": of("parameter_name")}));
            dev.by_hand("kms", "disable_key_rotation", &json!({"KeyId": of("kms_key_arn")}));
            let logs = json!({"logGroupName": of("build_log_group_name")});
            dev.by_hand("logs", "disassociate_kms_key", &logs);
        },
        changes: |dev| {
            leave_a_build(dev);
            vec![
                json!({
                    "branches": {"main": "live"},
                    "build_timeout": 30,
                    "credentials_wo": "glpat-0123456789",
                    "credentials_wo_version": 1,
                    "log_retention_in_days": 7,
                    "permissions_boundary": BOUNDARY,
                    "signing_token_wo_version": 2,
                    "tags": {"team": "web"},
                    "throttling_rate_limit": 5,
                    "token_wo": "chosen-by-somebody",
                    "token_wo_version": 1,
                }),
                json!({
                    "credentials_wo": null,
                    "credentials_wo_version": null,
                    "permissions_boundary": null,
                    "signing_token_wo": null,
                    "signing_token_wo_version": null,
                    "tags": null,
                }),
            ]
        },
    };
    life.live();
}
