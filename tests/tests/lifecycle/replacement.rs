//! Arguments that can't change in place: the plan says replace, and why it may not be done.

use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use serde_json::json;

fn replaced(address: &str) -> Vec<(String, String)> {
    vec![(address.to_owned(), "replace".to_owned())]
}

/// Names of the environments that own something in the account.
fn owners(dev: &Configuration) -> Vec<String> {
    let mut owners: Vec<String> =
        dev.aws.inventory().into_iter().filter_map(|mut object| object.tags.remove("paas:owner")).collect();
    owners.sort();
    owners.dedup();
    owners
}

#[test]
fn an_environment_without_tenants_is_replaced() {
    let mut dev = Configuration::with_environment();
    dev.apply();
    for (argument, to, owner) in [
        ("cidr_block", json!("10.1.0.0/18"), "paas/dev"),
        ("internal", json!(true), "paas/dev"),
        ("name", json!("trial"), "paas/trial"),
    ] {
        dev.set(ENVIRONMENT, argument, to.clone());
        assert_eq!(dev.terraform.plan(&[]).expect_success().changes(), replaced(ENVIRONMENT), "{argument}");
        dev.terraform.apply_plan().expect_success();
        assert_eq!(dev.attribute(ENVIRONMENT, argument), to);
        assert_eq!(owners(&dev), [owner], "{argument}");
    }
    dev.assert_settled();
    dev.end();
}

#[test]
fn an_environment_with_tenants_is_not() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    for (argument, to) in [("cidr_block", json!("10.1.0.0/18")), ("name", json!("trial"))] {
        let was = dev.attribute(ENVIRONMENT, argument);
        dev.set(ENVIRONMENT, argument, to);
        let errors = dev.terraform.plan(&[]).expect_errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let text = errors[0].text();
        assert!(
            text.contains("The environment still has tenants") && text.contains("tenants: acme"),
            "{text}"
        );
        dev.set(ENVIRONMENT, argument, was);
    }
    dev.assert_settled();
    dev.end();
}

#[test]
fn a_renamed_tenant_is_a_new_one() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    dev.set(TENANT, "name", "umbrella");
    assert_eq!(dev.terraform.plan(&[]).expect_success().changes(), replaced(TENANT));
    dev.terraform.apply_plan().expect_success();
    assert_eq!(owners(&dev), ["paas/dev", "paas/dev/umbrella"]);
    assert_eq!(dev.attribute(TENANT, "id"), "dev/umbrella");
    dev.assert_settled();
    dev.end();
}

#[test]
fn two_tenants_swap_hosts_in_two_steps_and_never_by_accident() {
    let mut dev = Configuration::with_tenant();
    let other = "paas_tenant.umbrella";
    let umbrella = dev.tenant("umbrella");
    dev.declare(other, umbrella);
    dev.apply();
    let (acme, umbrella) = (json!(["acme.dev.example.test"]), json!(["umbrella.dev.example.test"]));
    let rules = (dev.attribute(TENANT, "listener_rule_arns"), dev.attribute(other, "listener_rule_arns"));

    dev.set(TENANT, "hosts", umbrella.clone());
    dev.set(other, "hosts", acme.clone());
    let errors = dev.terraform.plan(&[]).expect_errors();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.iter().all(|error| error.summary == "Host is taken"), "{errors:?}");

    dev.set(TENANT, "hosts", acme);
    dev.set(other, "hosts", umbrella);
    dev.assert_settled();
    assert_eq!(
        rules,
        (dev.attribute(TENANT, "listener_rule_arns"), dev.attribute(other, "listener_rule_arns"))
    );
    dev.end();
}
