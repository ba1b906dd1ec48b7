//! Mistakes that are seen without asking AWS: `terraform validate` reports them.

use crate::{Mistake, assert_reported, configuration, tags};
use paas_tests::{Workspace, hcl};
use serde_json::{Value, json};

const CERTIFICATE: &str =
    "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000";

fn sound(kind: &str, number: usize) -> Value {
    if kind == "environment" {
        json!({"name": format!("e{number}"), "cidr_block": "10.0.0.0/16", "certificate_arn": CERTIFICATE})
    } else {
        json!({"environment": "dev", "name": format!("t{number}"), "hosts": ["a.example.test"], "image_id": "ami-0123456789abcdef0"})
    }
}

fn network(public: &[&str], natted: &[&str]) -> Value {
    json!({
        "vpc_id": "vpc-1",
        "public_subnet_ids": public,
        "natted_subnet_ids": natted,
        "private_subnet_ids": ["subnet-5", "subnet-6"],
    })
}

#[test]
fn each_mistake_gets_one_error_at_its_attribute() {
    let environment =
        |arguments, path, summary, says| Mistake { kind: "environment", arguments, path, summary, says };
    let tenant = |arguments, path, summary, says| Mistake { kind: "tenant", arguments, path, summary, says };
    let mistakes = [
        // Names become parts of the names of AWS objects.
        environment(
            json!({"name": "Dev"}),
            "name",
            "Invalid name",
            &["\"Dev\"", "lower-case letters, digits and hyphens"],
        ),
        environment(
            json!({"name": "a-name-too-long-1"}),
            "name",
            "Invalid name",
            &["1 to 16 characters, has 17"],
        ),
        environment(json!({"name": "1st"}), "name", "Invalid name", &["must start with a letter"]),
        environment(json!({"name": "dev--eu"}), "name", "Invalid name", &["hyphen"]),
        tenant(json!({"name": "acme-"}), "name", "Invalid name", &["must not end with a hyphen"]),
        tenant(json!({"environment": "Dev"}), "environment", "Invalid name", &["lower-case"]),
        // The network: three tiers, each one range.
        environment(
            json!({"cidr_block": "10.0.0.0/15"}),
            "cidr_block",
            "Invalid address range",
            &["10.0.0.0/15", "/16 to a /20"],
        ),
        environment(
            json!({"cidr_block": "10.0.0.0/21"}),
            "cidr_block",
            "Invalid address range",
            &["/16 to a /20"],
        ),
        environment(
            json!({"cidr_block": "10.0.1.0/16"}),
            "cidr_block",
            "Invalid address range",
            &["10.0.0.0/16"],
        ),
        environment(json!({"cidr_block": "ten"}), "cidr_block", "Invalid address range", &["ten"]),
        environment(
            json!({"cidr_block": null}),
            "cidr_block",
            "No network",
            &["10.0.0.0/16", "network for an existing one"],
        ),
        environment(
            json!({"network": network(&["subnet-1", "subnet-2"], &["subnet-3", "subnet-4"])}),
            "network",
            "Two networks",
            &["not both"],
        ),
        environment(
            json!({"cidr_block": null, "network": network(&["subnet-1", "subnet-2"], &["subnet-2", "subnet-4"])}),
            "network.natted_subnet_ids[0]",
            "Overlapping tiers",
            &["subnet-2", "Tiers must not overlap"],
        ),
        environment(
            json!({"cidr_block": null, "network": network(&["subnet-1"], &["subnet-3", "subnet-4"])}),
            "network.public_subnet_ids",
            "Too few subnets",
            &["two availability zones"],
        ),
        environment(
            json!({"cidr_block": null, "nat": {}, "network": network(&["subnet-1", "subnet-2"], &["subnet-3", "subnet-4"])}),
            "nat",
            "No NAT to make",
            &["leave nat out"],
        ),
        environment(
            json!({"availability_zones": ["eu-west-1a"]}),
            "availability_zones",
            "Two to four zones",
            &["1 zones"],
        ),
        environment(
            json!({"availability_zones": ["eu-west-1a", "eu-west-1a"]}),
            "availability_zones[1]",
            "Zone named twice",
            &["eu-west-1a"],
        ),
        environment(
            json!({"nat": {"type": "proxy"}}),
            "nat.type",
            "Unknown choice",
            &["\"proxy\"", "gateway, instance"],
        ),
        environment(
            json!({"ingress_cidr_blocks": ["10.0.0.0/8", "anyone"]}),
            "ingress_cidr_blocks[1]",
            "Invalid address range",
            &["\"anyone\""],
        ),
        // The rest of an environment.
        environment(
            json!({"certificate_arn": "my-certificate"}),
            "certificate_arn",
            "Invalid certificate",
            &["\"my-certificate\" is not the ARN"],
        ),
        environment(
            json!({"idle_timeout": 4001}),
            "idle_timeout",
            "Value out of range",
            &["4001 is not in 1 to 4000"],
        ),
        environment(
            json!({"deletion_window_in_days": 1}),
            "deletion_window_in_days",
            "Value out of range",
            &["1 is not in 7 to 30"],
        ),
        environment(
            json!({"cloudtrail_retention_in_days": 2}),
            "cloudtrail_retention_in_days",
            "Invalid retention",
            &["for 2 days"],
        ),
        environment(
            json!({"reserved_priorities": [{"from": 9, "to": 1}]}),
            "reserved_priorities[0]",
            "Empty range",
            &["from 9 to 1"],
        ),
        environment(
            json!({"timeouts": {"create": "soon"}}),
            "timeouts.create",
            "Invalid duration",
            &["\"soon\"", "\"30m\""],
        ),
        environment(
            json!({"tags": {"paas:owner": "me"}}),
            "tags[\"paas:owner\"]",
            "Invalid tag",
            &["set by the provider"],
        ),
        environment(json!({"tags": {"aws:x": "y"}}), "tags[\"aws:x\"]", "Invalid tag", &["AWS's own"]),
        tenant(json!({"tags": tags(48)}), "tags", "Too many tags", &["48 tags", "50 on one object"]),
        // Hosts and paths.
        tenant(json!({"hosts": []}), "hosts", "No host", &["one host name at least"]),
        tenant(
            json!({"hosts": ["a.example.test", "Shop.example.test"]}),
            "hosts[1]",
            "Invalid host",
            &["\"Shop.example.test\" holds 'S'"],
        ),
        tenant(
            json!({"hosts": ["a.example.test", "a.example.test"]}),
            "hosts[1]",
            "Invalid host",
            &["stands there twice"],
        ),
        tenant(json!({"hosts": ["localhost"]}), "hosts[0]", "Invalid host", &["is not a host name"]),
        tenant(json!({"hosts": ["example.*"]}), "hosts[0]", "Invalid host", &["wildcard in its last part"]),
        tenant(json!({"paths": ["api/*"]}), "paths[0]", "Invalid path", &["must start with a slash"]),
        tenant(json!({"priority": 50001}), "priority", "Value out of range", &["50001 is not in 1 to 50000"]),
        // Sizes, also where one is left to its default.
        tenant(
            json!({"min_size": 3, "max_size": 2}),
            "min_size",
            "Sizes contradict",
            &["min_size is 3 and max_size is 2"],
        ),
        tenant(json!({"min_size": 3}), "min_size", "Sizes contradict", &["max_size is 2"]),
        tenant(
            json!({"min_size": 2, "max_size": 4, "desired_capacity": 5}),
            "desired_capacity",
            "Sizes contradict",
            &["5, not between min_size 2 and max_size 4"],
        ),
        // The rest of a tenant.
        tenant(json!({"image_id": "web-1"}), "image_id", "Invalid image", &["\"web-1\"", "ami-"]),
        tenant(json!({"port": 0}), "port", "Value out of range", &["0 is not in 1 to 65535"]),
        tenant(json!({"protocol": "TCP"}), "protocol", "Unknown choice", &["HTTP, HTTPS"]),
        tenant(
            json!({"health_check": {"interval": 5, "timeout": 5}}),
            "health_check.timeout",
            "Times contradict",
            &["less than interval 5"],
        ),
        tenant(
            json!({"health_check": {"path": "health"}}),
            "health_check.path",
            "Invalid path",
            &["must start with a slash"],
        ),
        tenant(
            json!({"health_check": {"matcher": "ok"}}),
            "health_check.matcher",
            "Invalid status codes",
            &["\"200-299\""],
        ),
        tenant(
            json!({"target_tracking": {"target_value": 0}}),
            "target_tracking.target_value",
            "Value out of range",
            &["0 is not above 0"],
        ),
        tenant(json!({"root_volume": {"type": "floppy"}}), "root_volume.type", "Unknown choice", &["gp3"]),
        tenant(
            json!({"instance_refresh": {"min_healthy_percentage": 101}}),
            "instance_refresh.min_healthy_percentage",
            "Value out of range",
            &["101 is not in 0 to 100"],
        ),
        tenant(
            json!({"user_data": "x".repeat(16 * 1024 + 1)}),
            "user_data",
            "User data too long",
            &["16385 bytes; EC2 takes 16384"],
        ),
    ];
    let workspace = Workspace::offline();
    workspace.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &workspace.validate());
}

#[test]
fn what_is_not_known_yet_is_no_mistake() {
    let workspace = Workspace::offline();
    let unknown = json!("${terraform_data.later.output}");
    let tenant = json!({"environment": unknown, "name": unknown, "hosts": [unknown], "image_id": unknown, "min_size": unknown});
    workspace
        .write("main.tf", &(hcl::PROVIDER_SOURCE.to_owned() + &hcl::resource("paas_tenant.acme", &tenant)));
    workspace.write("later.tf", "resource \"terraform_data\" \"later\" {\n  input = timestamp()\n}\n");
    workspace.validate().expect_success();
}
