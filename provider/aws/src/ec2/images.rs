//! The images that a tenant's pipeline bakes: no composite's children, told by the tag `paas:owner` of their own.

mod sweep;
mod users;

pub use sweep::sweep_instances;
pub use users::{Reference, users};

use super::tagging::{filter, to_tags};
use crate::call::{AwsError, call};
use crate::session::Session;
use crate::tags::{self, Tags};
use aws_sdk_ec2::types::{self, EbsBlockDevice, Filter, SnapshotReturnCodes};

/// What the image was made of: the S3 version of the source object, or `sha256:<hash>` of local scripts.
pub const SOURCE: &str = "paas:source";
/// The digest of what else made somebody bake; may be empty.
pub const TRIGGERS: &str = "paas:triggers";
/// The commit that the scripts come from; may be empty.
pub const COMMIT: &str = "paas:commit";
/// The build that made it, by CodeBuild's id.
pub const BUILD: &str = "paas:build";
/// The image that it was made from.
pub const BASE_IMAGE: &str = "paas:base-image";

/// The state of an image that instances can be launched from.
pub const AVAILABLE: &str = "available";

/// Somebody was faster, or an earlier answer was lost.
const GONE: &[&str] = &["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"];

/// An image of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `ami-…`
    pub id: String,
    /// Unique in the account and region.
    pub name: String,
    /// `pending`, `available`, `failed`, …
    pub state: String,
    /// Such as `2026-01-31T12:00:00.000Z`: the order of the texts is the order of time.
    pub creation_date: String,
    /// The snapshots that its volumes are made of, in the order of its devices.
    pub snapshot_ids: Vec<String>,
    /// All of them.
    pub tags: Tags,
    /// Such as `/dev/xvda`.
    pub root_device_name: String,
    /// Why it failed; none where it didn't.
    pub state_reason: Option<String>,
}

impl Image {
    /// The value of a tag; empty where it has none.
    #[must_use]
    pub fn tag(&self, key: &str) -> &str {
        self.tags.get(key).map(String::as_str).unwrap_or_default()
    }
}

impl From<types::Image> for Image {
    fn from(image: types::Image) -> Self {
        let devices = image.block_device_mappings.iter().flatten().filter_map(|device| device.ebs.as_ref());
        Self {
            snapshot_ids: devices.filter_map(EbsBlockDevice::snapshot_id).map(str::to_owned).collect(),
            tags: to_tags(image.tags.as_deref().unwrap_or_default()),
            id: image.image_id.unwrap_or_default(),
            name: image.name.unwrap_or_default(),
            state: image.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
            creation_date: image.creation_date.unwrap_or_default(),
            root_device_name: image.root_device_name.unwrap_or_default(),
            state_reason: image.state_reason.and_then(|reason| reason.message),
        }
    }
}

/// The images of an owner, such as `paas/dev/acme/machine_image`, in every state, the newest first.
///
/// # Errors
/// `DescribeImages` is refused.
pub async fn of_owner(session: &Session, owner: &str) -> Result<Vec<Image>, AwsError> {
    let mut images = list(session, filter(&format!("tag:{}", tags::OWNER), [owner])).await?;
    // Of two in the same second, the name decides, so that the order is the same each time.
    images.sort_by(|a, b| (&b.creation_date, &b.name).cmp(&(&a.creation_date, &a.name)));
    Ok(images)
}

/// The image, if it is this account's and there, read past every cache.
///
/// # Errors
/// `DescribeImages` is refused.
pub async fn get(session: &Session, id: &str) -> Result<Option<Image>, AwsError> {
    Ok(list(session, filter("image-id", [id])).await?.pop())
}

async fn list(session: &Session, by: Filter) -> Result<Vec<Image>, AwsError> {
    let request = session.ec2.describe_images().owners("self").filters(by).include_deprecated(true);
    let found = call("DescribeImages", request.into_paginator().items().send().try_collect()).await?;
    Ok(found.into_iter().map(Image::from).collect())
}

/// Removes an image with its snapshots, in one call: whoever is killed after it leaves no snapshot without an image. One
/// that is gone already is as good as removed; a snapshot that another image is made of stays.
///
/// # Errors
/// `DeregisterImage` is refused, or EC2 couldn't delete a snapshot.
pub async fn remove(session: &Session, image: &Image) -> Result<(), AwsError> {
    let request = session.ec2.deregister_image().image_id(&image.id).delete_associated_snapshots(true);
    let answer = match call("DeregisterImage", request.send()).await {
        Err(e) if e.is(GONE) => return Ok(()),
        answer => answer?,
    };
    session.reads.ec2.images.forget(&image.id);
    let left = answer.delete_snapshot_results().iter().filter_map(|result| {
        let code = result.return_code.as_ref()?;
        let is_left = !matches!(code, SnapshotReturnCodes::Success | SnapshotReturnCodes::WarnSkipped);
        is_left.then(|| format!("{} ({})", result.snapshot_id().unwrap_or("?"), code.as_str()))
    });
    let left: Vec<String> = left.collect();
    if left.is_empty() {
        return Ok(());
    }
    let (id, left) = (&image.id, left.join(", "));
    Err(AwsError::ours("DeregisterImage", format!("{id} is gone, but these snapshots of it stay: {left}")))
}
