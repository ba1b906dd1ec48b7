//! The lives of databases: of an empty one, and of one that comes out of a snapshot.

use super::{Life, described_otherwise, leave_to_others, with_tenant_of_others};
use paas_aws::permissions::ResourceType;
use paas_tests::configuration::DATABASE;
use serde_json::{Value, json};

/// What a database must have, where its environment and its tenant are others'.
pub fn database(name: &str) -> Value {
    json!({"environment": "dev", "tenant": "acme", "name": name})
}

#[test]
fn a_database_is_planned_and_applied_with_its_policies() {
    let life = Life {
        of: ResourceType::Database,
        address: DATABASE,
        id: "dev/acme/database",
        account: || {
            let mut dev = with_tenant_of_others();
            let mut database = database("database");
            database["apply_immediately"] = json!(true);
            dev.declare(DATABASE, database);
            dev
        },
        drift: |dev| {
            let of = |name: &str| dev.attribute(DATABASE, name);
            let closed = json!({"DBInstanceIdentifier": of("identifier"), "BackupRetentionPeriod": 3});
            dev.by_hand("rds", "modify_db_instance", &closed);
            let default = json!({
                "DBInstanceIdentifier": of("identifier"),
                "DBParameterGroupName": "default.mysql8.4",
                "ApplyImmediately": true,
            });
            dev.by_hand("rds", "modify_db_instance", &default);
            described_otherwise(dev, &of("security_group_id"));
            let groups = dev.look(
                "rds",
                "describe_db_subnet_groups",
                &json!({"DBSubnetGroupName": of("db_subnet_group_name")}),
            );
            let mut subnets =
                groups["DBSubnetGroups"][0]["Subnets"].as_array().expect("it has subnets").clone();
            // The one that the instance lies in can't be taken away.
            let found =
                dev.look("rds", "describe_db_instances", &json!({"DBInstanceIdentifier": of("identifier")}));
            let zone = &found["DBInstances"][0]["AvailabilityZone"];
            subnets.sort_by_key(|subnet| subnet["SubnetAvailabilityZone"]["Name"] != *zone);
            let fewer: Value =
                subnets.iter().take(2).map(|subnet| subnet["SubnetIdentifier"].clone()).collect();
            let narrowed = json!({"DBSubnetGroupName": of("db_subnet_group_name"), "SubnetIds": fewer});
            dev.by_hand("rds", "modify_db_subnet_group", &narrowed);
            dev.by_hand("ssm", "delete_parameter", &json!({"Name": of("parameter_name")}));
        },
        changes: |_| {
            vec![
                json!({
                    "instance_class": "db.t4g.medium",
                    "parameters": {"max_connections": "200"},
                    "port": 3307,
                    "tags": {"team": "web"},
                }),
                json!({
                    "deletion_protection": false,
                    "parameters": null,
                    "skip_final_snapshot": true,
                    "tags": null,
                }),
            ]
        },
    };
    life.live();
}

#[test]
fn a_database_is_restored_and_upgraded_with_its_policies() {
    const OLD: &str = "paas_database.old";
    let life = Life {
        of: ResourceType::Database,
        address: DATABASE,
        id: "dev/acme/copy",
        account: || {
            let mut dev = with_tenant_of_others();
            let mut old = database("old");
            old["engine_version"] = json!("8.0");
            dev.declare(OLD, old);
            dev.apply();
            let taken = json!({"DBInstanceIdentifier": dev.attribute(OLD, "identifier"), "DBSnapshotIdentifier": "of-old"});
            dev.by_hand("rds", "create_db_snapshot", &taken);
            leave_to_others(&mut dev, &[OLD]);
            let mut copy = database("copy");
            copy["engine_version"] = json!("8.0");
            copy["snapshot_identifier"] = json!("of-old");
            copy["apply_immediately"] = json!(true);
            dev.declare(DATABASE, copy);
            dev
        },
        drift: |dev| {
            let tags = json!({"ResourceName": dev.attribute(DATABASE, "arn"), "Tags": [{"Key": "team", "Value": "x"}]});
            dev.by_hand("rds", "add_tags_to_resource", &tags);
        },
        changes: |_| {
            vec![
                json!({"allow_major_version_upgrade": true, "engine_version": "8.4"}),
                json!({"deletion_protection": false, "skip_final_snapshot": true}),
            ]
        },
    };
    life.live();
}
