//! An instance refresh: moves a group's instances to another version of the launch template, a few at a time, and back
//! if the new ones don't come up.
//!
//! Auto Scaling can go back only where the refresh was started with the configuration it shall lead to, while the group
//! still has the old one. So the group itself is never updated to a new version: a refresh that succeeds does that.

use crate::call::{AwsError, call, creating};
use crate::wait;
use crate::world::{Cx, InstanceRefresh};
use aws_sdk_autoscaling::types::{
    self, DesiredConfiguration, InstanceRefreshStatus as Status, LaunchTemplateSpecification,
    RefreshPreferences,
};
use composite::Error;

/// How often another refresh, or an answer that was lost, is looked at anew.
const ATTEMPTS: usize = 5;

/// A launch template and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pub id: String,
    pub version: i64,
}

impl Template {
    pub(super) fn specification(&self) -> LaunchTemplateSpecification {
        LaunchTemplateSpecification::builder()
            .launch_template_id(&self.id)
            .version(self.version.to_string())
            .build()
    }

    /// What a group or a refresh holds; none where somebody chose `$Latest` or `$Default` by hand.
    pub(super) fn seen(specification: Option<&LaunchTemplateSpecification>) -> Option<Self> {
        let specification = specification?;
        Some(Self {
            id: specification.launch_template_id()?.to_owned(),
            version: specification.version()?.parse().ok()?,
        })
    }
}

/// Moves the group's instances to `template`, and waits until that has succeeded. `from` is what the group launches now:
/// Auto Scaling refuses a refresh with a way back from `$Latest` or `$Default`, so from there it has none.
///
/// A refresh that leads there already is joined, another one is cancelled first. When Terraform is interrupted the
/// refresh goes on by itself.
///
/// # Errors
/// When the refresh fails, is rolled back or cancelled: with Auto Scaling's reason.
pub(super) async fn roll_out(
    cx: &Cx<'_>,
    group: &str,
    from: Option<&Template>,
    template: &Template,
) -> Result<(), Error> {
    let wanted = &cx.world.steering.instance_refresh;
    let how = InstanceRefresh { auto_rollback: wanted.auto_rollback && from.is_some(), ..wanted.clone() };
    for _ in 0..ATTEMPTS {
        let id = match under_way(cx, group).await? {
            Some(refresh) if joinable(&refresh, template) => refresh.instance_refresh_id.unwrap_or_default(),
            Some(refresh) => {
                cancel(cx, group, &refresh).await?;
                continue;
            }
            None => match start(cx, group, template, &how).await {
                Ok(id) => id,
                // Someone was faster, or it was us and the answer got lost: the next look finds it.
                Err(e) if e.lost || e.is(&["InstanceRefreshInProgress"]) => continue,
                Err(e) => return Err(e.into()),
            },
        };
        return succeeded(cx, group, &id).await;
    }
    Err(Error::message(format!(
        "Auto Scaling group {group} is kept busy by instance refreshes that aren't ours"
    )))
}

async fn under_way(cx: &Cx<'_>, group: &str) -> Result<Option<types::InstanceRefresh>, AwsError> {
    // Newest first, and only one can be under way.
    let request =
        cx.world.autoscaling.describe_instance_refreshes().auto_scaling_group_name(group).max_records(1);
    let answer = call("DescribeInstanceRefreshes", request.send()).await?;
    Ok(answer.instance_refreshes.unwrap_or_default().into_iter().find(|r| !has_ended(r.status())))
}

async fn start(
    cx: &Cx<'_>,
    group: &str,
    template: &Template,
    how: &InstanceRefresh,
) -> Result<String, AwsError> {
    let desired = DesiredConfiguration::builder().launch_template(template.specification()).build();
    let request = cx
        .world
        .autoscaling
        .start_instance_refresh()
        .auto_scaling_group_name(group)
        .desired_configuration(desired)
        .preferences(preferences(how));
    let started = creating("StartInstanceRefresh", request.send()).await?;
    Ok(started.instance_refresh_id.unwrap_or_default())
}

fn preferences(of: &InstanceRefresh) -> RefreshPreferences {
    RefreshPreferences::builder()
        .min_healthy_percentage(of.min_healthy_percentage)
        .max_healthy_percentage(of.max_healthy_percentage)
        .set_instance_warmup(of.instance_warmup)
        .auto_rollback(of.auto_rollback)
        .skip_matching(of.skip_matching)
        .build()
}

/// Cancels a refresh and waits until it has ended. One that is being rolled back ends by itself.
async fn cancel(cx: &Cx<'_>, group: &str, refresh: &types::InstanceRefresh) -> Result<(), Error> {
    if matches!(refresh.status(), Some(Status::Pending | Status::InProgress | Status::Baking)) {
        let request = cx.world.autoscaling.cancel_instance_refresh().auto_scaling_group_name(group);
        match call("CancelInstanceRefresh", request.send()).await {
            Err(e) if !e.is(&["ActiveInstanceRefreshNotFound"]) => return Err(e.into()),
            _ => {}
        }
    }
    let id = refresh.instance_refresh_id.clone().unwrap_or_default();
    ended(cx, group, &id).await.map(|_| ())
}

