//! How an instance ends: with a last snapshot, and never against its protection.

use super::status::{self, Condition};
use crate::call::{AwsError, call};
use crate::wait;
use crate::world::Cx;
use composite::{Error, Id};
use time::OffsetDateTime;

const NOT_FOUND: &[&str] = &["DBInstanceNotFound", "DBInstanceNotFoundFault"];

/// Deletes the instance and waits until it is gone.
pub(super) async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
    let steering = &cx.world.steering.database;
    let snapshot = (!steering.skip_final_snapshot).then(|| final_snapshot(id, OffsetDateTime::now_utc()));
    let request = cx
        .world
        .rds
        .delete_db_instance()
        .db_instance_identifier(id)
        .skip_final_snapshot(steering.skip_final_snapshot)
        .set_final_db_snapshot_identifier(snapshot)
        .delete_automated_backups(steering.delete_automated_backups);
    wait::until(cx, &format!("database {id} to take its deletion"), || async {
        match call("DeleteDBInstance", Box::pin(request.clone().send())).await {
            Ok(_) => Ok(Some(())),
            Err(e) if e.is(NOT_FOUND) => Ok(Some(())),
            Err(e) if is_protected(&e) => Err(Error::message(format!(
                "database {id} is protected against deletion: set `deletion_protection = false`, apply, and then \
                 delete it ({e})"
            ))
            .refused()),
            // On its way out already, or in the midst of something that ends.
            Err(e) if e.is(&["InvalidDBInstanceState", "DBSnapshotAlreadyExists"]) => busy(cx, id, e).await,
            Err(e) => Err(e.into()),
        }
    })
    .await?;
    gone(cx, id).await
}

/// What a refusal over the instance's state means: deleted already, later, or never.
async fn busy(cx: &Cx<'_>, id: &Id, refused: AwsError) -> Result<Option<()>, Error> {
    let Some(real) = cx.world.reads.rds.instances.fresh(id).await? else { return Ok(Some(())) };
    if status::is_deleting(&real) {
        return Ok(Some(()));
    }
    match status::condition(status::of(&real)) {
        Condition::Stuck(_) if !cx.world.steering.database.skip_final_snapshot => Err(Error::message(format!(
            "database {id} is in the state {:?}, in which RDS can't make its last snapshot: mend it, or give the \
             snapshot up with `skip_final_snapshot = true`, apply, and then delete it ({refused})",
            status::of(&real)
        ))
        .refused()),
        Condition::Stuck(_) => Err(refused.into()),
        Condition::Usable if refused.is(&["DBSnapshotAlreadyExists"]) => Err(refused.into()),
        Condition::Usable | Condition::Busy => Ok(None),
    }
}

/// Waits until RDS knows it no more. The snapshot of a large one takes its time.
pub(super) async fn gone(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
    wait::until(cx, &format!("database {id} to be gone"), || async {
        Ok(cx.world.reads.rds.instances.fresh(id).await?.is_none().then_some(()))
    })
    .await
}

/// "Cannot delete protected DB Instance, please disable deletion protection and try again."
fn is_protected(e: &AwsError) -> bool {
    e.is(&["InvalidParameterCombination"]) && e.message.to_ascii_lowercase().contains("protect")
}

/// A name that no other snapshot has: the time is in it, in UTC.
fn final_snapshot(id: &str, now: OffsetDateTime) -> String {
    let (year, month, day) = now.to_calendar_date();
    let (hour, minute, second) = now.to_hms();
    format!("{id}-final-{year:04}{:02}{day:02}{hour:02}{minute:02}{second:02}", u8::from(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_snapshot_is_named_by_the_second() {
        let now = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert_eq!(final_snapshot("dev-acme", now), "dev-acme-final-20231114221320");
    }

    #[test]
    fn protection_is_told_by_code_and_text() {
        let refusal = |code: &str, message: &str| AwsError::ours("DeleteDBInstance", message).coded(code);
        let text = "Cannot delete protected DB Instance, please disable deletion protection and try again.";
        assert!(is_protected(&refusal("InvalidParameterCombination", text)));
        assert!(!is_protected(&refusal(
            "InvalidParameterCombination",
            "FinalDBSnapshotIdentifier is required"
        )));
        assert!(!is_protected(&refusal("InvalidDBInstanceState", text)));
    }
}
