//! The environment's application load balancer.

use super::{gone, tagging};
use crate::call::{AwsError, call, creating};
use crate::tags::Tags;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    self, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerStateEnum, LoadBalancerTypeEnum,
};
use composite::{Child, Diff, Error, Id, Order};
use futures::TryFutureExt;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";
const DELETION_PROTECTION: &str = "deletion_protection.enabled";
/// Always on: headers that no standard allows, and requests that two servers may read in two ways, are how one tenant's
/// request is smuggled into another's.
const HARDENED: [(&str, &str); 2] = [
    ("routing.http.drop_invalid_header_fields.enabled", "true"),
    ("routing.http.desync_mitigation_mode", "defensive"),
];

/// The spec of an application load balancer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Unique in the account and region; 32 characters at most. It can't be changed.
    pub name: String,
    /// Whether only the VPC reaches it. It can't be changed.
    pub internal: bool,
    /// One per zone, two at least.
    pub subnet_ids: BTreeSet<String>,
    /// What may reach it.
    pub security_group_ids: BTreeSet<String>,
    /// Seconds until an idle connection is closed; 1 to 4000.
    pub idle_timeout: i32,
    /// While on, AWS refuses to delete it.
    pub deletion_protection: bool,
    /// Whether it drops invalid headers, and ambiguous requests that could smuggle another one. Want `true`.
    pub hardened: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancerOut {
    /// `arn:…:loadbalancer/app/…`
    pub arn: String,
    /// What host names point to.
    pub dns_name: String,
    /// The hosted zone of that name, for Route 53 aliases.
    pub zone_id: String,
}

impl LoadBalancer {
    fn scheme(&self) -> LoadBalancerSchemeEnum {
        if self.internal { LoadBalancerSchemeEnum::Internal } else { LoadBalancerSchemeEnum::InternetFacing }
    }

