//! Emptying a bucket: all versions and delete markers, a thousand at a time.

use super::NO_BUCKET;
use crate::call::{AwsError, call};
use crate::world::Cx;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use composite::Error;

/// Deletes every version below `prefix`. Says whether there still is such a bucket.
///
/// # Errors
/// AWS refuses, or the run was interrupted.
pub(crate) async fn empty(cx: &Cx<'_>, bucket: &str, prefix: &str) -> Result<bool, Error> {
    empty_of(cx, bucket, prefix, |_| true).await
}

/// Deletes every version of one object. Says whether there still is such a bucket.
pub(super) async fn empty_key(cx: &Cx<'_>, bucket: &str, key: &str) -> Result<bool, Error> {
    // Listings are in the order of keys, so that what merely begins alike comes after all versions of the key itself.
    empty_of(cx, bucket, key, |other| other == key).await
}

/// Deletes the versions below `prefix` whose keys pass; those must come first in the order of keys.
async fn empty_of(
    cx: &Cx<'_>,
    bucket: &str,
    prefix: &str,
    passes: impl Fn(&str) -> bool,
) -> Result<bool, Error> {
    // Always the first page: what was deleted is no longer listed.
    loop {
        if cx.cancel.is_cancelled() {
            return Err(Error::message(format!("interrupted while emptying bucket {bucket}")).cancelled());
        }
        let mut versions = match list(cx, bucket, prefix).await {
            Ok(page) => versions(&page),
            Err(e) if e.is(&[NO_BUCKET]) => return Ok(false),
            Err(e) => return Err(e.into()),
        };
        versions.retain(|version| passes(&version.key));
        if versions.is_empty() {
            return Ok(true);
        }
        delete(cx, bucket, versions).await?;
    }
}

/// An object that isn't below `prefix`; the first page of the listing is enough once `prefix` was emptied.
pub(super) async fn one_outside(cx: &Cx<'_>, bucket: &str, prefix: &str) -> Result<Option<String>, AwsError> {
    let page = list(cx, bucket, "").await?;
    Ok(versions(&page).into_iter().map(|version| version.key).find(|key| !key.starts_with(prefix)))
}

async fn list(cx: &Cx<'_>, bucket: &str, prefix: &str) -> Result<ListObjectVersionsOutput, AwsError> {
    let request = cx.world.s3.list_object_versions().bucket(bucket).prefix(prefix);
    call("ListObjectVersions", request.send()).await
}

fn versions(page: &ListObjectVersionsOutput) -> Vec<ObjectIdentifier> {
    let objects = page.versions().iter().map(|v| (v.key(), v.version_id()));
    let markers = page.delete_markers().iter().map(|m| (m.key(), m.version_id()));
    objects
        .chain(markers)
        .filter_map(|(key, version)| {
            ObjectIdentifier::builder().key(key?).set_version_id(version.map(str::to_owned)).build().ok()
        })
        .collect()
}

async fn delete(cx: &Cx<'_>, bucket: &str, versions: Vec<ObjectIdentifier>) -> Result<(), Error> {
    let wanted = Delete::builder().set_objects(Some(versions)).quiet(true).build().expect("objects are set");
    let answer =
        call("DeleteObjects", cx.world.s3.delete_objects().bucket(bucket).delete(wanted).send()).await?;
    // The call succeeds even where S3 refused some of the objects.
    match answer.errors().first() {
        None => Ok(()),
        Some(refused) => Err(Error::message(format!(
            "DeleteObjects: {}: {} can't be deleted from bucket {bucket}: {}",
            refused.code().unwrap_or("refused"),
            refused.key().unwrap_or("an object"),
            refused.message().unwrap_or("no reason given"),
        ))),
    }
}
