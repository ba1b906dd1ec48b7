//! How an instance gets to its spec: one `ModifyDBInstance` for all that differs, a wait, its tags.

use super::change;
use super::instance::Instance;
use super::status::{self, Condition};
use super::{seen, tagging};
use crate::call::{AwsError, call};
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDbInstanceInputBuilder;
use aws_sdk_rds::types::DbInstance;
use composite::{Error, Id};
use std::time::Duration;
use tokio::time::Instant;

const FULL: &str = "storage-full";
/// What RDS may be in the midst of, or not know yet of what was just made.
const UNSETTLED: &[&str] =
    &["InvalidDBInstanceState", "DBParameterGroupNotFound", "KMSKeyNotAccessibleFault"];
/// A change shows in `DescribeDBInstances` within seconds, as pending if nothing else. Where it doesn't, RDS made
/// something else of it, and the next plan shows what.
const SHOWS_WITHIN: Duration = Duration::from_mins(2);
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(2);

/// Brings the instance in line and waits until it is. A change that waits for the maintenance window is done when RDS
/// has noted it.
pub(super) async fn converge(want: &Instance, cx: &Cx<'_>, id: &Id) -> Result<DbInstance, Error> {
    let steering = &cx.world.steering.database;
    let enlarges =
        |real: &DbInstance| status::of(real) == FULL && want.allocated_storage > seen::allocated(real);
    let mut real = status::usable(cx, id, enlarges, |_| true).await?;
    // Nobody uses it yet, so nobody is interrupted.
    let restoring = seen::carried(&real).contains_key(seen::RESTORING);
    let at_once = restoring || steering.apply_immediately;
    if !at_once && lacks_secret(want, &real) && !seen::is_pending(&real) {
        // RDS takes a password over at once or in the maintenance window, like all that it is told in one call. This
        // interrupts nobody, so it goes ahead of what may.
        let password = change::password(ModifyDbInstanceInputBuilder::default(), want);
        real = modify(want, cx, id, password, true).await?;
    }
    let (saw, allocated) = (seen::real_spec(cx, &real), seen::allocated(&real));
    if let Some(change) = change::changes(want, &saw, allocated, steering.allow_major_version_upgrade) {
        if !at_once && change::is_major(&change) {
            note_group(want, cx, &real).await?;
        }
        real = modify(want, cx, id, change, at_once).await?;
    }
    if lacks_secret(want, &real) {
        real = status::usable(cx, id, |_| false, |real| !lacks_secret(want, real)).await?;
    }
    tagging::sync(cx, arn(&real), &seen::carried(&real), &all_tags(want, cx, &real)).await?;
    cx.world.reads.rds.instances.forget(id);
    Ok(real)
}

/// Makes the changes and waits for them: until they are made, or until they are noted where they may wait.
async fn modify(
    want: &Instance,
    cx: &Cx<'_>,
    id: &Id,
    change: ModifyDbInstanceInputBuilder,
    at_once: bool,
) -> Result<DbInstance, Error> {
    let regrouped = change.get_db_parameter_group_name().is_some();
    let request = change.clone().db_instance_identifier(id).apply_immediately(at_once);
    taken(cx, id, || call("ModifyDBInstance", Box::pin(request.clone().send_with(&cx.world.rds)))).await?;
    let password = change == change::password(ModifyDbInstanceInputBuilder::default(), want);
    let give_up = Instant::now() + SHOWS_WITHIN;
    let is_late = || Instant::now() > give_up;
    let done = |real: &DbInstance| {
        let shows = if password {
            !lacks_secret(want, real)
        } else {
            is_late() || change::shows(want, &seen::real_spec(cx, real), seen::allocated(real))
        };
        shows && !(at_once && seen::is_pending(real)) && !seen::is_moving(real)
    };
    // Storage that is being enlarged is full for a moment yet.
    let despite = |real: &DbInstance| status::of(real) == FULL && !is_late();
    let real = status::usable(cx, id, despite, done).await?;
    if regrouped && at_once && awaits_reboot(&real) { reboot(cx, id).await } else { Ok(real) }
}

/// Notes which parameter group comes with an upgrade that is going to wait: RDS doesn't list it among what is pending.
async fn note_group(want: &Instance, cx: &Cx<'_>, real: &DbInstance) -> Result<(), Error> {
    let carried = seen::carried(real);
    let mut noted = carried.clone();
    noted.insert(seen::PARAMETER_GROUP.into(), want.parameter_group_name.clone());
    tagging::sync(cx, arn(real), &carried, &noted).await
}

/// Another parameter group holds after a reboot, and RDS doesn't reboot for it, not even in the maintenance window.
async fn reboot(cx: &Cx<'_>, id: &Id) -> Result<DbInstance, Error> {
    let request = cx.world.rds.reboot_db_instance().db_instance_identifier(id);
    taken(cx, id, || call("RebootDBInstance", Box::pin(request.clone().send()))).await?;
    status::usable(cx, id, |_| false, |real| !awaits_reboot(real)).await
}

/// Repeats a call that RDS refuses while it is busy with the instance, such as with a backup that has just begun; and for
/// two minutes where it doesn't tell what it is busy with.
async fn taken<T, F>(cx: &Cx<'_>, id: &Id, mut attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let give_up = Instant::now() + SHOWS_WITHIN;
    loop {
        match attempt().await {
            Err(e) if e.is(UNSETTLED) && Instant::now() < give_up => cx.sleep(PAUSE).await?,
            Err(e) if e.is(UNSETTLED) && is_busy(cx, id).await? => {
                status::usable(cx, id, |_| false, |_| true).await?;
            }
            answer => return Ok(answer?),
        }
    }
}

async fn is_busy(cx: &Cx<'_>, id: &Id) -> Result<bool, Error> {
    let real = cx.world.reads.rds.instances.fresh(id).await?;
    Ok(real.is_some_and(|real| status::condition(status::of(&real)) == Condition::Busy))
}

fn awaits_reboot(real: &DbInstance) -> bool {
    real.db_parameter_groups().iter().any(|group| group.parameter_apply_status() == Some("pending-reboot"))
}

/// Whether RDS is to keep the password and has no secret for it yet, or one that it is just making.
fn lacks_secret(want: &Instance, real: &DbInstance) -> bool {
    let secret = real.master_user_secret().filter(|secret| secret.secret_status() != Some("creating"));
    want.manage_master_user_password && secret.and_then(|secret| secret.secret_arn()).is_none()
}

fn arn(real: &DbInstance) -> &str {
    real.db_instance_arn().unwrap_or_default()
}

/// All that the instance shall carry, given what became of it.
fn all_tags(want: &Instance, cx: &Cx<'_>, real: &DbInstance) -> Tags {
    let mut all = tags::to_create(cx, &want.tags);
    all.extend(of_ours(want, real));
    all
}

/// What the tags remember beside the real values; see [`seen`].
fn of_ours(want: &Instance, real: &DbInstance) -> Tags {
    let mut ours = seen::of_wanted(want, seen::allocated(real));
    if seen::carried(real).contains_key(seen::DB_NAME) {
        ours.insert(seen::DB_NAME.into(), seen::db_name_tag(want));
    }
    if seen::awaits_major(real) {
        ours.insert(seen::PARAMETER_GROUP.into(), want.parameter_group_name.clone());
    }
    ours
}
