//! A tenant's database under real Terraform: its life, its import, and twelve ways to lose it by surprise.

mod configured;
mod import;
mod life;
mod restore;
mod secrets;
mod surprises;
mod tenant;

#[path = "../support/search.rs"]
mod search;

use paas_tests::Configuration;
use paas_tests::configuration::DATABASE;
use paas_tests::terraform::{Diagnostic, Output};
use serde_json::{Value, json};

/// The name that RDS knows the database by.
fn identifier(dev: &Configuration) -> String {
    dev.attribute(DATABASE, "identifier").as_str().expect("it has an identifier").to_owned()
}

/// The instance as RDS describes it.
#[track_caller]
fn instance(dev: &Configuration) -> Value {
    described(dev, &identifier(dev))
}

/// The instance of this name as RDS describes it.
#[track_caller]
fn described(dev: &Configuration, identifier: &str) -> Value {
    let named = json!({ "DBInstanceIdentifier": identifier });
    dev.look("rds", "describe_db_instances", &named)["DBInstances"][0].take()
}

/// A field of the instance.
#[track_caller]
fn field(dev: &Configuration, name: &str) -> Value {
    instance(dev)[name].take()
}

/// RDS's own id of the instance: another one is another instance, and another's data.
#[track_caller]
fn resource_id(dev: &Configuration) -> Value {
    field(dev, "DbiResourceId")
}

/// The names of the snapshots there are.
fn snapshots(dev: &Configuration) -> Vec<String> {
    let found = dev.look("rds", "describe_db_snapshots", &json!({"SnapshotType": "manual"}));
    let names = found["DBSnapshots"].as_array().expect("a list").iter();
    names.map(|snapshot| snapshot["DBSnapshotIdentifier"].as_str().expect("a name").to_owned()).collect()
}

fn delete_snapshots(dev: &Configuration) {
    for name in snapshots(dev) {
        dev.by_hand("rds", "delete_db_snapshot", &json!({"DBSnapshotIdentifier": name}));
    }
}

/// Takes a snapshot of the database by hand.
fn take_snapshot(dev: &Configuration, name: &str) {
    let params = json!({"DBInstanceIdentifier": identifier(dev), "DBSnapshotIdentifier": name});
    dev.by_hand("rds", "create_db_snapshot", &params);
}

/// Gives the protection up, destroys everything, and checks that nothing is left in the account but snapshots, which go
/// then.
#[track_caller]
fn end(dev: &mut Configuration) {
    dev.set(DATABASE, "deletion_protection", false);
    dev.set(DATABASE, "skip_final_snapshot", true);
    dev.apply();
    delete_snapshots(dev);
    dev.end();
}

/// The one error of a plan that is refused.
#[track_caller]
fn refusal(refused: &Output) -> Diagnostic {
    let errors = refused.expect_errors();
    assert_eq!(errors.len(), 1, "{}", refused.report());
    errors.into_iter().next().expect("there is one")
}

/// Checks that a text says all of this.
#[track_caller]
fn assert_says(text: &str, says: &[&str]) {
    for part in says {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}
