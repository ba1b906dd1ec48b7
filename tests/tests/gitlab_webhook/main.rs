//! The webhook under real Terraform: its life, and what AWS holds at each step. What becomes of pushes is for the suite
//! `journey`.

#![allow(clippy::too_many_lines, reason = "a table is as long as its rows")]

mod adoption;
mod import;
mod later;
mod life;
mod reads;
mod role;
mod secrets;
mod settling;

#[path = "../support/changes.rs"]
mod changes;
#[path = "../support/search.rs"]
mod search;

use paas_tests::Configuration;
use paas_tests::configuration::WEBHOOK;
use serde_json::{Value, json};

/// GitLab's signing token: sixteen bytes and more.
pub const SIGNING_TOKEN: &str = "whsec_c2l4dGVlbiBieXRlcyBhbmQgbW9yZQ==";

/// The function as Lambda describes it.
#[track_caller]
fn function(dev: &Configuration) -> Value {
    let named = json!({"FunctionName": dev.attribute(WEBHOOK, "function_name")});
    dev.look("lambda", "get_function", &named)["Configuration"].take()
}

/// A variable of the function; null where it has none of that name.
#[track_caller]
fn told(dev: &Configuration, name: &str) -> Value {
    function(dev)["Environment"]["Variables"][name].take()
}

/// The CodeBuild project as CodeBuild describes it.
#[track_caller]
fn project(dev: &Configuration) -> Value {
    let name = dev.attribute(WEBHOOK, "build_project_name");
    dev.look("codebuild", "batch_get_projects", &json!({ "names": [name] }))["projects"][0].take()
}

/// A variable of the builds; null where they have none of that name.
#[track_caller]
fn variable(dev: &Configuration, name: &str) -> Value {
    let mut project = project(dev);
    let variables = project["environment"]["environmentVariables"].as_array_mut().expect("a list");
    let found = variables.iter_mut().find(|variable| variable["name"] == name);
    found.map_or(Value::Null, |variable| variable["value"].take())
}

/// The API's stage.
#[track_caller]
fn stage(dev: &Configuration) -> Value {
    let [api, name] = ["rest_api_id", "stage_name"].map(|name| dev.attribute(WEBHOOK, name));
    dev.look("apigateway", "get_stage", &json!({"restApiId": api, "stageName": name}))
}

/// What the secret holds whose ARN is in this attribute.
#[track_caller]
fn value(dev: &Configuration, attribute: &str) -> Value {
    secret(dev, &dev.attribute(WEBHOOK, attribute))
}

/// What the secret holds.
#[track_caller]
fn secret(dev: &Configuration, id: &Value) -> Value {
    dev.look("secretsmanager", "get_secret_value", &json!({ "SecretId": id }))["SecretString"].take()
}
