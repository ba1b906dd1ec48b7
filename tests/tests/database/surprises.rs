//! Twelve ways to lose a database without meaning to. Each is refused at plan, with what to do instead, or leaves the
//! very instance in its place.

use crate::{assert_says, end, identifier, refusal, resource_id};
use paas_tests::Configuration;
use paas_tests::configuration::{DATABASE, ENVIRONMENT, TENANT};
use paas_tests::terraform::Diagnostic;
use serde_json::{Value, json};

/// A database that is there, and the account that must be the same after whatever is tried.
struct Kept {
    dev: Configuration,
    id: Value,
}

impl Kept {
    fn new() -> Self {
        let mut dev = Configuration::with_database();
        dev.set(DATABASE, "deletion_protection", true);
        dev.apply();
        let id = resource_id(&dev);
        Self { dev, id }
    }

    /// One that isn't protected either.
    fn unprotected() -> Self {
        let mut kept = Self::new();
        kept.dev.set(DATABASE, "deletion_protection", false);
        kept.dev.apply();
        kept
    }

    /// Checks that a plan and an apply are refused alike, and with what.
    #[track_caller]
    fn refuses(&self, options: &[&str], path: &str, says: &[&str]) {
        let before = self.dev.aws.counts(0).mutating;
        for refused in [self.dev.terraform.plan(options), self.dev.terraform.apply(options)] {
            let error = refusal(&refused);
            assert_eq!(error.path(), path, "{}", error.text());
            assert_says(&error.text(), says);
        }
        assert_eq!(self.dev.aws.counts(0).mutating, before, "nothing was touched");
    }

    /// Checks that it is the instance that it was, and ends everything.
    #[track_caller]
    fn lives(mut self) {
        assert_eq!(resource_id(&self.dev), self.id, "it is another instance now");
        self.dev.assert_settled();
        end(&mut self.dev);
    }

    /// Changes an argument, sees that refused, and changes it back.
    #[track_caller]
    fn refuses_change(&mut self, argument: &str, to: impl Into<Value>, says: &[&str]) {
        let was = match self.dev.attribute(DATABASE, argument) {
            // What stands in the configuration is a reference.
            _ if argument == "environment" => json!("${paas_environment.dev.id}"),
            _ if argument == "tenant" => json!("${paas_tenant.acme.name}"),
            was => was,
        };
        self.dev.set(DATABASE, argument, to);
        self.refuses(&[], argument, says);
        self.dev.set(DATABASE, argument, was);
    }
}

#[test]
fn way_1_destroy_while_it_is_protected() {
    let kept = Kept::new();
    let says = ["deletion_protection = false, apply", "dev/acme/database", "removed block"];
    let before = kept.dev.aws.counts(0).mutating;
    for refused in [kept.dev.terraform.plan(&["-destroy"]), kept.dev.terraform.destroy(&[])] {
        let errors = refused.expect_errors();
        let ours: Vec<_> = errors.iter().filter(|error| error.address.as_deref() == Some(DATABASE)).collect();
        assert_eq!(ours.len(), 1, "{}", refused.report());
        assert_eq!(ours[0].summary, "The database is protected");
        assert_says(&ours[0].text(), &says);
    }
    assert_eq!(kept.dev.aws.counts(0).mutating, before, "nothing was touched");
    kept.lives();
}

#[test]
fn way_2_take_it_out_of_the_configuration() {
    let mut kept = Kept::new();
    kept.dev.remove(DATABASE);
    // There is no line left in the configuration that an error could point at.
    kept.refuses(&[], "", &["dev/acme/database", "put it back", "deletion_protection = false, apply"]);
    let mut database = kept.dev.database();
    database["deletion_protection"] = json!(true);
    kept.dev.declare(DATABASE, database);
    kept.lives();
}

#[test]
fn way_3_replace_it_by_the_command_line() {
    let kept = Kept::new();
    kept.refuses(
        &["-replace", DATABASE],
        "deletion_protection",
        &["-replace", "would be empty", "terraform untaint"],
    );
    kept.lives();
}

#[test]
fn way_4_taint_it() {
    let kept = Kept::new();
    kept.dev.terraform.run(["taint", DATABASE]).expect_success();
    kept.refuses(&[], "deletion_protection", &["terraform untaint", "goes on with what is there"]);
    kept.dev.terraform.run(["untaint", DATABASE]).expect_success();
    kept.lives();
}

