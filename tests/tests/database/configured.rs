//! Every argument that changes in place, and what AWS holds of it.

use crate::{end, field, instance, resource_id};
use paas_tests::Configuration;
use paas_tests::configuration::DATABASE;
use serde_json::{Value, json};

/// One change of one argument.
struct Change {
    argument: &'static str,
    to: Value,
    /// The children that the plan shows changed besides the record, which holds every argument.
    children: &'static [&'static str],
    ask: fn(&Configuration) -> Value,
    answer: Value,
}

fn parameters(dev: &Configuration) -> Value {
    let group = dev.attribute(DATABASE, "parameter_group_name");
    let of_user = json!({"DBParameterGroupName": group, "Source": "user"});
    let found = dev.look("rds", "describe_db_parameters", &of_user);
    let all = found["Parameters"].as_array().expect("a list").iter();
    all.map(|one| (one["ParameterName"].as_str().expect("a name").to_owned(), one["ParameterValue"].clone()))
        .collect()
}

fn windows(dev: &Configuration) -> Value {
    let real = instance(dev);
    json!([real["PreferredBackupWindow"], real["PreferredMaintenanceWindow"]])
}

fn insights(dev: &Configuration) -> Value {
    let real = instance(dev);
    json!([real["PerformanceInsightsEnabled"], real["PerformanceInsightsRetentionPeriod"]])
}

fn open_port(dev: &Configuration) -> Value {
    let group = dev.attribute(DATABASE, "security_group_id");
    let found = dev.look("ec2", "describe_security_groups", &json!({ "GroupIds": [group] }));
    json!([found["SecurityGroups"][0]["IpPermissions"][0]["FromPort"], field(dev, "Endpoint")["Port"]])
}

fn nothing(_: &Configuration) -> Value {
    Value::Null
}

/// One after the other, on a database that makes changes at once; `own` are the windows that it has by itself.
fn changes(own: &Value) -> Vec<Change> {
    let change = |argument, to, children, ask, answer| Change { argument, to, children, ask, answer };
    let of_instance = &["~ instance"];
    vec![
        change(
            "instance_class",
            json!("db.t4g.medium"),
            of_instance,
            |d| field(d, "DBInstanceClass"),
            json!("db.t4g.medium"),
        ),
        change("allocated_storage", json!(40), of_instance, |d| field(d, "AllocatedStorage"), json!(40)),
        change(
            "max_allocated_storage",
            json!(100),
            of_instance,
            |d| field(d, "MaxAllocatedStorage"),
            json!(100),
        ),
        change("max_allocated_storage", json!(null), of_instance, nothing, json!(null)),
        change("allocated_storage", json!(400), of_instance, |d| field(d, "AllocatedStorage"), json!(400)),
        change("iops", json!(13_000), of_instance, |d| field(d, "Iops"), json!(13_000)),
        change("storage_throughput", json!(600), of_instance, |d| field(d, "StorageThroughput"), json!(600)),
        change("multi_az", json!(true), of_instance, |d| field(d, "MultiAZ"), json!(true)),
        change("multi_az", json!(false), of_instance, |d| field(d, "MultiAZ"), json!(false)),
        change(
            "port",
            json!(3307),
            &["~ instance", "~ security_group_rules"],
            open_port,
            json!([3307, 3307]),
        ),
        change(
            "parameters",
            json!({"max_connections": "200"}),
            &["~ parameter_group"],
            parameters,
            json!({"max_connections": "200", "require_secure_transport": "1"}),
        ),
        change(
            "parameters",
            json!(null),
            &["~ parameter_group"],
            parameters,
            json!({"require_secure_transport": "1"}),
        ),
        change(
            "backup_retention_period",
            json!(0),
            of_instance,
            |d| field(d, "BackupRetentionPeriod"),
            json!(0),
        ),
        change(
            "backup_retention_period",
            json!(35),
            of_instance,
            |d| field(d, "BackupRetentionPeriod"),
            json!(35),
        ),
        change("backup_window", json!("12:00-13:00"), of_instance, windows, json!(["12:00-13:00", own[1]])),
        change(
            "maintenance_window",
            json!("sun:14:00-sun:15:00"),
            of_instance,
            windows,
            json!(["12:00-13:00", "sun:14:00-sun:15:00"]),
        ),
        change("backup_window", json!(null), of_instance, windows, json!([own[0], "sun:14:00-sun:15:00"])),
        change("maintenance_window", json!(null), of_instance, windows, own.clone()),
        change(
            "auto_minor_version_upgrade",
            json!(false),
            of_instance,
            |d| field(d, "AutoMinorVersionUpgrade"),
            json!(false),
        ),
        change("performance_insights_enabled", json!(true), of_instance, insights, json!([true, 7])),
        change("performance_insights_retention_period", json!(93), of_instance, insights, json!([true, 93])),
        change(
            "deletion_protection",
            json!(false),
            of_instance,
            |d| field(d, "DeletionProtection"),
            json!(false),
        ),
        change(
            "deletion_protection",
            json!(true),
            of_instance,
            |d| field(d, "DeletionProtection"),
            json!(true),
        ),
        change("delete_automated_backups", json!(false), &[], nothing, json!(null)),
        change("skip_final_snapshot", json!(true), &[], nothing, json!(null)),
        change("allow_major_version_upgrade", json!(true), &[], nothing, json!(null)),
        change("timeouts", json!({"update": "2h"}), &[], nothing, json!(null)),
    ]
}

