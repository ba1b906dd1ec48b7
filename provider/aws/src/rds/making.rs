//! How an instance comes to be: empty, or from a snapshot.

use super::instance::Instance;
use super::lookups::{Snapshot, snapshot};
use super::{ENGINE, engine, seen, storage, tagging};
use crate::call::{AwsError, creating};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::Cx;
use aws_sdk_rds::types::DbInstance;
use composite::{Error, Id};

/// What was just made and RDS doesn't know yet.
const UNSETTLED: &[&str] = &[
    "DBSubnetGroupNotFoundFault",
    "DBSubnetGroupNotFound",
    "DBParameterGroupNotFound",
    "DBParameterGroupNotFoundFault",
    "KMSKeyNotAccessibleFault",
];

/// Makes the instance; returns as soon as RDS knows it.
pub(super) async fn make(want: &Instance, cx: &Cx<'_>) -> Result<Id, Error> {
    let id = &want.identifier;
    let made = match &cx.world.steering.database.snapshot_identifier {
        None => create(want, cx).await?,
        Some(source) => restore(want, cx, source).await?,
    };
    let reads = &cx.world.reads.rds.instances;
    let exists = match made {
        Ok(Some(real)) => {
            reads.hand_on(id, real);
            return Ok(id.clone());
        }
        Ok(None) => {
            reads.forget(id);
            return Ok(id.clone());
        }
        Err(exists) => exists,
    };
    match reads.fresh(id).await?.map(|real| seen::carried(&real)) {
        Some(carried) if !tags::are_ours(cx, &carried) => Err(Error::message(format!(
            "database {id} exists and belongs to someone else ({}). Delete it, or choose another name.",
            tags::whose(&carried)
        ))),
        _ => Err(exists.exists().into()),
    }
}

// The futures of calls that answer with a whole instance are boxed: they are so large that moving them about, unoptimised,
// takes most of a thread's stack.

/// Made, or refused because there is one of that name.
type Made = Result<Option<DbInstance>, AwsError>;

async fn create(want: &Instance, cx: &Cx<'_>) -> Result<Made, Error> {
    let want = &want.normal();
    let (iops, throughput) = provisioned(want);
    let request = cx
        .world
        .rds
        .create_db_instance()
        .engine(ENGINE)
        .db_instance_identifier(&want.identifier)
        .engine_version(&want.engine_version)
        .db_instance_class(&want.instance_class)
        .allocated_storage(want.allocated_storage)
        .set_max_allocated_storage(want.max_allocated_storage)
        .storage_type(&want.storage_type)
        .set_iops(iops)
        .set_storage_throughput(throughput)
        .multi_az(want.multi_az)
        .set_db_name(want.db_name.clone())
        .master_username(&want.username)
        .manage_master_user_password(want.manage_master_user_password)
        .master_user_secret_kms_key_id(&want.kms_key_arn)
        .port(want.port)
        .db_subnet_group_name(&want.subnet_group_name)
        .set_vpc_security_group_ids(Some(want.security_group_ids.iter().cloned().collect()))
        .db_parameter_group_name(&want.parameter_group_name)
        .storage_encrypted(true)
        .kms_key_id(&want.kms_key_arn)
        .backup_retention_period(want.backup_retention_period)
        .preferred_backup_window(&want.backup_window)
        .preferred_maintenance_window(&want.maintenance_window)
        .auto_minor_version_upgrade(want.auto_minor_version_upgrade)
        .deletion_protection(want.deletion_protection)
        .enable_performance_insights(want.performance_insights_enabled)
        .set_performance_insights_kms_key_id(
            want.performance_insights_enabled.then(|| want.kms_key_arn.clone()),
        )
        .set_performance_insights_retention_period(want.performance_insights_retention_period)
        .copy_tags_to_snapshot(want.copy_tags_to_snapshot)
        .publicly_accessible(want.publicly_accessible)
        .set_tags(Some(tagging::from_tags(all_tags(want, cx))));
    wait::settled_if(cx, is_unsettled, || async {
        match creating("CreateDBInstance", Box::pin(request.clone().send())).await {
            Err(e) if e.is(&["DBInstanceAlreadyExists", "DBInstanceAlreadyExistsFault"]) => Ok(Err(e)),
            made => made.map(|made| Ok(made.db_instance)),
        }
    })
    .await
}

