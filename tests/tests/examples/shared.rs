//! What all environments share: GitLab's webhook, before there is any environment; and what it tells who delivers what.

use super::{count, example};
use paas_tests::Emulator;
use paas_tests::emulator::Fault;
use paas_tests::journey::{secret, url_here};
use paas_tests::terraform::Diagnostic;
use serde_json::{Value, json};
use std::time::Duration;

/// What builds would clone with.
const ACCESS_TOKEN: &str = "glpat-that-nobody-finds-again";

/// A push as GitLab tells it, as far as it is looked at.
fn push(repository: &str, branch: &str) -> Value {
    json!({
        "object_kind": "push",
        "ref": format!("refs/heads/{branch}"),
        "before": "5".repeat(40),
        "after": "1".repeat(40),
        "user_name": "Robin Example",
        "project": {
            "path_with_namespace": repository,
            "git_http_url": format!("https://gitlab.example.test/{repository}.git"),
        },
        "commits": [],
    })
}

/// The status and body of the answer to a delivery.
fn deliver(address: &str, token: &str, body: &Value) -> (u16, Value) {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .new_agent();
    let mut answer = agent
        .post(address)
        .header("X-Gitlab-Token", token)
        .header("X-Gitlab-Event", "Push Hook")
        .content_type("application/json")
        .send(body.to_string())
        .expect("it answers");
    let text = answer.body_mut().read_to_string().expect("text");
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

#[test]
fn the_webhook_comes_up_before_any_environment_and_says_what_to_enter_in_gitlab() {
    let aws = Emulator::start();
    let mut shared = example(&aws, "environments/shared");
    shared.variable("gitlab_access_token", ACCESS_TOKEN);

    let planned = shared.plan(&[]).expect_success();
    let of_branches = |diagnostic: &&Diagnostic| diagnostic.argument() == Some("branches");
    let diagnostics = planned.diagnostics();
    let warning = diagnostics.iter().find(of_branches).unwrap_or_else(|| panic!("{}", planned.report()));
    for environment in ["dev", "staging", "production"] {
        assert!(warning.text().contains(environment), "{}", warning.text());
    }
    assert!(!shared.plan_json().to_string().contains(ACCESS_TOKEN));
    shared.apply_plan().expect_success();
    assert!(!shared.state().to_string().contains(ACCESS_TOKEN));
    assert_eq!(shared.plan(&[]).expect_success().changes(), []);

    // What the instructions say can be done.
    let url = shared.output("url");
    let url = url.as_str().unwrap();
    let instructions = shared.output("instructions");
    let instructions = instructions.as_str().unwrap();
    let arn = shared.output("token_secret_arn");
    let arn = arn.as_str().unwrap();
    for told in [url, arn, "Regular expression: ^(dev|master|staging)$"] {
        assert!(instructions.contains(told), "{told}:\n{instructions}");
    }
    let (address, token) = (url_here(&aws, url), secret(&aws, arn));
    let token = token.as_str();
    let answers = |token: &str, body: &Value| {
        let (status, body) = deliver(&address, token, body);
        (status, body["error"].as_str().unwrap_or_default().to_owned())
    };
    let acme = "shops/acme-software";
    for (token, body, status, why) in [
        ("a-token-that-was-guessed", push(acme, "dev"), 401, "X-Gitlab-Token is missing or wrong."),
        (token, json!({}), 400, "The body is no push event."),
        (token, push("others/acme-software", "dev"), 403, "The repository isn't allowed."),
        (token, push("shops/acme-papers", "dev"), 404, "The repository belongs to no tenant."),
        (token, push(acme, "feature"), 404, "The branch belongs to no environment."),
    ] {
        assert_eq!(answers(token, &body), (status, why.to_owned()));
    }
    let (status, body) = deliver(&address, token, &push(acme, "dev"));
    assert_eq!(status, 202, "{body}");

    shared.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

#[test]
fn a_webhook_that_breaks_off_is_red_and_goes_on_with_the_next_apply() {
    let aws = Emulator::start();
    let mut shared = example(&aws, "environments/shared");
    shared.variable("gitlab_access_token", ACCESS_TOKEN);
    // The account's quota is used up.
    let quota = Fault::error("CodeStorageExceededException", "Code storage limit exceeded.", 400);
    aws.faults([quota.operation("CreateFunction")]);

    let errors = shared.apply(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].text().contains("terraform apply goes on from here"), "{errors:?}");
    assert_eq!((count(&aws, "secret"), count(&aws, "function")), (2, 0));

    aws.clear_faults();
    let changes = shared.plan(&[]).expect_success().changes();
    assert_eq!(changes, [("module.gitlab_integration.paas_gitlab_webhook.this".into(), "update".into())]);
    shared.apply_plan().expect_success();
    assert!(shared.output("instructions").as_str().is_some_and(|text| text.contains("/v1/push")));
    assert_eq!(shared.plan(&[]).expect_success().changes(), []);
    shared.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}
