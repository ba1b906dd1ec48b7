//! A target-tracking policy: keeps a metric of a group near a value by changing its number of instances.

use super::when_calm;
use crate::batch::MANY;
use crate::call::{AwsError, call};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{
    self, MetricType, PredefinedMetricSpecification, TargetTrackingConfiguration,
};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

const TARGET_TRACKING: &str = "TargetTrackingScaling";

/// The spec of a target-tracking scaling policy. It carries no tags: it is ours because its group is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// The group. It can't be changed.
    pub group_name: String,
    /// Unique in the group. It can't be changed.
    pub name: String,
    /// `ASGAverageCPUUtilization` or `ALBRequestCountPerTarget`.
    pub predefined_metric_type: String,
    /// Which target group's requests count, see [`resource_label`](crate::elbv2::resource_label). That target group must
    /// be attached to the group, and a rule must lead to it.
    pub resource_label: Option<String>,
    /// What to keep the metric at: percent, or requests per minute and instance.
    pub target_value: f64,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicyOut {
    /// As in the spec.
    pub name: String,
}

impl ScalingPolicy {
    fn id(&self) -> Id {
        format!("{}/{}", self.group_name, self.name)
    }

    fn out(&self) -> ScalingPolicyOut {
        ScalingPolicyOut { name: self.name.clone() }
    }

    /// Makes it or changes it: the call does both, and means the same twice.
    async fn put(&self, cx: &Cx<'_>) -> Result<(), Error> {
        let metric = PredefinedMetricSpecification::builder()
            .predefined_metric_type(MetricType::from(self.predefined_metric_type.as_str()))
            .set_resource_label(self.resource_label.clone())
            .build();
        let configuration = TargetTrackingConfiguration::builder()
            .predefined_metric_specification(metric)
            .target_value(self.target_value)
            .build();
        let request = cx
            .world
            .autoscaling
            .put_scaling_policy()
            .auto_scaling_group_name(&self.group_name)
            .policy_name(&self.name)
            .policy_type(TARGET_TRACKING)
            .target_tracking_configuration(configuration.clone());
        // Auto Scaling has one error code for everything. A target group that was attached a moment ago, or a rule that
        // was just made to lead to it, isn't seen at once.
        let unsettled = |e: &AwsError| {
            e.is(&["ScalingActivityInProgress", "ResourceContention"])
                || (e.is(&["ValidationError"]) && e.message.to_ascii_lowercase().contains("target group"))
        };
        wait::settled_if(cx, unsettled, || call("PutScalingPolicy", request.clone().send())).await?;
        let written = types::ScalingPolicy::builder()
            .auto_scaling_group_name(&self.group_name)
            .policy_name(&self.name)
            .target_tracking_configuration(configuration)
            .build();
        cx.world.reads.autoscaling.policies.hand_on(&key(&self.id()), written);
        Ok(())
    }

    fn seen(policy: types::ScalingPolicy) -> Self {
        let configuration = policy.target_tracking_configuration;
        let target_value = configuration.as_ref().and_then(|c| c.target_value).unwrap_or_default();
        let metric = configuration.and_then(|c| c.predefined_metric_specification);
        let metric_type = metric.as_ref().and_then(|m| m.predefined_metric_type.as_ref());
        Self {
            group_name: policy.auto_scaling_group_name.unwrap_or_default(),
            name: policy.policy_name.unwrap_or_default(),
            predefined_metric_type: metric_type.map(|t| t.as_str().to_owned()).unwrap_or_default(),
            resource_label: metric.and_then(|m| m.resource_label).filter(|label| !label.is_empty()),
            target_value,
        }
    }
}

/// The names of group and policy. A group's name may hold a slash, a policy's of ours doesn't.
fn key(id: &Id) -> (String, String) {
    let (group, policy) = id.rsplit_once('/').unwrap_or((id, ""));
    (group.to_owned(), policy.to_owned())
}

