//! A function's role that somebody has deleted: Lambda doesn't take the next one of the same name for it.

use crate::function;
use paas_tests::Configuration;
use paas_tests::configuration::WEBHOOK;
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::Duration;

/// IAM tells to the second when a role was made.
const LATER: Duration = Duration::from_secs(2);

/// What a delivery without a token is answered; 401 is the function's own answer.
fn answer(dev: &Configuration) -> u16 {
    let [api, stage] = ["rest_api_id", "stage_name"].map(|name| dev.attribute(WEBHOOK, name));
    let [api, stage] = [&api, &stage].map(|name| name.as_str().expect("a name"));
    let url = format!("{}/restapis/{api}/{stage}/_user_request_/push", dev.aws.endpoint());
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    agent.post(&url).send("{}").expect("it answers").status().as_u16()
}

/// Deletes the role, and gives what it was.
fn delete_role(dev: &Configuration) -> Value {
    let arn = function(dev)["Role"].take();
    let name = json!({"RoleName": arn.as_str().and_then(|arn| arn.rsplit('/').next()).expect("an ARN")});
    let role = dev.look("iam", "get_role", &name)["Role"].take();
    let policies = dev.look("iam", "list_role_policies", &name)["PolicyNames"].take();
    for policy in policies.as_array().expect("a list") {
        let named = json!({"RoleName": name["RoleName"], "PolicyName": policy});
        dev.by_hand("iam", "delete_role_policy", &named);
    }
    dev.by_hand("iam", "delete_role", &name);
    role
}

#[test]
fn a_function_whose_role_was_deleted_answers_again() {
    let dev = Configuration::with_webhook();
    dev.apply();
    assert_eq!(answer(&dev), 401);
    let url = dev.attribute(WEBHOOK, "url");
    delete_role(&dev);
    sleep(LATER);
    dev.apply();
    assert_eq!(answer(&dev), 401);
    assert_eq!(dev.attribute(WEBHOOK, "url"), url, "GitLab needn't be told");
    dev.assert_settled();

    // Somebody makes it anew: nothing looks different, and yet nothing works.
    let role = delete_role(&dev);
    sleep(LATER);
    let anew = json!({
        "RoleName": role["RoleName"],
        "Path": role["Path"],
        "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"].to_string(),
        "Tags": role["Tags"],
    });
    dev.by_hand("iam", "create_role", &anew);
    assert_ne!(answer(&dev), 401);
    assert_eq!(dev.planned(WEBHOOK), ["~ function", "~ function_role"]);
    dev.terraform.apply_plan().expect_success();
    assert_eq!(answer(&dev), 401);
    dev.assert_settled();
    dev.end();
}
