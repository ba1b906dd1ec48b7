//! A public NAT gateway. It takes a minute or two to come and to go, and may fail on the way.

use super::listing::{self, Listed};
use super::owned;
use super::refusals;
use super::tagging;
use crate::call::{call, creating};
use crate::tags::Tags;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, NatGatewayState, ResourceType};
use composite::{Child, Diff, Error, Id, Order};
use serde::{Deserialize, Serialize};

/// The spec of a NAT gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NatGateway {
    /// The public subnet it stands in.
    pub subnet_id: String,
    /// Its address; empty in what was seen: the gateway failed and holds none.
    pub allocation_id: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NatGatewayOut {
    /// `nat-…`
    pub id: String,
}

fn has_failed(gateway: &types::NatGateway) -> bool {
    gateway.state == Some(NatGatewayState::Failed)
}

fn holds(gateway: &types::NatGateway, allocation_id: &str) -> bool {
    gateway.nat_gateway_addresses().iter().any(|a| a.allocation_id() == Some(allocation_id))
}

/// `Some` when it is usable, an error when it never will be.
fn usable(gateway: types::NatGateway) -> Result<Option<types::NatGateway>, Error> {
    let state = gateway.state.as_ref().map_or("unknown", NatGatewayState::as_str);
    match &gateway.state {
        Some(NatGatewayState::Available) => Ok(Some(gateway)),
        Some(NatGatewayState::Pending) => Ok(None),
        _ => Err(Error::message(format!(
            "NAT gateway {} is {state}{}. The next apply replaces it",
            gateway.id(),
            gateway
                .failure_message()
                .map(|why| format!(": {}", why.trim_end_matches('.')))
                .unwrap_or_default()
        ))),
    }
}

impl Child for NatGateway {
    const KIND: &'static str = "nat_gateway";
    /// The replacement usually takes over the address, which the old one holds until it is gone.
    const REPLACE: Order = Order::DeleteFirst;
    type World = World;
    type Out = NatGatewayOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.subnet_id != saw.subnet_id {
            Diff::Replace("subnet_id")
        } else if self.allocation_id != saw.allocation_id {
            Diff::Replace("allocation_id")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::NatGateway>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let mut dead: Vec<Id> = cx.not.to_vec();
        for earlier in owned::earlier::<types::NatGateway>(cx).await?.into_iter().filter(|g| !g.is_alive()) {
            let id = earlier.id().to_owned();
            // Deleted behind our back, it holds the address for another minute, and a gateway made now would fail.
            if earlier.is_ending() && holds(&earlier, &self.allocation_id) {
                listing::ended(cx, &cx.world.reads.ec2.nat_gateways, &id).await?;
            }
            dead.push(id);
        }
        let request = cx
            .world
            .ec2
            .create_nat_gateway()
            .subnet_id(&self.subnet_id)
            .allocation_id(&self.allocation_id)
            .client_token(tagging::client_token(cx, &[&self.subnet_id, &self.allocation_id], &dead))
            .tag_specifications(tagging::specification(cx, ResourceType::Natgateway, &self.tags));
        let made = refusals::settled(cx, || creating("CreateNatGateway", request.clone().send())).await?;
        made.nat_gateway
            .and_then(|g| g.nat_gateway_id)
            .ok_or_else(|| Error::message("CreateNatGateway answered without an id"))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<NatGatewayOut, Error> {
        let reads = &cx.world.reads.ec2.nat_gateways;
        let mut seen = Some(listing::appeared(cx, reads, id).await?);
        let gateway = wait::until(cx, &format!("NAT gateway {id} to become available"), || {
            let first = seen.take();
            async move {
                let gateway = match first {
                    None => reads.fresh(id).await?,
                    first => first,
                };
                let gone =
                    || Error::message(format!("NAT gateway {id} is gone. The next apply makes it anew"));
                usable(gateway.ok_or_else(gone)?)
            }
        })
        .await?;
        tagging::sync(cx, &gateway, &self.tags).await?;
        reads.forget(id);
        Ok(NatGatewayOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, NatGatewayOut)>, Error> {
        let found = cx.world.reads.ec2.nat_gateways.get(id).await?;
        Ok(found.filter(|gateway| gateway.is_alive() || has_failed(gateway)).map(|gateway| {
            let address = gateway.nat_gateway_addresses().iter().find_map(|a| a.allocation_id.clone());
            let spec = Self {
                tags: tagging::of_user(cx, &gateway),
                allocation_id: address.filter(|_| !has_failed(&gateway)).unwrap_or_default(),
                subnet_id: gateway.subnet_id.unwrap_or_default(),
            };
            (spec, NatGatewayOut { id: id.clone() })
        }))
    }

    /// Waits until it is gone: until then it holds its address and stands in its subnet.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.ec2.delete_nat_gateway().nat_gateway_id(id);
        refusals::gone(call("DeleteNatGateway", request.send()).await)?;
        let reads = &cx.world.reads.ec2.nat_gateways;
        listing::ended(cx, reads, id).await?;
        reads.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(state: NatGatewayState) -> types::NatGateway {
        types::NatGateway::builder()
            .nat_gateway_id("nat-1")
            .state(state)
            .failure_message("Network vpc-1 has no Internet gateway attached.")
            .build()
    }

    #[test]
    fn a_failed_gateway_says_why_and_is_waited_for_no_longer() {
        let why = usable(seen(NatGatewayState::Failed)).unwrap_err().to_string();
        assert!(why.contains("nat-1 is failed: Network vpc-1 has no Internet gateway attached."), "{why}");
        assert!(usable(seen(NatGatewayState::Deleting)).is_err());
        assert!(usable(seen(NatGatewayState::Pending)).unwrap().is_none());
        assert!(usable(seen(NatGatewayState::Available)).unwrap().is_some());
    }

    #[test]
    fn where_it_stands_and_its_address_are_fixed() {
        let gateway = |subnet: &str, address: &str, team: &str| NatGateway {
            subnet_id: subnet.into(),
            allocation_id: address.into(),
            tags: Tags::from([("team".into(), team.into())]),
        };
        let wanted = gateway("subnet-1", "eipalloc-1", "a");
        assert_eq!(wanted.diff(&gateway("subnet-1", "eipalloc-1", "a")), Diff::Same);
        assert_eq!(wanted.diff(&gateway("subnet-1", "eipalloc-1", "b")), Diff::Update);
        assert_eq!(wanted.diff(&gateway("subnet-2", "eipalloc-1", "a")), Diff::Replace("subnet_id"));
        assert_eq!(wanted.diff(&gateway("subnet-1", "", "a")), Diff::Replace("allocation_id"), "it failed");
    }
}
