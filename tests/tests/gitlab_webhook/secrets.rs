//! The three secrets of a webhook: they reach Secrets Manager and nothing else that a run writes, whatever happens on the
//! way; and what becomes of a value that is rotated, half written or deleted by hand.

use crate::search::found;
use paas_tests::Configuration;
use paas_tests::configuration::WEBHOOK;
use paas_tests::emulator::Fault;
use paas_tests::terraform::{Diagnostic, Output};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::fs;
use std::thread::sleep;
use std::time::Duration;

const TOKEN: &str = "paas/gitlab_webhook/gitlab/token";
const SIGNING_TOKEN: &str = "paas/gitlab_webhook/gitlab/signing-token";
const CREDENTIALS: &str = "paas/gitlab_webhook/gitlab/credentials";

const VARIABLES: &str = r#"
variable "token" {
  type      = string
  default   = null
  ephemeral = true
}

variable "signing_token" {
  type      = string
  default   = null
  ephemeral = true
}

variable "credentials" {
  type      = string
  default   = null
  ephemeral = true
}
"#;

/// A webhook whose secrets come by variables, and of which none is given yet.
fn webhook() -> Configuration {
    let mut dev = Configuration::empty();
    dev.terraform.write("variables.tf", VARIABLES);
    let mut webhook = Configuration::webhook();
    for what in ["token", "signing_token", "credentials"] {
        webhook[format!("{what}_wo")] = json!(format!("${{var.{what}}}"));
    }
    dev.declare(WEBHOOK, webhook);
    dev
}

/// Gives a value, and says which version it is.
fn give(dev: &mut Configuration, what: &str, value: &str, version: i64) {
    dev.terraform.variable(what, value);
    dev.set(WEBHOOK, &format!("{what}_wo_version"), version);
}

/// The value in a secret, from where it belongs.
#[track_caller]
fn value(dev: &Configuration, name: &str) -> String {
    let secret = dev.look("secretsmanager", "get_secret_value", &json!({"SecretId": name}));
    secret["SecretString"].as_str().expect("text").to_owned()
}

#[track_caller]
fn described(dev: &Configuration, name: &str) -> Value {
    dev.look("secretsmanager", "describe_secret", &json!({"SecretId": name}))
}

/// Which value a secret says it holds.
fn version(dev: &Configuration, name: &str) -> Value {
    let tags = described(dev, name)["Tags"].take();
    let version = tags.as_array().expect("a list").iter().find(|tag| tag["Key"] == "paas:version");
    version.map_or(Value::Null, |tag| tag["Value"].clone())
}

/// How often the provider has called an operation of Secrets Manager.
fn calls(dev: &Configuration, operation: &str) -> u64 {
    dev.aws.counts(0).by_operation.get(&format!("secretsmanager:{operation}")).copied().unwrap_or_default()
}

/// Applies, and kills the provider while its first call of an operation is on the way; the call still takes effect.
fn killed_at(dev: &Configuration, operation: &str) -> Output {
    dev.aws.faults([Fault::latency(2000).service("secretsmanager").operation(operation).nth(1)]);
    let running = dev.terraform.start(["apply", "-json", "-auto-approve"]);
    while dev.aws.fault_hits()[0].hits == 0 {
        sleep(Duration::from_millis(20));
    }
    for pid in running.providers() {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::KILL).expect("the provider is ours");
    }
    let output = running.wait();
    assert!(!output.success(), "killed: {}", output.report());
    // The call ends after its caller.
    sleep(Duration::from_secs(2));
    dev.aws.clear_faults();
    output
}

