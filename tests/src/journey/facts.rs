//! What has happened to a push so far, service by service: lines for a timeline.

use super::{ask, list, tag, text};
use crate::Emulator;
use crate::gitlab::{Delivery, GitLab};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// A commit is told by as many characters as Git tells it by.
const SHORT: usize = 8;
/// Builds of a project that are looked at: CodeBuild describes no more at once.
const MOST_BUILDS: usize = 100;
/// Characters of a message.
const MOST_OF_MESSAGE: usize = 100;
/// Lines of a failed build.
const MOST_REASONS: usize = 3;

/// Something that has happened: it is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Who did it, such as `CodeBuild`.
    pub by: &'static str,
    /// What.
    pub what: String,
    /// Whether that was a failure.
    pub failed: bool,
    /// When it happened, as a time of ISO 8601, where the service tells.
    at: Option<String>,
}

impl Fact {
    fn new(by: &'static str, what: String) -> Self {
        Self { by, what, failed: false, at: None }
    }

    fn failed(self, failed: bool) -> Self {
        Self { failed, ..self }
    }

    fn at(self, time: &Value) -> Self {
        Self { at: time.as_str().map(str::to_owned), ..self }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:12}  {}", self.by, self.what)
    }
}

/// Tells what is new in the account, and in GitLab.
pub struct Watch<'a> {
    aws: &'a Emulator,
    gitlab: &'a GitLab,
    told: BTreeSet<String>,
}

impl<'a> Watch<'a> {
    /// What is the case already is no news.
    #[must_use]
    pub fn new(aws: &'a Emulator, gitlab: &'a GitLab) -> Self {
        let mut watch = Self { aws, gitlab, told: BTreeSet::new() };
        let _ = watch.news();
        watch
    }

    /// What has happened since the last look, in the order of time where it is told.
    ///
    /// # Panics
    /// The account refuses.
    #[must_use]
    pub fn news(&mut self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.gitlab.deliveries().iter().filter_map(of_delivery).collect();
        facts.extend(builds(self.aws).iter().flat_map(|build| of_build(self.aws, build)));
        facts.extend(of_pipelines(self.aws));
        facts.extend(of_images(self.aws));
        facts.extend(of_groups(self.aws));
        facts.extend(of_releases(self.aws));
        let mut news: Vec<Fact> =
            facts.into_iter().filter(|fact| self.told.insert(fact.to_string())).collect();
        news.sort_by_key(|fact| (fact.at.is_none(), fact.at.clone()));
        news
    }
}

/// The first characters of a commit or of another long id, and of a build's the project before them.
fn short(id: &str) -> &str {
    // Those of images and deployments begin with what they are, and are how people know them.
    if id.starts_with("ami-") || id.starts_with("d-") {
        return id;
    }
    let begin = id.find(':').map_or(0, |colon| colon + 1);
    id.get(..begin + SHORT).unwrap_or(id)
}

/// A delivery that was answered.
fn of_delivery(delivery: &Delivery) -> Option<Fact> {
    let status = delivery.status?;
    let said = match (delivery.says("build"), delivery.says("error")) {
        (Value::String(build), _) => format!("build {}", short(&build)),
        (_, Value::String(error)) => error,
        _ => delivery.body.clone().unwrap_or_default(),
    };
    let Delivery { repository, commit, branch, .. } = delivery;
    let what = format!("tells the webhook: {repository}, {branch}, {} → {status}: {said}", short(commit));
    let told = Fact::new("GitLab", what).failed(status != 202 && status != 200);
    Some(told.at(&json!(delivery.answered)))
}

