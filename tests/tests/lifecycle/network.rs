//! An environment's network: zones come and go at the end of the list, NATs change their kind and number.

use crate::changes::{Change, make};
use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use serde_json::{Value, json};

/// NATs that work: gateways, and instances.
fn nats(dev: &Configuration) -> Value {
    let of = |kind: &str| dev.aws.inventory().iter().filter(|object| object.kind == kind).count();
    assert_eq!(of("address"), of("nat_gateway") + of("instance"), "an address too many");
    assert_eq!(dev.attribute(ENVIRONMENT, "nat_public_ips").as_array().unwrap().len(), of("address"));
    json!({"gateways": of("nat_gateway"), "instances": of("instance"), "routes": ways_out(dev)})
}

/// How many ways out the natted tier has; each of its subnets has one.
fn ways_out(dev: &Configuration) -> usize {
    let subnets = dev.attribute(ENVIRONMENT, "natted_subnet_ids");
    let tables = dev.look(
        "ec2",
        "describe_route_tables",
        &json!({"Filters": [{"Name": "association.subnet-id", "Values": subnets}]}),
    );
    let routes = tables["RouteTables"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|table| table["Routes"].as_array().unwrap());
    let mut ways: Vec<String> = routes
        .filter(|route| route["DestinationCidrBlock"] == "0.0.0.0/0" && route["State"] == "active")
        .map(|route| format!("{}{}", route["NatGatewayId"], route["NetworkInterfaceId"]))
        .collect();
    assert_eq!(ways.len(), subnets.as_array().unwrap().len(), "{tables}");
    ways.sort();
    ways.dedup();
    ways.len()
}

/// Each tier's subnets as CIDRs, in the order of the zones.
fn subnets(dev: &Configuration) -> Value {
    let cidr = |id: &Value| {
        dev.look("ec2", "describe_subnets", &json!({ "SubnetIds": [id] }))["Subnets"][0]["CidrBlock"].take()
    };
    let tier = |name: &str| -> Value {
        dev.attribute(ENVIRONMENT, name).as_array().unwrap().iter().map(cidr).collect()
    };
    json!([tier("public_subnet_ids"), tier("natted_subnet_ids"), tier("private_subnet_ids")])
}

#[test]
fn nats_change_their_number_and_their_kind() {
    let mut dev = Configuration::with_environment();
    dev.apply();
    let nat = |to, children, answer| Change { argument: "nat", to, children, ask: nats, answer };
    let one = |gateways, instances| json!({"gateways": gateways, "instances": instances, "routes": 1});
    let changes = vec![
        nat(
            json!({"per_zone": true}),
            &[
                "+ nat_address.eu-west-1b",
                "+ nat_address.eu-west-1c",
                "+ nat_gateway.eu-west-1b",
                "+ nat_gateway.eu-west-1c",
                "~ natted_routes.eu-west-1b",
                "~ natted_routes.eu-west-1c",
            ],
            json!({"gateways": 3, "instances": 0, "routes": 3}),
        ),
        nat(
            json!({"per_zone": false}),
            &[
                "~ natted_routes.eu-west-1b",
                "~ natted_routes.eu-west-1c",
                "- nat_address.eu-west-1b",
                "- nat_address.eu-west-1c",
                "- nat_gateway.eu-west-1b",
                "- nat_gateway.eu-west-1c",
            ],
            one(1, 0),
        ),
        nat(
            json!({"type": "instance"}),
            &[
                "+ nat_instance.eu-west-1a",
                "+ nat_instance_address.eu-west-1a",
                "+ nat_security_group",
                "+ nat_security_group_rules",
                "~ natted_routes.eu-west-1a",
                "~ natted_routes.eu-west-1b",
                "~ natted_routes.eu-west-1c",
                "- nat_address.eu-west-1a",
                "- nat_gateway.eu-west-1a",
            ],
            one(0, 1),
        ),
        nat(
            json!({"type": "instance", "instance_type": "t4g.micro"}),
            &[
                "~ nat_instance.eu-west-1a",
                "~ natted_routes.eu-west-1a",
                "~ natted_routes.eu-west-1b",
                "~ natted_routes.eu-west-1c",
            ],
            one(0, 1),
        ),
        nat(
            json!(null),
            &[
                "+ nat_address.eu-west-1a",
                "+ nat_gateway.eu-west-1a",
                "~ natted_routes.eu-west-1a",
                "~ natted_routes.eu-west-1b",
                "~ natted_routes.eu-west-1c",
                "- nat_instance.eu-west-1a",
                "- nat_instance_address.eu-west-1a",
                "- nat_security_group",
                "- nat_security_group_rules",
            ],
            one(1, 0),
        ),
    ];
    make(&mut dev, ENVIRONMENT, changes);
    dev.end();
}

