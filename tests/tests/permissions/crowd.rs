//! What is asked only where there are many: listings of everything, and a raised quota.

use crate::lives::with_environment_of_others;
use crate::roles;
use paas_aws::permissions::{Access, ResourceType};
use serde_json::json;

/// The provider lists all there are, instead of asking for each, when five are asked for at the same moment: Terraform
/// reads ten at a time, so with so many there is such a moment on any machine.
const MANY: usize = 24;
/// A load balancer has room for so many rules, unless the quota is raised.
const RULES_BY_DEFAULT: usize = 100;

#[test]
fn many_tenants_behind_a_crowded_load_balancer_are_planned_with_the_policy() {
    let mut dev = with_environment_of_others();
    for n in 0..MANY {
        let mut tenant = dev.tenant(&format!("t{n}"));
        tenant["environment"] = json!("dev");
        tenant["pipeline"] = json!({});
        dev.declare(&format!("paas_tenant.t{n}"), tenant);
    }
    dev.apply();

    dev.aws.limits(&json!({"rules_per_load_balancer": 2 * RULES_BY_DEFAULT}));
    let record = dev.look("ssm", "get_parameter", &json!({"Name": "/paas/paas/dev"}));
    let record: serde_json::Value =
        serde_json::from_str(record["Parameter"]["Value"].as_str().expect("a text")).expect("a record");
    let listener = &record["outputs"]["https_listener_arn"];
    let elsewhere = json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]);
    for n in 0..RULES_BY_DEFAULT {
        let host = json!([{"Field": "host-header", "Values": [format!("other-{n}.example.test")]}]);
        let rule =
            json!({"ListenerArn": listener, "Conditions": host, "Priority": n + 1, "Actions": elsewhere});
        let _ = dev.look("elbv2", "create_rule", &rule);
    }
    let mut next = dev.tenant("next");
    next["environment"] = json!("dev");
    dev.declare("paas_tenant.next", next);

    let planner = roles::enact(&dev.aws, "paas", Access::Plan, ResourceType::Tenant);
    dev.terraform.set("AWS_ACCESS_KEY_ID", planner);
    let before = dev.aws.mark();
    let changes = dev.terraform.plan(&[]).expect_success().changes();
    assert_eq!(changes, [("paas_tenant.next".to_owned(), "create".to_owned())]);
    let asked = dev.aws.counts(before).by_operation;
    for many in ["codedeploy:ListApplications", "service-quotas:GetServiceQuota"] {
        assert!(asked.contains_key(many), "{many}: {asked:?}");
    }
}
