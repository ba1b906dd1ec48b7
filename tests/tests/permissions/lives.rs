//! Lives of resources in two roles: one plans with the policy for plans, the other applies those plans with the policy for
//! applies, of that one resource type.

use crate::roles;
use paas_aws::permissions::{Access, ResourceType};
use paas_tests::Configuration;
use paas_tests::configuration::{DATABASE, ENVIRONMENT, TENANT};
use paas_tests::emulator::Fault;
use serde_json::{Value, json};
use std::fs;

const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const MANAGED_POLICY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

/// What the life of a resource type is like.
struct Life {
    of: ResourceType,
    address: &'static str,
    /// What it is imported by.
    id: &'static str,
    /// An account in which it can be made, and its configuration. What it needs belongs to somebody else.
    account: fn() -> Configuration,
    /// What somebody changes and deletes by hand.
    drift: fn(&Configuration),
    /// Arguments that change, apply by apply; together they reach every child.
    changes: fn(&Configuration) -> Vec<Value>,
}

impl Life {
    fn live(&self) {
        let mut dev = (self.account)();
        let before = dev.aws.inventory();
        let [planner, applier] =
            [Access::Plan, Access::Apply].map(|access| roles::enact(&dev.aws, "paas", access, self.of));
        let run = |dev: &mut Configuration, key: &str| {
            dev.terraform.set("AWS_ACCESS_KEY_ID", key);
        };
        let expect = |dev: &mut Configuration, action: &str| {
            run(dev, &planner);
            let changes = dev.terraform.plan(&[]).expect_success().changes();
            assert_eq!(changes, [(self.address.to_owned(), action.to_owned())]);
            run(dev, &applier);
            dev.terraform.apply_plan().expect_success();
            run(dev, &planner);
            dev.assert_settled();
        };

        expect(&mut dev, "create");
        (self.drift)(&dev);
        expect(&mut dev, "update");
        for changes in (self.changes)(&dev) {
            for (argument, value) in changes.as_object().expect("arguments are an object") {
                dev.set(self.address, argument, value.clone());
            }
            expect(&mut dev, "update");
        }

        fs::remove_file(dev.terraform.folder().join("terraform.tfstate")).expect("there is a state");
        dev.terraform.import(self.address, self.id).expect_success();
        dev.assert_settled();

        let refused = dev.terraform.destroy(&[]).expect_errors();
        assert!(
            refused.iter().any(|error| error.text().contains("is not authorized to perform")),
            "{refused:?}"
        );
        run(&mut dev, &applier);
        dev.terraform.destroy(&[]).expect_success();
        assert_eq!(dev.aws.inventory(), before);
    }
}

/// An account with an environment of somebody else's, which the configuration doesn't know.
pub fn with_environment_of_others() -> Configuration {
    let mut dev = Configuration::with_environment();
    dev.apply();
    leave_to_others(&mut dev, &[ENVIRONMENT]);
    dev
}

/// An account with a tenant of somebody else's, too.
pub fn with_tenant_of_others() -> Configuration {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    leave_to_others(&mut dev, &[TENANT, ENVIRONMENT]);
    dev
}

/// From now on they are in nobody's state here.
pub fn leave_to_others(dev: &mut Configuration, addresses: &[&str]) {
    for address in addresses {
        dev.terraform.run(["state", "rm", address]).expect_success();
        dev.remove(address);
    }
}

/// What the group lets in is described in other words.
fn described_otherwise(dev: &Configuration, group: &Value) {
    let found = dev.look("ec2", "describe_security_groups", &json!({"GroupIds": [group]}));
    let mut rules = found["SecurityGroups"][0]["IpPermissions"].clone();
    for rule in rules.as_array_mut().expect("a list") {
        for kind in ["IpRanges", "UserIdGroupPairs"] {
            for peer in rule[kind].as_array_mut().into_iter().flatten() {
                peer["Description"] = json!("otherwise");
            }
        }
    }
    let described = json!({"GroupId": group, "IpPermissions": rules});
    dev.by_hand("ec2", "update_security_group_rule_descriptions_ingress", &described);
}

