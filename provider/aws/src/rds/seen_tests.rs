use super::super::instance::tests::sample;
use super::*;
use aws_sdk_rds::types::builders::{DbInstanceBuilder, PendingModifiedValuesBuilder};
use aws_sdk_rds::types::{
    DbParameterGroupStatus, DbSubnetGroup, Endpoint, MasterUserSecret, Tag, VpcSecurityGroupMembership,
};
use std::collections::BTreeSet;

fn tags(pairs: &[(&str, &str)]) -> Vec<Tag> {
    pairs.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build()).collect()
}

/// The instance that [`sample`] leads to, as RDS describes it.
pub(in crate::rds) fn real() -> DbInstanceBuilder {
    let group = |id: &str, status: &str| {
        VpcSecurityGroupMembership::builder().vpc_security_group_id(id).status(status).build()
    };
    DbInstance::builder()
        .db_instance_identifier("paas-dev-acme-1a2b3c-database")
        .db_instance_status("available")
        .engine_version("8.4.5")
        .db_instance_class("db.t4g.micro")
        .allocated_storage(20)
        .max_allocated_storage(100)
        .storage_type("gp3")
        .iops(3000)
        .storage_throughput(125)
        .multi_az(false)
        .db_name("app")
        .master_username("admin")
        .endpoint(Endpoint::builder().address("d.eu-west-1.rds.amazonaws.com").port(3306).build())
        .db_subnet_group(DbSubnetGroup::builder().db_subnet_group_name("subnets").build())
        .vpc_security_groups(group("sg-1", "active"))
        .vpc_security_groups(group("sg-0", "removing"))
        .db_parameter_groups(
            DbParameterGroupStatus::builder()
                .db_parameter_group_name("parameters-84")
                .parameter_apply_status("in-sync")
                .build(),
        )
        .kms_key_id("arn:aws:kms:eu-west-1:1:key/k")
        .master_user_secret(
            MasterUserSecret::builder().secret_arn("arn:secret").secret_status("active").build(),
        )
        .backup_retention_period(7)
        .preferred_backup_window("03:00-03:30")
        .preferred_maintenance_window("sun:04:00-sun:04:30")
        .auto_minor_version_upgrade(true)
        .deletion_protection(true)
        .performance_insights_enabled(false)
        .copy_tags_to_snapshot(true)
        .publicly_accessible(false)
        .set_tag_list(Some(tags(&[(VERSION, "8.4"), (ALLOCATED, "20")])))
}

/// What the tests say of an instance leaves the user's tags aside.
fn look(real: DbInstanceBuilder) -> Instance {
    let real = real.build();
    of(&real, &carried(&real), sample().tags)
}

fn awaiting(change: fn(PendingModifiedValuesBuilder) -> PendingModifiedValuesBuilder) -> DbInstanceBuilder {
    real().pending_modified_values(change(PendingModifiedValues::builder()).build())
}

#[test]
fn an_instance_as_wanted_is_seen_so() {
    assert_eq!(look(real()), sample());
    let out = out(&real().build());
    assert_eq!(
        (out.address.as_str(), out.secret_arn.as_str()),
        ("d.eu-west-1.rds.amazonaws.com", "arn:secret")
    );
}

#[test]
fn what_is_pending_counts_as_done() {
    assert_eq!(look(awaiting(|p| p.db_instance_class("db.r7g.large"))).instance_class, "db.r7g.large");
    assert_eq!(look(awaiting(|p| p.port(3307))).port, 3307);
    assert!(look(awaiting(|p| p.multi_az(true))).multi_az);
    assert_eq!(look(awaiting(|p| p.backup_retention_period(0))).backup_retention_period, 0);
    assert_eq!(look(awaiting(|p| p.engine_version("9.0.1"))).engine_version, "9.0.1");
    let provisioned = look(awaiting(|p| p.storage_type("io1").allocated_storage(200).iops(3000)));
    assert_eq!((provisioned.storage_type.as_str(), provisioned.iops), ("io1", Some(3000)));
    assert_eq!(provisioned.storage_throughput, None);
    assert!(is_pending(&awaiting(|p| p.port(3307)).build()));
    // RDS sends the empty element too.
    assert!(!is_pending(&awaiting(|p| p).build()) && !is_pending(&real().build()));
}

#[test]
fn a_tag_holds_the_version_only_while_it_fits() {
    for (tag, real_version, seen) in [
        ("8.4", "8.4.5", "8.4"),
        ("8.4.5", "8.4.5", "8.4.5"),
        ("8.4.3", "8.4.5", "8.4.5"),
        ("8.4", "9.0.1", "9.0.1"),
        ("8.4", "8.40.1", "8.40.1"),
    ] {
        let real = real().engine_version(real_version).set_tag_list(Some(tags(&[(VERSION, tag)])));
        assert_eq!(look(real).engine_version, seen, "{tag} {real_version}");
    }
    let untagged = real().set_tag_list(None);
    assert_eq!(look(untagged).engine_version, "8.4.5");
}

