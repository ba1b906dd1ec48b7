//! What an instance's status means ("Viewing Amazon RDS DB instance status" in the RDS User Guide).

use crate::wait;
use crate::world::Cx;
use aws_sdk_rds::types::DbInstance;
use composite::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// It serves, and takes changes.
    Usable,
    /// It is on its way to another one by itself.
    Busy,
    /// It stays so until somebody does something; says what.
    Stuck(&'static str),
}

pub(super) fn condition(status: &str) -> Condition {
    use Condition::{Busy, Stuck, Usable};
    match status {
        // The three with storage serve all the while, for hours.
        "available" | "storage-optimization" | "storage-config-upgrade" | "storage-initialization" => Usable,
        "deleting" | "delete-precheck" => Stuck("somebody deletes it; apply again when it is gone"),
        "stopped" => Stuck("start it (`aws rds start-db-instance`), then apply again"),
        "storage-full" => Stuck("raise `allocated_storage`, or set `max_allocated_storage`"),
        "failed" | "incompatible-create" | "restore-error" => {
            Stuck("RDS can't recover it: its events say why (`aws rds describe-events`)")
        }
        "incompatible-network" => Stuck(
            "its subnets have no free addresses, or its VPC lacks what it needs; mend that, then apply again",
        ),
        "incompatible-parameters" => {
            Stuck("its parameters ask for more than its class has: take them back, then reboot it")
        }
        "incompatible-option-group" => Stuck("its option group doesn't fit; its events say why"),
        "incompatible-restore" => {
            Stuck("RDS couldn't restore it: its events say why; restore from another snapshot")
        }
        "insufficient-capacity" => Stuck(
            "AWS has no room for its class in these zones: choose another `instance_class`, or try later",
        ),
        "inaccessible-encryption-credentials" | "inaccessible-encryption-credentials-recoverable" => {
            Stuck("its KMS key can't be used: enable it or put its policy right, then start the instance")
        }
        _ => Busy,
    }
}

pub(super) fn of(real: &DbInstance) -> &str {
    real.db_instance_status().unwrap_or_default()
}

pub(super) fn is_deleting(real: &DbInstance) -> bool {
    matches!(of(real), "deleting" | "delete-precheck")
}

/// Waits until the instance takes changes and `ready` says so too; `despite` may take one that is stuck, as one is whose
/// storage is full and about to be enlarged.
pub(super) async fn usable(
    cx: &Cx<'_>,
    id: &String,
    despite: impl Fn(&DbInstance) -> bool,
    ready: impl Fn(&DbInstance) -> bool,
) -> Result<DbInstance, Error> {
    let (despite, ready) = (&despite, &ready);
    wait::until(cx, &format!("database {id} to be available"), || async move {
        let real = cx.world.reads.rds.instances.fresh(id).await?;
        let real = real.ok_or_else(|| Error::message(format!("database {id} is gone")))?;
        match condition(of(&real)) {
            Condition::Busy => Ok(None),
            Condition::Stuck(advice) if !despite(&real) => {
                Err(Error::message(format!("database {id} is in the state {:?}: {advice}", of(&real))))
            }
            _ => Ok(Some(real).filter(|real| ready(real))),
        }
    })
    .await
}

#[test]
fn a_status_is_waited_for_or_not() {
    for (status, expected) in [
        ("available", "usable"),
        ("storage-optimization", "usable"),
        ("creating", "busy"),
        ("backing-up", "busy"),
        ("modifying", "busy"),
        ("upgrading", "busy"),
        ("configuring-enhanced-monitoring", "busy"),
        ("resetting-master-credentials", "busy"),
        ("something-new", "busy"),
        ("failed", "stuck"),
        ("storage-full", "stuck"),
        ("stopped", "stuck"),
        ("deleting", "stuck"),
        ("incompatible-parameters", "stuck"),
        ("inaccessible-encryption-credentials", "stuck"),
    ] {
        let condition = match condition(status) {
            Condition::Usable => "usable",
            Condition::Busy => "busy",
            Condition::Stuck(_) => "stuck",
        };
        assert_eq!(condition, expected, "{status}");
    }
}
