//! Mistakes in a `paas_gitlab_webhook`: those that are seen without asking AWS, and those that only AWS shows.

use crate::{Mistake, assert_reported, configuration, in_common, tags};
use paas_tests::{Configuration, Workspace, hcl};
use serde_json::{Value, json};

const KIND: &str = "gitlab_webhook";

fn mistake(
    arguments: Value,
    path: &'static str,
    summary: &'static str,
    says: &'static [&'static str],
) -> Mistake {
    Mistake { kind: KIND, arguments, path, summary, says }
}

/// Each has a name of its own.
fn sound(_: &str, number: usize) -> Value {
    json!({
        "name": format!("w{number}"),
        "gitlab_host": "gitlab.example.test",
        "allowed_repositories": ["shops/*"],
        "repositories": {"shops/acme": {"tenant": "acme", "kind": "software"}},
    })
}

/// Its name, GitLab, and the branches.
fn of_the_source() -> Vec<Mistake> {
    vec![
        mistake(json!({"name": "GitLab"}), "name", "Invalid name", &["\"GitLab\"", "lower-case"]),
        mistake(
            json!({"gitlab_host": "https://gitlab.example.test/"}),
            "gitlab_host",
            "Invalid host",
            &["a slash at the end. Only the host is wanted"],
        ),
        mistake(
            json!({"gitlab_host": "gitlab.example.test:443"}),
            "gitlab_host",
            "Invalid host",
            &["443 is the usual port", "Leave it out"],
        ),
        mistake(json!({"branches": {}}), "branches", "No branches", &["Name one."]),
        mistake(
            json!({"branches": {"refs/heads/dev": "dev"}}),
            "branches[\"refs/heads/dev\"]",
            "Invalid branch",
            &["without \"refs/heads/\""],
        ),
        mistake(
            json!({"branches": {"dev": "Dev"}}),
            "branches[\"dev\"]",
            "Invalid environment",
            &["\"Dev\" must hold only lower-case"],
        ),
        mistake(
            json!({"branches": (0..21).map(|n| (format!("b{n}"), format!("e{n}").into())).collect::<serde_json::Map<_, _>>()}),
            "branches",
            "Too many environments",
            &["21 environments are named", "room for 20"],
        ),
    ]
}

/// Whose the repositories are, and which may start builds.
fn of_the_repositories() -> Vec<Mistake> {
    let repository = |path: &str, tenant: &str, kind: &str| {
        let mut repositories = json!({});
        repositories[path] = json!({"tenant": tenant, "kind": kind});
        json!({ "repositories": repositories })
    };
    let many = (0..80).map(|n| (format!("shops/tenant-{n}"), json!({"tenant": "acme", "kind": "software"})));
    vec![
        mistake(
            json!({"repositories": null}),
            "repositories",
            "No repositories",
            &["Set repositories, naming_rule, or both"],
        ),
        mistake(
            repository("https://gitlab.example.test/shops/acme", "acme", "software"),
            "repositories[\"https://gitlab.example.test/shops/acme\"]",
            "Invalid repository",
            &["such as \"shops/acme\": no host"],
        ),
        mistake(
            repository("labs/acme", "acme", "software"),
            "repositories[\"labs/acme\"]",
            "Repository not allowed",
            &["None of allowed_repositories fits \"labs/acme\""],
        ),
        mistake(
            repository("shops/acme", "a--b", "software"),
            "repositories[\"shops/acme\"].tenant",
            "Invalid name",
            &["two in a row"],
        ),
        mistake(
            repository("shops/acme", "nat", "software"),
            "repositories[\"shops/acme\"].tenant",
            "Invalid name",
            &["part of the environment itself"],
        ),
        mistake(
            repository("shops/acme", "acme", "docs"),
            "repositories[\"shops/acme\"].kind",
            "Unknown choice",
            &["\"docs\" is none of software, infrastructure"],
        ),
        mistake(
            json!({"repositories": many.collect::<serde_json::Map<_, _>>()}),
            "repositories",
            "Too many repositories",
            &["Lambda has 4096", "Have a naming_rule tell"],
        ),
        mistake(
            json!({"allowed_repositories": ["shops/*", "shops"]}),
            "allowed_repositories",
            "Invalid pattern",
            &["\"shops\" is no pattern", "such as \"shops/*\""],
        ),
        mistake(
            json!({"naming_rule": "shops/(?P<tenant>.+)"}),
            "naming_rule",
            "Invalid rule",
            &["no group \"kind\"", "(?P<kind>…)"],
        ),
        mistake(
            json!({"naming_rule": "(?P<tenant>.+)(?!x)(?P<kind>.+)"}),
            "naming_rule",
            "Invalid rule",
            &["no look-around"],
        ),
        mistake(
            json!({"naming_rule": "(?P<tenant>.+"}),
            "naming_rule",
            "Invalid rule",
            &["It is not a regular expression"],
        ),
    ]
}

