//! What `ModifyDBInstance` has to be told so that an instance becomes what is wanted: all that differs, in one call.

use super::instance::Instance;
use super::{engine, storage};
use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDbInstanceInputBuilder;

/// The changes from `saw`, which tells the whole version that runs, to `want`; `None` if there are none. `allocated` is the size that the storage really has, in
/// GiB: storage autoscaling may have made it larger than `saw` tells. `allow_major` is what RDS is told where the
/// version is of another major one.
pub(super) fn changes(
    want: &Instance,
    saw: &Instance,
    allocated: i32,
    allow_major: bool,
) -> Option<ModifyDbInstanceInputBuilder> {
    let want = &want.normal();
    let nothing = ModifyDbInstanceInputBuilder::default();
    let mut change = nothing
        .clone()
        .set_db_instance_class(differing(&want.instance_class, &saw.instance_class))
        .set_multi_az(differing(&want.multi_az, &saw.multi_az))
        .set_db_port_number(differing(&want.port, &saw.port))
        .set_vpc_security_group_ids(
            differing(&want.security_group_ids, &saw.security_group_ids).map(|ids| ids.into_iter().collect()),
        )
        .set_db_parameter_group_name(differing(&want.parameter_group_name, &saw.parameter_group_name))
        .set_backup_retention_period(differing(&want.backup_retention_period, &saw.backup_retention_period))
        .set_preferred_backup_window(differing(&want.backup_window, &saw.backup_window))
        .set_preferred_maintenance_window(differing(&want.maintenance_window, &saw.maintenance_window))
        .set_auto_minor_version_upgrade(differing(
            &want.auto_minor_version_upgrade,
            &saw.auto_minor_version_upgrade,
        ))
        .set_deletion_protection(differing(&want.deletion_protection, &saw.deletion_protection))
        .set_copy_tags_to_snapshot(differing(&want.copy_tags_to_snapshot, &saw.copy_tags_to_snapshot))
        .set_publicly_accessible(differing(&want.publicly_accessible, &saw.publicly_accessible));
    change = engine_version(change, want, saw, allow_major);
    change = volume(change, want, saw, allocated);
    change = insights(change, want, saw);
    if want.manage_master_user_password && !saw.manage_master_user_password {
        change = password(change, want);
    }
    (change != nothing).then_some(change)
}

/// Lets RDS take over the master user's password, into a secret under the database's key.
pub(super) fn password(
    change: ModifyDbInstanceInputBuilder,
    want: &Instance,
) -> ModifyDbInstanceInputBuilder {
    change.manage_master_user_password(true).master_user_secret_kms_key_id(&want.kms_key_arn)
}

fn differing<T: Clone + PartialEq>(want: &T, saw: &T) -> Option<T> {
    (want != saw).then(|| want.clone())
}

fn engine_version(
    change: ModifyDbInstanceInputBuilder,
    want: &Instance,
    saw: &Instance,
    allow_major: bool,
) -> ModifyDbInstanceInputBuilder {
    if engine::fits(&want.engine_version, &saw.engine_version) || want.was_upgraded(saw) {
        return change;
    }
    let is_major = engine::family(&want.engine_version) != engine::family(&saw.engine_version);
    change
        .engine_version(&want.engine_version)
        .set_allow_major_version_upgrade(is_major.then_some(allow_major))
}

/// Storage goes together: what can be provisioned has to be named with every change of type or size. It never shrinks.
fn volume(
    change: ModifyDbInstanceInputBuilder,
    want: &Instance,
    saw: &Instance,
    allocated: i32,
) -> ModifyDbInstanceInputBuilder {
    let size = want.allocated_storage.max(allocated);
    let has = provisioned(saw, allocated);
    let wanted = provisioned(want, size);
    let mut change = change;
    if size != allocated || want.storage_type != saw.storage_type || wanted != has {
        change = change
            .allocated_storage(size)
            .set_storage_type(differing(&want.storage_type, &saw.storage_type))
            .set_iops(wanted.0)
            .set_storage_throughput(wanted.1);
    }
    // RDS has no other word for «none», and for «no more».
    let max = |spec: &Instance| spec.max_allocated_storage.unwrap_or(size);
    change.set_max_allocated_storage(differing(&max(want).max(size), &max(saw)))
}

/// IOPS and throughput, where the volume has any that can be chosen.
fn provisioned(spec: &Instance, size: i32) -> (Option<i32>, Option<i32>) {
    if !storage::is_provisioned(&spec.storage_type, size) {
        return (None, None);
    }
    let free = storage::baseline(&spec.storage_type, size);
    let throughput = spec.storage_throughput.filter(|_| spec.storage_type == "gp3");
    (spec.iops.or(free.map(|free| free.0)), throughput.or(free.map(|free| free.1)))
}

fn insights(
    change: ModifyDbInstanceInputBuilder,
    want: &Instance,
    saw: &Instance,
) -> ModifyDbInstanceInputBuilder {
    let enabled = differing(&want.performance_insights_enabled, &saw.performance_insights_enabled);
    let retention =
        differing(&want.performance_insights_retention_period, &saw.performance_insights_retention_period)
            .flatten();
    change
        .set_enable_performance_insights(enabled)
        // The key is chosen once, when they are first switched on.
        .set_performance_insights_kms_key_id(enabled.filter(|on| *on).map(|_| want.kms_key_arn.clone()))
        .set_performance_insights_retention_period(retention)
}

/// Whether RDS was told of an upgrade of the major version.
pub(super) fn is_major(change: &ModifyDbInstanceInputBuilder) -> bool {
    change.get_allow_major_version_upgrade().is_some()
}

/// Whether what was asked for is there, or pending. RDS rounds sizes and rates up: what it made of them counts.
pub(super) fn shows(want: &Instance, saw: &Instance, allocated: i32) -> bool {
    let mut want = want.clone();
    want.iops = saw.iops;
    want.storage_throughput = saw.storage_throughput;
    // The password is taken over after the change is accepted; it is waited for by itself.
    want.manage_master_user_password = saw.manage_master_user_password;
    changes(&want, saw, allocated, false).is_none()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
