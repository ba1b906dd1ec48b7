//! What is looked up at RDS: instances many at a time, a snapshot, the versions of a region.

use super::{ENGINE, PAGE, engine};
use crate::batch::MANY;
use crate::call::{AwsError, call};
use crate::session::Session;
use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbInstance, Filter};
use std::collections::HashMap;

/// The instances of these names that are there. The filter, unlike the parameter, leaves out what isn't.
pub(super) async fn instances(
    client: Client,
    ids: Vec<String>,
) -> Result<HashMap<String, DbInstance>, AwsError> {
    let many = ids.len() >= MANY;
    let by_name = Filter::builder().name("db-instance-id").set_values(Some(ids)).build();
    let request = client.describe_db_instances().set_filters((!many).then(|| vec![by_name]));
    let mut pages = request.max_records(PAGE).into_paginator().send();
    let mut found = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = call("DescribeDBInstances", std::future::ready(page)).await?;
        let named = |real: DbInstance| Some((real.db_instance_identifier.clone()?, real));
        found.extend(page.db_instances.into_iter().flatten().filter_map(named));
    }
    Ok(found)
}

/// What a database that is restored takes from its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The key that encrypts it, and everything that is restored from it; none: it isn't encrypted.
    pub kms_key_arn: Option<String>,
    /// `mysql`, or another engine, from which no database here can be restored.
    pub engine: String,
    /// `8.4.5`
    pub engine_version: String,
    /// The least that a database restored from it has, in GiB.
    pub allocated_storage: i32,
    /// The master user's name.
    pub username: String,
    /// Whether it is complete.
    pub available: bool,
}

/// The snapshot of that name, or of that ARN where another account shares it; `None` if there is no such.
///
/// # Errors
/// AWS refuses.
pub async fn snapshot(session: &Session, id: &str) -> Result<Option<Snapshot>, AwsError> {
    let shared = id.starts_with("arn:");
    let request = session.rds.describe_db_snapshots().db_snapshot_identifier(id);
    let request = request.set_include_shared(shared.then_some(true));
    let found = match call("DescribeDBSnapshots", request.send()).await {
        Ok(answer) => answer.db_snapshots.into_iter().flatten().next(),
        Err(e) if e.is(&["DBSnapshotNotFound", "DBSnapshotNotFoundFault"]) => None,
        Err(e) => return Err(e),
    };
    Ok(found.map(|found| Snapshot {
        available: found.status.as_deref() == Some("available"),
        kms_key_arn: found.kms_key_id.filter(|_| found.encrypted.unwrap_or_default()),
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        allocated_storage: found.allocated_storage.unwrap_or_default(),
        username: found.master_username.unwrap_or_default(),
    }))
}

/// A version of MySQL that the region offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineVersion {
    /// The newest one that was asked for, such as `8.4.5` for `8.4`.
    pub version: String,
    /// The family of parameter groups that fits it, such as `mysql8.4`.
    pub family: String,
}

/// The newest version that `engine_version`, such as `8.4` or `8.4.5`, may become in this region; `None` if RDS offers none.
///
/// # Errors
/// AWS refuses.
pub async fn engine_version(
    session: &Session,
    engine_version: &str,
) -> Result<Option<EngineVersion>, AwsError> {
    let Some(family) = engine::family(engine_version) else { return Ok(None) };
    let request = session.rds.describe_db_engine_versions().engine(ENGINE).db_parameter_group_family(&family);
    let mut pages = request.max_records(PAGE).into_paginator().send();
    let mut offered: Vec<String> = vec![];
    while let Some(page) = pages.next().await {
        let page = match call("DescribeDBEngineVersions", std::future::ready(page)).await {
            // A family that RDS never had is refused.
            Err(e) if e.is(&["InvalidParameterValue", "InvalidParameterCombination"]) => return Ok(None),
            page => page?,
        };
        let versions = page.db_engine_versions.into_iter().flatten();
        offered.extend(versions.filter_map(|offer| offer.engine_version));
    }
    Ok(newest(engine_version, offered).map(|version| EngineVersion { version, family }))
}

fn newest(asked: &str, offered: Vec<String>) -> Option<String> {
    let fitting = offered.into_iter().filter(|version| engine::fits(asked, version));
    fitting.max_by_key(|version| engine::order(version))
}

#[test]
fn the_newest_of_what_was_asked_for() {
    let offered = || ["8.4.3", "8.4.10", "8.4.5", "8.0.36"].map(str::to_owned).to_vec();
    for (asked, expected) in
        [("8.4", Some("8.4.10")), ("8.4.5", Some("8.4.5")), ("8.4.1", None), ("8.0", Some("8.0.36"))]
    {
        assert_eq!(newest(asked, offered()).as_deref(), expected, "{asked}");
    }
}
