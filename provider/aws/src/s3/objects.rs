//! Objects that are nobody's child: sources of images, named by their contents.

use crate::call::{AwsError, call};
use crate::session::Session;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Config;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use std::time::Duration;

/// An archive may take longer to send than any other call may take.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(15);
/// The object is there: another version of it wasn't wanted.
pub(super) const THERE: &str = "PreconditionFailed";
/// Somebody writes or deletes the same object at this moment.
pub(super) const BUSY: &str = "ConditionalRequestConflict";
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);
/// `HeadObject` answers without a body: the code is all there is.
const NOT_FOUND: &[&str] = &["NotFound", "NoSuchKey", "NoSuchBucket", "NoSuchVersion"];
/// What it says of a text that can't be a version's id.
const BAD_REQUEST: &str = "BadRequest";

/// The id of an object's newest version, or of the one asked for; `None` if there is none, or the bucket keeps no versions.
///
/// # Errors
/// `HeadObject` is refused. Who may not list the bucket is refused where nothing is, too.
pub async fn version(
    session: &Session,
    bucket: &str,
    key: &str,
    wanted: Option<&str>,
) -> Result<Option<String>, AwsError> {
    let request = session.s3.head_object().bucket(bucket).key(key);
    match call("HeadObject", request.set_version_id(wanted.map(str::to_owned)).send()).await {
        Err(e) if e.is(NOT_FOUND) || (wanted.is_some() && e.is(&[BAD_REQUEST])) => Ok(None),
        found => Ok(found?.version_id),
    }
}

/// Whether there is such an object. It is asked of the bucket's listing, which takes no right to read the object.
///
/// # Errors
/// `ListObjectsV2` is refused.
pub async fn is_there(session: &Session, bucket: &str, key: &str) -> Result<bool, AwsError> {
    Ok(session.reads.s3.objects.fresh(&(bucket.to_owned(), key.to_owned())).await?.is_some())
}

/// Puts a zip archive at a key that its contents name, unless it is there. That makes it safe to repeat.
///
/// # Errors
/// `PutObject` is refused.
pub async fn put_once(session: &Session, bucket: &str, key: &str, archive: &[u8]) -> Result<(), AwsError> {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(UPLOAD_TIMEOUT).build();
    for attempt in 1.. {
        let config = Config::builder().timeout_config(timeouts.clone());
        let request = put_where_nothing_is(&session.s3, bucket, key, archive);
        match call("PutObject", request.customize().config_override(config).send()).await {
            Err(e) if e.is(&[THERE]) => break,
            Err(e) if e.is(&[BUSY]) && attempt < TRIES => tokio::time::sleep(PAUSE).await,
            put => return put.map(|_| ()),
        }
    }
    Ok(())
}

/// Puts a zip archive. Where there is an object already, it is refused: [`THERE`].
pub(super) fn put_where_nothing_is(
    client: &Client,
    bucket: &str,
    key: &str,
    archive: &[u8],
) -> PutObjectFluentBuilder {
    let body = ByteStream::from(archive.to_vec());
    client.put_object().bucket(bucket).key(key).content_type("application/zip").if_none_match("*").body(body)
}