#[test]
fn a_zone_added_or_taken_at_the_end_moves_no_other() {
    let mut dev = Configuration::with_environment();
    let zones = |n: usize| json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"][..n]);
    dev.set(ENVIRONMENT, "availability_zones", zones(2));
    dev.apply();
    let two = json!([
        ["10.0.0.0/20", "10.0.16.0/20"],
        ["10.0.64.0/20", "10.0.80.0/20"],
        ["10.0.128.0/20", "10.0.144.0/20"]
    ]);
    assert_eq!(subnets(&dev), two);
    let ids = |dev: &Configuration| dev.attribute(ENVIRONMENT, "natted_subnet_ids")[1].take();
    let second = ids(&dev);
    let changes = vec![
        Change {
            argument: "availability_zones",
            to: zones(3),
            children: &[
                "+ natted_routes.eu-west-1c",
                "+ natted_subnet.eu-west-1c",
                "+ private_subnet.eu-west-1c",
                "+ public_subnet.eu-west-1c",
                // Their ARN isn't promised before the load balancer has its subnets; nothing becomes of it.
                "~ http_listener",
                "~ https_listener",
                "~ load_balancer",
                "~ private_routes",
                "~ public_routes",
            ],
            ask: subnets,
            answer: json!([
                ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"],
                ["10.0.64.0/20", "10.0.80.0/20", "10.0.96.0/20"],
                ["10.0.128.0/20", "10.0.144.0/20", "10.0.160.0/20"]
            ]),
        },
        Change {
            argument: "availability_zones",
            to: zones(2),
            children: &[
                "~ load_balancer",
                "~ private_routes",
                "~ public_routes",
                "- natted_routes.eu-west-1c",
                "- natted_subnet.eu-west-1c",
                "- private_subnet.eu-west-1c",
                "- public_subnet.eu-west-1c",
            ],
            ask: subnets,
            answer: two,
        },
    ];
    let before = dev.aws.mark();
    make(&mut dev, ENVIRONMENT, changes);
    assert_eq!(ids(&dev), second, "a subnet that stays is the same one");
    let calls = dev.aws.calls(before);
    let touched =
        |operation: &str| calls.iter().any(|call| call.mutating && call.operation.contains(operation));
    assert!(touched("SetSubnets"));
    for other in ["Listener", "NatGateway", "TargetGroup", "Rule", "LaunchTemplate"] {
        assert!(!touched(other), "{other}");
    }
    dev.end();
}

#[test]
fn tenants_follow_into_a_new_zone_in_the_same_apply() {
    let mut dev = Configuration::with_tenant();
    dev.set(ENVIRONMENT, "availability_zones", json!(["eu-west-1a", "eu-west-1b"]));
    dev.apply();
    dev.set(ENVIRONMENT, "availability_zones", json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"]));
    // The environment's id is known all along: a tenant that refers to it is not replaced.
    let changes = dev.terraform.plan(&[]).expect_success().changes();
    let updates = [ENVIRONMENT, TENANT].map(|address| (address.to_owned(), "update".to_owned()));
    assert_eq!(changes, updates);
    dev.terraform.apply_plan().expect_success();
    let name = dev.attribute(TENANT, "autoscaling_group_name");
    let groups =
        dev.look("autoscaling", "describe_auto_scaling_groups", &json!({"AutoScalingGroupNames": [name]}));
    let subnets = groups["AutoScalingGroups"][0]["VPCZoneIdentifier"].as_str().unwrap();
    assert_eq!(subnets.split(',').count(), 3);
    dev.assert_settled();
    dev.end();
}
