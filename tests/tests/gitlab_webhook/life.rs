//! From its creation to its end: every argument that changes in place, and what each touches; and its name, which doesn't.

use crate::changes::{Change, make};
use crate::{SIGNING_TOKEN, function, project, secret, stage, told, value, variable};
use paas_tests::Configuration;
use paas_tests::configuration::ENVIRONMENT;
use paas_tests::configuration::{NAMING_RULE as RULE, WEBHOOK};
use serde_json::{Value, json};

const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
/// Where its secret with GitLab's credentials is, if it has one of its own.
const CREDENTIALS: &str = "paas/gitlab_webhook/gitlab/credentials";

#[test]
fn a_webhook_needs_no_environment_and_tells_which_are_missing() {
    let dev = Configuration::with_webhook();
    let planned = dev.terraform.plan(&[]).expect_success();
    let [warning] = &planned.diagnostics()[..] else { panic!("{}", planned.report()) };
    assert_eq!(warning.summary, "Environments that aren't there");
    let says = "Project \"paas\" has no environment \"dev\", \"production\", \"staging\" so far";
    assert!(warning.text().contains(says), "{}", warning.text());
    dev.terraform.apply_plan().expect_success();
    dev.assert_settled();

    let attribute = |name: &str| dev.attribute(WEBHOOK, name);
    assert_eq!(attribute("id"), "gitlab");
    assert_eq!(attribute("ready"), true);
    assert_eq!(attribute("parameter_name"), "/paas/paas/gitlab_webhook/gitlab");
    let api = attribute("rest_api_id");
    let host = format!("{}.execute-api.eu-west-1.amazonaws.com", api.as_str().expect("an id"));
    assert_eq!(attribute("url"), format!("https://{host}/v1/push"));
    for name in ["signing_token_secret_arn", "token_wo", "token_wo_version", "credentials_secret_arn"] {
        assert_eq!(attribute(name), Value::Null, "{name}");
    }

    // A token that nobody has chosen, encrypted with a key of the webhook's own.
    let token = value(&dev, "token_secret_arn");
    let token = token.as_str().expect("a text");
    assert!(token.len() == 40 && token.bytes().all(|b| b.is_ascii_alphanumeric()), "{token}");
    let described =
        dev.look("secretsmanager", "describe_secret", &json!({"SecretId": attribute("token_secret_arn")}));
    assert_eq!(described["KmsKeyId"], attribute("kms_key_arn"));
    let state = dev.terraform.state().to_string();
    assert!(!state.contains(token), "nobody else knows it");

    // The function knows what it needs, and no secret.
    let function = function(&dev);
    assert_eq!(
        (&function["Runtime"], &function["Handler"]),
        (&json!("python3.13"), &json!("handler.handler"))
    );
    assert_eq!(function["LoggingConfig"]["LogGroup"], attribute("function_log_group_name"));
    assert_eq!(told(&dev, "TOKEN_SECRET_ARN"), attribute("token_secret_arn"));
    assert_eq!(told(&dev, "BUILD_PROJECT"), attribute("build_project_name"));
    assert_eq!(told(&dev, "BRANCHES"), r#"{"dev":"dev","master":"production","staging":"staging"}"#);

    // Builds without a source, which know the buckets of environments that will be there one day.
    let project = project(&dev);
    assert_eq!(project["source"]["type"], "NO_SOURCE");
    assert_eq!(project["artifacts"]["type"], "NO_ARTIFACTS");
    assert_eq!(project["environment"]["privilegedMode"], false);
    assert_eq!(project["serviceRole"], attribute("build_role_arn"));
    let buckets: Value = serde_json::from_str(variable(&dev, "BUCKETS").as_str().expect("a text")).unwrap();
    let names: Vec<_> = buckets.as_object().expect("by environment").keys().collect();
    assert_eq!(names, ["dev", "production", "staging"]);

    // The record tells what others may need.
    let record = dev.look("ssm", "get_parameter", &json!({"Name": attribute("parameter_name")}));
    let record: Value = serde_json::from_str(record["Parameter"]["Value"].as_str().expect("a text")).unwrap();
    let outputs = ["build_project_name", "function_name", "token_secret_arn", "url"];
    let told: serde_json::Map<_, _> =
        outputs.iter().map(|name| ((*name).to_owned(), attribute(name))).collect();
    assert_eq!(record["outputs"], Value::Object(told));
    dev.end();
}

/// What it says of an environment is true of its bucket: which one that is follows from the names alone.
#[test]
fn what_it_expects_of_an_environment_is_so() {
    let mut dev = Configuration::with_environment();
    let mut arguments = Configuration::webhook();
    arguments["branches"] = json!({"main": format!("${{{ENVIRONMENT}.name}}")});
    dev.declare(WEBHOOK, arguments);
    let planned = dev.terraform.plan(&[]).expect_success();
    assert!(planned.diagnostics().is_empty(), "it comes in the same run: {}", planned.report());
    dev.terraform.apply_plan().expect_success();
    let buckets: Value = serde_json::from_str(variable(&dev, "BUCKETS").as_str().expect("a text")).unwrap();
    assert_eq!(buckets, json!({"dev": dev.attribute(ENVIRONMENT, "bucket")}));
    dev.assert_settled();
    dev.end();
}

#[test]
fn every_argument_changes_in_place_and_touches_what_it_says() {
    let mut dev = Configuration::with_webhook();
    dev.apply();
    dev.assert_settled();
    let change = |argument, to, children, ask, answer| Change { argument, to, children, ask, answer };
    let (function, builds) = (&["~ function"], &["~ build_project"]);
    let changes = vec![
        change(
            "gitlab_host",
            json!("http://gitlab.example.com:8080"),
            function,
            |dev| told(dev, "GITLAB_HOST"),
            json!("http://gitlab.example.com:8080"),
        ),
        change(
            "branches",
            json!({"main": "live"}),
            &["~ build_project", "~ build_role", "~ function"],
            |dev| {
                json!([
                    told(dev, "BRANCHES"),
                    variable(dev, "BUCKETS").as_str().map(|it| it.contains("\"live\""))
                ])
            },
            json!([r#"{"main":"live"}"#, true]),
        ),
        change(
            "repositories",
            json!({"shops/acme": {"tenant": "acme", "kind": "software"}}),
            function,
            |dev| told(dev, "REPOSITORIES"),
            json!(r#"{"shops/acme":{"tenant":"acme","kind":"software"}}"#),
        ),
        change("naming_rule", json!(null), function, |dev| told(dev, "NAMING_RULE"), json!(null)),
        change("naming_rule", json!(RULE), function, |dev| told(dev, "NAMING_RULE"), json!(RULE)),
        change(
            "allowed_repositories",
            json!(["*/platform", "shops/*"]),
            function,
            |dev| told(dev, "ALLOWED"),
            json!(r#"["*/platform","shops/*"]"#),
        ),
        change(
            "credentials_secret_arn",
            json!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf"),
            &["~ build_project", "~ build_role"],
            |dev| variable(dev, "CREDENTIALS_SECRET_ARN"),
            json!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf"),
        ),
        change(
            "credentials_secret_arn",
            json!(null),
            &["~ build_project", "~ build_role"],
            |dev| variable(dev, "CREDENTIALS_SECRET_ARN"),
            json!(null),
        ),
        change(
            "throttling_rate_limit",
            json!(5),
            &["~ stage"],
            |dev| stage(dev)["methodSettings"]["*/*"]["throttlingRateLimit"].take(),
            json!(5.0),
        ),
        change(
            "throttling_burst_limit",
            json!(7),
            &["~ stage"],
            |dev| stage(dev)["methodSettings"]["*/*"]["throttlingBurstLimit"].take(),
            json!(7),
        ),
        change(
            "build_image",
            json!("aws/codebuild/amazonlinux-aarch64-standard:3.0"),
            builds,
            |dev| json!([project(dev)["environment"]["image"], project(dev)["environment"]["type"]]),
            json!(["aws/codebuild/amazonlinux-aarch64-standard:3.0", "ARM_CONTAINER"]),
        ),
        change(
            "compute_type",
            json!("BUILD_GENERAL1_MEDIUM"),
            builds,
            |dev| project(dev)["environment"]["computeType"].take(),
            json!("BUILD_GENERAL1_MEDIUM"),
        ),
        change("build_timeout", json!(30), builds, |dev| project(dev)["timeoutInMinutes"].take(), json!(30)),
        change(
            "log_retention_in_days",
            json!(7),
            &["~ build_log_group", "~ function_log_group"],
            |dev| {
                let below = json!({"logGroupNamePrefix": "/paas/paas/gitlab_webhook/gitlab/"});
                let found = dev.look("logs", "describe_log_groups", &below);
                found["logGroups"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|it| it["retentionInDays"].clone())
                    .collect()
            },
            json!([7, 7]),
        ),
        change(
            "permissions_boundary",
            json!(BOUNDARY),
            &["~ build_role", "~ function_role"],
            boundaries,
            json!([BOUNDARY, BOUNDARY]),
        ),
        change(
            "permissions_boundary",
            json!(null),
            &["~ build_role", "~ function_role"],
            boundaries,
            json!([null, null]),
        ),
        change("on_create_failure", json!("resume"), &[], |_| json!(null), json!(null)),
        change("timeouts", json!({"update": "1h"}), &[], |_| json!(null), json!(null)),
    ];
    make(&mut dev, WEBHOOK, changes);

    // Whatever can carry tags does; a plan shows them once, and not by child.
    dev.set(WEBHOOK, "tags", json!({"team": "web"}));
    dev.apply();
    let tagged = dev.aws.inventory().into_iter().filter(|object| object.kind != "alias");
    let untagged = tagged.filter(|object| object.tags.get("team").is_none_or(|team| team != "web"));
    assert_eq!(untagged.map(|object| object.kind).collect::<Vec<_>>(), [""; 0]);
    dev.assert_settled();
    dev.end();
}

/// The boundaries of both roles.
fn boundaries(dev: &Configuration) -> Value {
    let roles = [dev.attribute(WEBHOOK, "build_role_arn"), function(dev)["Role"].take()];
    roles
        .iter()
        .map(|arn| {
            let name = arn.as_str().and_then(|arn| arn.rsplit('/').next());
            let role = dev.look("iam", "get_role", &json!({ "RoleName": name }));
            role["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"].clone()
        })
        .collect()
}

/// What Terraform never sees again goes with a number, and each secret is a child that comes and goes with it.
#[test]
fn secrets_come_change_and_go_with_their_versions() {
    let mut dev = Configuration::with_webhook();
    dev.apply();
    let generated = value(&dev, "token_secret_arn");
    let set = |dev: &mut Configuration, argument: &str, value: Value, version: Value| {
        dev.set(WEBHOOK, &format!("{argument}_wo"), value);
        dev.set(WEBHOOK, &format!("{argument}_wo_version"), version);
    };
    let made = |dev: &Configuration, children: &[&str]| {
        let planned = dev.planned(WEBHOOK);
        let planned: Vec<_> = planned.iter().map(String::as_str).filter(|line| *line != "~ record").collect();
        assert_eq!(planned, children);
        dev.terraform.apply_plan().expect_success();
    };

    set(&mut dev, "token", json!("chosen-by-somebody"), json!(1));
    made(&dev, &["~ token_secret"]);
    assert_eq!(value(&dev, "token_secret_arn"), "chosen-by-somebody");

    // Without another number, nobody can tell that it is another one.
    set(&mut dev, "token", json!("another-of-somebody"), json!(1));
    dev.assert_settled();
    set(&mut dev, "token", json!("another-of-somebody"), json!(2));
    made(&dev, &["~ token_secret"]);
    assert_eq!(value(&dev, "token_secret_arn"), "another-of-somebody");
    set(&mut dev, "token", json!(null), json!(null));
    made(&dev, &["~ token_secret"]);
    let again = value(&dev, "token_secret_arn");
    assert!(again != generated && again.as_str().is_some_and(|it| it.len() == 40), "{again}");

    set(&mut dev, "signing_token", json!(SIGNING_TOKEN), json!(1));
    made(&dev, &["+ signing_token_secret", "~ function", "~ function_role"]);
    assert_eq!(value(&dev, "signing_token_secret_arn"), SIGNING_TOKEN);
    assert_eq!(told(&dev, "SIGNING_SECRET_ARN"), dev.attribute(WEBHOOK, "signing_token_secret_arn"));

    set(&mut dev, "credentials", json!("glpat-0123456789"), json!(1));
    made(&dev, &["+ credentials_secret", "~ build_project", "~ build_role"]);
    assert_eq!(secret(&dev, &json!(CREDENTIALS)), "glpat-0123456789");
    assert_eq!(secret(&dev, &variable(&dev, "CREDENTIALS_SECRET_ARN")), "glpat-0123456789");

    set(&mut dev, "signing_token", json!(null), json!(null));
    set(&mut dev, "credentials", json!(null), json!(null));
    made(
        &dev,
        &[
            "~ build_project",
            "~ build_role",
            "~ function",
            "~ function_role",
            "- credentials_secret",
            "- signing_token_secret",
        ],
    );
    assert_eq!(told(&dev, "SIGNING_SECRET_ARN"), Value::Null);
    assert!(dev.aws.call("secretsmanager", "describe_secret", &json!({ "SecretId": CREDENTIALS })).is_err());
    dev.assert_settled();
    dev.end();
}

/// Everything is called by it.
#[test]
fn another_name_is_another_webhook() {
    let mut dev = Configuration::with_webhook();
    dev.apply();
    let before = dev.attribute(WEBHOOK, "url");
    dev.set(WEBHOOK, "name", "other");
    assert_eq!(
        dev.terraform.plan(&[]).expect_success().changes(),
        [(WEBHOOK.to_owned(), "replace".to_owned())]
    );
    dev.terraform.apply_plan().expect_success();
    assert_eq!(dev.attribute(WEBHOOK, "id"), "other");
    assert_ne!(dev.attribute(WEBHOOK, "url"), before);
    let owners = dev.aws.inventory().into_iter().filter_map(|object| object.tags.get("paas:owner").cloned());
    let owners: std::collections::BTreeSet<String> = owners.collect();
    assert_eq!(owners.into_iter().collect::<Vec<_>>(), ["paas/gitlab_webhook/other"]);
    dev.assert_settled();
    dev.end();
}

/// Two of them share nothing but the account.
#[test]
fn two_webhooks_stand_beside_each_other() {
    const OTHER: &str = "paas_gitlab_webhook.other";
    let mut dev = Configuration::with_webhook();
    let mut other = Configuration::webhook();
    other["name"] = json!("other");
    dev.declare(OTHER, other);
    dev.apply();
    dev.assert_settled();
    for name in ["url", "function_arn", "token_secret_arn", "kms_key_arn", "build_role_arn", "rest_api_id"] {
        assert_ne!(dev.attribute(WEBHOOK, name), dev.attribute(OTHER, name), "{name}");
    }
    dev.remove(OTHER);
    dev.apply();
    assert_eq!(stage(&dev)["stageName"], "v1");
    dev.assert_settled();
    dev.end();
}
