//! A tenant's database: the instance and the groups that it stands on.

use crate::row::{Account, Row, changed};
use crate::tags::rds_tags;
use composite::Json;
use serde_json::json;

const SUBNETS: (&str, &str) = ("db_subnet_group", "subnet_group");
const PARAMETERS: (&str, &str) = ("db_parameter_group", "parameter_group");
const INSTANCE: (&str, &str) = ("db_instance", "instance");

pub fn rows() -> Vec<Row> {
    let mut rows = groups();
    rows.extend(instance());
    rows
}

fn groups() -> Vec<Row> {
    vec![
        rds_tags(SUBNETS),
        changed(
            SUBNETS,
            "over other subnets too, described otherwise",
            &["description", "subnet_ids"],
            |a| {
                let of_network = json!([{"Name": "vpc-id", "Values": [subnet_group(a)["VpcId"]]}]);
                let found = a.call("ec2", "describe_subnets", json!({"Filters": of_network}));
                let all = found["Subnets"].as_array().expect("a list").iter();
                let ids: Vec<&Json> = all.map(|subnet| &subnet["SubnetId"]).collect();
                let params = json!({"DBSubnetGroupName": a.id(), "DBSubnetGroupDescription": "mine", "SubnetIds": ids});
                a.call("rds", "modify_db_subnet_group", params)
            },
            |a| {
                let group = subnet_group(a);
                let subnets = group["Subnets"].as_array().map(Vec::len);
                json!([group["DBSubnetGroupDescription"], subnets])
            },
        ),
        rds_tags(PARAMETERS),
        changed(
            PARAMETERS,
            "without TLS",
            &["parameters"],
            |a| set(a, "require_secure_transport", "0", "immediate"),
            user_parameters,
        ),
        changed(
            PARAMETERS,
            "with one more, which MySQL reads when it starts",
            &["parameters"],
            |a| set(a, "innodb_purge_threads", "4", "pending-reboot"),
            user_parameters,
        ),
    ]
}

fn instance() -> Vec<Row> {
    vec![
        rds_tags(INSTANCE),
        changed(
            INSTANCE,
            "without protection and backups",
            &["backup_retention_period", "deletion_protection"],
            |a| modify(a, &json!({"BackupRetentionPeriod": 0, "DeletionProtection": false})),
            |a| look(a, &["BackupRetentionPeriod", "DeletionProtection"]),
        ),
        changed(
            INSTANCE,
            "of another class, in two zones, at another port",
            &["instance_class", "multi_az", "port"],
            |a| modify(a, &json!({"DBInstanceClass": "db.r7g.large", "MultiAZ": true, "DBPortNumber": 3399})),
            |a| json!([look(a, &["DBInstanceClass", "MultiAZ"]), described(a)["Endpoint"]["Port"]]),
        ),
        // It waits for the window, and counts as made.
        changed(
            INSTANCE,
            "about to be of another class",
            &["instance_class"],
            |a| {
                let later = json!({"DBInstanceClass": "db.r7g.large", "ApplyImmediately": false});
                modify(a, &later)
            },
            |a| described(a)["PendingModifiedValues"].take(),
        ),
        changed(
            INSTANCE,
            "with other windows, upgrades and snapshots",
            &["auto_minor_version_upgrade", "backup_window", "copy_tags_to_snapshot", "maintenance_window"],
            |a| {
                let other = json!({
                    "AutoMinorVersionUpgrade": false,
                    "CopyTagsToSnapshot": false,
                    "PreferredBackupWindow": "12:00-12:30",
                    "PreferredMaintenanceWindow": "wed:13:00-wed:13:30",
                });
                modify(a, &other)
            },
            |a| {
                look(
                    a,
                    &[
                        "AutoMinorVersionUpgrade",
                        "CopyTagsToSnapshot",
                        "PreferredBackupWindow",
                        "PreferredMaintenanceWindow",
                    ],
                )
            },
        ),
        changed(
            INSTANCE,
            "with storage that grows and performance that is watched",
            &[
                "max_allocated_storage",
                "performance_insights_enabled",
                "performance_insights_retention_period",
            ],
            |a| modify(a, &json!({"MaxAllocatedStorage": 500, "EnablePerformanceInsights": true})),
            |a| look(a, &["MaxAllocatedStorage", "PerformanceInsightsEnabled"]),
        ),
        changed(
            INSTANCE,
            "open to another group",
            &["security_group_ids"],
            |a| {
                let of_network = json!([
                    {"Name": "vpc-id", "Values": [described(a)["DBSubnetGroup"]["VpcId"]]},
                    {"Name": "group-name", "Values": ["default"]},
                ]);
                let found = a.call("ec2", "describe_security_groups", json!({"Filters": of_network}));
                modify(a, &json!({"VpcSecurityGroupIds": [found["SecurityGroups"][0]["GroupId"]]}))
            },
            |a| look(a, &["VpcSecurityGroups"]),
        ),
        changed(
            INSTANCE,
            "with RDS's own parameters",
            &["parameter_group_name"],
            |a| modify(a, &json!({"DBParameterGroupName": "default.mysql8.4"})),
            |a| look(a, &["DBParameterGroups"]),
        ),
    ]
}

fn subnet_group(a: &Account<'_>) -> Json {
    a.call("rds", "describe_db_subnet_groups", json!({"DBSubnetGroupName": a.id()}))["DBSubnetGroups"][0]
        .take()
}

fn set(a: &Account<'_>, name: &str, value: &str, method: &str) -> Json {
    let parameter = json!({"ParameterName": name, "ParameterValue": value, "ApplyMethod": method});
    a.call(
        "rds",
        "modify_db_parameter_group",
        json!({"DBParameterGroupName": a.id(), "Parameters": [parameter]}),
    )
}

fn user_parameters(a: &Account<'_>) -> Json {
    let params = json!({"DBParameterGroupName": a.id(), "Source": "user"});
    let found = a.call("rds", "describe_db_parameters", params);
    let all = found["Parameters"].as_array().expect("a list").iter();
    all.map(|one| {
        (one["ParameterName"].as_str().unwrap_or_default().to_owned(), one["ParameterValue"].clone())
    })
    .collect()
}

fn modify(a: &Account<'_>, changes: &Json) -> Json {
    let mut params = json!({"DBInstanceIdentifier": a.id(), "ApplyImmediately": true});
    params.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
    a.call("rds", "modify_db_instance", params)
}

fn described(a: &Account<'_>) -> Json {
    a.call("rds", "describe_db_instances", json!({"DBInstanceIdentifier": a.id()}))["DBInstances"][0].take()
}

fn look(a: &Account<'_>, fields: &[&str]) -> Json {
    let real = described(a);
    fields.iter().map(|field| real[*field].clone()).collect()
}
