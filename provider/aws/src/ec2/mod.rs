//! EC2: networks, addresses, security groups, launch templates.
//!
//! Every file is one kind of object; [`listing`] is how all of them are read, [`owned`] how they are found again, [`tagging`] how they
//! carry whose they are, [`refusals`] what EC2's refusals mean.

mod address;
pub mod images;
mod internet_gateway;
mod launch_template;
mod listing;
mod lookups;
mod nat_gateway;
mod nat_image;
mod nat_instance;
mod occupants;
mod old_versions;
mod owned;
mod reads;
mod references;
mod refusals;
mod route_table;
mod routes;
mod rule;
mod rule_text;
mod security_group;
mod security_group_rules;
mod subnet;
mod tagging;
mod template_data;
mod template_versions;
mod vpc;

pub use address::{Address, AddressOut};
pub use internet_gateway::{InternetGateway, InternetGatewayOut};
pub use launch_template::{LaunchTemplate, LaunchTemplateOut};
pub use lookups::{Image, Network, NetworkSubnet, availability_zones, image, network};
pub use nat_gateway::{NatGateway, NatGatewayOut};
pub use nat_instance::{NatInstance, NatInstanceOut};
pub use reads::Reads;
pub use route_table::{RouteTable, RouteTableOut};
pub use routes::RouteTarget;
pub use rule::{Peer, Rule};
pub use security_group::{SecurityGroup, SecurityGroupOut};
pub use security_group_rules::{SecurityGroupRules, SecurityGroupRulesOut};
pub use subnet::{Subnet, SubnetOut};
pub use template_versions::{template_digest, template_version};
pub use vpc::{Vpc, VpcOut};
