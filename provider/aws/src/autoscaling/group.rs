//! An Auto Scaling group: a tenant's instances, over the zones, behind its target group.

use super::refresh::{self, Template};
use super::{capacity, tagging, when_calm};
use crate::batch::MANY;
use crate::call::{AwsError, call, creating};
use crate::ec2::{template_digest, template_version};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// On a group whose desired capacity we manage. Every group has a number there, which scaling changes: only the tag
/// tells whether it is to be compared.
const DESIRED: &str = "paas:desired-capacity";
const MANAGED: &str = "managed";
/// What AWS calls the state of a group that is being deleted with its instances.
const DELETING: &str = "Delete in progress";

/// The spec of an Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Unique in the account and region. It can't be changed.
    pub name: String,
    /// `lt-…`
    pub launch_template_id: String,
    /// Which of its versions, by [`digest`](crate::ec2::LaunchTemplate::digest): another one starts an instance refresh.
    pub template_digest: String,
    /// Instances at least.
    pub min_size: i32,
    /// Instances at most.
    pub max_size: i32,
    /// Instances now; unset: left to scaling.
    pub desired_capacity: Option<i32>,
    /// Where instances are launched.
    pub subnet_ids: BTreeSet<String>,
    /// Where they are registered.
    pub target_group_arns: BTreeSet<String>,
    /// `ELB`: an instance that fails the target group's health check is replaced too; `EC2`: only one that fails EC2's.
    pub health_check_type: String,
    /// Seconds in which a new instance may fail its health check.
    pub health_check_grace_period: i32,
    /// The user's tags of the group itself.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupOut {
    /// As in the spec.
    pub name: String,
    /// `arn:…:autoScalingGroup:…`
    pub arn: String,
}

impl Group {
    /// The group as AWS describes it now, past the cache.
    pub(super) async fn described(cx: &Cx<'_>, name: &str) -> Result<AutoScalingGroup, Error> {
        let found = cx.world.reads.autoscaling.groups.fresh(&name.to_owned()).await?;
        found.ok_or_else(|| Error::message(format!("Auto Scaling group {name} is gone")))
    }

    async fn template(&self, cx: &Cx<'_>) -> Result<Template, Error> {
        let id = &self.launch_template_id;
        // A version that was made a moment ago may stay invisible for some seconds.
        let version = wait::settled(cx, &["NotFound"], || async {
            let found = template_version(cx.world, id, &self.template_digest).await?;
            found.ok_or_else(|| AwsError {
                code: Some("NotFound".into()),
                ..AwsError::ours(
                    "DescribeLaunchTemplateVersions",
                    format!("launch template {id} has no version {}", self.template_digest),
                )
            })
        });
        Ok(Template { id: id.clone(), version: version.await? })
    }

    fn subnets(&self) -> String {
        self.subnet_ids.iter().cloned().collect::<Vec<_>>().join(",")
    }

    fn all_tags(&self, cx: &Cx<'_>) -> Tags {
        let mut all = tags::to_create(cx, &self.tags);
        if self.desired_capacity.is_some() {
            all.insert(DESIRED.into(), MANAGED.into());
        }
        all
    }

    /// Whether `UpdateAutoScalingGroup` has something to do: all but tags, target groups and the template.
    fn is_updated(&self, saw: &Self) -> bool {
        self.min_size != saw.min_size
            || self.max_size != saw.max_size
            || (self.desired_capacity.is_some() && self.desired_capacity != saw.desired_capacity)
            || self.subnet_ids != saw.subnet_ids
            || self.health_check_type != saw.health_check_type
            || self.health_check_grace_period != saw.health_check_grace_period
    }

    async fn update(&self, cx: &Cx<'_>) -> Result<(), Error> {
        let request = cx
            .world
            .autoscaling
            .update_auto_scaling_group()
            .auto_scaling_group_name(&self.name)
            .min_size(self.min_size)
            .max_size(self.max_size)
            .set_desired_capacity(self.desired_capacity)
            .vpc_zone_identifier(self.subnets())
            .health_check_type(&self.health_check_type)
            .health_check_grace_period(self.health_check_grace_period);
        when_calm(cx, || call("UpdateAutoScalingGroup", request.clone().send())).await.map(|_| ())
    }

