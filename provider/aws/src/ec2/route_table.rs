//! A route table with its routes, and the subnets that use it.

use super::listing::{self, Listed};
use super::owned;
use super::refusals::{self, gone, is_not_found, released};
use super::routes::{self, RouteTarget};
use super::subnet::Subnet;
use super::tagging::{self, filter};
use crate::call::{AwsError, call, creating};
use crate::tags::Tags;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, ResourceType};
use composite::{Child, Diff, Error, Id};
use futures::future::{try_join_all, try_join3};
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

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteTableOut {
    /// `rtb-…`
    pub id: String,
}

/// The subnets that use the table, with the ids of the associations.
fn associations(table: &types::RouteTable) -> BTreeMap<String, String> {
    let associations = table.associations().iter();
    associations.filter_map(|a| Some((a.subnet_id.clone()?, a.route_table_association_id.clone()?))).collect()
}

impl RouteTable {
    async fn sync_subnets(&self, cx: &Cx<'_>, id: &str, saw: &BTreeMap<String, String>) -> Result<(), Error> {
        let missing = self.subnet_ids.iter().filter(|subnet| !saw.contains_key(*subnet));
        try_join_all(missing.map(|subnet| associate(cx, id, subnet))).await?;
        // A subnet that was to go and stays, because somebody lies in it, keeps its way out: the association goes with it.
        let excess = |subnet: &str| !self.subnet_ids.contains(subnet) && !cx.is_staying(Subnet::KIND, subnet);
        for (_, association) in saw.iter().filter(|(subnet, _)| excess(subnet)) {
            disassociate(cx, association).await?;
        }
        Ok(())
    }
}

/// How often a subnet is looked for that another table has, while somebody else moves it too.
const LOOKS: usize = 4;

/// Gives the subnet this table; takes it over from another one in a single step, so that it is never without.
async fn associate(cx: &Cx<'_>, id: &str, subnet: &str) -> Result<(), Error> {
    let request = cx.world.ec2.associate_route_table().route_table_id(id).subnet_id(subnet);
    for _ in 0..LOOKS {
        let associated = refusals::settled(cx, || async {
            match call("AssociateRouteTable", request.clone().send()).await {
                Err(e) if e.is(&["Resource.AlreadyAssociated"]) => Ok(false),
                answer => answer.map(|_| true),
            }
        });
        if associated.await? || take_over(cx, id, subnet).await? {
            return Ok(());
        }
    }
    Err(Error::message(format!("{subnet} keeps changing its route table while {id} is to become it")))
}

/// Whether the subnet has the table now. Not so if another association came or went meanwhile.
async fn take_over(cx: &Cx<'_>, id: &str, subnet: &str) -> Result<bool, Error> {
    let by_subnet = vec![filter("association.subnet-id", [subnet])];
    for table in types::RouteTable::list(&cx.world.ec2, by_subnet).await? {
        let Some(association) = associations(&table).remove(subnet) else { continue };
        if table.id() == id {
            return Ok(true);
        }
        let request =
            cx.world.ec2.replace_route_table_association().association_id(association).route_table_id(id);
        return match call("ReplaceRouteTableAssociation", request.send()).await {
            // The association has a new id: also what a repeated call gets whose first answer was lost.
            Err(e) if is_not_found(&e) => Ok(false),
            answer => Ok(answer.map(|_| true)?),
        };
    }
    Ok(false)
}

async fn disassociate(cx: &Cx<'_>, association: &str) -> Result<(), AwsError> {
    let request = cx.world.ec2.disassociate_route_table().association_id(association);
    gone(call("DisassociateRouteTable", request.send()).await)
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
        owned::find::<types::RouteTable>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .ec2
            .create_route_table()
            .vpc_id(&self.vpc_id)
            .tag_specifications(tagging::specification(cx, ResourceType::RouteTable, &self.tags));
        let made = refusals::settled(cx, || creating("CreateRouteTable", request.clone().send())).await?;
        listing::made(&cx.world.reads.ec2.route_tables, "CreateRouteTable", made.route_table)
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<RouteTableOut, Error> {
        let reads = &cx.world.reads.ec2.route_tables;
        let table = listing::appeared(cx, reads, id).await?;
        let (seen_routes, seen_subnets) = (routes::of(&table), associations(&table));
        try_join3(
            tagging::sync(cx, &table, &self.tags),
            routes::sync(cx, id, &self.routes, &seen_routes),
            self.sync_subnets(cx, id, &seen_subnets),
        )
        .await?;
        reads.forget(id);
        Ok(RouteTableOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, RouteTableOut)>, Error> {
        let found = cx.world.reads.ec2.route_tables.get(id).await?;
        Ok(found.map(|table| {
            let spec = Self {
                routes: routes::of(&table),
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
    fn the_main_association_and_those_of_gateways_are_not_of_subnets() {
        let association = || types::RouteTableAssociation::builder();
        let table = types::RouteTable::builder()
            .associations(association().main(true).route_table_association_id("rtbassoc-1").build())
            .associations(association().gateway_id("igw-1").route_table_association_id("rtbassoc-2").build())
            .associations(
                association().subnet_id("subnet-1").route_table_association_id("rtbassoc-3").build(),
            )
            .build();
        assert_eq!(associations(&table), BTreeMap::from([("subnet-1".into(), "rtbassoc-3".into())]));
    }

    #[test]
    fn only_another_vpc_needs_another_table() {
        let table = |vpc: &str, target: &str| RouteTable {
            vpc_id: vpc.into(),
            routes: BTreeMap::from([("0.0.0.0/0".into(), RouteTarget::NatGateway(target.into()))]),
            subnet_ids: BTreeSet::new(),
            tags: Tags::new(),
        };
        let wanted = table("vpc-1", "nat-1");
        assert_eq!(wanted.diff(&table("vpc-1", "nat-1")), Diff::Same);
        assert_eq!(wanted.diff(&table("vpc-1", "nat-2")), Diff::Update);
        assert_eq!(wanted.diff(&table("vpc-2", "nat-1")), Diff::Replace("vpc_id"));
    }
}
