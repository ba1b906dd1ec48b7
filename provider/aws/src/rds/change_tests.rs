use super::super::instance::tests::sample;
use super::*;

type Change = ModifyDbInstanceInputBuilder;

/// The changes from the sample to what `change` makes of it, over the size that its storage really has.
fn over(allocated: i32, change: fn(&mut Instance)) -> Option<Change> {
    let mut want = sample();
    change(&mut want);
    changes(&want, &sample(), allocated, true)
}

fn to(change: fn(&mut Instance)) -> Option<Change> {
    over(20, change)
}

fn change() -> Change {
    Change::default()
}

#[test]
fn only_what_differs_is_told() {
    assert_eq!(to(|_| ()), None);
    assert_eq!(to(|i| i.multi_az = true), Some(change().multi_az(true)));
    assert_eq!(to(|i| i.deletion_protection = false), Some(change().deletion_protection(false)));
    assert_eq!(to(|i| i.port = 3307), Some(change().db_port_number(3307)));
    assert_eq!(to(|i| i.tags.clear()), None);
    let both = change().db_instance_class("db.r7g.large").backup_retention_period(35);
    assert_eq!(
        to(|i| {
            i.instance_class = "db.r7g.large".into();
            i.backup_retention_period = 35;
        }),
        Some(both)
    );
}

#[test]
fn an_upgrade_of_the_major_version_says_so_and_brings_its_parameters() {
    let upgrade = to(|i| {
        i.engine_version = "9.0".into();
        i.parameter_group_name = "parameters-90".into();
    })
    .unwrap();
    let expected = change().engine_version("9.0").allow_major_version_upgrade(true);
    assert_eq!(upgrade, expected.db_parameter_group_name("parameters-90"));
    assert!(is_major(&upgrade));

    let minor = changes(
        &Instance { engine_version: "8.4.6".into(), ..sample() },
        &Instance { engine_version: "8.4.5".into(), ..sample() },
        20,
        true,
    );
    assert_eq!(minor, Some(change().engine_version("8.4.6")));
    assert!(!is_major(&minor.unwrap()));
}

#[test]
fn a_version_that_runs_already_is_not_asked_for() {
    for (wanted, runs) in [("8.4", "8.4.5"), ("8.4.5", "8.4.5"), ("8.4.3", "8.4.5")] {
        let want = Instance { engine_version: wanted.into(), ..sample() };
        let saw = Instance { engine_version: runs.into(), ..sample() };
        assert_eq!(changes(&want, &saw, 20, false), None, "{wanted} {runs}");
    }
}

#[test]
fn storage_never_shrinks() {
    assert_eq!(to(|i| i.allocated_storage = 30), Some(change().allocated_storage(30)));
    // RDS has enlarged it beyond that by itself.
    assert_eq!(over(60, |i| i.allocated_storage = 30), None);
    assert_eq!(over(60, |i| i.allocated_storage = 80), Some(change().allocated_storage(80)));
}

#[test]
fn what_is_provisioned_goes_with_every_change_of_storage() {
    let striped = change().allocated_storage(400).max_allocated_storage(1000);
    let striped = striped.iops(12_000).storage_throughput(500);
    assert_eq!(
        to(|i| {
            i.allocated_storage = 400;
            i.max_allocated_storage = Some(1000);
        }),
        Some(striped)
    );
    let provisioned = change().allocated_storage(20).storage_type("io1").iops(1000);
    assert_eq!(
        to(|i| {
            i.storage_type = "io1".into();
            i.iops = Some(1000);
        }),
        Some(provisioned)
    );
    // Of a small gp3 volume RDS takes no rates.
    let from_gp2 = Instance { storage_type: "gp2".into(), ..sample() };
    assert_eq!(
        changes(&sample(), &from_gp2, 20, false),
        Some(change().allocated_storage(20).storage_type("gp3"))
    );
    let free = Instance { allocated_storage: 400, max_allocated_storage: None, ..sample() };
    let back_to_free = Instance { iops: Some(16_000), ..free.clone() };
    assert_eq!(
        changes(&free, &back_to_free, 400, false),
        Some(change().allocated_storage(400).iops(12_000).storage_throughput(500))
    );
}

#[test]
fn storage_autoscaling_is_switched_off_by_its_own_size() {
    assert_eq!(over(60, |i| i.max_allocated_storage = None), Some(change().max_allocated_storage(60)));
    assert_eq!(to(|i| i.max_allocated_storage = Some(200)), Some(change().max_allocated_storage(200)));
    assert_eq!(
        to(|i| (i.allocated_storage, i.max_allocated_storage) = (150, None)),
        Some(change().allocated_storage(150).max_allocated_storage(150))
    );
    // It has become as large as it may: RDS tells of no autoscaling, and takes none.
    let grown = Instance { max_allocated_storage: None, ..sample() };
    assert_eq!(changes(&sample(), &grown, 100, false), None);
    assert_eq!(changes(&sample(), &grown, 60, false), Some(change().max_allocated_storage(100)));
}

#[test]
fn insights_and_password_come_with_the_key() {
    let key = sample().kms_key_arn;
    assert_eq!(
        to(|i| i.performance_insights_enabled = true),
        Some(
            change()
                .enable_performance_insights(true)
                .performance_insights_kms_key_id(&key)
                .performance_insights_retention_period(7)
        )
    );
    let unmanaged = Instance { manage_master_user_password: false, ..sample() };
    let managed = change().manage_master_user_password(true).master_user_secret_kms_key_id(&key);
    assert_eq!(changes(&sample(), &unmanaged, 20, false), Some(managed));
}

/// 105 GiB were asked for, and RDS makes 110 of it: at least a tenth more than before.
#[test]
fn what_rds_rounds_up_counts_as_shown() {
    let want = Instance { allocated_storage: 105, max_allocated_storage: Some(200), ..sample() };
    let (want, saw) =
        (Instance { iops: Some(13_000), ..want.clone() }, Instance { iops: Some(13_200), ..want });
    assert!(shows(&want, &saw, 110));
    assert!(!shows(&want, &saw, 100));
    assert!(!shows(&Instance { port: 3307, ..want }, &saw, 110));
}
