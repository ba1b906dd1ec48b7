//! A VPC with DNS names on: instances need them for SSM's and S3's endpoints.

use super::listing;
use super::owned;
use super::refusals::{self, released};
use super::tagging;
use crate::call::{call, creating};
use crate::tags::Tags;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, AttributeBooleanValue, ResourceType, VpcAttributeName};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of a VPC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vpc {
    /// The address range, /16 to /28. It can't be changed.
    pub cidr_block: String,
    /// Whether instances with public addresses get names.
    pub enable_dns_hostnames: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VpcOut {
    /// `vpc-…`
    pub id: String,
}

impl Child for Vpc {
    const KIND: &'static str = "vpc";
    type World = World;
    type Out = VpcOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.cidr_block != saw.cidr_block {
            return Diff::Replace("cidr_block");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::Vpc>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .ec2
            .create_vpc()
            .cidr_block(&self.cidr_block)
            .tag_specifications(tagging::specification(cx, ResourceType::Vpc, &self.tags));
        let made = creating("CreateVpc", request.send()).await?;
        listing::made(&cx.world.reads.ec2.vpcs, "CreateVpc", made.vpc)
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<VpcOut, Error> {
        let vpc = listing::appeared(cx, &cx.world.reads.ec2.vpcs, id).await?;
        tagging::sync(cx, &vpc, &self.tags).await?;
        let wanted = AttributeBooleanValue::builder().value(self.enable_dns_hostnames).build();
        let request = cx.world.ec2.modify_vpc_attribute().vpc_id(id).enable_dns_hostnames(wanted);
        refusals::settled(cx, || call("ModifyVpcAttribute", request.clone().send())).await?;
        cx.world.reads.ec2.vpcs.forget(id);
        Ok(VpcOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, VpcOut)>, Error> {
        let Some(vpc) = cx.world.reads.ec2.vpcs.get(id).await? else { return Ok(None) };
        let request =
            cx.world.ec2.describe_vpc_attribute().vpc_id(id).attribute(VpcAttributeName::EnableDnsHostnames);
        let names = match call("DescribeVpcAttribute", request.send()).await {
            Err(e) if refusals::is_not_found(&e) => return Ok(None),
            names => names?,
        };
        let spec = Self {
            tags: tagging::of_user(cx, &vpc),
            cidr_block: vpc.cidr_block.unwrap_or_default(),
            enable_dns_hostnames: names.enable_dns_hostnames.and_then(|v| v.value).unwrap_or_default(),
        };
        Ok(Some((spec, VpcOut { id: id.clone() })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.ec2.delete_vpc().vpc_id(id);
        released(cx, id, || call("DeleteVpc", request.clone().send())).await?;
        cx.world.reads.ec2.vpcs.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_address_range_needs_another_vpc() {
        let vpc = |cidr: &str, names| Vpc {
            cidr_block: cidr.into(),
            enable_dns_hostnames: names,
            tags: Tags::new(),
        };
        let wanted = vpc("10.0.0.0/16", true);
        assert_eq!(wanted.diff(&vpc("10.0.0.0/16", true)), Diff::Same);
        assert_eq!(wanted.diff(&vpc("10.0.0.0/16", false)), Diff::Update);
        assert_eq!(wanted.diff(&vpc("10.1.0.0/16", true)), Diff::Replace("cidr_block"));
    }
}
