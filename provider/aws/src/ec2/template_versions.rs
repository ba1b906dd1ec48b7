//! Reading launch templates and their versions. Which version holds what stands in its description: the digest of
//! its contents, see [`LaunchTemplate::digest`](super::LaunchTemplate::digest).

use super::listing::{Listed, keyed};
use super::refusals::is_not_found;
use super::tagging::any_owner;
use crate::batch::{Batched, MANY};
use crate::call::{AwsError, call};
use crate::session::Session;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{LaunchTemplate, LaunchTemplateVersion};
use std::collections::HashMap;

const DEFAULT: &str = "$Default";
const LATEST: &str = "$Latest";
/// How many templates one call names (EC2's page size).
const IDS: usize = 200;

/// Batched reads of launch templates by id.
pub(super) fn templates(client: &Client) -> Batched<String, LaunchTemplate> {
    let client = client.clone();
    Batched::new(IDS, move |ids| describe(client.clone(), ids))
}

async fn describe(client: Client, ids: Vec<String>) -> Result<HashMap<String, LaunchTemplate>, AwsError> {
    let mut found = HashMap::new();
    if ids.len() >= MANY {
        found.extend(keyed(LaunchTemplate::list(&client, vec![any_owner()]).await?));
    }
    let missing: Vec<String> = ids.into_iter().filter(|id| !found.contains_key(id)).collect();
    found.extend(named(&client, missing).await?);
    Ok(found)
}

/// Launch templates can't be filtered by id, only named; then one missing id fails the call, and we halve.
async fn named(client: &Client, ids: Vec<String>) -> Result<HashMap<String, LaunchTemplate>, AwsError> {
    let mut found = HashMap::new();
    let mut left = if ids.is_empty() { vec![] } else { vec![ids] };
    while let Some(mut ids) = left.pop() {
        let request = client.describe_launch_templates().set_launch_template_ids(Some(ids.clone()));
        match call("DescribeLaunchTemplates", request.into_paginator().items().send().try_collect()).await {
            Err(e) if !is_not_found(&e) => return Err(e),
            Err(_) if ids.len() == 1 => {}
            Err(_) => {
                left.push(ids.split_off(ids.len() / 2));
                left.push(ids);
            }
            Ok(templates) => found.extend(keyed(templates)),
        }
    }
    Ok(found)
}

/// Batched reads of default versions by the template's id. Versions of several templates can't be asked for by id:
/// EC2 lists the default versions of all templates of the account instead, which is one call for up to 200.
pub(super) fn default_versions(client: &Client) -> Batched<String, LaunchTemplateVersion> {
    let client = client.clone();
    Batched::new(IDS, move |ids: Vec<String>| {
        let client = client.clone();
        async move {
            let one = (ids.len() == 1).then(|| ids[0].as_str());
            let listed = list(&client, one, &[DEFAULT]).await?;
            Ok(listed.into_iter().filter_map(|v| Some((v.launch_template_id.clone()?, v))).collect())
        }
    })
}

/// Versions of one template, or of all of them; none if the template or the version isn't there.
async fn list(
    client: &Client,
    id: Option<&str>,
    versions: &[&str],
) -> Result<Vec<LaunchTemplateVersion>, AwsError> {
    let request = client
        .describe_launch_template_versions()
        .set_launch_template_id(id.map(str::to_owned))
        .set_versions(Some(versions.iter().map(ToString::to_string).collect()));
    match call("DescribeLaunchTemplateVersions", request.into_paginator().items().send().try_collect()).await
    {
        Err(e) if is_not_found(&e) => Ok(vec![]),
        listed => listed,
    }
}

/// The first version of a template that was just made with contents of this digest, as EC2 will describe it.
pub(super) fn first(id: &str, digest: String) -> LaunchTemplateVersion {
    LaunchTemplateVersion::builder()
        .launch_template_id(id)
        .version_number(1)
        .version_description(digest)
        .default_version(true)
        .build()
}

/// The number of the version whose contents have this digest: the default version or, before it is made the
/// default, the latest one. Costs no call for a default version that was seen before: contents don't change.
///
/// # Errors
/// The failure of `DescribeLaunchTemplateVersions`.
pub async fn template_version(session: &Session, id: &str, digest: &str) -> Result<Option<i64>, AwsError> {
    if let Some(default) = session.reads.ec2.default_versions.get(&id.to_owned()).await?
        && default.version_description() == Some(digest)
    {
        return Ok(default.version_number);
    }
    let versions = list(&session.ec2, Some(id), &[DEFAULT, LATEST]).await?;
    let with_digest = versions.iter().filter(|v| v.version_description() == Some(digest));
    Ok(with_digest.max_by_key(|v| v.default_version).and_then(|v| v.version_number))
}

/// The digest of a version's contents: empty if the version isn't of our making, `None` if it isn't there. Costs no
/// call of its own for the default version, which is what a group usually has.
///
/// # Errors
/// The failure of `DescribeLaunchTemplateVersions`.
pub async fn template_digest(session: &Session, id: &str, version: i64) -> Result<Option<String>, AwsError> {
    let digest = |v: LaunchTemplateVersion| v.version_description.unwrap_or_default();
    match session.reads.ec2.default_versions.get(&id.to_owned()).await? {
        Some(default) if default.version_number == Some(version) => Ok(Some(digest(default))),
        _ => Ok(list(&session.ec2, Some(id), &[&version.to_string()]).await?.pop().map(digest)),
    }
}