#[test]
fn secrets_are_seen_nowhere_but_in_secrets_manager() {
    const GIVEN: &str = "tok-en.of/28*characters,9Zq";
    const SIGNING: &str = "whsec_c2lnbmluZy10b2tlbi1vZi1hLXdlYmhvb2s=";
    const CLONE: &str = r#"{"username": "ci", "password": "glpat-w1th \"quotes\" Qx7"}"#;
    let mut dev = webhook();
    let log = dev.terraform.home().join("trace.log");
    dev.terraform.set("TF_LOG", "TRACE").set("TF_LOG_PATH", &log);
    let mut said = String::new();
    let mut run = |output: Output| {
        said.push_str(&output.stdout);
        said.push_str(&output.stderr);
        output
    };
    run(dev.terraform.plan(&[])).expect_success();
    run(dev.terraform.apply_plan()).expect_success();
    let generated = value(&dev, TOKEN);
    assert_eq!(generated.len(), 40);
    assert!(generated.bytes().all(|b| b.is_ascii_alphanumeric()), "GitLab takes it as it is");

    // Plans that are kept and shown; a provider that is killed at a value, refusals in which AWS repeats one, lost answers.
    give(&mut dev, "token", GIVEN, 1);
    give(&mut dev, "signing_token", SIGNING, 1);
    run(dev.terraform.plan(&["-out", "kept.tfplan"])).expect_success();
    run(dev.terraform.run(["show", "-json", "kept.tfplan"])).expect_success();
    run(dev.terraform.run(["show", "kept.tfplan"])).expect_success();
    let repeating = |operation: &str, value: &str| {
        let refusal = Fault::error("InvalidParameterException", &format!("can't take {value:?}"), 400);
        refusal.service("secretsmanager").operation(operation)
    };
    dev.aws.faults([repeating("PutSecretValue", GIVEN), repeating("CreateSecret", SIGNING)]);
    let refused = run(dev.terraform.apply(&[])).expect_errors();
    let text = refused.iter().map(Diagnostic::text).collect::<String>();
    assert!(text.contains("can't take \"(sensitive)\""), "{text}");
    dev.aws.clear_faults();
    run(killed_at(&dev, "PutSecretValue"));
    give(&mut dev, "credentials", CLONE, 1);
    dev.aws.faults([Fault::drop_after().service("secretsmanager").mutating(true).every(2)]);
    run(dev.terraform.apply(&[])).expect_success();
    dev.aws.clear_faults();
    run(dev.terraform.run(["show", "-json"])).expect_success();
    run(dev.terraform.run(["state", "pull"])).expect_success();
    dev.assert_settled();
    for (name, wanted) in [(TOKEN, GIVEN), (SIGNING_TOKEN, SIGNING), (CREDENTIALS, CLONE)] {
        assert_eq!(value(&dev, name), wanted);
    }

    let home = dev.terraform.home();
    let everywhere = found(home, TOKEN);
    for place in ["root/terraform.tfstate (as it is)", "trace.log (as it is)", "root/kept.tfplan (as it is)"]
    {
        assert!(everywhere.iter().any(|found| found == place), "{place} isn't searched: {everywhere:?}");
    }
    let log = fs::read_to_string(&log).expect("there is a log");
    for call in ["CreateSecret", "GetRandomPassword", "PutSecretValue"] {
        assert!(log.contains(call), "the log tells of {call}");
    }
    let hidden = [generated.as_str(), GIVEN, SIGNING, &SIGNING["whsec_".len()..], "w1th", "Qx7"];
    for secret in hidden {
        assert_eq!(found(home, secret), Vec::<String>::new(), "{secret}");
        assert!(!said.contains(secret), "Terraform printed {secret}");
    }
    dev.end();
}

#[test]
fn a_value_that_was_rotated_by_hand_stays_until_the_next_version() {
    let mut dev = webhook();
    dev.apply();
    let arn = described(&dev, TOKEN)["ARN"].take();
    let by_hand = |dev: &Configuration, value: &str| {
        let rotated = json!({"SecretId": TOKEN, "SecretString": value});
        dev.by_hand("secretsmanager", "put_secret_value", &rotated);
        dev.assert_settled();
    };
    assert_eq!(version(&dev, TOKEN), "generated");
    by_hand(&dev, "a-token-by-hand");
    dev.set(WEBHOOK, "tags", json!({"team": "platform"}));
    dev.apply();
    assert_eq!(value(&dev, TOKEN), "a-token-by-hand", "it isn't written along with something else");

    give(&mut dev, "token", "the-first-given-token", 0);
    assert_eq!(dev.planned(WEBHOOK), ["~ record", "~ token_secret"]);
    dev.apply();
    assert_eq!((value(&dev, TOKEN).as_str(), version(&dev, TOKEN)), ("the-first-given-token", json!("0")));
    by_hand(&dev, "another-token-by-hand");
    dev.set(WEBHOOK, "tags", Value::Null);
    dev.apply();
    assert_eq!(value(&dev, TOKEN), "another-token-by-hand");
    give(&mut dev, "token", "the-second-given-token", 1);
    dev.apply();
    assert_eq!((value(&dev, TOKEN).as_str(), version(&dev, TOKEN)), ("the-second-given-token", json!("1")));

    // Which value it holds isn't known any more: it gets the one that it should have.
    dev.by_hand("secretsmanager", "untag_resource", &json!({"SecretId": TOKEN, "TagKeys": ["paas:version"]}));
    by_hand_is_seen(&dev);
    assert_eq!((value(&dev, TOKEN).as_str(), version(&dev, TOKEN)), ("the-second-given-token", json!("1")));
    assert_eq!(described(&dev, TOKEN)["ARN"], arn, "it has been one secret all the time");
    dev.end();
}

