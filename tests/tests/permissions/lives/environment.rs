//! The life of an environment.

use super::{BOUNDARY, Life, described_otherwise};
use paas_aws::permissions::ResourceType;
use paas_tests::Configuration;
use paas_tests::configuration::ENVIRONMENT;
use serde_json::{Value, json};

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
