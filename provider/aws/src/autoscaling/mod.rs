//! Auto Scaling: a tenant's group of instances, how it moves to a new image, and how it scales.

mod capacity;
mod group;
mod refresh;
mod scaling_policy;
mod tagging;
mod versions;

pub use group::{Group, GroupOut};
pub use scaling_policy::{ScalingPolicy, ScalingPolicyOut};
pub(crate) use versions::template_versions;

use crate::batch::Batched;
use crate::call::AwsError;
use crate::wait;
use crate::world::Cx;
use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types;
use composite::Error;

/// How many names `DescribeAutoScalingGroups` takes.
const GROUPS_PER_CALL: usize = 100;
/// How many names `DescribePolicies` takes.
const POLICIES_PER_CALL: usize = 50;

/// Batched reads of groups and policies.
pub struct Reads {
    /// By name; tags and instances come along.
    groups: Batched<String, types::AutoScalingGroup>,
    /// By the names of group and policy.
    policies: Batched<(String, String), types::ScalingPolicy>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_groups, of_policies) = (client.clone(), client.clone());
        Self {
            groups: Batched::new(GROUPS_PER_CALL, move |names| group::list(of_groups.clone(), names)),
            policies: Batched::new(POLICIES_PER_CALL, move |ids| {
                scaling_policy::list(of_policies.clone(), ids)
            }),
        }
    }
}

/// Repeats a call while the group is busy with something else: it changes one thing at a time.
async fn when_calm<T, F>(cx: &Cx<'_>, attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    wait::settled(cx, &["ResourceContention", "ResourceInUse", "ScalingActivityInProgress"], attempt).await
}