/// The builds of all projects.
pub(super) fn builds(aws: &Emulator) -> Vec<Value> {
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

/// The runs of all pipelines, and the actions of each.
fn of_pipelines(aws: &Emulator) -> Vec<Fact> {
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

/// The images that were baked.
fn of_images(aws: &Emulator) -> Vec<Fact> {
    let baked = json!({"Owners": ["self"], "Filters": [{"Name": "tag-key", "Values": ["paas:owner"]}]});
    let images = list(ask(aws, "ec2", "describe_images", &baked)["Images"].take());
    let told = |image: &Value| {
        let (commit, owner) = (tag(image, "paas:commit"), tag(image, "paas:owner"));
        let encrypted = image["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] == true;
        let how = if encrypted { ", encrypted" } else { "" };
        let of =
            if commit.is_empty() { "no commit".to_owned() } else { format!("commit {}", short(&commit)) };
        let (id, state) = (text(&image["ImageId"]), text(&image["State"]));
        Fact::new("EC2", format!("image {id} of {of} of {owner}: {state}{how}"))
    };
    images.iter().map(told).collect()
}

/// Of all Auto Scaling groups the instances, and their refreshes.
fn of_groups(aws: &Emulator) -> Vec<Fact> {
    let groups = ask(aws, "autoscaling", "describe_auto_scaling_groups", &json!({}));
    let mut facts = vec![];
    for group in groups["AutoScalingGroups"].as_array().into_iter().flatten() {
        let name = text(&group["AutoScalingGroupName"]);
        let of_group = json!({ "AutoScalingGroupName": name });
        let refreshes = ask(aws, "autoscaling", "describe_instance_refreshes", &of_group);
        facts.extend(refreshes["InstanceRefreshes"].as_array().into_iter().flatten().map(|refresh| {
            let (id, status) = (text(&refresh["InstanceRefreshId"]), text(&refresh["Status"]));
            let done = refresh["PercentageComplete"].as_u64().unwrap_or_default();
            let what = format!("{name} instance refresh {}: {status}, {done} %", short(&id));
            Fact::new("Auto Scaling", what).failed(status == "Failed")
        }));
        facts.extend(group["Instances"].as_array().into_iter().flatten().map(|instance| {
            let (id, state) = (text(&instance["InstanceId"]), text(&instance["LifecycleState"]));
            let version = text(&instance["LaunchTemplate"]["Version"]);
            Fact::new("Auto Scaling", format!("{name} instance {id} of template version {version}: {state}"))
        }));
    }
    facts
}

/// Deployments, and what the instances serve.
fn of_releases(aws: &Emulator) -> Vec<Fact> {
    let ids = list(ask(aws, "codedeploy", "list_deployments", &json!({}))["deployments"].take());
    let mut facts = vec![];
    for id in ids {
        let of = json!({ "deploymentId": id });
        let told = ask(aws, "codedeploy", "get_deployment", &of)["deploymentInfo"].take();
        let (group, status) = (text(&told["deploymentGroupName"]), text(&told["status"]));
        let what = format!("{group} deployment {}: {status}", text(&id));
        let at = told.get("completeTime").unwrap_or(&told["createTime"]);
        facts.push(Fact::new("CodeDeploy", what).failed(status == "Failed").at(at));
    }
    let serves = aws.releases().into_iter().map(|(id, release)| {
        Fact::new(
            "CodeDeploy",
            format!("instance {id} serves the release of deployment {}", release.deployment),
        )
    });
    facts.extend(serves);
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(answer: &Value) -> Delivery {
        let mut delivery = json!({
            "id": "1", "repository": "shops/acme", "branch": "dev", "commit": "0123456789abcdef",
        });
        for (name, value) in answer.as_object().into_iter().flatten() {
            delivery[name] = value.clone();
        }
        serde_json::from_value(delivery).expect("it is a delivery")
    }

    #[test]
    fn a_delivery_is_told_with_its_answer() {
        assert_eq!(of_delivery(&delivery(&json!({}))), None, "it isn't answered yet");
        for (status, body, expected, failed) in [
            (202, r#"{"build": "b:1"}"#, "202: build b:1", false),
            (401, r#"{"error": "No."}"#, "401: No.", true),
            (502, "Bad gateway", "502: Bad gateway", true),
        ] {
            let told = of_delivery(&delivery(&json!({"status": status, "body": body}))).unwrap();
            let begin = "GitLab        tells the webhook: shops/acme, dev, 01234567 → ";
            assert_eq!((told.to_string(), told.failed), (format!("{begin}{expected}"), failed));
        }
    }

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

    #[test]
    fn images_keep_their_whole_id() {
        assert_eq!(short("ami-0123456789abcdef0"), "ami-0123456789abcdef0");
        assert_eq!(short("0123456789abcdef"), "01234567");
        assert_eq!(short("project:0123456789abcdef"), "project:01234567");
        assert_eq!(short("d-ABCDEFGHI"), "d-ABCDEFGHI");
    }
}
