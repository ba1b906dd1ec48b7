//! What can be told of a restore before it begins: whether the snapshot can become this database.

use super::model::DatabaseModel;
use crate::shared::i32_of;
use composite::Value;
use paas_aws::Session;
use paas_aws::rds::{self, Snapshot};
use tfplugin::{Diagnostic, Diagnostics};

/// Reports why the snapshot, if one is named, can't become this database.
pub async fn check(
    session: &Session,
    model: &DatabaseModel,
    kms_key_arn: &Value<String>,
    diagnostics: &mut Diagnostics,
) {
    let Some(id) = model.snapshot_identifier.known() else { return };
    match rds::snapshot(session, id).await {
        Ok(Some(snapshot)) => fits(id, &snapshot, model, kms_key_arn, diagnostics),
        Ok(None) => {
            let detail = format!(
                "There is no snapshot {id:?} in {} of account {}, or it isn't shared with it. `aws rds describe-db-snapshots` lists those there are; one that is shared is named by its ARN.",
                session.region, session.account_id
            );
            diagnostics.error("snapshot_identifier", "No such snapshot", detail);
        }
        Err(error) => diagnostics.push(Diagnostic::error("Can't read the snapshot", error.to_string())),
    }
}

/// Compares what a database takes over from its snapshot with what was asked for.
fn fits(
    id: &str,
    snapshot: &Snapshot,
    model: &DatabaseModel,
    kms_key_arn: &Value<String>,
    diagnostics: &mut Diagnostics,
) {
    let at = "snapshot_identifier";
    if snapshot.engine != "mysql" {
        let detail = format!("Snapshot {id} is of {:?}; this is RDS for MySQL.", snapshot.engine);
        diagnostics.error(at, "Snapshot of another engine", detail);
        return;
    }
    if !snapshot.available {
        diagnostics.error(
            at,
            "Snapshot not ready",
            format!("Snapshot {id} isn't available yet. Wait until it is."),
        );
    }
    if let Value::Known(key) = kms_key_arn
        && snapshot.kms_key_arn.as_ref() != Some(key)
    {
        let has = match &snapshot.kms_key_arn {
            Some(other) => format!("is encrypted with {other}"),
            None => "isn't encrypted".into(),
        };
        let source = id.rsplit(':').next().unwrap_or(id);
        let detail = format!(
            "Snapshot {id} {has}. What is restored from it would be, too, and everything of the environment is encrypted with {key}. Copy it, and name the copy: aws rds copy-db-snapshot --source-db-snapshot-identifier {id} --target-db-snapshot-identifier {source}-copy --kms-key-id {key}"
        );
        diagnostics.error(at, "Snapshot under another key", detail);
    }
    if let Some(size) =
        model.allocated_storage.known().filter(|size| i32_of(**size) < snapshot.allocated_storage)
    {
        let detail = format!(
            "Snapshot {id} has {has} GiB, and allocated_storage is {size}. A disk can't shrink: set it to {has} at least.",
            has = snapshot.allocated_storage
        );
        diagnostics.error("allocated_storage", "Smaller than the snapshot", detail);
    }
    if let Some(name) = model.username.known().filter(|name| **name != snapshot.username) {
        let detail = format!(
            "The master user in snapshot {id} is {:?}, not {name:?}, and can't be renamed. Set username = {:?}.",
            snapshot.username, snapshot.username
        );
        diagnostics.error("username", "Another user in the snapshot", detail);
    }
    let (Some(wanted), has) = (model.engine_version.known(), &snapshot.engine_version) else { return };
    if rds::is_downgrade(wanted, has) {
        let detail = format!("Snapshot {id} is of MySQL {has}, and RDS has no way back to {wanted}.");
        diagnostics.error("engine_version", "Older than the snapshot", detail);
    } else if rds::is_major_upgrade(wanted, has) && model.allow_major_version_upgrade.known() == Some(&false)
    {
        let detail = format!(
            "Snapshot {id} is of MySQL {has}, so restoring it as {wanted} is an upgrade of the major version. Set allow_major_version_upgrade = true if that is what you want, or engine_version to the snapshot's."
        );
        diagnostics.error("engine_version", "Upgrade of the major version", detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tfplugin::Attributes;

    const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/ours";

    type Change = fn(&mut Snapshot, &mut DatabaseModel);

    fn snapshot() -> Snapshot {
        Snapshot {
            kms_key_arn: Some(KEY.into()),
            engine: "mysql".into(),
            engine_version: "8.4.5".into(),
            allocated_storage: 20,
            username: "admin".into(),
            available: true,
        }
    }

    fn told(change: impl FnOnce(&mut Snapshot, &mut DatabaseModel)) -> Vec<String> {
        let (mut snapshot, mut model) = (snapshot(), DatabaseModel::defaults());
        change(&mut snapshot, &mut model);
        let mut diagnostics = Diagnostics::new();
        fits("weekly", &snapshot, &model, &Value::Known(KEY.into()), &mut diagnostics);
        diagnostics.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_snapshot_of_this_kind_fits() {
        assert_eq!(told(|_, _| {}), Vec::<String>::new());
        assert_eq!(told(|_, d| d.allocated_storage = 40.into()), Vec::<String>::new());
        assert_eq!(told(|s, _| s.engine_version = "8.4.3".into()), Vec::<String>::new());
        let upgraded = told(|s, d| {
            s.engine_version = "8.0.36".into();
            d.allow_major_version_upgrade = true.into();
        });
        assert_eq!(upgraded, Vec::<String>::new());
    }

    #[test]
    fn one_that_cannot_become_this_database_says_what_to_do() {
        let change: [(Change, &str, &str); 8] = [
            (|s, _| s.engine = "postgres".into(), "snapshot_identifier", "\"postgres\""),
            (|s, _| s.available = false, "snapshot_identifier", "isn't available"),
            (|s, _| s.kms_key_arn = None, "snapshot_identifier", "copy-db-snapshot"),
            (
                |s, _| s.kms_key_arn = Some("arn:other".into()),
                "snapshot_identifier",
                "--target-db-snapshot-identifier weekly-copy --kms-key-id arn:aws:kms",
            ),
            (|s, _| s.allocated_storage = 50, "allocated_storage", "set it to 50"),
            (|_, d| d.username = "root".into(), "username", "Set username = \"admin\""),
            (|_, d| d.engine_version = "8.0".into(), "engine_version", "no way back to 8.0"),
            (|s, _| s.engine_version = "8.0.36".into(), "engine_version", "allow_major_version_upgrade"),
        ];
        for (change, path, says) in change {
            let told = told(change);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].ends_with(&format!("(at {path})")) && told[0].contains(says), "{says}: {told:?}");
        }
    }
}
