use super::super::instance::tests::sample;
use super::*;

fn source() -> Snapshot {
    Snapshot {
        kms_key_arn: Some(sample().kms_key_arn),
        engine: "mysql".into(),
        engine_version: "8.4.5".into(),
        allocated_storage: 20,
        username: "admin".into(),
        available: true,
    }
}

#[test]
fn a_snapshot_that_cannot_become_the_database_says_why() {
    let refused = |change: fn(&mut Snapshot)| {
        let mut from = source();
        change(&mut from);
        refuse(&sample(), &from, false)
    };
    assert_eq!(refused(|_| ()), None);
    assert_eq!(refused(|s| s.allocated_storage = 10), None);
    for (why, says) in [
        (refused(|s| s.engine = "postgres".into()), "postgres"),
        (refused(|s| s.available = false), "complete"),
        (refused(|s| s.kms_key_arn = None), "not encrypted"),
        (refused(|s| s.kms_key_arn = Some("arn:other".into())), "copy-db-snapshot"),
        (refused(|s| s.username = "root".into()), "\"root\", not \"admin\""),
        (refused(|s| s.allocated_storage = 21), "21 GiB"),
        (refused(|s| s.engine_version = "9.0.1".into()), "newer"),
        (refused(|s| s.engine_version = "8.0.36".into()), "allow_major_version_upgrade"),
    ] {
        assert!(why.as_deref().is_some_and(|why| why.contains(says)), "{says}: {why:?}");
    }
    let older = Snapshot { engine_version: "8.0.36".into(), ..source() };
    assert_eq!(refuse(&sample(), &older, true), None);
}

#[test]
fn what_settles_is_told_by_code_or_text() {
    let refusal = |code: &str, message: &str| AwsError::ours("CreateDBInstance", message).coded(code);
    let role = "Unable to create the resource. Verify that you have permission to create service linked role. \
                Otherwise wait and try again later";
    assert!(is_unsettled(&refusal("InvalidParameterValue", role)));
    let group = "Invalid security group , groupId= sg-0123456789abcdef0, groupName=.";
    assert!(is_unsettled(&refusal("InvalidParameterValue", group)));
    assert!(is_unsettled(&refusal("KMSKeyNotAccessibleFault", "")));
    assert!(!is_unsettled(&refusal("InvalidParameterValue", "Invalid DB Instance class")));
    assert!(!is_unsettled(&refusal("DBInstanceAlreadyExists", "")));
}

#[test]
fn rates_are_asked_for_only_where_rds_takes_them() {
    assert_eq!(provisioned(&sample()), (None, None));
    let large = Instance { allocated_storage: 400, iops: Some(16_000), ..sample() };
    assert_eq!(provisioned(&large), (Some(16_000), Some(500)));
    let io1 = Instance { storage_type: "io1".into(), iops: Some(1_000), ..sample() };
    assert_eq!(provisioned(&io1), (Some(1_000), None));
}
