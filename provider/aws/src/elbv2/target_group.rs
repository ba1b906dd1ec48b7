//! A target group: the instances that a tenant's requests go to, and how their health is checked.

use super::{gone, tagging};
use crate::batch::MANY;
use crate::call::{AwsError, call, creating};
use crate::tags::Tags;
use crate::usual;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    self, Matcher, ProtocolEnum, TargetGroupAttribute, TargetTypeEnum,
};
use composite::{Child, Diff, Error, Id};
use futures::future::{try_join, try_join3};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";

/// The spec of a target group of instances. Name, VPC, port and protocol can't be changed; a name that is
/// [`versioned`](crate::names::versioned) with them lets the replacement be made first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Unique in the account and region; 32 characters at most.
    pub name: String,
    /// The instances' VPC.
    pub vpc_id: String,
    /// Where the instances listen.
    pub port: i32,
    /// `HTTP` or `HTTPS`, between load balancer and instances.
    pub protocol: String,
    /// When an instance counts as healthy.
    #[serde(with = "usual", default, skip_serializing_if = "usual::is")]
    pub health_check: HealthCheck,
    /// Seconds that requests under way have when an instance leaves; 0 to 3600.
    pub deregistration_delay: i32,
    /// The user's tags.
    pub tags: Tags,
}

/// How the load balancer asks an instance for its health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is asked for.
    pub path: String,
    /// A port, or `traffic-port`.
    pub port: String,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// Seconds between two checks; 5 to 300.
    pub interval: i32,
    /// Seconds until a check has failed; 2 to 120.
    pub timeout: i32,
    /// Checks in a row until an instance is healthy; 2 to 10.
    pub healthy_threshold: i32,
    /// Checks in a row until it isn't; 2 to 10.
    pub unhealthy_threshold: i32,
    /// HTTP statuses of a healthy instance, such as `200` or `200-299,404`.
    pub matcher: String,
}

/// What `paas_tenant` asks for unless told otherwise.
impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            path: "/".into(),
            port: "traffic-port".into(),
            protocol: "HTTP".into(),
            interval: 30,
            timeout: 5,
            healthy_threshold: 3,
            unhealthy_threshold: 3,
            matcher: "200".into(),
        }
    }
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetGroupOut {
    /// `arn:…:targetgroup/…`
    pub arn: String,
    /// As in the spec.
    pub name: String,
}

impl TargetGroup {
    fn out(&self, id: &Id) -> TargetGroupOut {
        TargetGroupOut { arn: id.clone(), name: self.name.clone() }
    }

    async fn seen(cx: &Cx<'_>, arn: &Id) -> Result<Option<Self>, AwsError> {
        let reads = &cx.world.reads.elbv2;
        let (attributes, tags) = (reads.attributes.get(arn), tagging::of_user(cx, arn));
        let (group, attributes, tags) = try_join3(reads.target_groups.get(arn), attributes, tags).await?;
        let Some(group) = group else { return Ok(None) };
        let delay = attributes.and_then(|a| a.get(DEREGISTRATION_DELAY)?.parse().ok());
        Ok(Some(Self {
            name: group.target_group_name.unwrap_or_default(),
            vpc_id: group.vpc_id.unwrap_or_default(),
            port: group.port.unwrap_or_default(),
            protocol: text(group.protocol),
            health_check: HealthCheck {
                path: group.health_check_path.unwrap_or_default(),
                port: group.health_check_port.unwrap_or_default(),
                protocol: text(group.health_check_protocol),
                interval: group.health_check_interval_seconds.unwrap_or_default(),
                timeout: group.health_check_timeout_seconds.unwrap_or_default(),
                healthy_threshold: group.healthy_threshold_count.unwrap_or_default(),
                unhealthy_threshold: group.unhealthy_threshold_count.unwrap_or_default(),
                matcher: group.matcher.and_then(|m| m.http_code).unwrap_or_default(),
            },
            deregistration_delay: delay.unwrap_or_default(),
            tags,
        }))
    }

