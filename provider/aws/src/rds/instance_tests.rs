use super::*;

pub(in crate::rds) fn sample() -> Instance {
    Instance {
        identifier: "paas-dev-acme-1a2b3c-database".into(),
        engine_version: "8.4".into(),
        instance_class: "db.t4g.micro".into(),
        allocated_storage: 20,
        max_allocated_storage: Some(100),
        storage_type: "gp3".into(),
        iops: None,
        storage_throughput: None,
        multi_az: false,
        db_name: Some("app".into()),
        username: "admin".into(),
        port: 3306,
        subnet_group_name: "subnets".into(),
        security_group_ids: BTreeSet::from(["sg-1".to_owned()]),
        parameter_group_name: "parameters-84".into(),
        kms_key_arn: "arn:aws:kms:eu-west-1:1:key/k".into(),
        manage_master_user_password: true,
        backup_retention_period: 7,
        backup_window: "03:00-03:30".into(),
        maintenance_window: "sun:04:00-sun:04:30".into(),
        auto_minor_version_upgrade: true,
        deletion_protection: true,
        performance_insights_enabled: false,
        performance_insights_retention_period: None,
        copy_tags_to_snapshot: true,
        publicly_accessible: false,
        tags: Tags::from([("team".to_owned(), "a".to_owned())]),
    }
}

#[test]
fn what_cannot_change_in_place_replaces() {
    let changed = |change: fn(&mut Instance)| {
        let mut wanted = sample();
        change(&mut wanted);
        wanted.diff(&sample())
    };
    assert_eq!(changed(|_| ()), Diff::Same);
    assert_eq!(changed(|i| i.identifier = "other".into()), Diff::Replace("identifier"));
    assert_eq!(changed(|i| i.username = "root".into()), Diff::Replace("username"));
    assert_eq!(changed(|i| i.db_name = None), Diff::Replace("db_name"));
    assert_eq!(changed(|i| i.kms_key_arn = "arn:other".into()), Diff::Replace("kms_key_arn"));
    assert_eq!(changed(|i| i.subnet_group_name = "vpc-2".into()), Diff::Replace("subnet_group_name"));
    assert_eq!(changed(|i| i.engine_version = "8.0".into()), Diff::Replace("engine_version"));
    assert_eq!(changed(|i| i.allocated_storage = 19), Diff::Replace("allocated_storage"));
    assert_eq!(changed(|i| i.allocated_storage = 21), Diff::Update);
    assert_eq!(changed(|i| i.engine_version = "9.0".into()), Diff::Update);
    assert_eq!(changed(|i| i.instance_class = "db.r7g.large".into()), Diff::Update);
    assert_eq!(changed(|i| i.deletion_protection = false), Diff::Update);
}

/// RDS went on from 8.4.3 to 8.4.5 in a maintenance window, as it was told to; or somebody did, which it wasn't.
#[test]
fn a_newer_minor_version_is_taken_where_upgrades_are_automatic() {
    let wanted =
        |auto| Instance { engine_version: "8.4.3".into(), auto_minor_version_upgrade: auto, ..sample() };
    let saw = |auto| Instance { engine_version: "8.4.5".into(), ..wanted(auto) };
    assert_eq!(wanted(true).diff(&saw(true)), Diff::Same);
    assert_eq!(wanted(false).diff(&saw(false)), Diff::Replace("engine_version"));
    let other_class = Instance { instance_class: "db.r7g.large".into(), ..wanted(true) };
    assert_eq!(other_class.diff(&saw(true)), Diff::Update);
}

#[test]
fn what_is_free_may_be_named_or_left_out() {
    let large = |iops, throughput| Instance {
        allocated_storage: 400,
        max_allocated_storage: None,
        iops,
        storage_throughput: throughput,
        ..sample()
    };
    assert_eq!(large(Some(12_000), Some(500)).diff(&large(None, None)), Diff::Same);
    assert_eq!(large(Some(13_000), None).diff(&large(None, None)), Diff::Update);
    let watched = |retention| Instance {
        performance_insights_enabled: true,
        performance_insights_retention_period: retention,
        ..sample()
    };
    assert_eq!(watched(None).diff(&watched(Some(7))), Diff::Same);
    assert_eq!(watched(Some(31)).diff(&watched(Some(7))), Diff::Update);
    let unwatched = Instance { performance_insights_retention_period: Some(31), ..sample() };
    assert_eq!(unwatched.diff(&sample()), Diff::Same);
}

/// An out that can't be read back is unknown to a plan: `sync` is going to tell.
#[test]
fn an_out_without_its_secret_is_no_out() {
    let out = InstanceOut {
        identifier: "i".into(),
        arn: "arn:i".into(),
        resource_id: "db-1".into(),
        address: "i.rds".into(),
        secret_arn: "arn:secret".into(),
    };
    let again = |out: &InstanceOut| serde_json::from_value::<InstanceOut>(serde_json::to_value(out).unwrap());
    assert_eq!(again(&out).unwrap(), out);
    assert!(again(&InstanceOut { secret_arn: String::new(), ..out.clone() }).is_err());
    assert!(again(&InstanceOut { address: String::new(), ..out }).is_err());
}