/// Write-only arguments: none of these texts quotes a value.
fn of_the_secrets() -> Vec<Mistake> {
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf";
    vec![
        mistake(
            json!({"token_wo": "0123456789abcdef"}),
            "token_wo",
            "Version missing",
            &["Terraform can't see whether token_wo has changed"],
        ),
        mistake(
            json!({"token_wo_version": 1}),
            "token_wo_version",
            "Value missing",
            &["set token_wo, too, or neither"],
        ),
        mistake(
            json!({"token_wo": "hush", "token_wo_version": 1}),
            "token_wo",
            "Invalid value",
            &["at least 16 characters"],
        ),
        mistake(
            json!({"signing_token_wo": "hush-hush-hush-hush", "signing_token_wo_version": 1}),
            "signing_token_wo",
            "Invalid value",
            &["\"whsec_\" and the base64 of at least 16 bytes"],
        ),
        mistake(
            json!({"credentials_wo": "{\"username\": \"hush\"}", "credentials_wo_version": 1}),
            "credentials_wo",
            "Invalid value",
            &["JSON object with the texts username and password"],
        ),
        mistake(
            json!({"credentials_wo": "hush", "credentials_wo_version": -1}),
            "credentials_wo_version",
            "Value out of range",
            &["-1 is not in 0"],
        ),
        mistake(
            json!({"credentials_secret_arn": "gitlab"}),
            "credentials_secret_arn",
            "Invalid secret",
            &["\"gitlab\" is not the ARN of a secret"],
        ),
        mistake(
            json!({"credentials_wo": "hush", "credentials_wo_version": 1, "credentials_secret_arn": arn}),
            "credentials_secret_arn",
            "Two sources of credentials",
            &["a secret of your own"],
        ),
    ]
}

/// How often it may be called, what its builds run on, and what is kept of all that.
fn around_it() -> Vec<Mistake> {
    vec![
        mistake(
            json!({"throttling_rate_limit": 0}),
            "throttling_rate_limit",
            "Value out of range",
            &["0 is not in 1 to 10000"],
        ),
        mistake(
            json!({"throttling_burst_limit": 5001}),
            "throttling_burst_limit",
            "Value out of range",
            &["5001 is not in 1 to 5000"],
        ),
        mistake(json!({"build_image": ""}), "build_image", "Invalid value", &["CodeBuild can run"]),
        mistake(
            json!({"build_timeout": 4}),
            "build_timeout",
            "Value out of range",
            &["4 is not in 5 to 480"],
        ),
        mistake(
            json!({"compute_type": "SMALL"}),
            "compute_type",
            "Unknown choice",
            &["\"SMALL\" is none of BUILD_GENERAL1_SMALL"],
        ),
        mistake(
            json!({"log_retention_in_days": 2}),
            "log_retention_in_days",
            "Invalid retention",
            &["doesn't keep events for 2 days"],
        ),
        mistake(json!({"tags": tags(47)}), "tags", "Too many tags", &["47 tags are set"]),
    ]
}

#[test]
fn each_mistake_gets_one_error_at_its_attribute() {
    let mistakes = [of_the_source(), of_the_repositories(), of_the_secrets(), around_it(), in_common(KIND)];
    let mistakes: Vec<Mistake> = mistakes.into_iter().flatten().collect();
    let workspace = Workspace::offline();
    workspace.write("main.tf", &configuration(&mistakes, sound));
    let output = workspace.validate();
    assert_reported(&mistakes, &output);
    for error in output.expect_errors() {
        assert!(!error.text().contains("hush"), "{}", error.text());
    }
}

#[test]
fn what_is_not_known_yet_is_no_mistake() {
    let later = "${terraform_data.later.output}";
    let mut webhook = json!({
        "repositories": {"shops/acme": {"tenant": later, "kind": later}},
        "branches": {"dev": later},
        "allowed_repositories": [later],
    });
    for argument in [
        "name",
        "gitlab_host",
        "naming_rule",
        "token_wo",
        "token_wo_version",
        "signing_token_wo",
        "signing_token_wo_version",
        "credentials_secret_arn",
        "throttling_rate_limit",
        "build_image",
    ] {
        webhook[argument] = json!(later);
    }
    let workspace = Workspace::offline();
    let resources = [
        hcl::PROVIDER_SOURCE.to_owned(),
        hcl::resource("paas_gitlab_webhook.shared", &webhook),
        "resource \"terraform_data\" \"later\" {\n  input = timestamp()\n}\n".to_owned(),
    ];
    workspace.write("main.tf", &resources.concat());
    workspace.validate().expect_success();
}

#[test]
fn what_only_aws_knows_is_told_at_plan() {
    let mut shared = Configuration::empty();
    shared.declare("paas_gitlab_webhook.shared", sound(KIND, 1));
    let output = shared.terraform.run(["plan", "-no-color"]).expect_success();
    let said = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let warning = "Project \"paas\" has no environment \"dev\", \"production\", \"staging\" so far.";
    assert!(said.contains("Warning: Environments that aren't there") && said.contains(warning), "{said}");
    shared.apply();

    let before = shared.aws.mark();
    let other = Workspace::new(&shared.aws);
    let mistakes = [
        mistake(
            json!({"name": "w1", "gitlab_host": "gitlab.example.com"}),
            "name",
            "The name is taken",
            &["import it", "/paas/paas/gitlab_webhook/w1"],
        ),
        mistake(
            json!({"credentials_secret_arn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:gitlab-AbCdEf"}),
            "credentials_secret_arn",
            "Secret of another region",
            &["The secret is in us-east-1", "secrets of eu-west-1"],
        ),
    ];
    other.write("main.tf", &configuration(&mistakes, |kind, number| sound(kind, number + 7)));
    assert_reported(&mistakes, &other.plan(&[]));
    assert_eq!(shared.aws.counts(before).mutating, 0, "a plan changes nothing");
}