    /// Attaches before it detaches, so that there is always a group with instances.
    async fn sync_target_groups(&self, cx: &Cx<'_>, saw: &Self) -> Result<(), Error> {
        let (client, wanted, seen) = (&cx.world.autoscaling, &self.target_group_arns, &saw.target_group_arns);
        let missing: Vec<String> = wanted.difference(seen).cloned().collect();
        if !missing.is_empty() {
            let request = client.attach_load_balancer_target_groups().auto_scaling_group_name(&self.name);
            let request = request.set_target_group_arns(Some(missing));
            when_calm(cx, || call("AttachLoadBalancerTargetGroups", request.clone().send())).await?;
        }
        let excess: Vec<String> = seen.difference(wanted).cloned().collect();
        if !excess.is_empty() {
            let request = client.detach_load_balancer_target_groups().auto_scaling_group_name(&self.name);
            let request = request.set_target_group_arns(Some(excess));
            when_calm(cx, || call("DetachLoadBalancerTargetGroups", request.clone().send())).await?;
        }
        Ok(())
    }

    async fn seen(cx: &Cx<'_>, group: &AutoScalingGroup) -> Result<Self, Error> {
        let specification = group.launch_template();
        let digest = match Template::seen(specification) {
            Some(template) => {
                template_digest(cx.world, &template.id, template.version).await?.unwrap_or_default()
            }
            None => specification.and_then(|s| s.version()).unwrap_or_default().to_owned(),
        };
        let carried = tagging::to_tags(group);
        let is_managed = carried.contains_key(DESIRED);
        let mut tags = tags::of_user(cx, &carried);
        tags.remove(DESIRED);
        let subnets = group.vpc_zone_identifier().unwrap_or_default();
        Ok(Self {
            name: group.auto_scaling_group_name().unwrap_or_default().to_owned(),
            launch_template_id: specification
                .and_then(|s| s.launch_template_id())
                .unwrap_or_default()
                .to_owned(),
            template_digest: digest,
            min_size: group.min_size().unwrap_or_default(),
            max_size: group.max_size().unwrap_or_default(),
            desired_capacity: group.desired_capacity().filter(|_| is_managed),
            subnet_ids: subnets.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            target_group_arns: group.target_group_arns().iter().cloned().collect(),
            health_check_type: group.health_check_type().unwrap_or_default().to_owned(),
            health_check_grace_period: group.health_check_grace_period().unwrap_or_default(),
            tags,
        })
    }
}

fn out(group: AutoScalingGroup) -> GroupOut {
    GroupOut {
        name: group.auto_scaling_group_name.unwrap_or_default(),
        arn: group.auto_scaling_group_arn.unwrap_or_default(),
    }
}

/// A launch template or an instance profile made a moment ago isn't known here for up to a minute, and Auto Scaling, which tries a launch
/// without launching, has one error code for everything.
fn is_unsettled(e: &AwsError) -> bool {
    let message = e.message.to_ascii_lowercase();
    let profile = message.contains("invalid iam instance profile") || message.contains("iaminstanceprofile");
    let template = message.contains("launch template, with template") && message.contains("does not exist");
    // An account's first group makes Auto Scaling's service-linked role, which isn't ready at once.
    e.is(&["ServiceLinkedRoleFailure"]) || (e.is(&["ValidationError"]) && (profile || template))
}

async fn gone(cx: &Cx<'_>, name: &Id) -> Result<(), Error> {
    wait::until(cx, &format!("Auto Scaling group {name} and its instances to be gone"), || async {
        Ok(cx.world.reads.autoscaling.groups.fresh(name).await?.is_none().then_some(()))
    })
    .await
}

