//! What has happened to a push so far, service by service: lines for a timeline.

mod builds;
mod machines;
mod pipelines;

pub(super) use builds::builds;

use crate::Emulator;
use crate::gitlab::{Delivery, GitLab};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// A commit is told by as many characters as Git tells it by.
const SHORT: usize = 8;

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
        facts.extend(builds::facts(self.aws));
        facts.extend(pipelines::facts(self.aws));
        facts.extend(machines::facts(self.aws));
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

    #[test]
    fn images_keep_their_whole_id() {
        assert_eq!(short("ami-0123456789abcdef0"), "ami-0123456789abcdef0");
        assert_eq!(short("0123456789abcdef"), "01234567");
        assert_eq!(short("project:0123456789abcdef"), "project:01234567");
        assert_eq!(short("d-ABCDEFGHI"), "d-ABCDEFGHI");
    }
}
