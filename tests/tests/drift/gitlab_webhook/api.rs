//! The API: what is in it, which picture of it is shown, how often it may be called, and that it may call the function.

use super::{API, DEPLOYMENT, PERMISSION, RECORD, STAGE};
use crate::row::{Account, Row, WHOLE, changed};
use crate::tags::apigateway_tags;
use composite::Json;
use serde_json::json;

pub fn rows() -> Vec<Row> {
    [apis(), stages(), permissions()].into_iter().flatten().collect()
}

fn apis() -> Vec<Row> {
    vec![
        changed(
            API,
            "under another name, with a policy, for the world's edges",
            &["description", "name", "unwanted"],
            |a| {
                let patches = [
                    ("/name", "mine"),
                    ("/description", "mine"),
                    ("/policy", "{}"),
                    ("/endpointConfiguration/types/REGIONAL", "EDGE"),
                ];
                let patches = patches.map(|(path, value)| replace(path, value));
                a.call(
                    "apigateway",
                    "update_rest_api",
                    json!({"restApiId": a.id(), "patchOperations": patches}),
                )
            },
            settings,
        ),
        changed(
            API,
            "with another path and a method of the root",
            &["unwanted"],
            |a| {
                let root = resource(a, "/")["id"].take();
                let path = json!({"restApiId": a.id(), "parentId": root, "pathPart": "admin"});
                a.call("apigateway", "create_resource", path);
                a.call(
                    "apigateway",
                    "put_method",
                    json!({"restApiId": a.id(), "resourceId": root, "httpMethod": "ANY", "authorizationType": "NONE"}),
                )
            },
            |a| {
                let mut paths: Vec<_> = resources(a).into_iter().map(|one| one["path"].clone()).collect();
                paths.sort_by_key(Json::to_string);
                json!([paths, resource(a, "/")["resourceMethods"]])
            },
        ),
        changed(
            API,
            "calling another function, for as long as the blink of an eye",
            &["function_invoke_arn", "unwanted"],
            |a| {
                let other = a.spec("function_invoke_arn").replace("gitlab-webhook", "other");
                let mut method = method(a);
                method["patchOperations"] =
                    json!([replace("/uri", &other), replace("/timeoutInMillis", "50")]);
                a.call("apigateway", "update_integration", method)
            },
            integration,
        ),
        changed(
            API,
            "calling nothing",
            &["function_invoke_arn"],
            |a| a.call("apigateway", "delete_integration", method(a)),
            integration,
        ),
        changed(
            API,
            "without its method",
            &["function_invoke_arn", "http_method"],
            |a| a.call("apigateway", "delete_method", method(a)),
            integration,
        ),
        apigateway_tags(API),
    ]
}

fn stages() -> Vec<Row> {
    vec![
        changed(
            STAGE,
            "showing what somebody has deployed",
            &["deployment_id"],
            |a| {
                let theirs = json!({"restApiId": a.spec("rest_api_id"), "description": "mine"});
                let theirs = a.call("apigateway", "create_deployment", theirs)["id"].take();
                patch_stage(a, &json!([replace("/deploymentId", theirs.as_str().expect("an id"))]))
            },
            |a| stage(a)["deploymentId"].take(),
        ),
        changed(
            STAGE,
            "open to a flood",
            &["throttling_burst_limit", "throttling_rate_limit"],
            |a| patch_stage(a, &json!([{"op": "remove", "path": "/*/*"}])),
            |a| stage(a)["methodSettings"].take(),
        ),
        changed(
            STAGE,
            "with a limit of one method, traces, a variable, and bodies in the log",
            &["unwanted"],
            |a| {
                let patches = [
                    ("/~1push/POST/throttling/rateLimit", "5000"),
                    ("/tracingEnabled", "true"),
                    ("/variables/debug", "1"),
                    ("/*/*/logging/dataTrace", "true"),
                ];
                patch_stage(a, &patches.map(|(path, value)| replace(path, value)).to_vec().into())
            },
            |a| {
                let stage = stage(a);
                json!([stage["methodSettings"], stage["tracingEnabled"], is_empty(&stage["variables"])])
            },
        ),
        apigateway_tags(STAGE),
        // What tells a picture of ours is its description. Another one is taken, and shown.
        changed(
            DEPLOYMENT,
            "described otherwise",
            &["digest"],
            |a| {
                let (api, own) = a.id().split_once('/').expect("of an API");
                let patches = [replace("/description", "mine")];
                a.call(
                    "apigateway",
                    "update_deployment",
                    json!({"restApiId": api, "deploymentId": own, "patchOperations": patches}),
                )
            },
            |a| {
                let (api, own) = a.id().split_once('/').expect("of an API");
                let shown = json!({"restApiId": api, "deploymentId": own});
                a.call("apigateway", "get_deployment", shown)["description"].take()
            },
        )
        .and(STAGE.1, WHOLE)
        .and(RECORD.1, WHOLE),
    ]
}

