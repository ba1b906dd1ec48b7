//! The routes of a route table.
//!
//! Left alone: the VPC's own `local` route, routes that a virtual private gateway propagates, and routes by prefix
//! list, which gateway endpoints (such as S3's) add by themselves.

use super::refusals::{self, gone};
use crate::call::call;
use crate::world::Cx;
use aws_sdk_ec2::types::{self, RouteOrigin};
use composite::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// Routes by destination range, IPv4 or IPv6.
pub(super) type Routes = BTreeMap<String, RouteTarget>;

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

/// The routes that somebody made by `CreateRoute`.
pub(super) fn of(table: &types::RouteTable) -> Routes {
    table
        .routes()
        .iter()
        .filter(|route| route.origin == Some(RouteOrigin::CreateRoute))
        .filter_map(|route| Some((destination(route)?, target(route))))
        .collect()
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

/// Makes, replaces and removes routes until the table has those wanted.
pub(super) async fn sync(cx: &Cx<'_>, id: &str, wanted: &Routes, saw: &Routes) -> Result<(), Error> {
    let ec2 = &cx.world.ec2;
    for (destination, target) in wanted {
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
    for destination in saw.keys().filter(|destination| !wanted.contains_key(*destination)) {
        let request = ec2.delete_route().route_table_id(id);
        let request = match destination {
            v6 if v6.contains(':') => request.destination_ipv6_cidr_block(v6),
            v4 => request.destination_cidr_block(v4),
        };
        gone(call("DeleteRoute", request.send()).await)?;
    }
    Ok(())
}

async fn replace_route(cx: &Cx<'_>, id: &str, destination: &str, target: &RouteTarget) -> Result<(), Error> {
    let request = route!(cx.world.ec2.replace_route(), id, destination, target);
    refusals::settled(cx, || call("ReplaceRoute", request.clone().send())).await?;
    Ok(())
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
                route()
                    .destination_cidr_block("10.1.0.0/16")
                    .instance_id("i-1")
                    .network_interface_id("eni-1")
                    .build(),
            )
            .routes(route().destination_cidr_block("10.2.0.0/16").transit_gateway_id("tgw-1").build())
            .build();
        assert_eq!(
            of(&table),
            BTreeMap::from([
                ("0.0.0.0/0".into(), RouteTarget::NatGateway("nat-1".into())),
                ("::/0".into(), RouteTarget::Gateway("igw-1".into())),
                ("10.1.0.0/16".into(), RouteTarget::NetworkInterface("eni-1".into())),
                ("10.2.0.0/16".into(), RouteTarget::Other("tgw-1".into())),
            ])
        );
    }
}
