//! What bad input gets, through real Terraform: one error per mistake, at the attribute that is wrong, saying what is
//! wrong and what would be right. `arguments.rs` needs no AWS, `account.rs` what AWS holds, `connection.rs` none that
//! answers as it should; `pipeline.rs`, `database.rs`, `infrastructure.rs` and `gitlab_webhook.rs` have both of those.

#![allow(clippy::too_many_lines, reason = "a table is as long as its rows")]

mod account;
mod arguments;
mod connection;
mod database;
mod full;
mod gitlab_webhook;
mod infrastructure;
mod pipeline;

use paas_tests::hcl;
use paas_tests::terraform::Output;
use serde_json::{Value, json};

/// A mistake in one resource, and the error it gets.
struct Mistake {
    /// A resource type without its `paas_`.
    kind: &'static str,
    /// What differs from a sound configuration.
    arguments: Value,
    /// The attribute that the error is about.
    path: &'static str,
    summary: &'static str,
    /// Parts of the explanation.
    says: &'static [&'static str],
}

/// So many tags.
fn tags(count: usize) -> Value {
    (0..count).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into()
}

/// Mistakes in what resources have in common.
fn in_common(kind: &'static str) -> Vec<Mistake> {
    let mistake = |arguments, path, summary, says| Mistake { kind, arguments, path, summary, says };
    vec![
        mistake(
            json!({"on_create_failure": "retry"}),
            "on_create_failure",
            "Unknown choice",
            &["\"retry\" is none of taint, resume"],
        ),
        mistake(
            json!({"timeouts": {"create": "soon"}}),
            "timeouts.create",
            "Invalid duration",
            &["\"soon\"", "\"30m\""],
        ),
        mistake(
            json!({"tags": {"paas:owner": "me"}}),
            "tags[\"paas:owner\"]",
            "Invalid tag",
            &["set by the provider"],
        ),
    ]
}

/// A mistake's resource has its number in its name.
fn address(number: usize, mistake: &Mistake) -> String {
    format!("paas_{}.mistake_{number}", mistake.kind)
}

/// All mistakes as one configuration: Terraform reports on every resource.
fn configuration(mistakes: &[Mistake], sound: impl Fn(&str, usize) -> Value) -> String {
    let mut text = hcl::PROVIDER_SOURCE.to_owned();
    for (number, mistake) in mistakes.iter().enumerate() {
        let mut arguments = sound(mistake.kind, number);
        for (name, value) in mistake.arguments.as_object().unwrap() {
            arguments[name] = value.clone();
        }
        text.push_str(&hcl::resource(&address(number, mistake), &arguments));
    }
    text
}

/// Each mistake has got its error, and only that one.
#[track_caller]
fn assert_reported(mistakes: &[Mistake], output: &Output) {
    let errors = output.expect_errors();
    for (number, mistake) in mistakes.iter().enumerate() {
        let address = address(number, mistake);
        let of_it: Vec<_> = errors.iter().filter(|error| error.address.as_ref() == Some(&address)).collect();
        let [error] = of_it[..] else { panic!("{}: {of_it:#?}", mistake.arguments) };
        assert_eq!(
            (error.summary.as_str(), error.path()),
            (mistake.summary, mistake.path),
            "{}",
            mistake.arguments
        );
        let text = error.text();
        for part in mistake.says {
            assert!(text.contains(part), "{}: {part:?} is not in: {text}", mistake.arguments);
        }
    }
    assert_eq!(errors.len(), mistakes.len(), "{errors:#?}");
}