/// A plan shows that the token's secret has been changed, and its apply puts that right.
#[track_caller]
fn by_hand_is_seen(dev: &Configuration) {
    assert_eq!(dev.planned(WEBHOOK), ["~ token_secret"]);
    dev.terraform.apply_plan().expect_success();
    dev.assert_settled();
}

/// The tag tells the old version until the new value is there: the next apply writes it again.
#[test]
fn a_provider_killed_between_value_and_tag_leaves_nothing_half_done() {
    let mut dev = webhook();
    give(&mut dev, "token", "the-first-given-token", 1);
    dev.apply();
    give(&mut dev, "token", "the-second-given-token", 2);
    killed_at(&dev, "PutSecretValue");
    assert_eq!((value(&dev, TOKEN).as_str(), version(&dev, TOKEN)), ("the-second-given-token", json!("1")));
    dev.apply();
    assert_eq!((value(&dev, TOKEN).as_str(), version(&dev, TOKEN)), ("the-second-given-token", json!("2")));
    dev.assert_settled();

    // Killed at its creation, it is taken up with the value it was given.
    dev.end();
    killed_at(&dev, "CreateSecret");
    let made = described(&dev, TOKEN)["ARN"].take();
    let before = calls(&dev, "CreateSecret");
    dev.apply();
    assert_eq!(calls(&dev, "CreateSecret"), before);
    assert_eq!(described(&dev, TOKEN)["ARN"], made);
    assert_eq!(value(&dev, TOKEN), "the-second-given-token");
    dev.assert_settled();
    dev.end();
}

#[test]
fn a_secret_that_was_scheduled_for_deletion_comes_back() {
    let mut dev = webhook();
    give(&mut dev, "credentials", "glpat-of-a-group", 1);
    dev.apply();
    let generated = value(&dev, TOKEN);
    let arns = [TOKEN, CREDENTIALS].map(|name| described(&dev, name)["ARN"].take());
    for name in [TOKEN, CREDENTIALS] {
        dev.by_hand("secretsmanager", "delete_secret", &json!({"SecretId": name, "RecoveryWindowInDays": 7}));
    }
    // Under the same number, since the old value is gone.
    dev.terraform.variable("credentials", "glpat-of-another-group");
    let planned = dev.planned(WEBHOOK);
    for made in ["+ credentials_secret", "+ token_secret"] {
        assert!(planned.contains(&made.to_owned()), "{planned:?}");
    }
    dev.apply();
    dev.assert_settled();
    assert_eq!([TOKEN, CREDENTIALS].map(|name| described(&dev, name)["ARN"].take()), arns);
    assert_eq!(value(&dev, TOKEN), generated, "GitLab has been told this one");
    assert_eq!(value(&dev, CREDENTIALS), "glpat-of-another-group");
    dev.end();
}

#[test]
fn a_secret_of_somebody_else_goes_on_leaving() {
    let dev = webhook();
    dev.by_hand("secretsmanager", "create_secret", &json!({"Name": TOKEN, "SecretString": "theirs"}));
    dev.by_hand("secretsmanager", "delete_secret", &json!({"SecretId": TOKEN, "RecoveryWindowInDays": 7}));
    let errors = dev.terraform.apply(&[]).expect_errors();
    let text = errors[0].text();
    for part in [TOKEN, "belongs to someone else", "it has no tag paas:owner"] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    assert!(!described(&dev, TOKEN)["DeletedDate"].is_null());
    dev.terraform.destroy(&[]).expect_success();
}