/// What RDS takes over from the snapshot `sync` brings in line. Its master user, its key and its version are looked at
/// before: they couldn't be.
async fn restore(want: &Instance, cx: &Cx<'_>, source: &str) -> Result<Made, Error> {
    let allow_major = cx.world.steering.database.allow_major_version_upgrade;
    let from = snapshot(cx.world, source).await?;
    let refused = match &from {
        None => Some("there is no such snapshot in this account and region".to_owned()),
        Some(from) => refuse(want, from, allow_major),
    };
    let from = match (from, refused) {
        (Some(from), None) => from,
        (_, why) => {
            let why = why.unwrap_or_default();
            return Err(Error::message(format!(
                "snapshot {source} can't become database {}: {why}",
                want.identifier
            )));
        }
    };
    let want = &want.normal();
    let (iops, throughput) = provisioned(want);
    let family = engine::family(&want.engine_version);
    let group = (family == engine::family(&from.engine_version)).then(|| want.parameter_group_name.clone());
    let mut carried = all_tags(want, cx);
    carried.insert(seen::RESTORING.into(), source_tag(source));
    carried.insert(seen::DB_NAME.into(), seen::db_name_tag(want));
    let request = cx
        .world
        .rds
        .restore_db_instance_from_db_snapshot()
        .engine(ENGINE)
        .db_instance_identifier(&want.identifier)
        .db_snapshot_identifier(source)
        .db_instance_class(&want.instance_class)
        .allocated_storage(want.allocated_storage)
        .storage_type(&want.storage_type)
        .set_iops(iops)
        .set_storage_throughput(throughput)
        .multi_az(want.multi_az)
        .port(want.port)
        .db_subnet_group_name(&want.subnet_group_name)
        .set_vpc_security_group_ids(Some(want.security_group_ids.iter().cloned().collect()))
        .set_db_parameter_group_name(group)
        .auto_minor_version_upgrade(want.auto_minor_version_upgrade)
        .deletion_protection(want.deletion_protection)
        .copy_tags_to_snapshot(want.copy_tags_to_snapshot)
        .publicly_accessible(want.publicly_accessible)
        .set_tags(Some(tagging::from_tags(carried)));
    wait::settled_if(cx, is_unsettled, || async {
        match creating("RestoreDBInstanceFromDBSnapshot", Box::pin(request.clone().send())).await {
            Err(e) if e.is(&["DBInstanceAlreadyExists", "DBInstanceAlreadyExistsFault"]) => Ok(Err(e)),
            made => made.map(|made| Ok(made.db_instance)),
        }
    })
    .await
}

/// Why `want` can't be made of the snapshot; `None` if it can.
fn refuse(want: &Instance, from: &Snapshot, allow_major: bool) -> Option<String> {
    if from.engine != ENGINE {
        Some(format!("it is one of {}, not of MySQL", from.engine))
    } else if !from.available {
        Some("it isn't complete yet".into())
    } else if from.kms_key_arn.as_ref() != Some(&want.kms_key_arn) {
        let key =
            from.kms_key_arn.as_ref().map_or("not encrypted".into(), |key| format!("encrypted with {key}"));
        Some(format!(
            "it is {key}, the database is to be with {}: copy it under that key (`aws rds copy-db-snapshot \
             --kms-key-id`), and restore from the copy",
            want.kms_key_arn
        ))
    } else if from.username != want.username {
        Some(format!(
            "its master user is {:?}, not {:?}: that can't be changed",
            from.username, want.username
        ))
    } else if from.allocated_storage > want.allocated_storage {
        Some(format!(
            "it needs {} GiB at least, and `allocated_storage` is {}",
            from.allocated_storage, want.allocated_storage
        ))
    } else if engine::is_downgrade(&want.engine_version, &from.engine_version) {
        Some(format!("it is of MySQL {}, newer than {}", from.engine_version, want.engine_version))
    } else if engine::is_major_upgrade(&want.engine_version, &from.engine_version) && !allow_major {
        Some(format!(
            "it is of MySQL {}, and {} is an upgrade of the major version: set `allow_major_version_upgrade = true`",
            from.engine_version, want.engine_version
        ))
    } else {
        None
    }
}

/// IOPS and throughput to ask for: of small gp3 volumes RDS takes none.
fn provisioned(want: &Instance) -> (Option<i32>, Option<i32>) {
    if !storage::is_provisioned(&want.storage_type, want.allocated_storage) {
        return (None, None);
    }
    let free = storage::baseline(&want.storage_type, want.allocated_storage);
    (want.iops.or(free.map(|free| free.0)), want.storage_throughput.or(free.map(|free| free.1)))
}

fn all_tags(want: &Instance, cx: &Cx<'_>) -> Tags {
    let mut all = tags::to_create(cx, &want.tags);
    all.extend(seen::of_wanted(want, want.allocated_storage));
    all
}

/// A tag's value has 256 characters at most, and a snapshot's ARN may have more.
fn source_tag(source: &str) -> String {
    source.chars().take(256).collect()
}

/// What was made a moment ago isn't known to RDS at once; an account's first database makes the service-linked role.
/// Of security groups and of that role RDS tells by text only.
fn is_unsettled(e: &AwsError) -> bool {
    let message = e.message.to_ascii_lowercase();
    let tells = ["invalid security group", "service linked role"].iter().any(|text| message.contains(text));
    e.is(UNSETTLED) || (e.is(&["InvalidParameterValue"]) && tells)
}

#[cfg(test)]
#[path = "making_tests.rs"]
mod tests;