impl Child for ScalingPolicy {
    const KIND: &'static str = "scaling_policy";
    type World = World;
    type Out = ScalingPolicyOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.group_name != saw.group_name {
            Diff::Replace("group_name")
        } else if self.name != saw.name {
            Diff::Replace("name")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let found = cx.world.reads.autoscaling.policies.fresh(&key(&self.id())).await?;
        Ok(found.map(|_| self.id()).filter(|id| !cx.not.contains(id)))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        self.put(cx).await?;
        Ok(self.id())
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<ScalingPolicyOut, Error> {
        let seen = cx.world.reads.autoscaling.policies.get(&key(id)).await?;
        if seen.map(Self::seen).as_ref() != Some(self) {
            self.put(cx).await?;
        }
        Ok(self.out())
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, ScalingPolicyOut)>, Error> {
        let found = cx.world.reads.autoscaling.policies.get(&key(id)).await?.map(Self::seen);
        Ok(found.map(|seen| {
            let out = seen.out();
            (seen, out)
        }))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let names = key(id);
        let request =
            cx.world.autoscaling.delete_policy().auto_scaling_group_name(&names.0).policy_name(&names.1);
        let deleted = when_calm(cx, || async {
            match call("DeletePolicy", request.clone().send()).await {
                // "No such policy", "Group … not found": the code is always the same.
                Err(e) if e.is(&["ValidationError"]) => Ok(Err(e)),
                deleted => deleted.map(|_| Ok(())),
            }
        });
        if let Err(refused) = deleted.await?
            && cx.world.reads.autoscaling.policies.fresh(&names).await?.is_some()
        {
            return Err(refused.into());
        }
        cx.world.reads.autoscaling.policies.forget(&names);
        Ok(())
    }
}

/// Policies of many groups in one call: by their own names, since only one group can be named; all there are, if many
/// are asked for.
pub(super) async fn list(
    client: Client,
    ids: Vec<(String, String)>,
) -> Result<HashMap<(String, String), types::ScalingPolicy>, AwsError> {
    let only_group =
        ids.first().filter(|(group, _)| ids.iter().all(|(g, _)| g == group)).map(|(g, _)| g.clone());
    let names: BTreeSet<String> = ids.into_iter().map(|(_, policy)| policy).collect();
    let names = (names.len() < MANY).then(|| names.into_iter().collect());
    let pages = client
        .describe_policies()
        .set_auto_scaling_group_name(only_group)
        .set_policy_names(names)
        .max_records(100)
        .into_paginator()
        .items()
        .send();
    let found = match call("DescribePolicies", pages.try_collect()).await {
        // The one group that was named is gone.
        Err(e) if e.is(&["ValidationError"]) && e.message.contains("not found") => return Ok(HashMap::new()),
        found => found?,
    };
    let of_group =
        |p: &types::ScalingPolicy| Some((p.auto_scaling_group_name.clone()?, p.policy_name.clone()?));
    Ok(found.into_iter().filter_map(|p| Some((of_group(&p)?, p))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> ScalingPolicy {
        ScalingPolicy {
            group_name: "paas-dev-acme".into(),
            name: "target-tracking".into(),
            predefined_metric_type: "ASGAverageCPUUtilization".into(),
            resource_label: None,
            target_value: 50.0,
        }
    }

    #[test]
    fn its_names_replace_and_the_rest_updates() {
        let saw = sample();
        assert_eq!(sample().diff(&saw), Diff::Same);
        assert_eq!(
            ScalingPolicy { group_name: "other".into(), ..sample() }.diff(&saw),
            Diff::Replace("group_name")
        );
        assert_eq!(ScalingPolicy { name: "other".into(), ..sample() }.diff(&saw), Diff::Replace("name"));
        assert_eq!(ScalingPolicy { target_value: 60.0, ..sample() }.diff(&saw), Diff::Update);
    }

    #[test]
    fn an_id_leads_back_to_both_names() {
        assert_eq!(key(&sample().id()), ("paas-dev-acme".to_owned(), "target-tracking".to_owned()));
    }
}