impl Child for Group {
    const KIND: &'static str = "autoscaling_group";
    type World = World;
    type Out = GroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let Some(group) = cx.world.reads.autoscaling.groups.fresh(&self.name).await? else { return Ok(None) };
        if cx.not.contains(&self.name) || !tags::are_ours(cx, &tagging::to_tags(&group)) {
            return Ok(None);
        }
        if group.status() == Some(DELETING) {
            // A run that was killed began to delete it. Its name is free when it is gone.
            gone(cx, &self.name).await?;
            return Ok(None);
        }
        Ok(Some(self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .autoscaling
            .create_auto_scaling_group()
            .auto_scaling_group_name(&self.name)
            .launch_template(self.template(cx).await?.specification())
            .min_size(self.min_size)
            .max_size(self.max_size)
            .set_desired_capacity(self.desired_capacity)
            .vpc_zone_identifier(self.subnets())
            .set_target_group_arns(Some(self.target_group_arns.iter().cloned().collect()))
            .health_check_type(&self.health_check_type)
            .health_check_grace_period(self.health_check_grace_period)
            .set_tags(Some(tagging::from_tags(&self.name, self.all_tags(cx))));
        let made = wait::settled_if(cx, is_unsettled, || async {
            match creating("CreateAutoScalingGroup", request.clone().send()).await {
                Err(e) if e.is(&["AlreadyExists"]) => Ok(Err(e)),
                made => made.map(Ok),
            }
        });
        let made = made.await?;
        cx.world.reads.autoscaling.groups.forget(&self.name);
        let Err(exists) = made else { return Ok(self.name.clone()) };
        let carried = tagging::to_tags(&Self::described(cx, &self.name).await?);
        if tags::are_ours(cx, &carried) {
            return Err(exists.exists().into());
        }
        Err(Error::message(format!(
            "Auto Scaling group {} exists and belongs to someone else ({}). Delete it, or choose another name.",
            self.name,
            tags::whose(&carried)
        )))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<GroupOut, Error> {
        let group = Self::described(cx, id).await?;
        let saw = Self::seen(cx, &group).await?;
        if *self == saw {
            // Its instances were seen too: the first look at them needs no call.
            cx.world.reads.autoscaling.groups.hand_on(id, group.clone());
        }
        if self.is_updated(&saw) {
            self.update(cx).await?;
        }
        self.sync_target_groups(cx, &saw).await?;
        tagging::sync(cx, id, &tagging::to_tags(&group), &self.all_tags(cx)).await?;
        if (&self.launch_template_id, &self.template_digest)
            != (&saw.launch_template_id, &saw.template_digest)
        {
            let from = Template::seen(group.launch_template());
            refresh::roll_out(cx, id, from.as_ref(), &self.template(cx).await?).await?;
        }
        capacity::reached(cx, id).await?;
        cx.world.reads.autoscaling.groups.forget(id);
        Ok(out(group))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, GroupOut)>, Error> {
        let Some(group) = cx.world.reads.autoscaling.groups.get(id).await? else { return Ok(None) };
        Ok(Some((Self::seen(cx, &group).await?, out(group))))
    }

    /// With its instances, scaling policies and whatever refresh is under way.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request =
            cx.world.autoscaling.delete_auto_scaling_group().auto_scaling_group_name(id).force_delete(true);
        when_calm(cx, || async {
            match call("DeleteAutoScalingGroup", request.clone().send()).await {
                // "AutoScalingGroup name not found"
                Err(e) if e.is(&["ValidationError"]) && e.message.contains("not found") => Ok(()),
                deleted => deleted.map(|_| ()),
            }
        })
        .await?;
        gone(cx, id).await
    }
}

pub(super) async fn list(
    client: Client,
    names: Vec<String>,
) -> Result<HashMap<String, AutoScalingGroup>, AwsError> {
    let list = |names: Option<Vec<String>>| {
        let any_owner = Filter::builder().name("tag-key").values(tags::OWNER).build();
        let filters = names.is_none().then(|| vec![any_owner]);
        let request = client.describe_auto_scaling_groups().set_auto_scaling_group_names(names);
        let pages = request.set_filters(filters).max_records(100).into_paginator().items().send();
        async {
            let listed: Vec<AutoScalingGroup> =
                call("DescribeAutoScalingGroups", pages.try_collect()).await?;
            Ok::<_, AwsError>(
                listed.into_iter().filter_map(|g| Some((g.auto_scaling_group_name.clone()?, g))),
            )
        }
    };
    let mut found = HashMap::new();
    if names.len() >= MANY {
        found.extend(list(None).await?);
    }
    // One whose tags somebody took away is still ours.
    let missing: Vec<String> = names.into_iter().filter(|name| !found.contains_key(name)).collect();
    if !missing.is_empty() {
        found.extend(list(Some(missing)).await?);
    }
    Ok(found)
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
