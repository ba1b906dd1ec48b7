//! The network: an environment with a NAT gateway, and one with a NAT instance.

use crate::row::{Account, Row, changed, deleted};
use crate::tags::ec2_tags;
use composite::Json;
use serde_json::json;

const VPC: (&str, &str) = ("vpc", "vpc");
const SUBNET: (&str, &str) = ("subnet", "private_subnet.eu-west-1a");
const PUBLIC_ROUTES: (&str, &str) = ("route_table", "public_routes");
const PRIVATE_ROUTES: (&str, &str) = ("route_table", "private_routes");
const NATTED_ROUTES: (&str, &str) = ("route_table", "natted_routes.eu-west-1b");
const INTERNET_GATEWAY: (&str, &str) = ("internet_gateway", "internet_gateway");
const ADDRESS: (&str, &str) = ("address", "nat_address.eu-west-1a");
const INSTANCE_ADDRESS: (&str, &str) = ("address", "nat_instance_address.eu-west-1a");
const NAT_GATEWAY: (&str, &str) = ("nat_gateway", "nat_gateway.eu-west-1a");
const NAT_INSTANCE: (&str, &str) = ("nat_instance", "nat_instance.eu-west-1a");
const ALL_NATTED_ROUTES: &[&str] =
    &["natted_routes.eu-west-1a", "natted_routes.eu-west-1b", "natted_routes.eu-west-1c"];
/// The routes lead to the instance's interface, and the instance isn't known before the apply.
const NAMERS_OF_ADDRESS: &[&str] = &[
    "nat_instance.eu-west-1a",
    "natted_routes.eu-west-1a",
    "natted_routes.eu-west-1b",
    "natted_routes.eu-west-1c",
];
const NAMERS_OF_INTERNET_GATEWAY: &[&str] = &[
    "public_routes",
    "nat_instance.eu-west-1a",
    "natted_routes.eu-west-1a",
    "natted_routes.eu-west-1b",
    "natted_routes.eu-west-1c",
];

/// For an environment with one NAT gateway.
pub fn with_gateway() -> Vec<Row> {
    vec![
        changed(
            VPC,
            "without DNS host names",
            &["enable_dns_hostnames"],
            |a| {
                a.call(
                    "ec2",
                    "modify_vpc_attribute",
                    json!({"VpcId": a.id(), "EnableDnsHostnames": {"Value": false}}),
                )
            },
            |a| {
                a.call(
                    "ec2",
                    "describe_vpc_attribute",
                    json!({"VpcId": a.id(), "Attribute": "enableDnsHostnames"}),
                )["EnableDnsHostnames"]
                    .take()
            },
        ),
        ec2_tags(VPC),
        changed(
            SUBNET,
            "with public addresses",
            &["map_public_ip_on_launch"],
            |a| {
                a.call(
                    "ec2",
                    "modify_subnet_attribute",
                    json!({"SubnetId": a.id(), "MapPublicIpOnLaunch": {"Value": true}}),
                )
            },
            |a| {
                a.call("ec2", "describe_subnets", json!({"SubnetIds": [a.id()]}))["Subnets"][0]["MapPublicIpOnLaunch"].take()
            },
        ),
        ec2_tags(SUBNET),
        deleted(SUBNET, &["private_routes", "record"], |a| {
            a.call(
                "ec2",
                "disassociate_route_table",
                json!({"AssociationId": association(a, "private_routes", a.id())}),
            );
            a.call("ec2", "delete_subnet", json!({"SubnetId": a.id()}))
        }),
        changed(
            PUBLIC_ROUTES,
            "without its way out",
            &["routes"],
            |a| {
                a.call(
                    "ec2",
                    "delete_route",
                    json!({"RouteTableId": a.id(), "DestinationCidrBlock": "0.0.0.0/0"}),
                )
            },
            routes,
        ),
        changed(
            PRIVATE_ROUTES,
            "with a way out",
            &["routes"],
            |a| {
                let gateway = a.id_of(INTERNET_GATEWAY.1);
                a.call("ec2", "create_route", json!({"RouteTableId": a.id(), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}))
            },
            routes,
        ),
        changed(
            NATTED_ROUTES,
            "past the NAT",
            &["routes"],
            |a| {
                let gateway = a.id_of(INTERNET_GATEWAY.1);
                a.call("ec2", "replace_route", json!({"RouteTableId": a.id(), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}))
            },
            routes,
        ),
        changed(
            PRIVATE_ROUTES,
            "without one of its subnets",
            &["subnet_ids"],
            |a| {
                let subnet = a.id_of("private_subnet.eu-west-1c");
                a.call(
                    "ec2",
                    "disassociate_route_table",
                    json!({"AssociationId": association(a, PRIVATE_ROUTES.1, &subnet)}),
                )
            },
            subnets,
        ),
        changed(
            PRIVATE_ROUTES,
            "one of its subnets under another table",
            &["subnet_ids"],
            |a| {
                let (subnet, public) = (a.id_of("private_subnet.eu-west-1c"), a.id_of("public_routes"));
                let association = association(a, PRIVATE_ROUTES.1, &subnet);
                a.call(
                    "ec2",
                    "replace_route_table_association",
                    json!({"AssociationId": association, "RouteTableId": public}),
                )
            },
            subnets,
        )
        .and("public_routes", &["subnet_ids"]),
        ec2_tags(PRIVATE_ROUTES),
        deleted(PRIVATE_ROUTES, &[], |a| {
            for zone in ["a", "b", "c"] {
                let subnet = a.id_of(&format!("private_subnet.eu-west-1{zone}"));
                a.call(
                    "ec2",
                    "disassociate_route_table",
                    json!({"AssociationId": association(a, PRIVATE_ROUTES.1, &subnet)}),
                );
            }
            a.call("ec2", "delete_route_table", json!({"RouteTableId": a.id()}))
        }),
        ec2_tags(INTERNET_GATEWAY),
        ec2_tags(ADDRESS),
        ec2_tags(NAT_GATEWAY),
        deleted(NAT_GATEWAY, ALL_NATTED_ROUTES, |a| {
            a.call("ec2", "delete_nat_gateway", json!({"NatGatewayId": a.id()}))
        }),
    ]
}

