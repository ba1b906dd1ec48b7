//! Arguments that aren't known before the apply.

use crate::{told, value, variable};
use paas_tests::Configuration;
use paas_tests::configuration::{NAMING_RULE as RULE, WEBHOOK};
use serde_json::{Value, json};

const LATER: &str = "terraform_data.later";

/// Arguments with parts that follow from `n`, which Terraform knows only once it has made another object of it.
fn arguments() -> Value {
    let n = format!("${{{LATER}.output}}");
    json!({
        "gitlab_host": format!("gitlab{n}.example.com"),
        "allowed_repositories": ["shops/*", format!("labs{n}/*")],
        "branches": {"dev": "dev", "next": format!("next{n}")},
        "naming_rule": RULE,
        "repositories": {"shops/acme": {"tenant": format!("acme{n}"), "kind": "software"}},
        "token_wo": format!("a token of number {n}").replace(' ', "-"),
        "token_wo_version": n,
        "signing_token_wo": crate::SIGNING_TOKEN,
        "signing_token_wo_version": n,
        "throttling_rate_limit": n,
        "tags": {"team": "web", "number": n},
    })
}

fn of(n: u8) -> Value {
    json!({"input": n, "triggers_replace": n})
}

#[test]
fn what_is_known_late_is_planned_as_such_and_holds_in_the_end() {
    let mut dev = Configuration::empty();
    for n in [1, 2] {
        dev.declare(LATER, of(n));
        dev.declare(WEBHOOK, arguments());
        dev.apply();
        assert_eq!(told(&dev, "GITLAB_HOST"), format!("gitlab{n}.example.com"));
        let buckets = variable(&dev, "BUCKETS");
        assert!(buckets.as_str().is_some_and(|all| all.contains(&format!("paas-next{n}-"))), "{buckets}");
        assert_eq!(value(&dev, "token_secret_arn"), format!("a-token-of-number-{n}"));
        dev.assert_settled();
    }
    dev.end();
}
