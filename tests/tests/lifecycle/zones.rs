//! A zone that is taken away while somebody lies in it: tenants leave after the environment has said where they may be,
//! so it doesn't wait for them.

use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use paas_tests::terraform::{Diagnostic, Output};
use serde_json::{Value, json};

fn zones(n: usize) -> Value {
    json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"][..n])
}

/// What the apply warned of.
#[track_caller]
fn warned(applied: &Output) -> Diagnostic {
    let mut said = applied.diagnostics();
    assert_eq!(said.len(), 1, "{}", applied.report());
    let warning = said.remove(0);
    assert_eq!((&*warning.severity, warning.path()), ("warning", "availability_zones"), "{}", warning.text());
    assert_eq!(warning.summary, "environment dev: subnets that are in use stay for now");
    warning
}

/// The natted subnet of a zone; none where there is none.
fn natted(dev: &Configuration, zone: &str) -> Option<String> {
    let filters = json!({"Filters": [
        {"Name": "tag:paas:owner", "Values": ["paas/dev"]},
        {"Name": "tag:paas:child", "Values": [format!("natted_subnet.{zone}")]},
    ]});
    let found = dev.look("ec2", "describe_subnets", &filters);
    found["Subnets"][0]["SubnetId"].as_str().map(str::to_owned)
}

/// Where traffic from a subnet to the internet goes, as far as there is such a route.
fn way_out(dev: &Configuration, subnet: &str) -> Option<Value> {
    let filters = json!({"Filters": [{"Name": "association.subnet-id", "Values": [subnet]}]});
    let tables = dev.look("ec2", "describe_route_tables", &filters);
    let routes = tables["RouteTables"][0]["Routes"].as_array()?.iter();
    let mut out =
        routes.filter(|route| route["DestinationCidrBlock"] == "0.0.0.0/0" && route["State"] == "active");
    out.next().cloned()
}

/// The zones that the tenant's instances lie in, in alphabetical order.
fn inhabited(dev: &Configuration) -> Vec<String> {
    let name = dev.attribute(TENANT, "autoscaling_group_name");
    let groups =
        dev.look("autoscaling", "describe_auto_scaling_groups", &json!({"AutoScalingGroupNames": [name]}));
    let instances = groups["AutoScalingGroups"][0]["Instances"].as_array().expect("a list");
    let mut zones: Vec<String> = instances
        .iter()
        .filter_map(|instance| Some(instance["AvailabilityZone"].as_str()?.to_owned()))
        .collect();
    zones.sort();
    zones
}

#[test]
fn a_zone_that_a_tenant_lies_in_goes_with_the_second_apply() {
    let mut dev = Configuration::with_tenant();
    dev.set(ENVIRONMENT, "availability_zones", zones(3));
    // Far less than a wait for the tenant would take, which moves after the environment.
    dev.set(ENVIRONMENT, "timeouts", json!({"update": "1m"}));
    dev.set(TENANT, "min_size", 3);
    dev.set(TENANT, "max_size", 3);
    dev.apply();
    assert_eq!(inhabited(&dev), ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    let subnet = natted(&dev, "eu-west-1c").expect("it is there");

    dev.set(ENVIRONMENT, "availability_zones", zones(2));
    let text = warned(&dev.apply()).text();
    for part in ["natted_subnet.eu-west-1c", &*subnet, "i-", "of paas/dev/acme", "in this same run"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("private_subnet") && !text.contains("public_subnet"), "{text}");
    assert_eq!(dev.attribute(ENVIRONMENT, "ready"), true);
    assert_eq!(inhabited(&dev), ["eu-west-1a", "eu-west-1a", "eu-west-1b"], "the tenant has left");
    assert!(natted(&dev, "eu-west-1c").is_some());

    assert_eq!(dev.planned(ENVIRONMENT), ["- natted_routes.eu-west-1c", "- natted_subnet.eu-west-1c"]);
    let second = dev.apply();
    assert_eq!(second.diagnostics(), [], "{}", second.report());
    assert_eq!(natted(&dev, "eu-west-1c"), None);
    dev.assert_settled();
    dev.end();
}

#[test]
fn what_serves_a_subnet_that_stays_stays_with_it() {
    let mut dev = Configuration::with_environment();
    dev.set(ENVIRONMENT, "availability_zones", zones(3));
    dev.set(ENVIRONMENT, "nat", json!({"per_zone": true}));
    dev.set(ENVIRONMENT, "timeouts", json!({"update": "1m"}));
    dev.apply();
    let subnet = natted(&dev, "eu-west-1c").expect("it is there");
    let nat = way_out(&dev, &subnet).expect("it has one")["NatGatewayId"].clone();
    let two = json!({"ImageId": dev.image, "MinCount": 2, "MaxCount": 2, "SubnetId": subnet});
    let strangers = dev.by_hand("ec2", "run_instances", &two);
    let strangers = [0, 1].map(|n: usize| strangers["Instances"][n]["InstanceId"].clone());

    dev.set(ENVIRONMENT, "availability_zones", zones(2));
    let stays = ["- nat_address.eu-west-1c", "- nat_gateway.eu-west-1c", "- natted_routes.eu-west-1c"];
    let subnets = ["- natted_subnet.eu-west-1c", "- public_subnet.eu-west-1c"];
    for _ in 0..2 {
        let mark = dev.aws.mark();
        let text = warned(&dev.apply()).text();
        let asked = dev.aws.counts(mark).by_operation;
        assert_eq!(asked.get("ec2:DescribeInstances"), Some(&1), "they are described together: {asked:?}");
        for stranger in &strangers {
            assert!(text.contains(stranger.as_str().expect("an id")), "{text}");
        }
        assert_eq!(way_out(&dev, &subnet).expect("it keeps it")["NatGatewayId"], nat);
        let gateway = dev.look("ec2", "describe_nat_gateways", &json!({"NatGatewayIds": [nat]}));
        let public = gateway["NatGateways"][0]["SubnetId"].as_str().expect("an id").to_owned();
        let out = way_out(&dev, &public).expect("the NAT keeps its way out, too");
        assert!(out["GatewayId"].as_str().is_some_and(|id| id.starts_with("igw-")), "{out}");
        assert_eq!(dev.planned(ENVIRONMENT), [&["~ public_routes"], &stays[..], &subnets[..]].concat());
    }

    // Second thoughts are free: it is the same subnet.
    dev.set(ENVIRONMENT, "availability_zones", zones(3));
    let planned = dev.planned(ENVIRONMENT);
    assert!(planned.contains(&"+ private_subnet.eu-west-1c".to_owned()), "{planned:?}");
    assert!(!planned.iter().any(|line| line.contains("natted") || line.contains("nat_")), "{planned:?}");
    dev.apply();
    dev.assert_settled();
    assert_eq!(natted(&dev, "eu-west-1c"), Some(subnet));

    dev.set(ENVIRONMENT, "availability_zones", zones(2));
    dev.by_hand("ec2", "terminate_instances", &json!({"InstanceIds": strangers}));
    let last = dev.apply();
    assert_eq!(last.diagnostics(), [], "{}", last.report());
    dev.assert_settled();
    dev.end();
}
