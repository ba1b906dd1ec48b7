//! Waiting until a group runs the instances that it should. Where none come up, only the group's activities say why.

use super::group::Group;
use crate::call::{AwsError, call};
use crate::wait;
use crate::world::Cx;
use aws_sdk_autoscaling::types::{Activity, AutoScalingGroup, LifecycleState, ScalingActivityStatusCode};
use composite::Error;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Auto Scaling goes on trying. One failure may be an instance profile that was just made; three in a row are no chance.
const FAILURES: usize = 3;
const ACTIVITIES: i32 = 20;

/// Waits until as many instances are in service as the group desires.
///
/// # Errors
/// When launches keep failing, and when the time-out is over: with the message of the last failed launch, such as that
/// the image doesn't exist or its key may not be used.
pub(super) async fn reached(cx: &Cx<'_>, name: &str) -> Result<(), Error> {
    let failed_before: Mutex<Option<BTreeSet<String>>> = Mutex::new(None);
    let last_failure: Mutex<Option<String>> = Mutex::new(None);
    let waited = wait::until(cx, &format!("the instances of Auto Scaling group {name}"), || async {
        let group = Group::described(cx, name).await?;
        if is_reached(&group) {
            return Ok(Some(()));
        }
        let failed = failed_activities(cx, name).await?;
        let before =
            failed_before.lock().expect("no panic while held").get_or_insert_with(|| ids(&failed)).clone();
        let new: Vec<&Activity> =
            failed.iter().filter(|a| a.activity_id().is_some_and(|id| !before.contains(id))).collect();
        // Newest first.
        let why =
            new.first().or(failed.first().as_ref()).and_then(|a| a.status_message().or(a.description()));
        *last_failure.lock().expect("no panic while held") = why.map(str::to_owned);
        if new.len() >= FAILURES {
            return Err(Error::message(format!("Auto Scaling group {name} can't launch its instances")));
        }
        Ok(None)
    })
    .await;
    waited.map_err(|e| match last_failure.into_inner().expect("no panic while held") {
        Some(why) if !e.is_cancelled() => Error::message(format!("{e}; the last launch failed: {why}")),
        _ => e,
    })
}

fn is_reached(group: &AutoScalingGroup) -> bool {
    let in_service =
        group.instances().iter().filter(|i| i.lifecycle_state() == Some(&LifecycleState::InService)).count();
    i32::try_from(in_service).is_ok_and(|count| count >= group.desired_capacity().unwrap_or_default())
}

async fn failed_activities(cx: &Cx<'_>, name: &str) -> Result<Vec<Activity>, AwsError> {
    let request = cx.world.autoscaling.describe_scaling_activities().auto_scaling_group_name(name);
    let answer = call("DescribeScalingActivities", request.max_records(ACTIVITIES).send()).await?;
    let failed = |a: &Activity| a.status_code() == Some(&ScalingActivityStatusCode::Failed);
    Ok(answer.activities.unwrap_or_default().into_iter().filter(failed).collect())
}

fn ids(activities: &[Activity]) -> BTreeSet<String> {
    activities.iter().filter_map(|a| a.activity_id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_autoscaling::types::Instance;

    fn group(desired: i32, states: &[LifecycleState]) -> AutoScalingGroup {
        let instances =
            states.iter().map(|s| Instance::builder().lifecycle_state(s.clone()).build()).collect();
        AutoScalingGroup::builder().desired_capacity(desired).set_instances(Some(instances)).build()
    }

    #[test]
    fn only_instances_in_service_count() {
        use LifecycleState::{InService, Pending, Terminating};
        assert!(is_reached(&group(0, &[])));
        assert!(is_reached(&group(1, &[InService])));
        assert!(is_reached(&group(1, &[InService, InService])));
        assert!(!is_reached(&group(2, &[InService, Pending])));
        assert!(!is_reached(&group(1, &[Terminating])));
    }
}
