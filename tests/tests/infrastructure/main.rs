//! A tenant's infrastructure pipeline under real Terraform: its life, and what AWS holds at each step.

#![allow(clippy::too_many_lines, reason = "a table is as long as its rows")]

mod approval;
mod deploying;
mod failures;
mod import;
mod journey;
mod life;
mod retention;
mod roles;
mod template;

#[path = "../support/baked.rs"]
mod baked;

#[path = "../support/changes.rs"]
mod changes;

use paas_tests::Configuration;
use paas_tests::configuration::ENVIRONMENT;
use serde_json::{Value, json};

/// The pipeline of most tests.
pub const PIPELINE: &str = "paas_infrastructure_pipeline.acme";

/// A bake that makes nothing, for tests that look at the pipeline alone.
pub const IDLE: &str = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo nothing is baked\n";

/// An environment, and in it a pipeline whose builds make nothing.
fn idle() -> Configuration {
    let mut dev = Configuration::with_environment();
    let environment = format!("${{{ENVIRONMENT}.id}}");
    dev.declare(PIPELINE, json!({"environment": environment, "tenant": "acme", "buildspec": IDLE}));
    dev
}

/// A CodeBuild project by name, as CodeBuild describes it.
#[track_caller]
fn project(dev: &Configuration, name: &Value) -> Value {
    dev.look("codebuild", "batch_get_projects", &json!({ "names": [name] }))["projects"][0].take()
}

/// A variable of a project's builds; null where it has none of that name.
#[track_caller]
fn variable(dev: &Configuration, project_of: &str, name: &str) -> Value {
    let project = project(dev, &dev.attribute(PIPELINE, project_of));
    let variables = project["environment"]["environmentVariables"].as_array().expect("a list");
    variables.iter().find(|variable| variable["name"] == name).map_or(Value::Null, |v| v["value"].clone())
}

/// The actions of the pipeline, in turn.
#[track_caller]
fn actions(dev: &Configuration) -> Value {
    let name = dev.attribute(PIPELINE, "pipeline_name");
    let found = dev.look("codepipeline", "get_pipeline", &json!({ "name": name }));
    let stages = found["pipeline"]["stages"].as_array().expect("a list").iter();
    let mut names = vec![];
    for stage in stages {
        let mut actions = stage["actions"].as_array().expect("a list").clone();
        actions.sort_by_key(|action| action["runOrder"].as_i64());
        names.extend(actions.into_iter().map(|mut action| action["name"].take()));
    }
    names.into()
}
