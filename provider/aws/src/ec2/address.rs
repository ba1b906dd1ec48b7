//! An Elastic IP address: what a NAT gateway or instance shows to the world.

use super::listing;
use super::owned;
use super::refusals::released;
use super::tagging;
use crate::call::{call, creating};
use crate::tags::{self, Tags};
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, DomainType, ResourceType};
use composite::{Child, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddressOut {
    /// `eipalloc-…`
    pub allocation_id: String,
    /// The address itself.
    pub public_ip: String,
}

fn out(address: &types::Address) -> AddressOut {
    AddressOut {
        allocation_id: address.allocation_id.clone().unwrap_or_default(),
        public_ip: address.public_ip.clone().unwrap_or_default(),
    }
}

impl Child for Address {
    const KIND: &'static str = "address";
    type World = World;
    type Out = AddressOut;

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::Address>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .ec2
            .allocate_address()
            .domain(DomainType::Vpc)
            .tag_specifications(tagging::specification(cx, ResourceType::ElasticIp, &self.tags));
        let made = creating("AllocateAddress", request.send()).await?;
        let address = types::Address::builder()
            .set_allocation_id(made.allocation_id)
            .set_public_ip(made.public_ip)
            .set_tags(Some(tagging::from_tags(tags::to_create(cx, &self.tags))))
            .build();
        listing::made(&cx.world.reads.ec2.addresses, "AllocateAddress", Some(address))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<AddressOut, Error> {
        let reads = &cx.world.reads.ec2.addresses;
        let address = listing::appeared(cx, reads, id).await?;
        tagging::sync(cx, &address, &self.tags).await?;
        reads.forget(id);
        Ok(out(&address))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, AddressOut)>, Error> {
        let found = cx.world.reads.ec2.addresses.get(id).await?;
        Ok(found.map(|address| (Self { tags: tagging::of_user(cx, &address) }, out(&address))))
    }

    /// Waits until the NAT gateway or instance that held the address has let go of it.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.ec2.release_address().allocation_id(id);
        released(cx, id, || call("ReleaseAddress", request.clone().send())).await?;
        cx.world.reads.ec2.addresses.forget(id);
        Ok(())
    }
}
