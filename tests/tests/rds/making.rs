//! An instance is made once, whatever becomes of the answer, from nothing or from a snapshot.

use crate::account::{Account, conforms, parameter_group};
use paas_aws::rds::{Instance, engine_version};
use paas_aws::secretsmanager::credentials;
use paas_aws::world::DatabaseSteering;
use paas_tests::emulator::Fault;
use serde_json::json;

#[tokio::test]
async fn an_instance_is_made_in_one_call_and_read_back_as_wanted() {
    let account = Account::new();
    let want = account.ground().await;
    let (provider, mark) = (account.plain().await, account.aws.mark());
    let out = provider.made("instance", &want).await;
    assert_eq!(account.changes(mark), ["CreateDBInstance"]);
    conforms(&account, &want, "its creation").await;
    assert!(out.address.starts_with("paas-dev-acme-1a2b3c-database.") && out.resource_id.starts_with("db-"));
    let secret = credentials(&provider.world, &out.secret_arn).await.unwrap().expect("RDS made a secret");
    assert_eq!(secret.username, "admin");
    assert!(!format!("{secret:?}").contains(&secret.password));

    let (provider, mark) = (account.plain().await, account.aws.mark());
    assert_eq!(provider.converge(&want).await.unwrap(), out);
    assert_eq!(account.changes(mark), [""; 0]);

    provider.end(&want).await.unwrap();
    provider.end(&want).await.unwrap();
    assert_eq!(provider.seen::<Instance>("instance", &want.identifier).await, None);
    assert_eq!(credentials(&provider.world, &out.secret_arn).await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_that_was_lost_makes_no_second_instance() {
    let account = Account::new();
    let want = account.ground().await;
    account.aws.faults([Fault::drop_after().operation("CreateDBInstance").times(1)]);
    let provider = account.plain().await;
    let lost = provider.create("instance", &want).await.unwrap_err();
    assert!(lost.is_lost(), "{lost:?}");
    let found = provider.find("instance", &want).await.unwrap();
    assert_eq!(found.as_ref(), Some(&want.identifier));
    let exists = provider.create("instance", &want).await.unwrap_err();
    assert!(exists.is_lost() && exists.to_string().contains("DBInstanceAlreadyExists"), "{exists:?}");
    assert_eq!(provider.find("other", &want).await.unwrap(), None);
    let foreign = provider.create("other", &want).await.unwrap_err();
    assert!(foreign.to_string().contains("belongs to someone else"), "{foreign}");
    provider.converge(&want).await.unwrap();
    conforms(&account, &want, "a lost answer").await;
}

#[tokio::test]
async fn a_snapshot_of_an_older_major_version_is_upgraded() {
    let account = Account::new();
    let new = account.ground().await;
    let old_group = parameter_group("mysql8.0");
    let provider = account.plain().await;
    provider.made("parameter_group", &old_group).await;
    let old = Instance { engine_version: "8.0".into(), parameter_group_name: old_group.name, ..new.clone() };
    provider.made("instance", &old).await;
    provider.end(&old).await.unwrap();
    let last = account.aws.call("rds", "describe_db_snapshots", &json!({})).unwrap()["DBSnapshots"].take();
    let name = last[0]["DBSnapshotIdentifier"].as_str().unwrap().to_owned();
    let from = |allow| DatabaseSteering {
        snapshot_identifier: Some(name.clone()),
        allow_major_version_upgrade: allow,
        ..DatabaseSteering::default()
    };
    let provider = account.provider(from(false)).await;
    let refused = provider.create("instance", &new).await.unwrap_err();
    assert!(refused.to_string().contains("allow_major_version_upgrade"), "{refused}");
    account.provider(from(true)).await.made("instance", &new).await;
    conforms(&account, &new, "restore and upgrade").await;
    assert_eq!(account.described()["PendingModifiedValues"], json!({}));
}

#[tokio::test]
async fn versions_of_the_region_are_known() {
    let account = Account::new();
    let provider = account.plain().await;
    let newest = engine_version(&provider.world, "8.4").await.unwrap().expect("RDS offers it");
    assert!(newest.version.starts_with("8.4.") && newest.family == "mysql8.4", "{newest:?}");
    assert_eq!(engine_version(&provider.world, "8.4.99").await.unwrap(), None);
    assert_eq!(engine_version(&provider.world, "7.9").await.unwrap(), None);
}
