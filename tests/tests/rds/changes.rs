//! What changes an instance: we, at once or in its window; others; RDS itself.

use crate::account::{Account, at_once, conforms, parameter_group};
use composite::{Child, Diff};
use paas_aws::Tags;
use paas_aws::rds::Instance;
use paas_aws::world::DatabaseSteering;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn everything_changes_in_one_call_at_once() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    let other =
        json!({"VpcId": account.described()["DBSubnetGroup"]["VpcId"], "GroupName": "b", "Description": "b"});
    let other = account.aws.call("ec2", "create_security_group", &other).unwrap()["GroupId"].take();
    want.instance_class = "db.r7g.large".into();
    want.allocated_storage = 400;
    want.max_allocated_storage = None;
    want.iops = Some(16_000);
    want.multi_az = true;
    want.port = 3307;
    want.security_group_ids = BTreeSet::from([other.as_str().unwrap().to_owned()]);
    want.backup_retention_period = 14;
    want.backup_window = "01:00-01:30".into();
    want.maintenance_window = "mon:04:00-mon:04:30".into();
    want.auto_minor_version_upgrade = false;
    want.performance_insights_enabled = false;
    want.copy_tags_to_snapshot = false;
    want.deletion_protection = true;
    want.engine_version = "8.4.6".into();
    want.tags = Tags::from([("team".to_owned(), "other".to_owned()), ("cost".to_owned(), "1".to_owned())]);
    let (provider, mark) = (account.provider(at_once()).await, account.aws.mark());
    provider.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), ["ModifyDBInstance", "AddTagsToResource", "RemoveTagsFromResource"]);
    conforms(&account, &want, "changes at once").await;
    let described = account.described();
    assert_eq!(described["PendingModifiedValues"], json!({}));
    assert_eq!(described["DBInstanceClass"], "db.r7g.large");
    assert_eq!(described["Endpoint"]["Port"], 3307);
}

#[tokio::test]
async fn what_interrupts_waits_for_the_maintenance_window() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    want.instance_class = "db.r7g.large".into();
    want.multi_az = true;
    want.allocated_storage = 25;
    want.backup_window = "01:00-01:30".into();
    let (provider, mark) = (account.plain().await, account.aws.mark());
    provider.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), ["ModifyDBInstance", "AddTagsToResource"]);
    conforms(&account, &want, "noting the changes").await;
    assert_eq!(account.described()["DBInstanceClass"], "db.t4g.medium");
    assert_eq!(account.described()["PendingModifiedValues"]["DBInstanceClass"], "db.r7g.large");

    // Nothing is asked for again, and a change beside them makes none of them.
    want.deletion_protection = true;
    account.plain().await.converge(&want).await.unwrap();
    conforms(&account, &want, "another change").await;
    assert_eq!(account.described()["DBInstanceClass"], "db.t4g.medium");
}

#[tokio::test]
async fn a_major_upgrade_takes_its_parameter_group_along() {
    for steering in [at_once(), DatabaseSteering { apply_immediately: false, ..at_once() }] {
        let account = Account::new();
        let new = account.ground().await;
        let old_group = parameter_group("mysql8.0");
        let provider = account.plain().await;
        provider.made("parameter_group", &old_group).await;
        let old =
            Instance { engine_version: "8.0".into(), parameter_group_name: old_group.name, ..new.clone() };
        provider.made("instance", &old).await;
        assert_eq!(old.diff(&new), Diff::Replace("engine_version"));
        let refused = account.plain().await.converge(&new).await.unwrap_err();
        assert!(refused.to_string().contains("AllowMajorVersionUpgrade"), "{refused}");

        account.provider(steering.clone()).await.converge(&new).await.unwrap();
        conforms(&account, &new, "an upgrade").await;
        let runs = account.described()["EngineVersion"].as_str().unwrap().to_owned();
        assert_eq!(runs.starts_with("8.4"), steering.apply_immediately, "{runs}");
        if !steering.apply_immediately {
            // The window has come.
            account.modify(&json!({"EngineVersion": "8.4", "DBParameterGroupName": new.parameter_group_name, "AllowMajorVersionUpgrade": true}));
            account.provider(steering).await.converge(&new).await.unwrap();
            conforms(&account, &new, "the window").await;
        }
    }
}

#[tokio::test]
async fn what_others_change_is_seen_and_led_back() {
    let account = Account::new();
    let want = account.ground().await;
    let out = account.plain().await.made("instance", &want).await;
    account.modify(&json!({"DBParameterGroupName": "default.mysql8.4", "BackupRetentionPeriod": 1, "DeletionProtection": true, "ManageMasterUserPassword": false, "MasterUserPassword": "hunter2hunter2"}));
    let provider = account.provider(at_once()).await;
    let saw = provider.seen::<Instance>("instance", &want.identifier).await.expect("it is there");
    assert_eq!(want.diff(&saw), Diff::Update);
    assert_eq!(saw.parameter_group_name, "default.mysql8.4");
    let mark = account.aws.mark();
    let again = provider.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), ["ModifyDBInstance", "RebootDBInstance"]);
    assert_ne!(again.secret_arn, out.secret_arn);
    conforms(&account, &want, "the way back").await;
    let groups = account.described()["DBParameterGroups"].clone();
    assert_eq!(groups[0]["ParameterApplyStatus"], "in-sync");
}

/// Without `apply_immediately` too, and nothing else is made at once with it.
#[tokio::test]
async fn a_password_is_taken_over_at_once() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    account.modify(&json!({"ManageMasterUserPassword": false, "MasterUserPassword": "hunter2hunter2"}));
    want.instance_class = "db.r7g.large".into();
    let out = account.plain().await.converge(&want).await.unwrap();
    assert!(!out.secret_arn.is_empty());
    conforms(&account, &want, "the take-over").await;
    assert_eq!(account.described()["DBInstanceClass"], "db.t4g.medium");
}

#[tokio::test]
async fn storage_that_grew_by_itself_is_no_drift() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    account.modify(&json!({"AllocatedStorage": 60}));
    account.provider(at_once()).await.converge(&want).await.unwrap();
    conforms(&account, &want, "growth").await;
    account.modify(&json!({"AllocatedStorage": 100, "MaxAllocatedStorage": 100}));
    let mark = account.aws.mark();
    account.provider(at_once()).await.converge(&want).await.unwrap();
    assert_eq!(account.changes(mark), [""; 0]);
    conforms(&account, &want, "growth to the full").await;

    want.max_allocated_storage = None;
    account.provider(at_once()).await.converge(&want).await.unwrap();
    conforms(&account, &want, "the end of autoscaling").await;
    want.allocated_storage = 101;
    account.provider(at_once()).await.converge(&want).await.unwrap();
    conforms(&account, &want, "a size that RDS rounds up").await;
    assert_eq!(account.described()["AllocatedStorage"], 110);
}

/// One that runs already, and one that RDS was allowed to leave behind.
#[tokio::test]
async fn a_version_written_out_is_noted_and_not_asked_for() {
    let account = Account::new();
    let mut want = account.ground().await;
    account.plain().await.made("instance", &want).await;
    for version in ["8.4.5", "8.4.3", "8.4"] {
        want.engine_version = version.into();
        let mark = account.aws.mark();
        account.plain().await.converge(&want).await.unwrap();
        assert_eq!(account.changes(mark), ["AddTagsToResource"], "{version}");
        conforms(&account, &want, version).await;
    }
}