/// Even where the protection has just been taken out of the configuration, and not been applied.
#[test]
fn way_4_again_with_a_protection_that_only_the_configuration_gave_up() {
    let mut kept = Kept::new();
    kept.dev.terraform.run(["taint", DATABASE]).expect_success();
    kept.dev.set(DATABASE, "deletion_protection", false);
    kept.refuses(&[], "deletion_protection", &["terraform untaint"]);
    kept.dev.terraform.run(["untaint", DATABASE]).expect_success();
    kept.refuses(&["-replace", DATABASE], "deletion_protection", &["-replace"]);
    kept.dev.set(DATABASE, "deletion_protection", true);
    kept.lives();
}

#[test]
fn ways_5_6_and_7_another_name_tenant_or_environment() {
    for mut kept in [Kept::new(), Kept::unprotected()] {
        let moving = ["protected or not", "aws rds create-db-snapshot", "snapshot_identifier"];
        kept.refuses_change("name", "orders", &[&["Set name back to \"database\""], &moving[..]].concat());
        kept.refuses_change("tenant", "umbrella", &[&["Set tenant back to \"acme\""], &moving[..]].concat());
        kept.refuses_change(
            "environment",
            "staging",
            &[&["Set environment back to \"dev\""], &moving[..]].concat(),
        );
        let unprotected = kept.dev.attribute(DATABASE, "deletion_protection") == false;
        kept.dev.set(DATABASE, "deletion_protection", !unprotected);
        kept.lives();
    }
}

/// A name that isn't known before the apply might be any.
#[test]
fn way_5_again_with_a_name_that_is_not_known_yet() {
    let mut kept = Kept::unprotected();
    let terraform = "terraform {\n  required_version = \">= 1.4\"\n}\n";
    let data = "resource \"terraform_data\" \"name\" {\n  input = \"database\"\n}\n";
    kept.dev.terraform.write("name.tf", &[terraform, data].concat());
    kept.refuses_change("name", "${terraform_data.name.output}", &["a value that isn't known yet"]);
    std::fs::remove_file(kept.dev.terraform.folder().join("name.tf")).expect("it is there");
    kept.lives();
}

#[test]
fn ways_8_and_9_what_only_a_new_instance_could_have() {
    for mut kept in [Kept::new(), Kept::unprotected()] {
        kept.refuses_change("username", "root", &["Set username back to \"admin\"", "CREATE USER"]);
        kept.refuses_change("db_name", "shop", &["Leave db_name out", "CREATE DATABASE"]);
        kept.refuses_change(
            "engine_version",
            "8.0",
            &["no way back to 8.0", "Set engine_version to \"8.4\""],
        );
        kept.refuses_change("engine_version", "8.4.3", &["runs MySQL 8.4.", "no way back to 8.4.3"]);
        kept.lives();
    }
}

#[test]
fn way_9_again_upwards_without_being_told() {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "engine_version", "8.0");
    dev.apply();
    let id = resource_id(&dev);
    let mut kept = Kept { dev, id };
    kept.refuses_change("engine_version", "8.4", &["no way back", "allow_major_version_upgrade = true"]);
    kept.refuses_change("engine_version", "8.9.9", &["no MySQL 8.9.9", "describe-db-engine-versions"]);
    kept.lives();
}

/// RDS has no way to move data under another key, and without the old one they are lost.
#[test]
fn way_10_a_new_key_for_the_environment() {
    let kept = Kept::new();
    let arn = kept.dev.attribute(ENVIRONMENT, "kms_key_arn");
    let key = arn.as_str().and_then(|arn| arn.rsplit('/').next()).expect("an ARN");
    kept.dev.by_hand("kms", "schedule_key_deletion", &json!({"KeyId": key, "PendingWindowInDays": 7}));
    kept.refuses(&[], "environment", &["aws kms cancel-key-deletion", "copy-db-snapshot --kms-key-id"]);
    kept.dev.by_hand("kms", "cancel_key_deletion", &json!({ "KeyId": key }));
    kept.dev.by_hand("kms", "enable_key", &json!({ "KeyId": key }));
    kept.lives();
}