/// For an environment with one NAT instance and an internal load balancer: a gateway can't be detached while anything
/// in the network has a public address.
pub fn with_instance() -> Vec<Row> {
    vec![
        changed(
            NAT_INSTANCE,
            "stopped",
            &["forwards"],
            |a| a.call("ec2", "stop_instances", json!({"InstanceIds": [a.id()]})),
            |a| instance(a)["State"]["Name"].take(),
        ),
        changed(
            NAT_INSTANCE,
            "with the source/destination check",
            &["forwards"],
            |a| a.call("ec2", "modify_instance_attribute", json!({"InstanceId": a.id(), "SourceDestCheck": {"Value": true}})),
            |a| instance(a)["SourceDestCheck"].take(),
        ),
        changed(
            NAT_INSTANCE,
            "in another security group",
            &["security_group_id"],
            |a| {
                let other = a.id_of("load_balancer_security_group");
                a.call("ec2", "modify_instance_attribute", json!({"InstanceId": a.id(), "Groups": [other]}))
            },
            |a| instance(a)["SecurityGroups"].take(),
        ),
        changed(NAT_INSTANCE, "without its address", &["allocation_id"], without_address, addresses),
        ec2_tags(NAT_INSTANCE),
        deleted(NAT_INSTANCE, ALL_NATTED_ROUTES, |a| {
            a.call("ec2", "terminate_instances", json!({"InstanceIds": [a.id()]}))
        }),
        // The address can't be released while something has it, nor can the gateway be detached.
        deleted(INSTANCE_ADDRESS, NAMERS_OF_ADDRESS, |a| {
            without_address(a);
            a.call("ec2", "release_address", json!({"AllocationId": a.id()}))
        }),
        changed(
            INTERNET_GATEWAY,
            "detached",
            &["vpc_id"],
            detached,
            |a| a.call("ec2", "describe_internet_gateways", json!({"InternetGatewayIds": [a.id()]}))["InternetGateways"][0]["Attachments"].take(),
        )
        .and(NAT_INSTANCE.1, &["allocation_id"]),
        deleted(INTERNET_GATEWAY, NAMERS_OF_INTERNET_GATEWAY, |a| {
            detached(a);
            a.call("ec2", "delete_internet_gateway", json!({"InternetGatewayId": a.id()}))
        }),
    ]
}

fn without_address(a: &Account<'_>) -> Json {
    let allocation = a.id_of(INSTANCE_ADDRESS.1);
    let mut address = a.call("ec2", "describe_addresses", json!({"AllocationIds": [allocation]}));
    a.call(
        "ec2",
        "disassociate_address",
        json!({"AssociationId": address["Addresses"][0]["AssociationId"].take()}),
    )
}

fn detached(a: &Account<'_>) -> Json {
    without_address(a);
    a.call("ec2", "detach_internet_gateway", json!({"InternetGatewayId": a.id(), "VpcId": a.id_of(VPC.1)}))
}

fn instance(a: &Account<'_>) -> Json {
    a.call("ec2", "describe_instances", json!({"InstanceIds": [a.id()]}))["Reservations"][0]["Instances"][0]
        .take()
}

/// Who has the address: an association's id is another one after each change.
fn addresses(a: &Account<'_>) -> Json {
    a.call("ec2", "describe_addresses", json!({"AllocationIds": [a.id_of(INSTANCE_ADDRESS.1)]}))["Addresses"]
        [0]["NetworkInterfaceId"]
        .take()
}

fn table(a: &Account<'_>, id: &str) -> Json {
    a.call("ec2", "describe_route_tables", json!({"RouteTableIds": [id]}))["RouteTables"][0].take()
}

fn routes(a: &Account<'_>) -> Json {
    table(a, a.id())["Routes"].take()
}

/// The subnets of the row's table, sorted.
fn subnets(a: &Account<'_>) -> Json {
    let table = table(a, a.id());
    let associations = table["Associations"].as_array().into_iter().flatten();
    let mut ids: Vec<_> = associations.filter_map(|one| one["SubnetId"].as_str()).collect();
    ids.sort_unstable();
    json!(ids)
}

/// The association of the table of this key with a subnet.
fn association(a: &Account<'_>, key: &str, subnet: &str) -> Json {
    let table = table(a, &a.id_of(key));
    let mut associations = table["Associations"].as_array().into_iter().flatten();
    let found = associations.find(|one| one["SubnetId"] == subnet).expect("the subnet has that table");
    found["RouteTableAssociationId"].clone()
}
