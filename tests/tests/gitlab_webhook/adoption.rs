//! A webhook that nobody's state knows: the same configuration goes on with it, another one is refused, and what is
//! somebody else's is left alone.

use crate::value;
use paas_tests::Configuration;
use paas_tests::configuration::WEBHOOK;
use serde_json::json;

/// As after a run that was killed.
#[test]
fn the_same_configuration_goes_on_with_what_is_there() {
    let dev = Configuration::with_webhook();
    dev.apply();
    let before = dev.terraform.attributes(WEBHOOK).expect("it is in the state");
    let (token, inventory) = (value(&dev, "token_secret_arn"), dev.aws.inventory());
    dev.terraform.run(["state", "rm", WEBHOOK]).expect_success();
    let mark = dev.aws.mark();
    dev.apply();
    let calls = dev.aws.calls(mark);
    let made: Vec<_> = calls.iter().filter(|call| call.operation.starts_with("Create")).collect();
    assert!(made.is_empty(), "nothing is made twice: {made:?}");
    assert_eq!(dev.terraform.attributes(WEBHOOK).expect("it is in the state"), before);
    assert_eq!((value(&dev, "token_secret_arn"), dev.aws.inventory()), (token, inventory));
    dev.assert_settled();
    dev.end();
}

#[test]
fn another_configuration_of_the_same_name_is_refused() {
    let mut dev = Configuration::with_webhook();
    dev.apply();
    let inventory = dev.aws.inventory();
    dev.terraform.run(["state", "rm", WEBHOOK]).expect_success();
    dev.set(WEBHOOK, "gitlab_host", "gitlab.example.org");
    let errors = dev.terraform.plan(&[]).expect_errors();
    assert!(errors[0].text().contains("/paas/paas/gitlab_webhook/gitlab"), "{errors:?}");
    assert_eq!(dev.aws.inventory(), inventory);
    dev.set(WEBHOOK, "gitlab_host", "gitlab.example.com");
    dev.terraform.import(WEBHOOK, "gitlab").expect_success();
    dev.end();
}

/// Each name that somebody else may have taken.
#[test]
fn what_belongs_to_somebody_else_is_not_taken_over() {
    let dev = Configuration::with_webhook();
    let secret = json!({"Name": "paas/gitlab_webhook/gitlab/token", "SecretString": "theirs"});
    dev.by_hand("secretsmanager", "create_secret", &secret);
    let errors = dev.terraform.apply(&[]).expect_errors();
    let text = errors[0].text();
    assert!(
        text.contains("secret paas/gitlab_webhook/gitlab/token exists and belongs to someone else"),
        "{text}"
    );
    assert_eq!(crate::secret(&dev, &secret["Name"]), "theirs");
    let gone = json!({"SecretId": secret["Name"], "ForceDeleteWithoutRecovery": true});
    dev.by_hand("secretsmanager", "delete_secret", &gone);

    // An API of the same name is nobody's business: names of APIs aren't unique.
    let theirs = dev.by_hand("apigateway", "create_rest_api", &json!({"name": "paas_gitlab-webhook_gitlab"}));
    dev.apply();
    dev.assert_settled();
    assert_ne!(dev.attribute(WEBHOOK, "rest_api_id"), theirs["id"]);
    dev.terraform.destroy(&[]).expect_success();
    let left = dev.aws.inventory();
    assert_eq!(left.iter().map(|object| object.kind.as_str()).collect::<Vec<_>>(), ["rest_api"], "{left:?}");
}