#[test]
fn every_argument_changes_in_place() {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "apply_immediately", true);
    dev.apply();
    let id = resource_id(&dev);
    let own = windows(&dev);
    for Change { argument, to, children, ask, answer } in changes(&own) {
        let what = format!("{argument} = {to}");
        dev.set(DATABASE, argument, to);
        let planned = dev.planned(DATABASE);
        let planned: Vec<&str> =
            planned.iter().map(String::as_str).filter(|line| *line != "~ record").collect();
        assert_eq!(planned, children, "{what}");
        dev.terraform.apply_plan().expect_success();
        if answer != Value::Null {
            assert_eq!(ask(&dev), answer, "{what}");
        }
    }
    dev.assert_settled();
    assert_eq!(resource_id(&dev), id, "it is the same instance still");
    end(&mut dev);
}

#[test]
fn tags_reach_everything() {
    let mut dev = Configuration::with_database();
    dev.apply();
    dev.set(DATABASE, "tags", json!({"team": "web"}));
    dev.apply();
    dev.assert_settled();
    let tagged = |kind: &str| {
        let all = dev.aws.inventory();
        let ours =
            all.iter().filter(|o| o.tags.get("paas:owner").is_some_and(|o| o == "paas/dev/acme/database"));
        ours.filter(|object| object.kind == kind && object.tags.get("team").is_some_and(|t| t == "web"))
            .count()
    };
    let kinds = ["db_instance", "db_subnet_group", "db_parameter_group", "security_group", "parameter"];
    assert_eq!(kinds.map(tagged), [1; 5]);
    dev.set(DATABASE, "tags", json!(null));
    dev.apply();
    dev.assert_settled();
    end(&mut dev);
}

/// The parameter group of the new major version takes over from that of the old one, in one apply.
#[test]
fn a_new_major_version_comes_with_its_parameter_group() {
    let mut dev = Configuration::with_database();
    dev.set(DATABASE, "engine_version", "8.0");
    dev.set(DATABASE, "apply_immediately", true);
    dev.apply();
    let id = resource_id(&dev);
    let old = dev.attribute(DATABASE, "parameter_group_name");
    dev.set(DATABASE, "engine_version", "8.4");
    dev.set(DATABASE, "allow_major_version_upgrade", true);
    dev.apply();
    dev.assert_settled();
    let version = field(&dev, "EngineVersion");
    assert!(version.as_str().is_some_and(|version| version.starts_with("8.4.")), "{version}");
    let new = dev.attribute(DATABASE, "parameter_group_name");
    assert_ne!(new, old);
    assert_eq!(field(&dev, "DBParameterGroups")[0]["DBParameterGroupName"], new);
    assert_eq!(resource_id(&dev), id);
    let groups = dev.aws.inventory().into_iter().filter(|object| object.kind == "db_parameter_group");
    assert_eq!(groups.count(), 1, "the old one is gone");
    end(&mut dev);
}
