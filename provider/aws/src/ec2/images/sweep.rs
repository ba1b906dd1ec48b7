//! What a build leaves that couldn't clean up after itself.

use super::super::listing::Listed;
use super::super::refusals::gone;
use super::super::tagging::filter;
use super::BUILD;
use super::users::there;
use crate::call::{AwsError, call};
use crate::session::Session;
use crate::tags;
use aws_sdk_ec2::types::{Filter, Instance};
use std::time::Duration;
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_secs(2);
/// An instance is terminated within a minute or two; its own scripts may hold up the shutdown.
const TERMINATING: Duration = Duration::from_mins(10);
/// The time in names of images and key pairs, such as `20260131120000`.
const TIME_IN_NAME: &str = "??????????????";
/// How much of the build's own id stands in them.
const BUILD_IN_NAME: usize = 8;

/// Ends what build `build_id` of the images' owner has left: its instances, waiting until they are terminated, then the
/// volumes that outlived them, and its key pairs.
///
/// # Errors
/// EC2 refuses, or an instance isn't terminated within ten minutes.
pub async fn sweep_instances(session: &Session, owner: &str, build_id: &str) -> Result<(), AwsError> {
    let left =
        [filter(&format!("tag:{}", tags::OWNER), [owner]), filter(&format!("tag:{BUILD}"), [build_id])];
    terminate(session, &left).await?;
    delete_volumes(session, &left).await?;
    delete_key_pairs(session, owner, build_id, &left).await
}

async fn terminate(session: &Session, left: &[Filter]) -> Result<(), AwsError> {
    let running = [left, &[there()]].concat();
    let (give_up, mut asked) = (Instant::now() + TERMINATING, vec![]);
    loop {
        let instances = Instance::list(&session.ec2, running.clone()).await?;
        let mut ids: Vec<String> = instances.into_iter().filter_map(|i| i.instance_id).collect();
        ids.sort_unstable();
        if ids.is_empty() {
            return Ok(());
        }
        if Instant::now() > give_up {
            let late = format!("{} of a build that ended isn't terminated after ten minutes", ids.join(", "));
            return Err(AwsError::ours("TerminateInstances", late));
        }
        if ids.iter().any(|id| !asked.contains(id)) {
            asked.clone_from(&ids);
            let request = session.ec2.terminate_instances().set_instance_ids(Some(ids));
            gone(call("TerminateInstances", request.send()).await)?;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn delete_volumes(session: &Session, left: &[Filter]) -> Result<(), AwsError> {
    let detached = [left, &[filter("status", ["available"])]].concat();
    let pages = session.ec2.describe_volumes().set_filters(Some(detached)).into_paginator().items().send();
    for volume in call("DescribeVolumes", pages.try_collect()).await? {
        let Some(id) = volume.volume_id else { continue };
        gone(call("DeleteVolume", session.ec2.delete_volume().volume_id(id).send()).await)?;
    }
    Ok(())
}

/// Packer before 1.7 tags no key pair: those are told by the name, which ends as the image's does.
async fn delete_key_pairs(
    session: &Session,
    owner: &str,
    build_id: &str,
    left: &[Filter],
) -> Result<(), AwsError> {
    for by in [left.to_vec(), vec![filter("key-name", [key_name(owner, build_id)])]] {
        let request = session.ec2.describe_key_pairs().set_filters(Some(by));
        for pair in call("DescribeKeyPairs", request.send()).await?.key_pairs.into_iter().flatten() {
            let Some(id) = pair.key_pair_id else { continue };
            gone(call("DeleteKeyPair", session.ec2.delete_key_pair().key_pair_id(id).send()).await)?;
        }
    }
    Ok(())
}

/// A pattern of the names of the build's key pairs: `<project>-<environment>-<tenant>-<time>-<start of the build's own id>`.
fn key_name(owner: &str, build_id: &str) -> String {
    let tenant = owner.rsplit_once('/').map_or(owner, |(tenant, _)| tenant).replace('/', "-");
    let own = build_id.rsplit(':').next().unwrap_or_default();
    let start: String = own.chars().take(BUILD_IN_NAME).collect();
    format!("{tenant}-{TIME_IN_NAME}-{start}")
}

#[test]
fn a_key_pair_is_told_by_the_build_in_its_name() {
    let build = "paas_dev_acme_bake:0a1b2c3d-1111-2222-3333-444455556666";
    assert_eq!(key_name("paas/dev/acme/machine_image", build), "paas-dev-acme-??????????????-0a1b2c3d");
}
