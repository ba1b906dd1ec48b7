//! An instance ends, unless it is protected, and leaves what another may be made of.

use crate::account::{Account, conforms};
use paas_aws::rds::{Instance, snapshot};
use paas_aws::world::DatabaseSteering;
use serde_json::json;

#[tokio::test]
async fn a_protected_instance_stays_and_another_leaves_a_snapshot() {
    let account = Account::new();
    let mut want = account.ground().await;
    want.deletion_protection = true;
    let provider = account.plain().await;
    provider.made("instance", &want).await;
    let refused = provider.end(&want).await.unwrap_err();
    assert!(
        refused.is_refused() && refused.to_string().contains("`deletion_protection = false`"),
        "{refused}"
    );
    want.deletion_protection = false;
    provider.converge(&want).await.unwrap();
    provider.end(&want).await.unwrap();
    let last = account.aws.call("rds", "describe_db_snapshots", &json!({})).unwrap()["DBSnapshots"].take();
    let name = last[0]["DBSnapshotIdentifier"].as_str().unwrap().to_owned();
    assert!(
        name.starts_with("paas-dev-acme-1a2b3c-database-final-20") && last.as_array().unwrap().len() == 1
    );

    let found = snapshot(&provider.world, &name).await.unwrap().expect("it is there");
    assert!(found.available && found.username == "admin" && found.kms_key_arn.as_ref() == Some(&account.key));
    assert_eq!(snapshot(&provider.world, "none").await.unwrap(), None);

    // From it, into a database that differs in all that may.
    let restored = Instance {
        db_name: None,
        allocated_storage: 30,
        backup_retention_period: 3,
        max_allocated_storage: Some(200),
        maintenance_window: "tue:04:00-tue:04:30".into(),
        port: 3310,
        ..want
    };
    let from = DatabaseSteering { snapshot_identifier: Some(name), ..DatabaseSteering::default() };
    let (provider, mark) = (account.provider(from).await, account.aws.mark());
    let out = provider.made("instance", &restored).await;
    assert_eq!(
        account.changes(mark),
        ["RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance", "RemoveTagsFromResource"]
    );
    assert!(!out.secret_arn.is_empty());
    conforms(&account, &restored, "a restore").await;
}
