//! An internet gateway, attached to its VPC.

use super::listing;
use super::owned;
use super::refusals::{self, released};
use super::tagging;
use crate::call::{call, creating};
use crate::tags::Tags;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, ResourceType};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of an internet gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InternetGateway {
    /// The VPC it is attached to; empty in what was seen: it is detached.
    pub vpc_id: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InternetGatewayOut {
    /// `igw-…`
    pub id: String,
}

fn vpc_of(gateway: &types::InternetGateway) -> &str {
    gateway.attachments().iter().find_map(types::InternetGatewayAttachment::vpc_id).unwrap_or_default()
}

impl Child for InternetGateway {
    const KIND: &'static str = "internet_gateway";
    type World = World;
    type Out = InternetGatewayOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.vpc_id != saw.vpc_id && !saw.vpc_id.is_empty() {
            return Diff::Replace("vpc_id");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::InternetGateway>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx.world.ec2.create_internet_gateway().tag_specifications(tagging::specification(
            cx,
            ResourceType::InternetGateway,
            &self.tags,
        ));
        let made = creating("CreateInternetGateway", request.send()).await?;
        let reads = &cx.world.reads.ec2.internet_gateways;
        listing::made(reads, "CreateInternetGateway", made.internet_gateway)
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<InternetGatewayOut, Error> {
        let reads = &cx.world.reads.ec2.internet_gateways;
        let gateway = listing::appeared(cx, reads, id).await?;
        tagging::sync(cx, &gateway, &self.tags).await?;
        if vpc_of(&gateway) != self.vpc_id {
            let request = cx.world.ec2.attach_internet_gateway().internet_gateway_id(id).vpc_id(&self.vpc_id);
            let attached = refusals::settled(cx, || async {
                let answer = call("AttachInternetGateway", request.clone().send()).await;
                // Said of a repeated call too; if it is attached elsewhere, the next look shows it.
                refusals::done_unless(&["Resource.AlreadyAssociated"], answer)
            });
            attached.await?;
        }
        reads.forget(id);
        Ok(InternetGatewayOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, InternetGatewayOut)>, Error> {
        let found = cx.world.reads.ec2.internet_gateways.get(id).await?;
        Ok(found.map(|gateway| {
            let spec = Self { vpc_id: vpc_of(&gateway).into(), tags: tagging::of_user(cx, &gateway) };
            (spec, InternetGatewayOut { id: id.clone() })
        }))
    }

    /// Detaching waits for the last public address in the VPC: load balancers and NAT gateways give theirs up late.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let ec2 = &cx.world.ec2;
        let reads = &cx.world.reads.ec2.internet_gateways;
        let Some(gateway) = reads.fresh(id).await? else { return Ok(()) };
        if !vpc_of(&gateway).is_empty() {
            let request = ec2.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc_of(&gateway));
            released(cx, id, || async {
                let answer = call("DetachInternetGateway", request.clone().send()).await;
                refusals::done_unless(&["Gateway.NotAttached"], answer)
            })
            .await?;
        }
        let request = ec2.delete_internet_gateway().internet_gateway_id(id);
        released(cx, id, || call("DeleteInternetGateway", request.clone().send())).await?;
        reads.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detached_one_is_attached_again_and_one_elsewhere_is_replaced() {
        let gateway = |vpc: &str| InternetGateway { vpc_id: vpc.into(), tags: Tags::new() };
        let wanted = gateway("vpc-1");
        assert_eq!(wanted.diff(&gateway("vpc-1")), Diff::Same);
        assert_eq!(wanted.diff(&gateway("")), Diff::Update);
        assert_eq!(wanted.diff(&gateway("vpc-2")), Diff::Replace("vpc_id"));
    }
}
