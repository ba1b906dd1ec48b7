//! How an instance that RDS describes is read: pending values as if they were there, and what its tags remember.
//!
//! Some of what was asked for RDS doesn't give back: that the version was to be any `8.4`, that the storage was 20 GiB
//! before RDS enlarged it. Tags beside the real values hold it, as long as those agree with it.

use super::instance::{Instance, InstanceOut};
use super::{engine, storage, tagging};
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_rds::types::{DbInstance, PendingModifiedValues};

/// The version that was asked for.
pub(super) const VERSION: &str = "paas:engine-version";
/// The size that was asked for, where RDS has made or may make more of it.
pub(super) const ALLOCATED: &str = "paas:allocated-storage";
/// Up to which size RDS may enlarge it. Once the storage is as large, RDS tells it no more, as if autoscaling were off.
pub(super) const MAX_ALLOCATED: &str = "paas:max-allocated-storage";
/// On an instance that was restored: the `db_name` asked for. RDS knows of none, or of the one that the snapshot's
/// instance was made with.
pub(super) const DB_NAME: &str = "paas:db-name";
/// The parameter group that comes with an upgrade of the major version, while that waits: it isn't among the pending
/// values.
pub(super) const PARAMETER_GROUP: &str = "paas:parameter-group";
/// On an instance that was restored and isn't yet as wanted.
pub(super) const RESTORING: &str = "paas:restoring";
const OURS: [&str; 6] = [VERSION, ALLOCATED, MAX_ALLOCATED, DB_NAME, PARAMETER_GROUP, RESTORING];
/// Stands in [`DB_NAME`] for none: no database can have this name.
const NO_NAME: &str = "-";
/// Days for which Performance Insights keeps its data at no cost, and if nothing else is said.
pub(super) const FREE_RETENTION: i32 = 7;

/// All tags of the instance.
pub(super) fn carried(real: &DbInstance) -> Tags {
    tagging::to_tags(real.tag_list())
}

/// What siblings may use of it.
pub(super) fn out(real: &DbInstance) -> InstanceOut {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    InstanceOut {
        identifier: text(real.db_instance_identifier()),
        arn: text(real.db_instance_arn()),
        resource_id: text(real.dbi_resource_id()),
        address: text(real.endpoint().and_then(|endpoint| endpoint.address())),
        secret_arn: text(real.master_user_secret().and_then(|secret| secret.secret_arn())),
    }
}

/// What the tags of every instance remember of what was asked for, beside a storage that has `allocated` GiB.
pub(super) fn of_wanted(want: &Instance, allocated: i32) -> Tags {
    let mut tags = Tags::from([(VERSION.to_owned(), want.engine_version.clone())]);
    // RDS rounds up, may have enlarged it before, or may do so.
    if want.max_allocated_storage.is_some() || allocated > want.allocated_storage {
        tags.insert(ALLOCATED.into(), want.allocated_storage.to_string());
    }
    tags.extend(want.max_allocated_storage.map(|max| (MAX_ALLOCATED.to_owned(), max.to_string())));
    tags
}

/// What [`DB_NAME`] says of it.
pub(super) fn db_name_tag(want: &Instance) -> String {
    want.db_name.clone().unwrap_or_else(|| NO_NAME.to_owned())
}

/// Its spec.
pub(super) fn spec(cx: &Cx<'_>, real: &DbInstance) -> Instance {
    let carried = carried(real);
    let mut user = tags::of_user(cx, &carried);
    user.retain(|key, _| !OURS.contains(&key.as_str()));
    of(real, &carried, user)
}

/// Its spec with nothing in it that only tags tell of version and autoscaling: what a change starts from.
pub(super) fn real_spec(cx: &Cx<'_>, real: &DbInstance) -> Instance {
    let max_allocated_storage = real.max_allocated_storage.filter(|max| *max > allocated(real));
    Instance { engine_version: version(real).to_owned(), max_allocated_storage, ..spec(cx, real) }
}

/// The version that runs, or that was decided on.
pub(super) fn version(real: &DbInstance) -> &str {
    let pending = real.pending_modified_values().and_then(|pending| pending.engine_version());
    pending.or(real.engine_version()).unwrap_or_default()
}

/// The size of the storage now, or that was decided on, in GiB.
pub(super) fn allocated(real: &DbInstance) -> i32 {
    let pending = real.pending_modified_values().and_then(|pending| pending.allocated_storage);
    pending.or(real.allocated_storage).unwrap_or_default()
}

/// Whether an upgrade of the major version waits.
pub(super) fn awaits_major(real: &DbInstance) -> bool {
    engine::is_major_upgrade(version(real), real.engine_version().unwrap_or_default())
}

