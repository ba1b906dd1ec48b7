//! What CodePipeline tells: of runs, what started them and how they ended, and of each action what it led to.

use super::super::{ask, list, text};
use super::{Fact, short};
use crate::Emulator;
use serde_json::{Value, json};

/// Characters of a message.
const MOST_OF_MESSAGE: usize = 100;

/// The runs of all pipelines, and the actions of each.
pub(super) fn facts(aws: &Emulator) -> Vec<Fact> {
    let pipelines = list(ask(aws, "codepipeline", "list_pipelines", &json!({}))["pipelines"].take());
    let mut facts = vec![];
    for pipeline in pipelines.iter().map(|one| text(&one["name"])) {
        let named = json!({ "pipelineName": pipeline });
        let mut runs = ask(aws, "codepipeline", "list_pipeline_executions", &named);
        let mut actions = ask(aws, "codepipeline", "list_action_executions", &named);
        let runs = list(runs["pipelineExecutionSummaries"].take());
        let actions = list(actions["actionExecutionDetails"].take());
        // Both come with the newest first.
        facts.extend(runs.iter().rev().map(|run| began(&pipeline, run)));
        facts.extend(actions.iter().rev().map(|action| of_action(&pipeline, action)));
        facts.extend(runs.iter().rev().filter_map(|run| ended(&pipeline, run)));
    }
    facts
}

fn began(pipeline: &str, run: &Value) -> Fact {
    let trigger = &run["trigger"];
    let (kind, detail) = (text(&trigger["triggerType"]), text(&trigger["triggerDetail"]));
    // The ARN of a rule or of who has called.
    let who = detail.rsplit_once(':').map_or(detail.as_str(), |(_, name)| name);
    let id = text(&run["pipelineExecutionId"]);
    let what = format!("{pipeline} starts run {}, by {kind} {who}", short(&id));
    Fact::new("CodePipeline", what).at(&run["startTime"])
}

fn ended(pipeline: &str, run: &Value) -> Option<Fact> {
    let status = text(&run["status"]);
    let id = text(&run["pipelineExecutionId"]);
    let what = format!("{pipeline} run {}: {status}", short(&id));
    let told = Fact::new("CodePipeline", what).failed(status == "Failed").at(&run["lastUpdateTime"]);
    (status != "InProgress").then_some(told)
}

fn of_action(pipeline: &str, action: &Value) -> Fact {
    let (name, status) = (text(&action["actionName"]), text(&action["status"]));
    let run = text(&action["pipelineExecutionId"]);
    let result = &action["output"]["executionResult"];
    let variables = &action["output"]["outputVariables"];
    // Of a source that is the version once more.
    let led_to = &result["externalExecutionId"];
    let led_to = if *led_to == variables["VersionId"] { &Value::Null } else { led_to };
    let mut told = vec![];
    for (what, value) in [
        ("commit", &variables["COMMIT"]),
        ("image", &variables["IMAGE_ID"]),
        ("version", &variables["VersionId"]),
        ("as", led_to),
        ("because", &result["errorDetails"]["message"]),
    ] {
        if let Some(value) = value.as_str().filter(|value| !value.is_empty()) {
            let value = if what == "because" { line(value) } else { short(value).to_owned() };
            told.push(format!(", {what} {value}"));
        }
    }
    let what = format!("{pipeline} run {}, {name}: {status}{}", short(&run), told.concat());
    Fact::new("CodePipeline", what).failed(status == "Failed").at(&action["lastUpdateTime"])
}

/// A message as one line: CodeBuild's quote whole commands, between what has failed and why.
fn line(text: &str) -> String {
    let cut = |line: &str| line.chars().take(MOST_OF_MESSAGE).collect::<String>();
    let mut lines = text.lines().map(str::trim);
    let first = lines.next().unwrap_or_default();
    match lines.next_back() {
        None => cut(first),
        Some(last) => format!("{} … {}", cut(first), cut(last.trim_start_matches(". "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_told_with_what_it_led_to() {
        let action = json!({
            "actionName": "Bake", "status": "Succeeded", "pipelineExecutionId": "12345678-9",
            "output": {
                "executionResult": {"externalExecutionId": "bake:0123456789ab"},
                "outputVariables": {"IMAGE_ID": "ami-1", "COMMIT": "0123"},
            },
        });
        let told = of_action("acme", &action);
        assert_eq!(
            told.what,
            "acme run 12345678, Bake: Succeeded, commit 0123, image ami-1, as bake:01234567"
        );
        let failed = json!({
            "actionName": "Deploy", "status": "Failed", "pipelineExecutionId": "1",
            "output": {"executionResult": {"errorDetails": {"message": "it broke: (\n  a command\n). Reason: exit status 1"}}},
        });
        assert_eq!(
            of_action("acme", &failed).what,
            "acme run 1, Deploy: Failed, because it broke: ( … ). Reason: exit status 1"
        );
        assert!(of_action("acme", &failed).failed);
    }

    #[test]
    fn a_run_is_told_with_what_started_it() {
        let run = json!({
            "pipelineExecutionId": "12345678-9", "status": "InProgress",
            "trigger": {"triggerType": "CloudWatchEvent", "triggerDetail": "arn:aws:events:eu-west-1:1:rule/acme"},
        });
        assert_eq!(began("p", &run).what, "p starts run 12345678, by CloudWatchEvent rule/acme");
        assert_eq!(ended("p", &run), None);
    }
}
