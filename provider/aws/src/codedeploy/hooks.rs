//! The lifecycle hooks through which CodeDeploy gets the release onto new instances.
//!
//! CodeDeploy installs one on each Auto Scaling group of a deployment group. Where it is missing, new instances go into
//! service with nothing on them, and CodeDeploy doesn't notice: its troubleshooting guide says to take the Auto Scaling
//! group out of the deployment group and to put it in again.

use crate::call::{AwsError, call};
use crate::world::Cx;
use aws_sdk_autoscaling::Client;
use aws_sdk_codedeploy::types::AutoScalingGroup;
use composite::Error;
use std::collections::{BTreeSet, HashMap};

/// The Auto Scaling groups that lack the hook which CodeDeploy names.
pub(super) async fn unhooked(cx: &Cx<'_>, groups: &[AutoScalingGroup]) -> Result<BTreeSet<String>, AwsError> {
    let looks = groups.iter().filter_map(|group| Some((group.name.as_ref()?, group.hook.as_ref()))).map(
        |(name, hook)| async move {
            let Some(hook) = hook else { return Ok(Some(name.clone())) };
            let there = cx.world.reads.codedeploy.hooks.get(name).await?.unwrap_or_default();
            Ok::<_, AwsError>((!there.contains(hook)).then(|| name.clone()))
        },
    );
    Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
}

/// Forgets what was read of these groups' hooks.
pub(super) fn forget(cx: &Cx<'_>, groups: &[AutoScalingGroup]) {
    for name in groups.iter().filter_map(|group| group.name.as_ref()) {
        cx.world.reads.codedeploy.hooks.forget(name);
    }
}

/// What CodeDeploy says it couldn't take away with a deployment group. A hook that stays would keep each new instance
/// waiting for CodeDeploy, and then have it terminated: it isn't left behind in silence.
///
/// # Errors
/// A hook that is still there, with what to do.
pub(super) async fn none_left(cx: &Cx<'_>, not_cleaned_up: &[AutoScalingGroup]) -> Result<(), Error> {
    forget(cx, not_cleaned_up);
    let gone = unhooked(cx, not_cleaned_up).await?;
    let left = |group: &&AutoScalingGroup| group.name.as_ref().is_some_and(|name| !gone.contains(name));
    let Some(group) = not_cleaned_up.iter().find(left) else { return Ok(()) };
    let (name, hook) = (group.name().unwrap_or_default(), group.hook().unwrap_or_default());
    Err(Error::message(format!(
        "CodeDeploy couldn't remove its lifecycle hook {hook} from Auto Scaling group {name}. New instances would wait \
         for it and then be terminated: check the permissions of CodeDeploy's service role, and delete the hook with \
         `aws autoscaling delete-lifecycle-hook --auto-scaling-group-name {name} --lifecycle-hook-name {hook}`"
    )))
}

/// The names of all hooks of the groups that are there.
pub(super) async fn list(
    client: Client,
    groups: Vec<String>,
) -> Result<HashMap<String, BTreeSet<String>>, AwsError> {
    let mut found = HashMap::new();
    for group in groups {
        let request = client.describe_lifecycle_hooks().auto_scaling_group_name(&group);
        match call("DescribeLifecycleHooks", request.send()).await {
            Ok(answer) => {
                let hooks = answer.lifecycle_hooks.into_iter().flatten();
                found.insert(group, hooks.filter_map(|hook| hook.lifecycle_hook_name).collect());
            }
            // "AutoScalingGroup name not found"
            Err(e) if e.is(&["ValidationError"]) && e.message.contains("not found") => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}