    async fn by_name(&self, cx: &Cx<'_>) -> Result<Option<Id>, AwsError> {
        match call("DescribeTargetGroups", cx.world.elbv2.describe_target_groups().names(&self.name).send())
            .await
        {
            Ok(found) => Ok(found.target_groups().first().and_then(|g| g.target_group_arn.clone())),
            Err(e) if e.is(&["TargetGroupNotFound"]) => Ok(None),
            Err(e) => Err(e),
        }
    }

    async fn modify_health_check(&self, cx: &Cx<'_>, arn: &Id) -> Result<(), AwsError> {
        let check = &self.health_check;
        let request = cx
            .world
            .elbv2
            .modify_target_group()
            .target_group_arn(arn)
            .health_check_path(&check.path)
            .health_check_port(&check.port)
            .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
            .health_check_interval_seconds(check.interval)
            .health_check_timeout_seconds(check.timeout)
            .healthy_threshold_count(check.healthy_threshold)
            .unhealthy_threshold_count(check.unhealthy_threshold)
            .matcher(Matcher::builder().http_code(&check.matcher).build());
        call("ModifyTargetGroup", request.send()).await?;
        cx.world.reads.elbv2.target_groups.forget(arn);
        Ok(())
    }

    async fn modify_delay(&self, cx: &Cx<'_>, arn: &Id) -> Result<(), AwsError> {
        let delay = self.deregistration_delay.to_string();
        let attribute = TargetGroupAttribute::builder().key(DEREGISTRATION_DELAY).value(delay).build();
        let request =
            cx.world.elbv2.modify_target_group_attributes().target_group_arn(arn).attributes(attribute);
        call("ModifyTargetGroupAttributes", request.send()).await?;
        cx.world.reads.elbv2.attributes.forget(arn);
        Ok(())
    }
}

