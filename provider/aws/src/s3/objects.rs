//! Objects that are nobody's child: sources of images, named by their contents.

use crate::call::{AwsError, call};
use crate::session::Session;
use aws_sdk_s3::config::Config;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::primitives::ByteStream;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// An archive may take longer to send than any other call may take.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(15);
/// The object is there: another version of it wasn't wanted.
const THERE: &str = "PreconditionFailed";
/// Somebody writes the same object at this moment.
const BUSY: &str = "ConditionalRequestConflict";
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);
/// `HeadObject` answers without a body: the code is all there is.
const NOT_FOUND: &[&str] = &["NotFound", "NoSuchKey", "NoSuchBucket", "NoSuchVersion"];

/// An object's version, as S3 describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The version's id; none in a bucket that keeps no versions.
    pub version: Option<String>,
    /// The user's metadata, under keys in lower case.
    pub metadata: BTreeMap<String, String>,
    /// In bytes.
    pub size: i64,
}

/// The newest version of an object, or the one asked for; `None` if there is none.
///
/// # Errors
/// `HeadObject` is refused. Who may not list the bucket is refused where nothing is, too.
pub async fn head(
    session: &Session,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Option<Head>, AwsError> {
    let request = session.s3.head_object().bucket(bucket).key(key);
    let found = match call("HeadObject", request.set_version_id(version.map(str::to_owned)).send()).await {
        Err(e) if e.is(NOT_FOUND) => return Ok(None),
        found => found?,
    };
    Ok(Some(Head {
        version: found.version_id,
        metadata: found.metadata.unwrap_or_default().into_iter().collect(),
        size: found.content_length.unwrap_or_default(),
    }))
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
pub async fn put_once(
    session: &Session,
    bucket: &str,
    key: &str,
    archive: &[u8],
    metadata: &BTreeMap<String, String>,
) -> Result<(), AwsError> {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(UPLOAD_TIMEOUT).build();
    let (kind, metadata) = ("application/zip", metadata.clone().into_iter().collect());
    let request = || {
        let request = session.s3.put_object().bucket(bucket).key(key).content_type(kind).if_none_match("*");
        request.set_metadata(Some(HashMap::clone(&metadata))).body(ByteStream::from(archive.to_vec()))
    };
    for attempt in 1.. {
        let config = Config::builder().timeout_config(timeouts.clone());
        match call("PutObject", request().customize().config_override(config).send()).await {
            Err(e) if e.is(&[THERE]) => break,
            Err(e) if e.is(&[BUSY]) && attempt < TRIES => tokio::time::sleep(PAUSE).await,
            put => return put.map(|_| ()),
        }
    }
    Ok(())
}
