//! A subnet: one block of addresses in one zone.

use super::listing;
use super::occupants;
use super::owned;
use super::refusals::{self, IN_USE, gone, released};
use super::tagging;
use crate::call::{AwsError, call, creating};
use crate::tags::Tags;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, AttributeBooleanValue, ResourceType};
use composite::{Child, Diff, Error, Id, Order};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// How long those may take who let go by themselves, before a subnet that may stay is left to them. A load balancer that
/// was moved out of a subnet holds its interfaces there for some minutes; AWS gives no number.
const PATIENCE: Duration = Duration::from_mins(5);

/// The spec of a subnet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subnet {
    /// The VPC it is in.
    pub vpc_id: String,
    /// The address range, /16 to /28, inside the VPC's.
    pub cidr_block: String,
    /// The zone's name, such as `eu-west-1a`.
    pub availability_zone: String,
    /// Whether instances get a public address by themselves.
    pub map_public_ip_on_launch: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubnetOut {
    /// `subnet-…`
    pub id: String,
}

impl Child for Subnet {
    const KIND: &'static str = "subnet";
    /// Two subnets of a VPC can't share an address.
    const REPLACE: Order = Order::DeleteFirst;
    type World = World;
    type Out = SubnetOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.vpc_id != saw.vpc_id {
            Diff::Replace("vpc_id")
        } else if self.cidr_block != saw.cidr_block {
            Diff::Replace("cidr_block")
        } else if self.availability_zone != saw.availability_zone {
            Diff::Replace("availability_zone")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::Subnet>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .ec2
            .create_subnet()
            .vpc_id(&self.vpc_id)
            .cidr_block(&self.cidr_block)
            .availability_zone(&self.availability_zone)
            .tag_specifications(tagging::specification(cx, ResourceType::Subnet, &self.tags));
        let made = refusals::settled(cx, || creating("CreateSubnet", request.clone().send())).await?;
        listing::made(&cx.world.reads.ec2.subnets, "CreateSubnet", made.subnet)
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<SubnetOut, Error> {
        let reads = &cx.world.reads.ec2.subnets;
        let subnet = listing::appeared(cx, reads, id).await?;
        tagging::sync(cx, &subnet, &self.tags).await?;
        if subnet.map_public_ip_on_launch != Some(self.map_public_ip_on_launch) {
            let wanted = AttributeBooleanValue::builder().value(self.map_public_ip_on_launch).build();
            let request =
                cx.world.ec2.modify_subnet_attribute().subnet_id(id).map_public_ip_on_launch(wanted);
            refusals::settled(cx, || call("ModifySubnetAttribute", request.clone().send())).await?;
        }
        reads.forget(id);
        Ok(SubnetOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, SubnetOut)>, Error> {
        let found = cx.world.reads.ec2.subnets.get(id).await?;
        Ok(found.map(|subnet| {
            let spec = Self {
                tags: tagging::of_user(cx, &subnet),
                vpc_id: subnet.vpc_id.unwrap_or_default(),
                cidr_block: subnet.cidr_block.unwrap_or_default(),
                availability_zone: subnet.availability_zone.unwrap_or_default(),
                map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or_default(),
            };
            (spec, SubnetOut { id: id.clone() })
        }))
    }

    async fn users(cx: &Cx<'_>, id: &Id) -> Result<Option<String>, Error> {
        let settled = occupants::of(cx, id).await?.settled;
        Ok((!settled.is_empty()).then(|| settled.join(", ")))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.ec2.delete_subnet().subnet_id(id);
        let delete = || call("DeleteSubnet", request.clone().send());
        if cx.may_stay {
            released_or_left(cx, id, delete).await?;
        } else {
            released(cx, id, delete).await?;
        }
        cx.world.reads.ec2.subnets.forget(id);
        Ok(())
    }
}

/// Repeats a deleting call until nothing uses the subnet any more, unless there is somebody who won't go by himself.
async fn released_or_left<T, F>(cx: &Cx<'_>, id: &Id, mut delete: impl FnMut() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let patience = Instant::now() + PATIENCE;
    wait::until(cx, &format!("{id} to be released by what still uses it (DependencyViolation)"), || {
        let deleted = delete();
        async move {
            let refused = match deleted.await {
                Err(refused) if refused.is(IN_USE) => refused,
                deleted => return Ok(Some(gone(deleted)?)),
            };
            let mut found = occupants::of(cx, id).await?;
            let mut users = found.settled;
            if Instant::now() > patience {
                users.append(&mut found.passing);
                if users.is_empty() {
                    return Err(Error::from(refused).in_use());
                }
            }
            if users.is_empty() { Ok(None) } else { Err(Error::message(users.join(", ")).in_use()) }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_lies_is_fixed_and_public_addresses_are_not() {
        let wanted = Subnet {
            vpc_id: "vpc-1".into(),
            cidr_block: "10.0.0.0/24".into(),
            availability_zone: "eu-west-1a".into(),
            map_public_ip_on_launch: true,
            tags: Tags::new(),
        };
        let changed = |change: fn(&mut Subnet)| {
            let mut saw = wanted.clone();
            change(&mut saw);
            wanted.diff(&saw)
        };
        assert_eq!(changed(|_| ()), Diff::Same);
        assert_eq!(changed(|s| s.map_public_ip_on_launch = false), Diff::Update);
        assert_eq!(changed(|s| s.vpc_id = "vpc-2".into()), Diff::Replace("vpc_id"));
        assert_eq!(changed(|s| s.cidr_block = "10.0.1.0/24".into()), Diff::Replace("cidr_block"));
        assert_eq!(
            changed(|s| s.availability_zone = "eu-west-1b".into()),
            Diff::Replace("availability_zone")
        );
    }
}
