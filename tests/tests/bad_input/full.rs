//! A load balancer has room for 100 target groups and, unless the quota is raised, 100 rules: seen at plan.

use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use serde_json::{Value, json};

const MOST_TARGET_GROUPS: usize = 100;
/// The most that one rule forwards to.
const PER_RULE: usize = 5;

/// Puts `count` target groups of somebody else's on the load balancer, in as few rules as can be.
fn fill(dev: &Configuration, count: usize) {
    let vpc = dev.attribute(ENVIRONMENT, "vpc_id");
    let listener = dev.attribute(ENVIRONMENT, "https_listener_arn");
    let groups: Vec<Value> = (0..count)
        .map(|n| {
            let group = json!({"Name": format!("other-{n}"), "Protocol": "HTTP", "Port": 80, "VpcId": vpc});
            let made = dev.look("elbv2", "create_target_group", &group);
            json!({"TargetGroupArn": made["TargetGroups"][0]["TargetGroupArn"], "Weight": 1})
        })
        .collect();
    for (n, groups) in groups.chunks(PER_RULE).enumerate() {
        let forward = json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]);
        let host = json!([{"Field": "host-header", "Values": [format!("other-{n}.example.test")]}]);
        let rule =
            json!({"ListenerArn": listener, "Conditions": host, "Priority": n + 1, "Actions": forward});
        let _ = dev.look("elbv2", "create_rule", &rule);
    }
}

#[test]
fn the_101st_target_group_is_refused_at_plan() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    fill(&dev, MOST_TARGET_GROUPS - 1);
    let next = "paas_tenant.next";
    let tenant = dev.tenant("next");
    dev.declare(next, tenant);
    let before = dev.aws.mark();
    let errors = dev.terraform.plan(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(
        (errors[0].address.as_deref(), errors[0].summary.as_str()),
        (Some(next), "The load balancer is full")
    );
    let text = errors[0].text();
    for part in ["Environment dev has 100 target groups", "can't be raised", "another environment"] {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert_eq!(dev.aws.counts(before).mutating, 0);

    // Who is in already goes on living, and may be replaced.
    dev.remove(next);
    dev.assert_settled();
    dev.set(TENANT, "max_size", 3);
    dev.apply();
    dev.set(TENANT, "name", "umbrella");
    dev.terraform.plan(&[]).expect_success();
}

#[test]
fn a_rule_beyond_the_quota_is_refused_at_plan() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    let listener = dev.attribute(ENVIRONMENT, "https_listener_arn");
    for n in 1..=97 {
        let page = json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]);
        let host = json!([{"Field": "host-header", "Values": [format!("page-{n}.example.test")]}]);
        let rule = json!({"ListenerArn": listener, "Conditions": host, "Priority": n, "Actions": page});
        let _ = dev.look("elbv2", "create_rule", &rule);
    }
    let next = "paas_tenant.next";
    let mut tenant = dev.tenant("next");
    tenant["hosts"] = (0..11).map(|n| json!(format!("n{n}.dev.example.test"))).collect();
    dev.declare(next, tenant);
    let errors = dev.terraform.plan(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let text = errors[0].text();
    for part in [
        "The load balancer is full",
        "environment dev would have 101 listener rules",
        "its quota is 100",
        "Rules per Application Load Balancer",
    ] {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    dev.aws.limits(&json!({"rules_per_load_balancer": 200}));
    dev.apply();
}
