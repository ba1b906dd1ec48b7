//! In an account where everything takes its time: what was just made isn't known everywhere yet, and what was just deleted
//! isn't gone.

use crate::{SIGNING_TOKEN, function, value};
use paas_tests::Configuration;
use paas_tests::configuration::WEBHOOK;
use serde_json::{Value, json};

const TOKEN: &str = "0123456789abcdef";

/// IAM tells others of a role later, Lambda changes a function step by step, and Secrets Manager deletes in the background.
#[test]
fn a_webhook_is_made_changed_and_made_again_at_once() {
    let mut dev = Configuration::with_webhook();
    dev.set(WEBHOOK, "token_wo", TOKEN);
    dev.set(WEBHOOK, "token_wo_version", 1);
    dev.aws.limits(&json!({"new_role_refused_seconds": 3}));
    dev.aws.timing(&json!({"function": {"create": 1.5, "update": 1.0}, "secret": {"delete": 3.0}}));
    dev.apply();
    dev.assert_settled();

    // What somebody has set goes away, and the function gets to know the signing token: each change waits for the one before.
    let name = dev.attribute(WEBHOOK, "function_name");
    let layer = "arn:aws:lambda:eu-west-1:017000801446:layer:Tools:7";
    dev.by_hand("lambda", "update_function_configuration", &json!({"FunctionName": name, "Layers": [layer]}));
    dev.set(WEBHOOK, "signing_token_wo", SIGNING_TOKEN);
    dev.set(WEBHOOK, "signing_token_wo_version", 1);
    dev.apply();
    let changed = function(&dev);
    assert_eq!((&changed["Layers"], &changed["LastUpdateStatus"]), (&Value::Null, &json!("Successful")));
    assert_eq!(value(&dev, "signing_token_secret_arn"), SIGNING_TOKEN);
    dev.assert_settled();

    // A secret that is on its way out: its name isn't free yet.
    let before = dev.attribute(WEBHOOK, "token_secret_arn");
    let forced = json!({"SecretId": before, "ForceDeleteWithoutRecovery": true});
    dev.by_hand("secretsmanager", "delete_secret", &forced);
    dev.apply();
    assert_ne!(dev.attribute(WEBHOOK, "token_secret_arn"), before);
    assert_eq!(value(&dev, "token_secret_arn"), TOKEN);
    dev.assert_settled();

    // All of it, under the same names.
    dev.terraform.apply(&["-replace", WEBHOOK]).expect_success();
    assert_eq!(value(&dev, "token_secret_arn"), TOKEN);
    dev.assert_settled();
    dev.end();
}
