//! Who needs an image: instances, and versions of launch templates.

use super::super::listing::Listed;
use super::super::tagging::{FILTER_VALUES, filter};
use crate::call::{AwsError, call};
use crate::session::Session;
use crate::tags;
use aws_sdk_ec2::operation::describe_launch_template_versions::builders::DescribeLaunchTemplateVersionsFluentBuilder;
use aws_sdk_ec2::types::{self, Filter, InstanceStateName, LaunchTemplate, LaunchTemplateVersion};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What refers to an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// An instance that was launched from it and isn't terminated.
    Instance(String),
    /// A version of a launch template, by the template's name and the version's number.
    TemplateVersion(String, i64),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => write!(f, "instance {id}"),
            Self::TemplateVersion(name, number) => write!(f, "version {number} of launch template {name}"),
        }
    }
}

/// What refers to these images, by image: instances that aren't terminated; every version of the launch templates of
/// `tenant`, such as `paas/dev/acme`, since a group of it may go back to an older one; the newest and the default version
/// of all other launch templates of the account. Images that nothing refers to aren't in it.
///
/// # Errors
/// `DescribeInstances`, `DescribeLaunchTemplates` or `DescribeLaunchTemplateVersions` is refused.
pub async fn users(
    session: &Session,
    tenant: &str,
    images: &[String],
) -> Result<BTreeMap<String, BTreeSet<Reference>>, AwsError> {
    let of_tenant = filter(&format!("tag:{}", tags::OWNER), [tenant]);
    let (instances, templates, current) = tokio::try_join!(
        instances(session, images),
        LaunchTemplate::list(&session.ec2, vec![of_tenant]),
        versions(session, |request| request.versions("$Latest").versions("$Default")),
    )?;
    let mut all = current;
    for template in templates {
        let id = template.launch_template_id.unwrap_or_default();
        all.extend(versions(session, |request| request.launch_template_id(id)).await?);
    }
    let mut found: BTreeMap<String, BTreeSet<Reference>> = BTreeMap::new();
    let references = instances.into_iter().filter_map(launched).chain(all.into_iter().filter_map(launching));
    for (image, reference) in references.filter(|(image, _)| images.contains(image)) {
        found.entry(image).or_default().insert(reference);
    }
    Ok(found)
}

async fn instances(session: &Session, images: &[String]) -> Result<Vec<types::Instance>, AwsError> {
    let mut found = vec![];
    for some in images.chunks(FILTER_VALUES) {
        found.extend(types::Instance::list(&session.ec2, vec![filter("image-id", some), there()]).await?);
    }
    Ok(found)
}

/// A filter that passes instances that aren't terminated.
pub(super) fn there() -> Filter {
    let states = InstanceStateName::values().iter().copied();
    filter("instance-state-name", states.filter(|state| *state != InstanceStateName::Terminated.as_str()))
}

/// Versions of one template, or of all; none where the template has gone meanwhile.
async fn versions(
    session: &Session,
    which: impl FnOnce(DescribeLaunchTemplateVersionsFluentBuilder) -> DescribeLaunchTemplateVersionsFluentBuilder,
) -> Result<Vec<LaunchTemplateVersion>, AwsError> {
    let pages = which(session.ec2.describe_launch_template_versions()).into_paginator().items().send();
    match call("DescribeLaunchTemplateVersions", pages.try_collect()).await {
        Err(e) if super::super::refusals::is_not_found(&e) => Ok(vec![]),
        versions => versions,
    }
}

fn launched(instance: types::Instance) -> Option<(String, Reference)> {
    Some((instance.image_id?, Reference::Instance(instance.instance_id?)))
}

fn launching(version: LaunchTemplateVersion) -> Option<(String, Reference)> {
    let name = version.launch_template_name.or(version.launch_template_id)?;
    Some((version.launch_template_data?.image_id?, Reference::TemplateVersion(name, version.version_number?)))
}