#[test]
fn an_environment_is_planned_and_applied_with_its_policies() {
    let life = Life {
        of: ResourceType::Environment,
        address: ENVIRONMENT,
        id: "dev",
        account: Configuration::with_environment,
        drift: |dev| {
            let of = |name: &str| dev.attribute(ENVIRONMENT, name);
            dev.by_hand("kms", "delete_alias", &json!({"AliasName": of("kms_alias_name")}));
            dev.by_hand("kms", "disable_key", &json!({"KeyId": of("kms_key_id")}));
            dev.by_hand("s3", "delete_bucket_policy", &json!({"Bucket": of("bucket")}));
            dev.by_hand("s3", "delete_public_access_block", &json!({"Bucket": of("bucket")}));
            dev.by_hand("cloudtrail", "stop_logging", &json!({"Name": of("cloudtrail_arn")}));
            dev.by_hand("elbv2", "delete_listener", &json!({"ListenerArn": of("http_listener_arn")}));
            described_otherwise(dev, &of("load_balancer_security_group_id"));
            // A subnet goes to a route table that somebody makes for it.
            let spare = dev.look("ec2", "create_route_table", &json!({"VpcId": of("vpc_id")}));
            let subnet = of("natted_subnet_ids")[0].take();
            let of_subnet = json!({"Filters": [{"Name": "association.subnet-id", "Values": [subnet]}]});
            let table = dev.look("ec2", "describe_route_tables", &of_subnet)["RouteTables"][0].take();
            let association = &table["Associations"][0]["RouteTableAssociationId"];
            let moved =
                json!({"AssociationId": association, "RouteTableId": spare["RouteTable"]["RouteTableId"]});
            dev.by_hand("ec2", "replace_route_table_association", &moved);
            dev.by_hand("s3", "put_object", &json!({"Bucket": of("bucket"), "Key": "software/other.zip"}));
        },
        changes: |dev| {
            // Nobody needs the route table any more.
            let vpc = json!([{"Name": "vpc-id", "Values": [dev.attribute(ENVIRONMENT, "vpc_id")]}]);
            let tables = dev.look("ec2", "describe_route_tables", &json!({ "Filters": vpc }));
            let mut tables = tables["RouteTables"].as_array().expect("a list").iter();
            let is_spare = |table: &&Value| table["Associations"] == json!([]) && table["Tags"] == json!([]);
            let spare = tables.find(is_spare).expect("it is there");
            dev.by_hand("ec2", "delete_route_table", &json!({"RouteTableId": spare["RouteTableId"]}));
            let other = dev.aws.seed_certificate("*.other.test");
            vec![
                json!({
                    "additional_certificate_arns": [other],
                    "cloudtrail_retention_in_days": 7,
                    "deletion_protection": true,
                    "idle_timeout": 120,
                    "ingress_cidr_blocks": ["203.0.113.0/24"],
                    "log_expiration_days": 30,
                    "nat": {"per_zone": true},
                    "permissions_boundary": BOUNDARY,
                    "tags": {"team": "web"},
                }),
                json!({"additional_certificate_arns": null}),
                json!({
                    "availability_zones": ["eu-west-1a", "eu-west-1b"],
                    "certificate_arn": other,
                    "deletion_protection": null,
                    "enable_cloudtrail": false,
                    "nat": {"type": "instance"},
                    "permissions_boundary": null,
                    "tags": null,
                }),
                json!({"availability_zones": null, "enable_cloudtrail": true, "nat": null}),
            ]
        },
    };
    life.live();
}

#[test]
fn a_tenant_is_planned_and_applied_with_its_policies() {
    let life = Life {
        of: ResourceType::Tenant,
        address: TENANT,
        id: "dev/acme",
        account: || {
            let mut dev = with_environment_of_others();
            let mut tenant = dev.tenant("acme");
            tenant["environment"] = json!("dev");
            tenant["pipeline"] = json!({"alarm_names": ["acme-5xx"]});
            dev.aws.timing(&json!({"auto_scaling_group": {"create": 1.0}})); // its instances are waited for
            dev.declare(TENANT, tenant);
            dev
        },
        drift: |dev| {
            let of = |name: &str| dev.attribute(TENANT, name);
            let rule = of("listener_rule_arns")[0].take();
            dev.by_hand(
                "elbv2",
                "set_rule_priorities",
                &json!({"RulePriorities": [{"RuleArn": rule, "Priority": 7}]}),
            );
            let group = of("autoscaling_group_name");
            dev.by_hand(
                "autoscaling",
                "update_auto_scaling_group",
                &json!({"AutoScalingGroupName": group, "MaxSize": 9}),
            );
            dev.by_hand(
                "autoscaling",
                "detach_load_balancer_target_groups",
                &json!({"AutoScalingGroupName": group, "TargetGroupARNs": [of("target_group_arn")]}),
            );
            dev.by_hand("ssm", "delete_parameter", &json!({"Name": of("parameter_name")}));
            dev.by_hand("logs", "disassociate_kms_key", &json!({"logGroupName": "/paas/paas/dev/acme"}));
            described_otherwise(dev, &of("security_group_id"));
            let anywhere = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
            let shut = json!({"GroupId": of("security_group_id"), "IpPermissions": anywhere});
            dev.by_hand("ec2", "revoke_security_group_egress", &shut);
            let anybody = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]});
            let trust = json!({"RoleName": of("role_name"), "PolicyDocument": anybody.to_string()});
            dev.by_hand("iam", "update_assume_role_policy", &trust);
        },
        changes: |dev| {
            // Somebody's instance refresh is in the way of ours.
            dev.aws.timing(&json!({"instance_refresh": {"step": 4.0}}));
            let group = dev.attribute(TENANT, "autoscaling_group_name");
            dev.by_hand("autoscaling", "start_instance_refresh", &json!({"AutoScalingGroupName": group}));
            let newer = dev.aws.seed_image("web-2");
            let hosts: Vec<String> = (0..7).map(|n| format!("h{n}.dev.example.test")).collect();
            vec![
                json!({
                    "deregistration_delay": 10,
                    "health_check": {"path": "/health"},
                    "hosts": hosts,
                    "image_id": newer,
                    "max_size": 3,
                    "min_size": 2,
                    "permissions_boundary": BOUNDARY,
                    "policy_arns": [MANAGED_POLICY],
                    "tags": {"team": "web"},
                    "target_tracking": {"target_value": 50},
                }),
                json!({
                    "permissions_boundary": null,
                    "pipeline": {"approval": {"comment": "Look first."}, "log_retention_in_days": 7, "trigger": "CLOUDTRAIL"},
                    "policy_arns": null,
                    "port": 8080,
                    "priority": 4711,
                    "tags": null,
                    "target_tracking": null,
                }),
                json!({"pipeline": {"deployment_type": "BLUE_GREEN"}}),
                // The fourth version of the launch template: the first one goes.
                json!({"hosts": hosts[..1], "instance_type": "t3.small", "pipeline": null, "priority": null}),
            ]
        },
    };
    life.live();
}

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