/// Whether its port is about to change, for which RDS waits for no window.
pub(super) fn is_moving(real: &DbInstance) -> bool {
    real.pending_modified_values().is_some_and(|pending| pending.port.is_some())
}

/// Whether anything waits for the maintenance window, or is just being made.
pub(super) fn is_pending(real: &DbInstance) -> bool {
    real.pending_modified_values().is_some_and(|p| {
        p.db_instance_class.is_some()
            || p.allocated_storage.is_some()
            || p.master_user_password.is_some()
            || p.port.is_some()
            || p.backup_retention_period.is_some()
            || p.multi_az.is_some()
            || p.engine_version.is_some()
            || p.iops.is_some()
            || p.storage_throughput.is_some()
            || p.storage_type.is_some()
    })
}

fn of(real: &DbInstance, carried: &Tags, user: Tags) -> Instance {
    let nothing = PendingModifiedValues::builder().build();
    let pending = real.pending_modified_values().unwrap_or(&nothing);
    let text = |pending: Option<&str>, real: Option<&str>| pending.or(real).unwrap_or_default().to_owned();
    let number = |tag: &str| carried.get(tag)?.parse::<i32>().ok();
    let (allocated, version) = (allocated(real), version(real));
    let storage_type = text(pending.storage_type(), real.storage_type());
    let group = real.db_parameter_groups().first().and_then(|group| group.db_parameter_group_name());
    let with_upgrade = carried.get(PARAMETER_GROUP).filter(|_| awaits_major(real)).map(String::as_str);
    // RDS tells of a throughput of 0 where there is none to tell of.
    let throughput = pending.storage_throughput.or(real.storage_throughput).filter(|_| storage_type == "gp3");
    let provisioned = matches!(storage_type.as_str(), "gp3" | "io1" | "io2");
    let baseline = storage::baseline(&storage_type, allocated);
    let insights = real.performance_insights_enabled.unwrap_or_default();
    Instance {
        identifier: text(None, real.db_instance_identifier()),
        engine_version: carried
            .get(VERSION)
            .filter(|asked| engine::fits(asked, version))
            .map_or(version, String::as_str)
            .to_owned(),
        instance_class: text(pending.db_instance_class(), real.db_instance_class()),
        allocated_storage: number(ALLOCATED).filter(|asked| *asked < allocated).unwrap_or(allocated),
        max_allocated_storage: real
            .max_allocated_storage
            .filter(|max| *max > allocated)
            .or_else(|| number(MAX_ALLOCATED).filter(|reached| *reached <= allocated)),
        iops: pending
            .iops
            .or(real.iops)
            .filter(|iops| provisioned && baseline.is_none_or(|(free, _)| *iops != free)),
        storage_throughput: throughput
            .filter(|throughput| baseline.is_none_or(|(_, free)| *throughput != free)),
        storage_type,
        multi_az: pending.multi_az.or(real.multi_az).unwrap_or_default(),
        db_name: match carried.get(DB_NAME) {
            Some(asked) => Some(asked.clone()),
            None => real.db_name.clone(),
        }
        .filter(|name| name != NO_NAME),
        username: text(None, real.master_username()),
        port: pending
            .port
            .or(real.endpoint().and_then(|endpoint| endpoint.port))
            .or(real.db_instance_port.filter(|port| *port != 0))
            .unwrap_or_default(),
        subnet_group_name: text(None, real.db_subnet_group().and_then(|group| group.db_subnet_group_name())),
        security_group_ids: real
            .vpc_security_groups()
            .iter()
            .filter(|group| group.status() != Some("removing"))
            .filter_map(|group| group.vpc_security_group_id.clone())
            .collect(),
        parameter_group_name: with_upgrade.or(group).unwrap_or_default().to_owned(),
        kms_key_arn: text(None, real.kms_key_id()),
        manage_master_user_password: real.master_user_secret().is_some(),
        backup_retention_period: pending
            .backup_retention_period
            .or(real.backup_retention_period)
            .unwrap_or_default(),
        backup_window: text(None, real.preferred_backup_window()),
        maintenance_window: text(None, real.preferred_maintenance_window()),
        auto_minor_version_upgrade: real.auto_minor_version_upgrade.unwrap_or_default(),
        deletion_protection: real.deletion_protection.unwrap_or_default(),
        performance_insights_enabled: insights,
        performance_insights_retention_period: real
            .performance_insights_retention_period
            .or(Some(FREE_RETENTION))
            .filter(|_| insights),
        copy_tags_to_snapshot: real.copy_tags_to_snapshot.unwrap_or_default(),
        publicly_accessible: real.publicly_accessible.unwrap_or_default(),
        tags: user,
    }
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;