impl Child for TargetGroup {
    const KIND: &'static str = "target_group";
    type World = World;
    type Out = TargetGroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        let fixed = [
            ("name", self.name == saw.name),
            ("vpc_id", self.vpc_id == saw.vpc_id),
            ("port", self.port == saw.port),
            ("protocol", self.protocol == saw.protocol),
        ];
        match fixed.iter().find(|(_, same)| !same) {
            Some((field, _)) => Diff::Replace(field),
            None if self == saw => Diff::Same,
            None => Diff::Update,
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        tagging::find(cx, self.by_name(cx).await?).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let check = &self.health_check;
        let request = cx
            .world
            .elbv2
            .create_target_group()
            .name(&self.name)
            .target_type(TargetTypeEnum::Instance)
            .vpc_id(&self.vpc_id)
            .port(self.port)
            .protocol(ProtocolEnum::from(self.protocol.as_str()))
            .health_check_enabled(true)
            .health_check_path(&check.path)
            .health_check_port(&check.port)
            .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
            .health_check_interval_seconds(check.interval)
            .health_check_timeout_seconds(check.timeout)
            .healthy_threshold_count(check.healthy_threshold)
            .unhealthy_threshold_count(check.unhealthy_threshold)
            .matcher(Matcher::builder().http_code(&check.matcher).build())
            .set_tags(Some(tagging::to_create(cx, &self.tags)));
        let what = format!("target group {}", self.name);
        match creating("CreateTargetGroup", request.send()).await {
            Ok(made) => {
                let group = made.target_groups.and_then(|mut all| all.pop());
                let arn = group.as_ref().and_then(|g| g.target_group_arn.clone());
                if let (Some(arn), Some(group)) = (&arn, group) {
                    let reads = &cx.world.reads.elbv2;
                    reads.target_groups.hand_on(arn, group);
                    // None is set yet: `sync` sets ours without a look at AWS's defaults.
                    reads.attributes.hand_on(arn, BTreeMap::new());
                }
                tagging::made(cx, &what, arn).await
            }
            Err(e) if e.is(&["DuplicateTargetGroupName"]) => {
                let holder = self.by_name(cx).await?;
                Err(tagging::name_taken(cx, &what, e, holder).await)
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<TargetGroupOut, Error> {
        let seen = Self::seen(cx, id).await?.ok_or_else(|| Error::message(format!("{id} is gone")))?;
        let changes = async {
            if self.health_check != seen.health_check {
                self.modify_health_check(cx, id).await?;
            }
            if self.deregistration_delay != seen.deregistration_delay {
                self.modify_delay(cx, id).await?;
            }
            Ok(())
        };
        try_join(changes, tagging::sync(cx, id, &self.tags)).await?;
        Ok(self.out(id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, TargetGroupOut)>, Error> {
        let Some(seen) = Self::seen(cx, id).await? else { return Ok(None) };
        let out = seen.out(id);
        Ok(Some((seen, out)))
    }

    /// A rule or a listener that has just been deleted may still count as using the group for a moment.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let client = &cx.world.elbv2;
        wait::settled(cx, &["ResourceInUse"], || async {
            gone(call("DeleteTargetGroup", client.delete_target_group().target_group_arn(id).send()).await)
        })
        .await?;
        cx.world.reads.elbv2.target_groups.forget(id);
        Ok(())
    }
}

/// What Auto Scaling calls the requests that reach a target group through a load balancer:
/// `app/<name>/<id>/targetgroup/<name>/<id>`, the ends of both ARNs.
#[must_use]
pub fn resource_label(load_balancer_arn: &str, target_group_arn: &str) -> String {
    let end =
        |arn: &str| arn.rsplit(':').next().unwrap_or_default().trim_start_matches("loadbalancer/").to_owned();
    format!("{}/{}", end(load_balancer_arn), end(target_group_arn))
}

fn text(protocol: Option<ProtocolEnum>) -> String {
    protocol.map(|p| p.as_str().to_owned()).unwrap_or_default()
}

pub(super) async fn list(
    client: Client,
    arns: Vec<String>,
) -> Result<HashMap<String, types::TargetGroup>, AwsError> {
    let all = client.describe_target_groups();
    let found = if arns.len() >= MANY {
        call("DescribeTargetGroups", all.into_paginator().items().send().try_collect()).await?
    } else {
        let named = all.set_target_group_arns(Some(arns));
        call("DescribeTargetGroups", named.send()).await?.target_groups.unwrap_or_default()
    };
    Ok(found.into_iter().filter_map(|g| Some((g.target_group_arn.clone()?, g))).collect())
}

pub(super) async fn attributes(
    client: Client,
    arns: Vec<String>,
) -> Result<HashMap<String, BTreeMap<String, String>>, AwsError> {
    let mut found = HashMap::new();
    for arn in arns {
        let sent = client.describe_target_group_attributes().target_group_arn(&arn).send();
        match call("DescribeTargetGroupAttributes", sent).await {
            Ok(answer) => {
                let pairs = answer.attributes.unwrap_or_default().into_iter();
                found.insert(arn, pairs.filter_map(|a| Some((a.key?, a.value?))).collect());
            }
            Err(e) if e.is(&["TargetGroupNotFound"]) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> TargetGroup {
        TargetGroup {
            name: "dev-acme".into(),
            vpc_id: "vpc-1".into(),
            port: 80,
            protocol: "HTTP".into(),
            health_check: HealthCheck::default(),
            deregistration_delay: 60,
            tags: Tags::new(),
        }
    }

    #[test]
    fn what_cannot_change_in_place_replaces() {
        let saw = sample();
        let changed = |change: fn(&mut TargetGroup)| {
            let mut wanted = sample();
            change(&mut wanted);
            wanted.diff(&saw)
        };
        assert_eq!(changed(|_| ()), Diff::Same);
        assert_eq!(changed(|g| g.name = "other".into()), Diff::Replace("name"));
        assert_eq!(changed(|g| g.vpc_id = "vpc-2".into()), Diff::Replace("vpc_id"));
        assert_eq!(changed(|g| g.port = 8080), Diff::Replace("port"));
        assert_eq!(changed(|g| g.protocol = "HTTPS".into()), Diff::Replace("protocol"));
        assert_eq!(changed(|g| g.health_check.path = "/health".into()), Diff::Update);
        assert_eq!(changed(|g| g.deregistration_delay = 5), Diff::Update);
    }

    #[test]
    fn a_resource_label_is_made_of_the_ends_of_both_arns() {
        let balancer = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/paas-dev/50dc6c495c0c9188";
        let group = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/dev-acme/943f017f100becff";
        assert_eq!(
            resource_label(balancer, group),
            "app/paas-dev/50dc6c495c0c9188/targetgroup/dev-acme/943f017f100becff"
        );
    }
}
