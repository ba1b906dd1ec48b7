//! Lives of resources in two roles: one plans with the policy for plans, the other applies those plans with the policy for
//! applies, of that one resource type. Here is what all lives are like; what each resource type's is like stands in a file of
//! its own.

mod database;
mod environment;
mod gitlab_webhook;
mod infrastructure_pipeline;
mod tenant;

pub use database::database;

use crate::roles;
use paas_aws::permissions::{Access, ResourceType};
use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use serde_json::{Value, json};
use std::fs;

const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const MANAGED_POLICY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

/// What the life of a resource type is like.
struct Life {
    of: ResourceType,
    address: &'static str,
    /// What it is imported by.
    id: &'static str,
    /// An account in which it can be made, and its configuration. What it needs belongs to somebody else.
    account: fn() -> Configuration,
    /// What somebody changes and deletes by hand.
    drift: fn(&Configuration),
    /// Arguments that change, apply by apply; together they reach every child.
    changes: fn(&Configuration) -> Vec<Value>,
}

impl Life {
    fn live(&self) {
        let mut dev = (self.account)();
        let before = dev.aws.inventory();
        let [planner, applier] =
            [Access::Plan, Access::Apply].map(|access| roles::enact(&dev.aws, "paas", access, self.of));
        let run = |dev: &mut Configuration, key: &str| {
            dev.terraform.set("AWS_ACCESS_KEY_ID", key);
        };
        let expect = |dev: &mut Configuration, action: &str| {
            run(dev, &planner);
            let changes = dev.terraform.plan(&[]).expect_success().changes();
            assert_eq!(changes, [(self.address.to_owned(), action.to_owned())]);
            run(dev, &applier);
            dev.terraform.apply_plan().expect_success();
            run(dev, &planner);
            dev.assert_settled();
        };

        expect(&mut dev, "create");
        (self.drift)(&dev);
        expect(&mut dev, "update");
        for changes in (self.changes)(&dev) {
            for (argument, value) in changes.as_object().expect("arguments are an object") {
                dev.set(self.address, argument, value.clone());
            }
            expect(&mut dev, "update");
        }

        fs::remove_file(dev.terraform.folder().join("terraform.tfstate")).expect("there is a state");
        dev.terraform.import(self.address, self.id).expect_success();
        dev.assert_settled();

        let refused = dev.terraform.destroy(&[]).expect_errors();
        assert!(
            refused.iter().any(|error| error.text().contains("is not authorized to perform")),
            "{refused:?}"
        );
        run(&mut dev, &applier);
        dev.terraform.destroy(&[]).expect_success();
        assert_eq!(dev.aws.inventory(), before);
    }
}

/// An account with an environment of somebody else's, which the configuration doesn't know.
pub fn with_environment_of_others() -> Configuration {
    let mut dev = Configuration::with_environment();
    dev.apply();
    leave_to_others(&mut dev, &[ENVIRONMENT]);
    dev
}

/// An account with a tenant of somebody else's, too.
pub fn with_tenant_of_others() -> Configuration {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    leave_to_others(&mut dev, &[TENANT, ENVIRONMENT]);
    dev
}

/// From now on they are in nobody's state here.
pub fn leave_to_others(dev: &mut Configuration, addresses: &[&str]) {
    for address in addresses {
        dev.terraform.run(["state", "rm", address]).expect_success();
        dev.remove(address);
    }
}

/// What the group lets in is described in other words.
fn described_otherwise(dev: &Configuration, group: &Value) {
    let found = dev.look("ec2", "describe_security_groups", &json!({"GroupIds": [group]}));
    let mut rules = found["SecurityGroups"][0]["IpPermissions"].clone();
    for rule in rules.as_array_mut().expect("a list") {
        for kind in ["IpRanges", "UserIdGroupPairs"] {
            for peer in rule[kind].as_array_mut().into_iter().flatten() {
                peer["Description"] = json!("otherwise");
            }
        }
    }
    let described = json!({"GroupId": group, "IpPermissions": rules});
    dev.by_hand("ec2", "update_security_group_rule_descriptions_ingress", &described);
}