async fn ended(cx: &Cx<'_>, group: &str, id: &str) -> Result<types::InstanceRefresh, Error> {
    wait::until(cx, &format!("instance refresh {id} of Auto Scaling group {group}"), || async {
        let request = cx.world.autoscaling.describe_instance_refreshes();
        let request = request.auto_scaling_group_name(group).instance_refresh_ids(id);
        let answer = call("DescribeInstanceRefreshes", request.send()).await?;
        let refresh = answer.instance_refreshes.unwrap_or_default().pop();
        let refresh =
            refresh.ok_or_else(|| Error::message(format!("instance refresh {id} of {group} is gone")))?;
        let progress = refresh.percentage_complete().unwrap_or_default();
        tracing::info!(key = cx.key, group, id, progress, status = ?refresh.status(), "instance refresh");
        Ok(has_ended(refresh.status()).then_some(refresh))
    })
    .await
}

async fn succeeded(cx: &Cx<'_>, group: &str, id: &str) -> Result<(), Error> {
    let refresh = ended(cx, group, id).await.map_err(|e| {
        if e.is_cancelled() {
            Error::message(format!("{e}; it goes on by itself, and the next apply waits for it")).cancelled()
        } else {
            e
        }
    })?;
    failure(group, &refresh).map_or(Ok(()), |why| Err(Error::message(why)))
}

/// Why the refresh is no success; `None` if it is.
fn failure(group: &str, refresh: &types::InstanceRefresh) -> Option<String> {
    let outcome = match refresh.status()? {
        Status::Successful => return None,
        Status::RollbackSuccessful => "was rolled back, so the instances run the old launch-template version",
        Status::RollbackFailed => {
            "failed and could not be rolled back, so instances of both launch-template versions run"
        }
        Status::Cancelled => "was cancelled, so instances of both launch-template versions may run",
        _ => "failed, so instances of both launch-template versions may run",
    };
    let id = refresh.instance_refresh_id().unwrap_or_default();
    let reason = refresh.status_reason().unwrap_or("Auto Scaling gives no reason");
    Some(format!("instance refresh {id} of Auto Scaling group {group} {outcome}: {reason}"))
}

fn joinable(refresh: &types::InstanceRefresh, template: &Template) -> bool {
    let towards = refresh.desired_configuration().and_then(DesiredConfiguration::launch_template);
    let forward = matches!(refresh.status(), Some(Status::Pending | Status::InProgress | Status::Baking));
    forward && Template::seen(towards).as_ref() == Some(template)
}

fn has_ended(status: Option<&Status>) -> bool {
    matches!(
        status,
        Some(
            Status::Successful
                | Status::Failed
                | Status::Cancelled
                | Status::RollbackSuccessful
                | Status::RollbackFailed
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refresh(status: Status, version: i64) -> types::InstanceRefresh {
        let template = Template { id: "lt-1".into(), version };
        types::InstanceRefresh::builder()
            .instance_refresh_id("r-1")
            .status(status)
            .status_reason("Health checks failed")
            .desired_configuration(
                DesiredConfiguration::builder().launch_template(template.specification()).build(),
            )
            .build()
    }

    #[test]
    fn a_refresh_that_leads_there_is_joined_and_no_other() {
        let template = Template { id: "lt-1".into(), version: 2 };
        for (status, version, joined) in [
            (Status::Pending, 2, true),
            (Status::InProgress, 2, true),
            (Status::Baking, 2, true),
            (Status::InProgress, 3, false),
            (Status::Cancelling, 2, false),
            (Status::RollbackInProgress, 2, false),
        ] {
            assert_eq!(
                joinable(&refresh(status.clone(), version), &template),
                joined,
                "{status:?} {version}"
            );
            assert!(!has_ended(Some(&status)));
        }
    }

    #[test]
    fn what_is_not_a_success_says_what_runs_now_and_why() {
        assert_eq!(failure("acme", &refresh(Status::Successful, 2)), None);
        for (status, says) in [
            (Status::RollbackSuccessful, "run the old launch-template version"),
            (Status::RollbackFailed, "could not be rolled back"),
            (Status::Failed, "failed, so"),
            (Status::Cancelled, "was cancelled"),
        ] {
            assert!(has_ended(Some(&status)));
            let why = failure("acme", &refresh(status, 2)).unwrap();
            assert!(why.contains(says) && why.ends_with(": Health checks failed"), "{why}");
        }
    }

    #[test]
    fn a_version_that_moves_by_itself_is_no_template_of_ours() {
        let latest =
            LaunchTemplateSpecification::builder().launch_template_id("lt-1").version("$Latest").build();
        assert_eq!(Template::seen(Some(&latest)), None);
    }
}
