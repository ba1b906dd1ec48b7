//! Credentials, accounts and endpoints that don't work: one error for the whole run, within seconds.

use paas_tests::Configuration;
use paas_tests::terraform::Diagnostic;
use serde_json::json;
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// More than one look at AWS takes, and far less than a stack of retries.
const MOST_CALLS: u64 = 10;

#[track_caller]
fn only_error(dev: &Configuration) -> Diagnostic {
    let mut errors = dev.terraform.plan(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

#[track_caller]
fn assert_says(error: &Diagnostic, parts: &[&str]) {
    assert_eq!(error.summary, "Can't work with AWS");
    let text = error.text();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

#[test]
fn wrong_credentials() {
    let dev = Configuration::with_tenant();
    dev.aws.limits(&json!({"accepted_access_keys": ["AKIASOMEBODYELSE0000"]}));
    assert_says(&only_error(&dev), &["GetCallerIdentity", "InvalidClientTokenId"]);
    assert!(dev.aws.counts(0).total <= MOST_CALLS, "{:?}", dev.aws.counts(0));
}

#[test]
fn no_credentials() {
    let mut dev = Configuration::with_tenant();
    dev.terraform.set("AWS_ACCESS_KEY_ID", "").set("AWS_SECRET_ACCESS_KEY", "");
    assert_says(&only_error(&dev), &["credentials"]);
    assert_eq!(dev.aws.counts(0).total, 0);
}

#[test]
fn a_wrong_account() {
    let mut dev = Configuration::with_tenant();
    dev.provider(json!({"allowed_account_ids": ["999999999999"]}));
    assert_says(&only_error(&dev), &["account 123456789012", "allows only 999999999999"]);
    assert!(dev.aws.counts(0).total <= MOST_CALLS, "{:?}", dev.aws.counts(0));
}

#[test]
fn an_endpoint_that_nobody_listens_at() {
    let mut dev = Configuration::with_tenant();
    // Bound for a moment, so that it is free.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    dev.terraform.set("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"));
    assert_says(&only_error(&dev), &["AWS can't be reached", "GetCallerIdentity"]);
}

#[test]
fn an_endpoint_that_never_answers() {
    let mut dev = Configuration::with_tenant();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    dev.terraform.set("AWS_ENDPOINT_URL", format!("http://{}", silent.local_addr().unwrap()));
    let began = Instant::now();
    assert_says(&only_error(&dev), &["AWS can't be reached", "GetCallerIdentity"]);
    // It takes half a minute; without a limit of its own it would take five.
    assert!(began.elapsed() < Duration::from_mins(2), "{:?}", began.elapsed());
}

#[test]
fn provider_arguments_that_make_no_sense() {
    for (arguments, path, summary, part) in [
        (json!({"project": "My Project"}), "project", "Invalid name", "lower-case"),
        (json!({"allowed_account_ids": ["12"]}), "allowed_account_ids", "Invalid account", "12 digits"),
        (json!({"max_retries": 101}), "max_retries", "Value out of range", "0 to 100"),
        (json!({"endpoints": {"ec3": "http://127.0.0.1"}}), "endpoints[\"ec3\"]", "Unknown service", "ec2"),
        (
            json!({"default_tags": {"tags": {"aws:x": "y"}}}),
            "default_tags.tags[\"aws:x\"]",
            "Invalid tag",
            "AWS's own",
        ),
        (
            json!({"assume_role": {"role_arn": "admin"}}),
            "assume_role.role_arn",
            "Invalid role",
            "arn:aws:iam::",
        ),
        (
            json!({"assume_role_with_web_identity": {"role_arn": "arn:aws:iam::123456789012:role/ci"}}),
            "assume_role_with_web_identity",
            "Exactly one token",
            "web_identity_token_file",
        ),
    ] {
        let mut dev = Configuration::with_environment();
        dev.provider(arguments.clone());
        let error = only_error(&dev);
        assert_eq!((error.path(), error.summary.as_str()), (path, summary), "{arguments}");
        assert!(error.text().contains(part), "{arguments}: {}", error.text());
        assert_eq!(dev.aws.counts(0).total, 0, "{arguments}");
    }
}