const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
/// The project that bakes its images.
const BAKE: &str = "paas_dev_acme_bake";

/// What a build that still runs has left when its project goes: an instance, a volume, a key pair.
fn leave_a_build(dev: &Configuration) {
    let buildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - sleep 600\n";
    let started = dev.by_hand(
        "codebuild",
        "start_build",
        &json!({
            "projectName": BAKE, "sourceTypeOverride": "NO_SOURCE", "buildspecOverride": buildspec,
            "artifactsOverride": {"type": "NO_ARTIFACTS"},
        }),
    );
    let of_build = |kind: &str| {
        let tags = json!([
            {"Key": "paas:owner", "Value": "paas/dev/acme/machine_image"},
            {"Key": "paas:build", "Value": started["build"]["id"]},
        ]);
        json!([{"ResourceType": kind, "Tags": tags}])
    };
    let one = json!({"ImageId": dev.image, "MinCount": 1, "MaxCount": 1, "TagSpecifications": of_build("instance")});
    dev.by_hand("ec2", "run_instances", &one);
    let volume =
        json!({"AvailabilityZone": "eu-west-1a", "Size": 8, "TagSpecifications": of_build("volume")});
    dev.by_hand("ec2", "create_volume", &volume);
    dev.by_hand(
        "ec2",
        "create_key_pair",
        &json!({"KeyName": "of-a-build", "TagSpecifications": of_build("key-pair")}),
    );
}

#[test]
fn an_infrastructure_pipeline_is_planned_and_applied_with_its_policies() {
    let life = Life {
        of: ResourceType::InfrastructurePipeline,
        address: PIPELINE,
        id: "dev/acme",
        account: || {
            let mut dev = with_environment_of_others();
            // Its own first run never begins, and builds never get to work.
            dev.aws.timing(&json!({"pipeline_action": {"run": 31_536_000}, "build": {"provisioning": 3600}}));
            let pipeline =
                json!({"environment": "dev", "tenant": "acme", "source_ami": dev.image, "deploy": {}});
            dev.declare(PIPELINE, pipeline);
            dev
        },
        drift: |dev| {
            let of = |name: &str| dev.attribute(PIPELINE, name);
            let buildspec = json!({"type": "CODEPIPELINE", "buildspec": "version: 0.2"});
            let other = json!({"name": of("bake_project_name"), "source": buildspec});
            dev.by_hand("codebuild", "update_project", &other);
            let source = json!({"Bucket": of("source_bucket"), "Key": of("source_object_key")});
            dev.by_hand("s3", "delete_object", &source);
            dev.by_hand("ssm", "delete_parameter", &json!({"Name": of("parameter_name")}));
            dev.by_hand("logs", "disassociate_kms_key", &json!({"logGroupName": of("log_group_name")}));
            dev.by_hand("events", "disable_rule", &json!({"Name": of("pipeline_name")}));
            // Where nobody may list the account's roles and policies, each is read by itself.
            let denied = Fault::error("AccessDenied", "Denied by a service control policy.", 403);
            dev.aws.faults([denied.operation("GetAccountAuthorizationDetails")]);
        },
        changes: |dev| {
            dev.aws.clear_faults();
            leave_a_build(dev);
            let other = dev.aws.seed_image("base-2");
            vec![
                json!({
                    "deploy": {"approval": {"comment": "Look first."}, "policy_arns": [MANAGED_POLICY]},
                    "instance_type": "t3.large",
                    "log_retention_in_days": 7,
                    "permissions_boundary": BOUNDARY,
                    "source_ami": other,
                    "tags": {"team": "web"},
                    "trigger": "CLOUDTRAIL",
                }),
                json!({"deploy": null, "permissions_boundary": null, "source_ami": null, "tags": null}),
            ]
        },
    };
    life.live();
}