#[test]
fn way_11_other_subnets_and_another_snapshot_change_in_place() {
    let mut kept = Kept::new();
    kept.dev.set(ENVIRONMENT, "availability_zones", json!(["eu-west-1a", "eu-west-1b"]));
    kept.dev.apply();
    kept.dev.assert_settled();
    let three = json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    kept.dev.set(ENVIRONMENT, "availability_zones", three.clone());
    let planned = kept.dev.planned(DATABASE);
    assert!(planned.contains(&"~ subnet_group".to_owned()), "{planned:?}");
    assert!(!planned.contains(&"~ instance".to_owned()), "{planned:?}");
    kept.dev.terraform.apply_plan().expect_success();
    let group = json!({"DBSubnetGroupName": kept.dev.attribute(DATABASE, "db_subnet_group_name")});
    let group = kept.dev.look("rds", "describe_db_subnet_groups", &group);
    assert_eq!(group["DBSubnetGroups"][0]["Subnets"].as_array().map(Vec::len), Some(3));
    kept.dev.set(DATABASE, "snapshot_identifier", "whatever");
    assert_eq!(kept.dev.planned(DATABASE), ["~ record"]);
    kept.dev.terraform.apply_plan().expect_success();
    kept.dev.set(DATABASE, "snapshot_identifier", json!(null));
    kept.dev.apply();
    kept.lives();
}

#[test]
fn way_11_again_a_smaller_disk() {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "allocated_storage", 50);
    dev.apply();
    let id = resource_id(&dev);
    let mut kept = Kept { dev, id };
    kept.refuses_change("allocated_storage", 20, &["Set allocated_storage back to 50", "can't shrink"]);
    kept.lives();
}

#[test]
fn way_12_destroy_what_it_stands_on() {
    let mut kept = Kept::new();
    // The environment alone: its databases go with what refers to it, and they are protected.
    for target in [ENVIRONMENT, TENANT] {
        let refused = kept.dev.terraform.destroy(&["-target", target]);
        let errors = refused.expect_errors();
        assert!(
            errors.iter().any(|error| error.summary == "The database is protected"),
            "{}",
            refused.report()
        );
    }
    // The environment, from where nobody knows of the database.
    kept.dev.set(DATABASE, "environment", "dev");
    kept.dev.set(DATABASE, "tenant", "acme");
    kept.dev.apply();
    kept.dev.terraform.run(["state", "rm", DATABASE]).expect_success();
    kept.dev.remove(DATABASE);
    let refused = kept.dev.terraform.destroy(&[]);
    let text = refused.expect_errors().iter().map(Diagnostic::text).collect::<String>();
    assert_says(&text, &["The environment still has databases", "acme/database"]);
    let database = kept.dev.database();
    kept.dev.declare(DATABASE, database);
    kept.dev.terraform.import(DATABASE, "dev/acme/database").expect_success();
    kept.dev.apply();
    kept.lives();
}

/// The way that is meant: two steps, and a snapshot at the end.
#[test]
fn whoever_means_it_can() {
    let mut kept = Kept::unprotected();
    let name = identifier(&kept.dev);
    kept.dev.remove(DATABASE);
    let plan = kept.dev.terraform.plan(&[]).expect_success();
    assert_eq!(plan.changes(), [(DATABASE.to_owned(), "delete".to_owned())]);
    kept.dev.terraform.apply_plan().expect_success();
    let left = crate::snapshots(&kept.dev);
    assert!(left.len() == 1 && left[0].starts_with(&format!("{name}-final-")), "{left:?}");
    crate::delete_snapshots(&kept.dev);
    kept.dev.end();
}

/// Told so, and not protected, Terraform may make it anew; the plan says what that means.
#[test]
fn an_unprotected_one_is_made_anew_when_told() {
    let kept = Kept::unprotected();
    // Of a plan with -replace Terraform shows errors only.
    kept.dev.terraform.run(["taint", DATABASE]).expect_success();
    let plan = kept.dev.terraform.plan(&[]).expect_success();
    let warned = plan.diagnostics().into_iter().find(|said| said.summary == "A last snapshot will be taken");
    assert_says(&warned.expect("the plan says it").text(), &["The new one will be empty"]);
    kept.dev.terraform.apply_plan().expect_success();
    assert_ne!(resource_id(&kept.dev), kept.id);
    kept.dev.assert_settled();
    crate::delete_snapshots(&kept.dev);
    let mut dev = kept.dev;
    end(&mut dev);
}
