//! What CodeBuild tells: that a build has begun, what came of it, or why it failed.

use super::super::{ask, list, text};
use super::{Fact, short};
use crate::Emulator;
use serde_json::{Value, json};

/// Builds of a project that are looked at: CodeBuild describes no more at once.
const MOST_BUILDS: usize = 100;
/// Lines of a failed build.
const MOST_REASONS: usize = 3;

/// Of all builds.
pub(super) fn facts(aws: &Emulator) -> Vec<Fact> {
    builds(aws).iter().flat_map(|build| of_build(aws, build)).collect()
}

/// The builds of all projects.
pub fn builds(aws: &Emulator) -> Vec<Value> {
    let ids = list(ask(aws, "codebuild", "list_builds", &json!({"sortOrder": "DESCENDING"}))["ids"].take());
    if ids.is_empty() {
        return vec![];
    }
    let newest: Vec<_> = ids.into_iter().take(MOST_BUILDS).collect();
    list(ask(aws, "codebuild", "batch_get_builds", &json!({ "ids": newest }))["builds"].take())
}

/// Its beginning, what it tells of its result or its failure, and its end.
fn of_build(aws: &Emulator, build: &Value) -> Vec<Fact> {
    let (id, status) = (text(&build["id"]), text(&build["buildStatus"]));
    let (id, end) = (short(&id), &build["endTime"]);
    let mut facts = vec![Fact::new("CodeBuild", format!("build {id} has begun")).at(&build["startTime"])];
    if status != "IN_PROGRESS" {
        let (said, failed) = (log(aws, build), status != "SUCCEEDED");
        let told = if failed { reasons(&said) } else { results(&said) };
        facts.extend(told.into_iter().map(|line| Fact::new("CodeBuild", format!("  {line}")).at(end)));
        facts.push(Fact::new("CodeBuild", format!("build {id}: {status}")).failed(failed).at(end));
    }
    facts
}

/// The lines by which a build tells what it has brought about. The command itself, which stands there too, isn't one.
fn results(said: &[String]) -> Vec<&str> {
    const BEGIN: [&str; 5] = ["s3://", "Nothing ", "The image is ami-", "Plan: ", "Apply complete!"];
    let is_result = |line: &&str| BEGIN.iter().any(|it| line.starts_with(it)) && !line.contains('$');
    said.iter().map(String::as_str).filter(is_result).collect()
}

/// The last lines before CodeBuild says that a command has failed, and before them the errors of Terraform and the like.
fn reasons(said: &[String]) -> Vec<&str> {
    let end = said.iter().position(|line| line.contains("Command did not exit successfully"));
    let before: Vec<&str> = said[..end.unwrap_or(said.len())]
        .iter()
        .map(String::as_str)
        .filter(|line| !line.is_empty() && !line.starts_with("[Container]"))
        .collect();
    let (before, last) = before.split_at(before.len().saturating_sub(MOST_REASONS));
    let errors = before.iter().filter(|line| line.starts_with("Error: "));
    errors.chain(last).copied().collect()
}

/// What a build has printed.
fn log(aws: &Emulator, build: &Value) -> Vec<String> {
    let (group, stream) = (&build["logs"]["groupName"], &build["logs"]["streamName"]);
    let stream = json!({"logGroupName": group, "logStreamName": stream, "startFromHead": true});
    // A build that has failed before its first line has no stream.
    let events = aws.call("logs", "get_log_events", &stream).unwrap_or_default();
    let events = events["events"].as_array().into_iter().flatten();
    events.map(|event| text(&event["message"]).trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(said: &[&str]) -> Vec<String> {
        said.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn of_a_builds_log_the_results_are_told() {
        let said = lines(&[
            "[Container] Running command echo \"The image is $IMAGE_ID.\"",
            "The image is $IMAGE_ID.",
            "s3://b/software/acme.zip is commit 0123 now, version 1.",
            "amazon-ebs.bare: Waiting for AMI to become ready...",
            "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.",
        ]);
        assert_eq!(results(&said), [said[2].as_str(), &said[4]]);
    }

    #[test]
    fn of_a_failed_builds_log_the_end_is_told() {
        let said = lines(&[
            "[Container] Entering phase BUILD",
            "Error: a host is taken",
            "one",
            "two",
            "",
            "three",
            "four",
            "[Container] Command did not exit successfully if true; exit status 1",
            "[Container] Phase complete: BUILD State: FAILED",
            "swept",
        ]);
        assert_eq!(reasons(&said), ["Error: a host is taken", "two", "three", "four"]);
        assert_eq!(reasons(&said[..3]), ["Error: a host is taken", "one"]);
    }
}
