//! Databases out of snapshots.

use crate::{
    assert_says, delete_snapshots, described, end, field, identifier, instance, refusal, resource_id,
};
use crate::{snapshots, take_snapshot};
use paas_tests::Configuration;
use paas_tests::configuration::{DATABASE, ENVIRONMENT};
use serde_json::{Value, json};

const OTHER: &str = "paas_database.other";

/// A database that ended, and left its last snapshot.
fn ended() -> (Configuration, String) {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "db_name", "shop");
    dev.set(DATABASE, "username", "master");
    dev.set(DATABASE, "allocated_storage", 30);
    dev.set(DATABASE, "deletion_protection", false);
    dev.apply();
    dev.remove(DATABASE);
    dev.apply();
    let mut left = snapshots(&dev);
    assert_eq!(left.len(), 1, "{left:?}");
    (dev, left.remove(0))
}

#[test]
fn a_database_comes_back_from_its_last_snapshot_under_the_same_name() {
    let (mut dev, snapshot) = ended();
    let mut database = dev.database();
    database["snapshot_identifier"] = json!(snapshot);
    database["username"] = json!("master");
    database["db_name"] = json!("shop");
    database["allocated_storage"] = json!(40);
    database["instance_class"] = json!("db.t4g.medium");
    database["parameters"] = json!({"max_connections": "200"});
    database["backup_window"] = json!("12:00-13:00");
    dev.declare(DATABASE, database);
    dev.apply();
    dev.assert_settled();
    let real = instance(&dev);
    assert_eq!(real["MasterUsername"], "master");
    assert_eq!(real["KmsKeyId"], dev.attribute(ENVIRONMENT, "kms_key_arn"));
    assert_eq!((&real["DeletionProtection"], &real["AllocatedStorage"]), (&json!(true), &json!(40)));
    assert_eq!(real["DBInstanceClass"], "db.t4g.medium");
    assert_eq!(real["PreferredBackupWindow"], "12:00-13:00");
    let group = dev.attribute(DATABASE, "parameter_group_name");
    assert_eq!(real["DBParameterGroups"][0]["DBParameterGroupName"], group);
    assert_eq!(real["MasterUserSecret"]["SecretArn"], dev.attribute(DATABASE, "master_user_secret_arn"));
    // It was for the beginning.
    let id = resource_id(&dev);
    for now in [json!("another"), json!(null)] {
        dev.set(DATABASE, "snapshot_identifier", now);
        assert_eq!(dev.planned(DATABASE), ["~ record"]);
        dev.terraform.apply_plan().expect_success();
        dev.assert_settled();
    }
    assert_eq!(resource_id(&dev), id);
    end(&mut dev);
}

#[test]
fn the_data_move_to_another_name_before_the_old_database_ends() {
    let mut dev = Configuration::with_database();
    dev.apply();
    take_snapshot(&dev, "move");
    let mut other = dev.database();
    other["name"] = json!("orders");
    other["snapshot_identifier"] = json!("move");
    other["deletion_protection"] = json!(false);
    other["skip_final_snapshot"] = json!(true);
    dev.declare(OTHER, other);
    dev.apply();
    dev.assert_settled();
    let name = dev.attribute(OTHER, "identifier");
    let source = &described(&dev, name.as_str().expect("a name"))["DBInstanceIdentifier"];
    assert_eq!(*source, name);
    dev.set(DATABASE, "deletion_protection", false);
    dev.apply();
    dev.remove(DATABASE);
    dev.apply();
    assert!(snapshots(&dev).iter().any(|name| name.contains("-database-final-")), "{:?}", snapshots(&dev));
    delete_snapshots(&dev);
    dev.end();
}

#[test]
fn a_snapshot_that_does_not_fit_is_refused_at_plan() {
    let mut dev = Configuration::with_database();
    dev.apply();
    take_snapshot(&dev, "weekly");
    let copy = json!({"SourceDBSnapshotIdentifier": "weekly", "TargetDBSnapshotIdentifier": "elsewhere"});
    let key = dev.by_hand("kms", "create_key", &json!({}));
    let mut under_another_key = copy;
    under_another_key["KmsKeyId"] = key["KeyMetadata"]["Arn"].clone();
    let copied = dev.aws.call("rds", "copy_db_snapshot", &under_another_key);
    let cases: [(&str, Value, &str, &[&str]); 5] = [
        ("snapshot_identifier", json!("nowhere"), "snapshot_identifier", &["no snapshot \"nowhere\""]),
        ("username", json!("root"), "username", &["Set username = \"admin\""]),
        ("engine_version", json!("8.0"), "engine_version", &["no way back to 8.0"]),
        ("allocated_storage", json!(20), "allocated_storage", &[]),
        (
            "snapshot_identifier",
            json!("elsewhere"),
            "snapshot_identifier",
            &[
                "aws rds copy-db-snapshot --source-db-snapshot-identifier elsewhere",
                "--kms-key-id arn:aws:kms",
            ],
        ),
    ];
    for (argument, value, path, says) in cases {
        // Twenty is what the snapshot has; and the emulator may not know how to copy one.
        if says.is_empty() || (value == "elsewhere" && copied.is_err()) {
            continue;
        }
        let mut other = dev.database();
        other["name"] = json!("orders");
        other["snapshot_identifier"] = json!("weekly");
        other[argument] = value;
        dev.declare(OTHER, other);
        let error = refusal(&dev.terraform.plan(&[]));
        assert_eq!((error.path(), error.address.as_deref()), (path, Some(OTHER)));
        assert_says(&error.text(), says);
    }
    dev.remove(OTHER);
    dev.assert_settled();
    delete_snapshots(&dev);
    dev.by_hand("kms", "schedule_key_deletion", &json!({"KeyId": key["KeyMetadata"]["KeyId"]}));
    dev.set(DATABASE, "deletion_protection", false);
    dev.set(DATABASE, "skip_final_snapshot", true);
    dev.apply();
    dev.terraform.destroy(&[]).expect_success();
}

/// Somebody deleted it behind Terraform's back: what comes in its place is empty, so that is said aloud.
#[test]
fn a_database_that_is_gone_can_be_restored_in_its_place() {
    let mut dev = Configuration::with_database();
    dev.apply();
    let name = identifier(&dev);
    let unprotect =
        json!({"DBInstanceIdentifier": name, "DeletionProtection": false, "ApplyImmediately": true});
    dev.by_hand("rds", "modify_db_instance", &unprotect);
    let last = json!({"DBInstanceIdentifier": name, "FinalDBSnapshotIdentifier": "rescued"});
    dev.by_hand("rds", "delete_db_instance", &last);

    let warned = |dev: &Configuration| {
        let plan = dev.terraform.plan(&[]).expect_success();
        let said = plan.diagnostics().into_iter().find(|said| said.summary == "The database is gone");
        said.expect("the plan says that it is gone").text()
    };
    assert_says(&warned(&dev), &["empty one", "snapshot_identifier", "describe-db-snapshots"]);
    dev.set(DATABASE, "snapshot_identifier", "rescued");
    assert_says(&warned(&dev), &["restores snapshot rescued"]);
    dev.apply();
    dev.assert_settled();
    assert_eq!(field(&dev, "DeletionProtection"), true);
    end(&mut dev);
}
