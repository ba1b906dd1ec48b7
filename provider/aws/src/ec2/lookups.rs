//! Looking up what isn't ours: zones, images, networks that the user brings along.

use super::listing::Listed;
use super::tagging::filter;
use crate::call::{AwsError, call};
use crate::session::Session;
use aws_sdk_ec2::types;
use std::collections::BTreeMap;

/// An image, as far as launching it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `ami-…`
    pub id: String,
    /// Such as `/dev/xvda`.
    pub root_device_name: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
}

/// A network that the user brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// The VPC's primary range.
    pub cidr_block: String,
    /// Those of the asked-for subnets that are in this VPC, by id.
    pub subnets: BTreeMap<String, NetworkSubnet>,
}

/// One subnet of a [`Network`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSubnet {
    /// The zone's name, such as `eu-west-1a`.
    pub availability_zone: String,
    /// Its range.
    pub cidr_block: String,
}

/// Names of the region's zones, sorted: those that are available to the account and no local or wavelength zones.
///
/// # Errors
/// The failure of `DescribeAvailabilityZones`.
pub async fn availability_zones(session: &Session) -> Result<Vec<String>, AwsError> {
    let request = session
        .ec2
        .describe_availability_zones()
        .filters(filter("state", ["available"]))
        .filters(filter("zone-type", ["availability-zone"]))
        .filters(filter("opt-in-status", ["opt-in-not-required", "opted-in"]));
    let zones =
        call("DescribeAvailabilityZones", request.send()).await?.availability_zones.unwrap_or_default();
    let mut names: Vec<String> = zones.into_iter().filter_map(|zone| zone.zone_name).collect();
    names.sort_unstable();
    Ok(names)
}

/// The image, if this account may see it.
///
/// # Errors
/// The failure of `DescribeImages`.
pub async fn image(session: &Session, id: &str) -> Result<Option<Image>, AwsError> {
    let found = session.reads.ec2.images.get(&id.to_owned()).await?;
    Ok(found.map(|image| Image {
        id: id.to_owned(),
        root_device_name: image.root_device_name.unwrap_or_default(),
        architecture: image.architecture.map(|a| a.as_str().to_owned()).unwrap_or_default(),
    }))
}

/// The VPC with the named subnets; `None` if there is no such VPC. Subnets that don't exist or belong to another VPC
/// are left out.
///
/// # Errors
/// The failures of `DescribeVpcs` and `DescribeSubnets`.
pub async fn network(
    session: &Session,
    vpc_id: &str,
    subnet_ids: &[String],
) -> Result<Option<Network>, AwsError> {
    let id = vpc_id.to_owned();
    let vpc = session.reads.ec2.vpcs.get(&id);
    let by_id = vec![filter("vpc-id", [vpc_id]), filter("subnet-id", subnet_ids)];
    let (vpc, subnets) = tokio::try_join!(vpc, types::Subnet::list(&session.ec2, by_id))?;
    Ok(vpc.map(|vpc| Network {
        cidr_block: vpc.cidr_block.unwrap_or_default(),
        subnets: subnets
            .into_iter()
            .map(|subnet| {
                let availability_zone = subnet.availability_zone.unwrap_or_default();
                let cidr_block = subnet.cidr_block.unwrap_or_default();
                (subnet.subnet_id.unwrap_or_default(), NetworkSubnet { availability_zone, cidr_block })
            })
            .collect(),
    }))
}
