//! A webhook whose state was lost is taken over as it is.

use crate::SIGNING_TOKEN;
use paas_tests::Configuration;
use paas_tests::configuration::{NAMING_RULE as RULE, WEBHOOK};
use serde_json::{Value, json};

#[test]
fn an_imported_webhook_is_the_one_that_was_and_changes_nothing() {
    let mut dev = Configuration::with_webhook();
    dev.apply();
    let variants: [Value; 3] = [
        Configuration::webhook(),
        json!({
            "gitlab_host": "http://gitlab.example.com:8080", "allowed_repositories": ["*"], "branches": {"main": "live"},
            "repositories": {"shops/acme": {"tenant": "acme", "kind": "infrastructure"}},
            "token_wo": "chosen-by-somebody", "token_wo_version": 3,
            "signing_token_wo": SIGNING_TOKEN, "signing_token_wo_version": 1,
            "credentials_wo": "glpat-0123456789", "credentials_wo_version": 2,
            "throttling_rate_limit": 5, "tags": {"team": "web"}, "timeouts": {"create": "1h"},
        }),
        json!({
            "gitlab_host": "gitlab.example.com", "allowed_repositories": ["shops/*"], "naming_rule": RULE,
            "credentials_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf",
        }),
    ];
    for variant in variants {
        eprintln!("{variant}");
        dev.declare(WEBHOOK, variant);
        dev.apply();
        dev.assert_settled();
        let before = dev.terraform.attributes(WEBHOOK).expect("it is in the state");
        let calls = dev.aws.counts(0).mutating;
        dev.terraform.run(["state", "rm", WEBHOOK]).expect_success();
        dev.terraform.import(WEBHOOK, "gitlab").expect_success();
        dev.assert_settled();
        assert_eq!(dev.terraform.attributes(WEBHOOK).expect("it is in the state"), before);
        assert_eq!(dev.aws.counts(0).mutating, calls, "an import changes nothing");
    }
    dev.end();
}

#[test]
fn what_cannot_be_imported_says_why() {
    let dev = Configuration::with_webhook();
    dev.apply();
    dev.terraform.run(["state", "rm", WEBHOOK]).expect_success();
    for (id, says) in [
        ("other", "There is no webhook \"other\" in project \"paas\""),
        ("paas/gitlab", "\"paas/gitlab\" is not a webhook's name"),
        ("paas_gitlab-webhook_gitlab", "is not a webhook's name"),
    ] {
        let refused = dev.terraform.import(WEBHOOK, id);
        let text = refused.stderr.replace(['│', '\n'], " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!refused.success() && text.contains(says), "{id}: {text}");
    }
    dev.terraform.import(WEBHOOK, "gitlab").expect_success();
    dev.end();
}