#[test]
fn storage_that_rds_enlarged_is_seen_as_asked_for() {
    let grown = |tag: Option<&str>, size: i32| {
        let tag = tag.map(|tag| tags(&[(ALLOCATED, tag)]));
        let seen = look(real().allocated_storage(size).set_tag_list(tag));
        (seen.allocated_storage, seen.max_allocated_storage)
    };
    assert_eq!(grown(Some("20"), 60), (20, Some(100)));
    assert_eq!(grown(None, 60), (60, Some(100)));
    // Somebody wrote the tag.
    assert_eq!(grown(Some("80"), 60), (60, Some(100)));
}

/// At the size up to which RDS may enlarge the storage, it says the same as with autoscaling switched off.
#[test]
fn storage_as_large_as_it_may_become_is_told_from_autoscaling_switched_off() {
    let max = |tag: &str, size: i32, real_max: Option<i32>| {
        let real = real().allocated_storage(size).set_max_allocated_storage(real_max);
        look(real.set_tag_list(Some(tags(&[(MAX_ALLOCATED, tag)])))).max_allocated_storage
    };
    assert_eq!(max("100", 60, Some(100)), Some(100));
    assert_eq!(max("100", 100, Some(100)), Some(100));
    assert_eq!(max("100", 100, None), Some(100));
    assert_eq!(max("100", 60, None), None);
    assert_eq!(max("100", 60, Some(60)), None);
    assert_eq!(max("100", 60, Some(200)), Some(200));
}

#[test]
fn tags_remember_what_rds_does_not_give_back() {
    let remembered = |want: &Instance, allocated| {
        let tags = of_wanted(want, allocated);
        let of = |key: &str| tags.get(key).map_or("-", String::as_str).to_owned();
        [VERSION, ALLOCATED, MAX_ALLOCATED].map(of).join(" ")
    };
    let fixed = Instance { max_allocated_storage: None, ..sample() };
    assert_eq!(remembered(&sample(), 20), "8.4 20 100");
    assert_eq!(remembered(&sample(), 60), "8.4 20 100");
    assert_eq!(remembered(&fixed, 20), "8.4 - -");
    assert_eq!(remembered(&fixed, 22), "8.4 20 -");
}

#[test]
fn what_gp3_has_for_free_is_not_seen() {
    let rates = |storage: &str, size: i32, iops: i32, throughput: i32| {
        let real = real().storage_type(storage).allocated_storage(size).iops(iops);
        let seen = look(real.storage_throughput(throughput).set_tag_list(None));
        (seen.iops, seen.storage_throughput)
    };
    assert_eq!(rates("gp3", 399, 3000, 125), (None, None));
    assert_eq!(rates("gp3", 400, 12_000, 500), (None, None));
    assert_eq!(rates("gp3", 400, 16_000, 500), (Some(16_000), None));
    assert_eq!(rates("io1", 400, 12_000, 0), (Some(12_000), None));
    assert_eq!(rates("gp2", 400, 1200, 0), (None, None));
}

/// A restored instance has the name of a database that nobody asked for, or none.
#[test]
fn of_a_restored_instance_the_tag_tells_the_name() {
    let named = |tag: &str, real_name: Option<&str>| {
        let real = real().set_db_name(real_name.map(str::to_owned));
        look(real.set_tag_list(Some(tags(&[(DB_NAME, tag)])))).db_name
    };
    assert_eq!(named("app", None).as_deref(), Some("app"));
    assert_eq!(named(NO_NAME, Some("old")), None);
    let wanted = Instance { db_name: None, ..sample() };
    assert_eq!(named(&db_name_tag(&wanted), Some("old")), None);
}

#[test]
fn the_group_of_a_pending_upgrade_counts_as_set() {
    let tagged = |real: DbInstanceBuilder| {
        look(real.set_tag_list(Some(tags(&[(PARAMETER_GROUP, "parameters-90")])))).parameter_group_name
    };
    assert_eq!(tagged(awaiting(|p| p.engine_version("9.0.1"))), "parameters-90");
    assert_eq!(tagged(awaiting(|p| p.engine_version("8.4.6"))), "parameters-84");
    assert_eq!(tagged(real()), "parameters-84");
}

#[test]
fn groups_that_leave_and_passwords_out_of_management_are_seen() {
    assert_eq!(look(real()).security_group_ids, BTreeSet::from(["sg-1".to_owned()]));
    assert!(!look(real().set_master_user_secret(None)).manage_master_user_password);
}