fn permissions() -> Vec<Row> {
    vec![changed(
        PERMISSION,
        "for every API of the account",
        &["source_arn"],
        |a| {
            let (function, statement) = a.id().split_once('/').expect("of a function");
            let named = json!({"FunctionName": function, "StatementId": statement});
            a.call("lambda", "remove_permission", named);
            let wider =
                a.spec("source_arn").split('/').next().expect("an ARN").rsplit_once(':').expect("an ARN").0;
            a.call(
                "lambda",
                "add_permission",
                json!({
                    "FunctionName": function, "StatementId": statement, "Action": "lambda:InvokeFunction",
                    "Principal": "apigateway.amazonaws.com", "SourceArn": format!("{wider}:*"),
                }),
            )
        },
        |a| {
            let function = a.id().split('/').next();
            a.call("lambda", "get_policy", json!({ "FunctionName": function }))["Policy"].take()
        },
    )]
}

fn replace(path: &str, value: &str) -> Json {
    json!({"op": "replace", "path": path, "value": value})
}

fn settings(a: &Account<'_>) -> Json {
    let mut api = a.call("apigateway", "get_rest_api", json!({"restApiId": a.id()}));
    ["name", "description", "policy", "endpointConfiguration"].map(|name| api[name].take()).to_vec().into()
}

fn resources(a: &Account<'_>) -> Vec<Json> {
    let listed = a.call("apigateway", "get_resources", json!({"restApiId": a.id(), "embed": ["methods"]}));
    listed["items"].as_array().cloned().unwrap_or_default()
}

fn resource(a: &Account<'_>, path: &str) -> Json {
    resources(a).into_iter().find(|one| one["path"] == path).expect("it is there")
}

/// Where our method is.
fn method(a: &Account<'_>) -> Json {
    json!({"restApiId": a.id(), "resourceId": resource(a, "/push")["id"], "httpMethod": "POST"})
}

/// What our method is answered by.
fn integration(a: &Account<'_>) -> Json {
    let mut held = resource(a, "/push")["resourceMethods"]["POST"].take();
    if let Some(integration) = held.get_mut("methodIntegration").and_then(Json::as_object_mut) {
        integration.remove("cacheNamespace");
    }
    held
}

fn stage(a: &Account<'_>) -> Json {
    let named = json!({"restApiId": a.spec("rest_api_id"), "stageName": a.spec("name")});
    a.call("apigateway", "get_stage", named)
}

fn patch_stage(a: &Account<'_>, patches: &Json) -> Json {
    let named =
        json!({"restApiId": a.spec("rest_api_id"), "stageName": a.spec("name"), "patchOperations": patches});
    a.call("apigateway", "update_stage", named)
}

fn is_empty(map: &Json) -> bool {
    map.as_object().is_none_or(serde_json::Map::is_empty)
}
