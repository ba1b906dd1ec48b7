//! Batched reads of EC2 objects: one `Describe…` for all that are asked for at once.

use super::listing::{by_filter, by_id};
use super::occupants::{self, InSubnets};
use super::owned::OwnedReads;
use super::template_versions;
use crate::batch::Batched;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, Image, Instance, InternetGateway, LaunchTemplate, LaunchTemplateVersion, NatGateway, RouteTable,
    SecurityGroup, Subnet, Vpc,
};

/// Batched reads, by id where nothing else is said.
pub struct Reads {
    pub(super) addresses: Batched<String, Address>,
    /// By the network interface that holds the address.
    pub(super) addresses_by_interface: Batched<String, Address>,
    pub(super) images: Batched<String, Image>,
    pub(super) instances: Batched<String, Instance>,
    pub(super) interfaces_in_subnets: InSubnets,
    pub(super) internet_gateways: Batched<String, InternetGateway>,
    pub(super) launch_templates: Batched<String, LaunchTemplate>,
    /// The default version of each launch template, by the template's id.
    pub(super) default_versions: Batched<String, LaunchTemplateVersion>,
    pub(super) nat_gateways: Batched<String, NatGateway>,
    pub(super) route_tables: Batched<String, RouteTable>,
    /// With their rules.
    pub(super) security_groups: Batched<String, SecurityGroup>,
    pub(super) subnets: Batched<String, Subnet>,
    pub(super) vpcs: Batched<String, Vpc>,
    /// By ownership.
    pub(super) owned: OwnedReads,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            addresses: by_id(client, "allocation-id"),
            addresses_by_interface: by_filter(client, "network-interface-id", |a: &Address| {
                a.network_interface_id.clone()
            }),
            images: by_filter(client, "image-id", |image: &Image| image.image_id.clone()),
            instances: by_id(client, "instance-id"),
            interfaces_in_subnets: occupants::in_subnets(client),
            internet_gateways: by_id(client, "internet-gateway-id"),
            launch_templates: template_versions::templates(client),
            default_versions: template_versions::default_versions(client),
            nat_gateways: by_id(client, "nat-gateway-id"),
            route_tables: by_id(client, "route-table-id"),
            security_groups: by_id(client, "group-id"),
            subnets: by_id(client, "subnet-id"),
            vpcs: by_id(client, "vpc-id"),
            owned: OwnedReads::new(client),
        }
    }
}
