//! A route table with its routes, and the subnets that use it.
//!
//! Left alone: the VPC's own `local` route, routes that a virtual private gateway propagates, and routes by prefix
//! list, which gateway endpoints (S3, DynamoDB) add by themselves.

use super::listing;
use super::refusals::{self, done_unless, gone, released};
use super::tagging::{self, filter};
use crate::call::{AwsError, call, creating};
use crate::tags::Tags;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, ResourceType, RouteOrigin};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The spec of a route table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteTable {
    /// The VPC it is in.
    pub vpc_id: String,
    /// Where traffic goes, by destination range (IPv4 or IPv6).
    pub routes: BTreeMap<String, RouteTarget>,
    /// The subnets that use it.
    pub subnet_ids: BTreeSet<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteTarget {
    /// `igw-…`
    Gateway(String),
    /// `nat-…`
    NatGateway(String),
    /// `eni-…`, such as a NAT instance's.
    NetworkInterface(String),
    /// Any other kind, such as a transit gateway or a peering: seen only, when somebody added it by hand.
    Other(String),
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteTableOut {
    /// `rtb-…`
    pub id: String,
}

fn destination(route: &types::Route) -> Option<String> {
    route.destination_cidr_block.clone().or_else(|| route.destination_ipv6_cidr_block.clone())
}

fn target(route: &types::Route) -> RouteTarget {
    let id = |id: &Option<String>| id.clone();
    // A route to an instance shows the interface too, so the interface comes before what else there may be.
    id(&route.nat_gateway_id)
        .map(RouteTarget::NatGateway)
        .or_else(|| id(&route.network_interface_id).map(RouteTarget::NetworkInterface))
        .or_else(|| id(&route.gateway_id).map(RouteTarget::Gateway))
        .unwrap_or_else(|| {
            let others = [
                &route.transit_gateway_id,
                &route.vpc_peering_connection_id,
                &route.egress_only_internet_gateway_id,
                &route.local_gateway_id,
                &route.carrier_gateway_id,
                &route.core_network_arn,
            ];
            RouteTarget::Other(others.into_iter().find_map(Clone::clone).unwrap_or_default())
        })
}

fn routes(table: &types::RouteTable) -> BTreeMap<String, RouteTarget> {
    table
        .routes()
        .iter()
        .filter(|route| route.origin == Some(RouteOrigin::CreateRoute))
        .filter_map(|route| Some((destination(route)?, target(route))))
        .collect()
}

/// The subnets that use the table, with the ids of the associations.
fn associations(table: &types::RouteTable) -> BTreeMap<String, String> {
    let associations = table.associations().iter();
    associations.filter_map(|a| Some((a.subnet_id.clone()?, a.route_table_association_id.clone()?))).collect()
}

/// Builds a `CreateRoute` or `ReplaceRoute`, which have the same setters.
macro_rules! route {
    ($call:expr, $table:expr, $destination:expr, $target:expr) => {{
        let request = match $destination {
            v6 if v6.contains(':') => $call.route_table_id($table).destination_ipv6_cidr_block(v6),
            v4 => $call.route_table_id($table).destination_cidr_block(v4),
        };
        match $target {
            RouteTarget::Gateway(id) | RouteTarget::Other(id) => request.gateway_id(id),
            RouteTarget::NatGateway(id) => request.nat_gateway_id(id),
            RouteTarget::NetworkInterface(id) => request.network_interface_id(id),
        }
    }};
}

impl RouteTable {
    async fn sync_routes(&self, cx: &Cx<'_>, id: &str, saw: &BTreeMap<String, RouteTarget>) -> Result<(), Error> {
        let ec2 = &cx.world.ec2;
        for (destination, target) in &self.routes {
            match saw.get(destination) {
                Some(seen) if seen == target => {}
                Some(_) => replace_route(cx, id, destination, target).await?,
                None => {
                    let request = route!(ec2.create_route(), id, destination, target);
                    let made = refusals::settled(cx, || async {
                        match call("CreateRoute", request.clone().send()).await {
                            Err(e) if e.is(&["RouteAlreadyExists"]) => Ok(false),
                            made => made.map(|_| true),
                        }
                    });
                    if !made.await? {
                        replace_route(cx, id, destination, target).await?;
                    }
                }
            }
        }
        for destination in saw.keys().filter(|destination| !self.routes.contains_key(*destination)) {
            let request = ec2.delete_route().route_table_id(id);
            let request = match destination {
                v6 if v6.contains(':') => request.destination_ipv6_cidr_block(v6),
                v4 => request.destination_cidr_block(v4),
            };
            gone(call("DeleteRoute", request.send()).await)?;
        }
        Ok(())
    }

    async fn sync_subnets(&self, cx: &Cx<'_>, id: &str, saw: &BTreeMap<String, String>) -> Result<(), Error> {
        for subnet in self.subnet_ids.iter().filter(|subnet| !saw.contains_key(*subnet)) {
            associate(cx, id, subnet).await?;
        }
        for (_, association) in saw.iter().filter(|(subnet, _)| !self.subnet_ids.contains(*subnet)) {
            disassociate(cx, association).await?;
        }
        Ok(())
    }
}

async fn replace_route(cx: &Cx<'_>, id: &str, destination: &str, target: &RouteTarget) -> Result<(), Error> {
    let request = route!(cx.world.ec2.replace_route(), id, destination, target);
    refusals::settled(cx, || call("ReplaceRoute", request.clone().send())).await?;
    Ok(())
}

/// Gives the subnet this table; takes it over from another one in a single step, so that it is never without.
async fn associate(cx: &Cx<'_>, id: &str, subnet: &str) -> Result<(), Error> {
    let ec2 = &cx.world.ec2;
    let request = ec2.associate_route_table().route_table_id(id).subnet_id(subnet);
    let associated = refusals::settled(cx, || async {
        match call("AssociateRouteTable", request.clone().send()).await {
            Err(e) if e.is(&["Resource.AlreadyAssociated"]) => Ok(false),
            answer => answer.map(|_| true),
        }
    });
    if associated.await? {
        return Ok(());
    }
    let holders = ec2.describe_route_tables().filters(filter("association.subnet-id", [subnet]));
    let holders = call("DescribeRouteTables", holders.send()).await?;
    let holder = holders.route_tables().iter().find_map(|table| Some((table, associations(table).remove(subnet)?)));
    match holder {
        Some((table, _)) if table.route_table_id() == Some(id) => Ok(()),
        Some((_, association)) => {
            let request = ec2.replace_route_table_association().association_id(association).route_table_id(id);
            call("ReplaceRouteTableAssociation", request.send()).await?;
            Ok(())
        }
        None => Err(AwsError::ours(
            "AssociateRouteTable",
            format!("{subnet} is associated with another route table, and none that has it was found; apply again"),
        )
        .into()),
    }
}

async fn disassociate(cx: &Cx<'_>, association: &str) -> Result<(), AwsError> {
    let request = cx.world.ec2.disassociate_route_table().association_id(association);
    done_unless(&["InvalidAssociationID.NotFound"], call("DisassociateRouteTable", request.send()).await)
}

impl Child for RouteTable {
    const KIND: &'static str = "route_table";
    type World = World;
    type Out = RouteTableOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.vpc_id != saw.vpc_id {
            return Diff::Replace("vpc_id");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        listing::find::<types::RouteTable>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .ec2
            .create_route_table()
            .vpc_id(&self.vpc_id)
            .tag_specifications(tagging::specification(cx, ResourceType::RouteTable, &self.tags));
        let made = refusals::settled(cx, || creating("CreateRouteTable", request.clone().send())).await?;
        made.route_table
            .and_then(|t| t.route_table_id)
            .ok_or_else(|| Error::message("CreateRouteTable answered without an id"))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<RouteTableOut, Error> {
        let reads = &cx.world.reads.ec2.route_tables;
        let table = listing::appeared(cx, reads, id).await?;
        tagging::sync(cx, &table, &self.tags).await?;
        self.sync_routes(cx, id, &routes(&table)).await?;
        self.sync_subnets(cx, id, &associations(&table)).await?;
        reads.forget(id);
        Ok(RouteTableOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, RouteTableOut)>, Error> {
        let found = cx.world.reads.ec2.route_tables.get(id).await?;
        Ok(found.map(|table| {
            let spec = Self {
                routes: routes(&table),
                subnet_ids: associations(&table).into_keys().collect(),
                tags: tagging::of_user(cx, &table),
                vpc_id: table.vpc_id.unwrap_or_default(),
            };
            (spec, RouteTableOut { id: id.clone() })
        }))
    }

    /// A table that subnets use can't be deleted: they go back to the VPC's main table first.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let reads = &cx.world.reads.ec2.route_tables;
        let Some(table) = reads.fresh(id).await? else { return Ok(()) };
        for association in associations(&table).values() {
            disassociate(cx, association).await?;
        }
        let request = cx.world.ec2.delete_route_table().route_table_id(id);
        released(cx, id, || call("DeleteRouteTable", request.clone().send())).await?;
        reads.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_create_route_made_is_read_as_a_route() {
        let route = || types::Route::builder().origin(RouteOrigin::CreateRoute);
        let table = types::RouteTable::builder()
            .routes(
                types::Route::builder()
                    .destination_cidr_block("10.0.0.0/16")
                    .gateway_id("local")
                    .origin(RouteOrigin::CreateRouteTable)
                    .build(),
            )
            .routes(route().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build())
            .routes(route().destination_cidr_block("0.0.0.0/0").nat_gateway_id("nat-1").build())
            .routes(route().destination_ipv6_cidr_block("::/0").gateway_id("igw-1").build())
            .routes(
                route().destination_cidr_block("10.1.0.0/16").instance_id("i-1").network_interface_id("eni-1").build(),
            )
            .routes(route().destination_cidr_block("10.2.0.0/16").transit_gateway_id("tgw-1").build())
            .build();
        assert_eq!(
            routes(&table),
            BTreeMap::from([
                ("0.0.0.0/0".into(), RouteTarget::NatGateway("nat-1".into())),
                ("::/0".into(), RouteTarget::Gateway("igw-1".into())),
                ("10.1.0.0/16".into(), RouteTarget::NetworkInterface("eni-1".into())),
                ("10.2.0.0/16".into(), RouteTarget::Other("tgw-1".into())),
            ])
        );
    }
}
