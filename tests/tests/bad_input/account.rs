//! Mistakes that only the account shows: `terraform plan` reports them, before anything is changed.

use crate::{Mistake, assert_reported, configuration};
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use paas_tests::{Configuration, Workspace};
use serde_json::{Value, json};

/// A certificate that nobody has.
const MISSING: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000";
const SHOP: &str = "paas_tenant.shop";

/// An environment with two tenants: `acme` has an exact host, `shop` has wildcards.
fn inhabited() -> Configuration {
    let mut dev = Configuration::with_tenant();
    let mut shop = dev.tenant("shop");
    shop["hosts"] = json!(["shop.dev.example.test", "*.shop.dev.example.test"]);
    dev.declare(SHOP, shop);
    dev.apply();
    dev
}

/// A second root module in the same account: another team's.
fn another_team(dev: &Configuration) -> Workspace {
    Workspace::new(&dev.aws)
}

#[test]
fn each_mistake_gets_one_error_at_its_attribute() {
    let dev = inhabited();
    let taken: u64 = dev.attribute(TENANT, "priorities")[0].as_u64().unwrap();
    let environment =
        |arguments, path, summary, says| Mistake { kind: "environment", arguments, path, summary, says };
    let tenant = |arguments, path, summary, says| Mistake { kind: "tenant", arguments, path, summary, says };
    let subnets = json!(["subnet-01234567", "subnet-89abcdef"]);
    let elsewhere = json!({"vpc_id": "vpc-01234567", "public_subnet_ids": subnets, "natted_subnet_ids": ["subnet-1", "subnet-2"], "private_subnet_ids": ["subnet-3", "subnet-4"]});
    let mistakes = [
        environment(
            json!({"availability_zones": ["eu-west-1a", "eu-west-1x"]}),
            "availability_zones[1]",
            "No such availability zone",
            &["\"eu-west-1x\"", "eu-west-1a, eu-west-1b, eu-west-1c"],
        ),
        environment(
            json!({"certificate_arn": MISSING}),
            "certificate_arn",
            "No such certificate",
            &[MISSING, "in eu-west-1"],
        ),
        environment(
            json!({"additional_certificate_arns": [MISSING]}),
            "additional_certificate_arns",
            "No such certificate",
            &[MISSING],
        ),
        environment(
            json!({"cidr_block": null, "network": elsewhere}),
            "network.vpc_id",
            "No such VPC",
            &["vpc-01234567", "eu-west-1"],
        ),
        environment(json!({"name": "dev"}), "name", "The name is taken", &["import it", "/paas/paas/dev"]),
        tenant(
            json!({"environment": "prod"}),
            "environment",
            "No such environment",
            &["no environment \"prod\"", "paas_environment.prod.id", "in another one"],
        ),
        tenant(
            json!({"name": "acme", "hosts": ["b.dev.example.test"]}),
            "name",
            "The name is taken",
            &["import it", "/paas/paas/dev/acme"],
        ),
        tenant(
            json!({"image_id": "ami-00000000000000000"}),
            "image_id",
            "No such image",
            &["ami-00000000000000000"],
        ),
        tenant(
            json!({"hosts": ["a.dev.example.test", "acme.dev.example.test"]}),
            "hosts[1]",
            "Host is taken",
            &["acme.dev.example.test", "tenant acme"],
        ),
        tenant(
            json!({"hosts": ["*.shop.dev.example.test"]}),
            "hosts[0]",
            "Host is taken",
            &["*.shop.dev.example.test", "tenant shop"],
        ),
        tenant(
            json!({"priority": taken}),
            "priority",
            "Priority can't be had",
            &["is taken by tenant acme", "Leave priority out"],
        ),
        tenant(json!({"priority": 500}), "priority", "Priority can't be had", &["reserved band 1 to 999"]),
        tenant(
            json!({"hosts": ["*.dev.example.test"], "priority": 1000}),
            "priority",
            "Priority can't be had",
            &["would put *.dev.example.test before"],
        ),
    ];
    let sound = |kind: &str, number: usize| {
        if kind == "environment" {
            json!({"name": format!("e{number}"), "cidr_block": "10.0.0.0/16", "certificate_arn": dev.certificate})
        } else {
            json!({"environment": "dev", "name": format!("t{number}"), "hosts": [format!("t{number}.dev.example.test")], "image_id": dev.image})
        }
    };
    let before = dev.aws.mark();
    let other = another_team(&dev);
    other.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &other.plan(&[]));
    let changed: Vec<String> =
        dev.aws.calls(before).into_iter().filter(|call| call.mutating).map(|call| call.operation).collect();
    assert_eq!(changed, Vec::<String>::new(), "a plan changes nothing");
    dev.end();
}

#[test]
fn an_environment_with_tenants_is_not_destroyed_and_its_tenants_are_named() {
    let mut dev = inhabited();
    let planned = dev.terraform.plan(&["-destroy", "-target", SHOP]).expect_success().changes();
    assert_eq!(planned, [(SHOP.to_owned(), "delete".to_owned())]);
    let refusal = |dev: &Configuration| -> Value {
        let errors = dev.terraform.plan(&[]).expect_errors();
        errors.iter().map(|error| json!([error.address, error.text()])).collect()
    };
    // The environment's block is gone from the configuration, its tenants are another team's by now.
    for tenant in [TENANT, SHOP] {
        dev.terraform.run(["state", "rm", tenant]).expect_success();
        dev.remove(tenant);
    }
    dev.remove(ENVIRONMENT);
    let refused = refusal(&dev);
    assert_eq!(refused.as_array().unwrap().len(), 1, "{refused}");
    let text = refused[0][1].as_str().unwrap();
    assert!(text.contains("The environment still has tenants") && text.contains("acme, shop"), "{text}");
    assert_eq!(dev.aws.inventory().iter().filter(|object| object.kind == "vpc").count(), 1);
}

#[test]
fn an_environment_yet_to_be_made_in_the_same_configuration_is_no_mistake() {
    let dev = Configuration::with_tenant();
    let planned = dev.terraform.plan(&[]).expect_success().changes();
    assert_eq!(planned.len(), 2, "{planned:?}");
    assert!(planned.iter().all(|(_, action)| action == "create"), "{planned:?}");
    dev.terraform.apply_plan().expect_success();
    dev.end();
}