    fn attributes(&self) -> BTreeMap<String, String> {
        let own = [
            (IDLE_TIMEOUT, self.idle_timeout.to_string()),
            (DELETION_PROTECTION, self.deletion_protection.to_string()),
        ];
        let hardened = HARDENED.map(|(key, value)| (key, value.to_owned()));
        let hardened = hardened.into_iter().filter(|_| self.hardened);
        own.into_iter().chain(hardened).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    async fn by_name(&self, cx: &Cx<'_>) -> Result<Option<Id>, AwsError> {
        let sent = cx.world.elbv2.describe_load_balancers().names(&self.name).send();
        match call("DescribeLoadBalancers", sent).await {
            Ok(found) => Ok(found.load_balancers().first().and_then(|l| l.load_balancer_arn.clone())),
            Err(e) if e.is(&["LoadBalancerNotFound"]) => Ok(None),
            Err(e) => Err(e),
        }
    }
}

async fn described_attributes(cx: &Cx<'_>, arn: &Id) -> Result<BTreeMap<String, String>, AwsError> {
    let sent = cx.world.elbv2.describe_load_balancer_attributes().load_balancer_arn(arn).send();
    let found = call("DescribeLoadBalancerAttributes", sent).await?.attributes.unwrap_or_default();
    Ok(found.into_iter().filter_map(|a| Some((a.key?, a.value?))).collect())
}

/// Waits until AWS has set it up: two to three minutes.
async fn active(cx: &Cx<'_>, arn: &Id) -> Result<types::LoadBalancer, Error> {
    wait::until(cx, &format!("load balancer {arn} to be active"), || async {
        let found = cx.world.reads.elbv2.load_balancers.fresh(arn).await?;
        let balancer = found.ok_or_else(|| Error::message(format!("load balancer {arn} is gone")))?;
        let state = balancer.state().and_then(|s| s.code());
        match state {
            Some(LoadBalancerStateEnum::Provisioning) => Ok(None),
            Some(LoadBalancerStateEnum::Failed) => {
                let why =
                    balancer.state().and_then(|s| s.reason()).unwrap_or("AWS gives no reason").to_owned();
                Err(Error::message(format!("load balancer {arn} could not be set up: {why}")))
            }
            // `active_impaired` serves requests; it lacks resources to grow.
            _ => Ok(Some(balancer)),
        }
    })
    .await
}

fn subnets(balancer: &types::LoadBalancer) -> BTreeSet<String> {
    balancer.availability_zones().iter().filter_map(|zone| zone.subnet_id.clone()).collect()
}

fn security_groups(balancer: &types::LoadBalancer) -> BTreeSet<String> {
    balancer.security_groups().iter().cloned().collect()
}

fn out(arn: &Id, balancer: types::LoadBalancer) -> LoadBalancerOut {
    LoadBalancerOut {
        arn: arn.clone(),
        dns_name: balancer.dns_name.unwrap_or_default(),
        zone_id: balancer.canonical_hosted_zone_id.unwrap_or_default(),
    }
}

impl Child for LoadBalancer {
    const KIND: &'static str = "load_balancer";
    /// Its name says which environment it is, so two of one environment can't exist at once.
    const REPLACE: Order = Order::DeleteFirst;
    type World = World;
    type Out = LoadBalancerOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            Diff::Replace("name")
        } else if self.internal != saw.internal {
            Diff::Replace("internal")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        tagging::find(cx, self.by_name(cx).await?).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .elbv2
            .create_load_balancer()
            .name(&self.name)
            .r#type(LoadBalancerTypeEnum::Application)
            .scheme(self.scheme())
            .set_subnets(Some(self.subnet_ids.iter().cloned().collect()))
            .set_security_groups(Some(self.security_group_ids.iter().cloned().collect()))
            .set_tags(Some(tagging::to_create(cx, &self.tags)));
        let what = format!("load balancer {}", self.name);
        // What EC2 has just made isn't known here at once, and a gateway just attached isn't seen yet.
        let unsettled = |e: &AwsError| {
            e.is(&["SubnetNotFound", "InvalidSecurityGroup"]) || e.message.contains("has no internet gateway")
        };
        let made = wait::settled_if(cx, unsettled, || async {
            match creating("CreateLoadBalancer", request.clone().send()).await {
                Err(e) if e.is(&["DuplicateLoadBalancerName"]) => Ok(Err(e)),
                made => made.map(Ok),
            }
        });
        match made.await? {
            Ok(made) => {
                let arn = made.load_balancers().first().and_then(|l| l.load_balancer_arn.clone());
                tagging::made(cx, &what, arn).await
            }
            Err(duplicate) => {
                let holder = self.by_name(cx).await?;
                Err(tagging::name_taken(cx, &what, duplicate, holder).await)
            }
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<LoadBalancerOut, Error> {
        let client = &cx.world.elbv2;
        let attributes = described_attributes(cx, id).map_err(Error::from);
        let (balancer, carried) = try_join(active(cx, id), attributes).await?;
        if subnets(&balancer) != self.subnet_ids {
            let wanted = self.subnet_ids.iter().cloned().collect();
            let request = client.set_subnets().load_balancer_arn(id).set_subnets(Some(wanted));
            call("SetSubnets", request.send()).await?;
        }
        if security_groups(&balancer) != self.security_group_ids {
            let wanted = self.security_group_ids.iter().cloned().collect();
            let request =
                client.set_security_groups().load_balancer_arn(id).set_security_groups(Some(wanted));
            call("SetSecurityGroups", request.send()).await?;
        }
        let differing: Vec<LoadBalancerAttribute> = self
            .attributes()
            .into_iter()
            .filter(|(key, value)| carried.get(key) != Some(value))
            .map(|(key, value)| LoadBalancerAttribute::builder().key(key).value(value).build())
            .collect();
        if !differing.is_empty() {
            let request = client
                .modify_load_balancer_attributes()
                .load_balancer_arn(id)
                .set_attributes(Some(differing));
            call("ModifyLoadBalancerAttributes", request.send()).await?;
        }
        tagging::sync(cx, id, &self.tags).await?;
        cx.world.reads.elbv2.load_balancers.forget(id);
        Ok(out(id, balancer))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, LoadBalancerOut)>, Error> {
        let (balancer, tags) = (cx.world.reads.elbv2.load_balancers.get(id), tagging::of_user(cx, id));
        let (Some(balancer), tags) = try_join(balancer, tags).await? else { return Ok(None) };
        let attributes = described_attributes(cx, id).await?;
        let spec = Self {
            name: balancer.load_balancer_name.clone().unwrap_or_default(),
            internal: balancer.scheme == Some(LoadBalancerSchemeEnum::Internal),
            subnet_ids: subnets(&balancer),
            security_group_ids: security_groups(&balancer),
            idle_timeout: attributes.get(IDLE_TIMEOUT).and_then(|t| t.parse().ok()).unwrap_or_default(),
            deletion_protection: attributes.get(DELETION_PROTECTION).is_some_and(|v| v == "true"),
            hardened: HARDENED.iter().all(|(key, value)| attributes.get(*key).is_some_and(|v| v == value)),
            tags,
        };
        Ok(Some((spec, out(id, balancer))))
    }

    /// Its network interfaces go some minutes later: security groups and subnets wait for that themselves.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let deleted =
            call("DeleteLoadBalancer", cx.world.elbv2.delete_load_balancer().load_balancer_arn(id).send());
        gone(deleted.await).map_err(|e| {
            if e.is(&["OperationNotPermitted"]) {
                Error::message(format!("{e}; set `deletion_protection = false`, apply, then destroy"))
            } else {
                Error::from(e)
            }
        })?;
        wait::until(cx, &format!("load balancer {id} to be gone"), || async {
            Ok(cx.world.reads.elbv2.load_balancers.fresh(id).await?.is_none().then_some(()))
        })
        .await?;
        cx.world.reads.elbv2.tags.forget(id);
        Ok(())
    }
}

pub(super) async fn list(
    client: Client,
    arns: Vec<String>,
) -> Result<HashMap<String, types::LoadBalancer>, AwsError> {
    let request = client.describe_load_balancers().set_load_balancer_arns(Some(arns));
    let found = call("DescribeLoadBalancers", request.send()).await?.load_balancers.unwrap_or_default();
    Ok(found.into_iter().filter_map(|l| Some((l.load_balancer_arn.clone()?, l))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> LoadBalancer {
        LoadBalancer {
            name: "paas-dev".into(),
            internal: false,
            subnet_ids: BTreeSet::from(["subnet-1".into(), "subnet-2".into()]),
            security_group_ids: BTreeSet::from(["sg-1".into()]),
            idle_timeout: 60,
            deletion_protection: true,
            hardened: true,
            tags: Tags::new(),
        }
    }

    #[test]
    fn name_and_scheme_replace_and_the_rest_updates() {
        let saw = sample();
        assert_eq!(sample().diff(&saw), Diff::Same);
        assert_eq!(LoadBalancer { name: "other".into(), ..sample() }.diff(&saw), Diff::Replace("name"));
        assert_eq!(LoadBalancer { internal: true, ..sample() }.diff(&saw), Diff::Replace("internal"));
        assert_eq!(LoadBalancer { idle_timeout: 30, ..sample() }.diff(&saw), Diff::Update);
        assert_eq!(LoadBalancer { subnet_ids: BTreeSet::new(), ..sample() }.diff(&saw), Diff::Update);
    }

    #[test]
    fn hardening_is_among_the_attributes() {
        let attributes = sample().attributes();
        assert_eq!(attributes["routing.http.drop_invalid_header_fields.enabled"], "true");
        assert_eq!(attributes["deletion_protection.enabled"], "true");
        assert_eq!(attributes["idle_timeout.timeout_seconds"], "60");
    }
}
