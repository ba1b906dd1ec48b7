//! A bucket's settings. S3 has a pair of calls for each; none reads several.

use super::{NO_BUCKET, UNSETTLED, lifecycle, sdk_tags};
use crate::call::{AwsError, call};
use crate::tags::Tags;
use crate::wait;
use crate::world::Cx;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketVersioningStatus, EventBridgeConfiguration, NotificationConfiguration,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tagging, VersioningConfiguration,
};
use composite::Error;
use std::collections::BTreeMap;

/// What a bucket has, without what it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Settings {
    pub kms_key_arn: String,
    pub expirations: BTreeMap<String, i32>,
    pub event_bridge: bool,
    pub versioning: bool,
    pub block_public_access: bool,
    pub tags: Tags,
}

impl Settings {
    /// `None` if there is no such bucket.
    pub(super) async fn read(s3: &Client, name: &str) -> Result<Option<Self>, AwsError> {
        let all = futures::try_join!(
            encryption(s3, name),
            expirations(s3, name),
            notifications(s3, name),
            call("GetBucketVersioning", s3.get_bucket_versioning().bucket(name).send()),
            public_access_blocked(s3, name),
            tags(s3, name),
        );
        let (kms_key_arn, expirations, notifications, versioning, block_public_access, tags) = match all {
            Ok(all) => all,
            Err(e) if e.is(&[NO_BUCKET]) => return Ok(None),
            Err(e) => return Err(e),
        };
        Ok(Some(Self {
            kms_key_arn,
            expirations,
            event_bridge: notifications.event_bridge_configuration.is_some(),
            versioning: versioning.status == Some(BucketVersioningStatus::Enabled),
            block_public_access,
            tags,
        }))
    }

    /// Writes what differs from `seen`. One call after the other: S3 refuses two changes of a bucket at once.
    pub(super) async fn write(&self, cx: &Cx<'_>, name: &str, seen: &Self) -> Result<(), Error> {
        let s3 = &cx.world.s3;
        if seen.block_public_access != self.block_public_access {
            settled(cx, || block_public_access(s3, name, self.block_public_access)).await?;
        }
        if seen.versioning != self.versioning {
            settled(cx, || set_versioning(s3, name, self.versioning)).await?;
        }
        if seen.kms_key_arn != self.kms_key_arn {
            settled(cx, || encrypt(s3, name, &self.kms_key_arn)).await?;
        }
        if seen.expirations != self.expirations {
            settled(cx, || expire(s3, name, &self.expirations)).await?;
        }
        if seen.event_bridge != self.event_bridge {
            settled(cx, || notify(s3, name, self.event_bridge)).await?;
        }
        if seen.tags != self.tags {
            settled(cx, || tag(s3, name, &self.tags)).await?;
        }
        Ok(())
    }
}

async fn settled<F>(cx: &Cx<'_>, change: impl FnMut() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), AwsError>>,
{
    wait::settled(cx, UNSETTLED, change).await
}

/// S3 refuses to read a setting that was never made, each with its own code.
fn unset<T>(result: Result<T, AwsError>, code: &str) -> Result<Option<T>, AwsError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.is(&[code]) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The key's ARN; empty unless objects are encrypted by KMS under a Bucket Key (S3 then asks KMS once for many
/// objects).
async fn encryption(s3: &Client, name: &str) -> Result<String, AwsError> {
    let seen = call("GetBucketEncryption", s3.get_bucket_encryption().bucket(name).send()).await;
    let seen = unset(seen, "ServerSideEncryptionConfigurationNotFoundError")?;
    let rules =
        seen.and_then(|s| s.server_side_encryption_configuration).map(|c| c.rules).unwrap_or_default();
    let by_key = rules.into_iter().find(|rule| rule.bucket_key_enabled == Some(true));
    let default = by_key.and_then(|rule| rule.apply_server_side_encryption_by_default);
    let kms = default.filter(|default| default.sse_algorithm == ServerSideEncryption::AwsKms);
    Ok(kms.and_then(|default| default.kms_master_key_id).unwrap_or_default())
}

async fn encrypt(s3: &Client, name: &str, kms_key_arn: &str) -> Result<(), AwsError> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::AwsKms)
        .kms_master_key_id(kms_key_arn)
        .build()
        .expect("the algorithm is set");
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(true)
        .build();
    let wanted = ServerSideEncryptionConfiguration::builder().rules(rule).build().expect("a rule is set");
    let request = s3.put_bucket_encryption().bucket(name).server_side_encryption_configuration(wanted);
    call("PutBucketEncryption", request.send()).await.map(|_| ())
}

async fn expirations(s3: &Client, name: &str) -> Result<BTreeMap<String, i32>, AwsError> {
    let request = s3.get_bucket_lifecycle_configuration().bucket(name);
    let seen = call("GetBucketLifecycleConfiguration", request.send()).await;
    let seen = unset(seen, "NoSuchLifecycleConfiguration")?;
    Ok(seen.map(|s| lifecycle::expirations(s.rules())).unwrap_or_default())
}

async fn expire(s3: &Client, name: &str, expirations: &BTreeMap<String, i32>) -> Result<(), AwsError> {
    let rules = lifecycle::configuration(expirations).expect("every rule has its status");
    let request = s3.put_bucket_lifecycle_configuration().bucket(name).lifecycle_configuration(rules);
    call("PutBucketLifecycleConfiguration", request.send()).await.map(|_| ())
}

async fn notifications(s3: &Client, name: &str) -> Result<NotificationConfiguration, AwsError> {
    let request = s3.get_bucket_notification_configuration().bucket(name);
    let seen = call("GetBucketNotificationConfiguration", request.send()).await?;
    Ok(NotificationConfiguration::builder()
        .set_topic_configurations(seen.topic_configurations)
        .set_queue_configurations(seen.queue_configurations)
        .set_lambda_function_configurations(seen.lambda_function_configurations)
        .set_event_bridge_configuration(seen.event_bridge_configuration)
        .build())
}

/// The call replaces all notifications of the bucket: those that others set up stay.
async fn notify(s3: &Client, name: &str, event_bridge: bool) -> Result<(), AwsError> {
    let mut wanted = notifications(s3, name).await?;
    wanted.event_bridge_configuration = event_bridge.then(|| EventBridgeConfiguration::builder().build());
    let request = s3.put_bucket_notification_configuration().bucket(name).notification_configuration(wanted);
    call("PutBucketNotificationConfiguration", request.send()).await.map(|_| ())
}

async fn set_versioning(s3: &Client, name: &str, on: bool) -> Result<(), AwsError> {
    // What was versioned once can only be suspended.
    let status = if on { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
    let wanted = VersioningConfiguration::builder().status(status).build();
    let request = s3.put_bucket_versioning().bucket(name).versioning_configuration(wanted);
    call("PutBucketVersioning", request.send()).await.map(|_| ())
}

async fn public_access_blocked(s3: &Client, name: &str) -> Result<bool, AwsError> {
    let seen = call("GetPublicAccessBlock", s3.get_public_access_block().bucket(name).send()).await;
    let seen = unset(seen, "NoSuchPublicAccessBlockConfiguration")?;
    Ok(seen.and_then(|s| s.public_access_block_configuration).is_some_and(|c| {
        [c.block_public_acls, c.block_public_policy, c.ignore_public_acls, c.restrict_public_buckets]
            .iter()
            .all(|part| *part == Some(true))
    }))
}

async fn block_public_access(s3: &Client, name: &str, on: bool) -> Result<(), AwsError> {
    let wanted = PublicAccessBlockConfiguration::builder()
        .block_public_acls(on)
        .block_public_policy(on)
        .ignore_public_acls(on)
        .restrict_public_buckets(on)
        .build();
    let request = s3.put_public_access_block().bucket(name).public_access_block_configuration(wanted);
    call("PutPublicAccessBlock", request.send()).await.map(|_| ())
}

/// All tags of the bucket, ownership included; none if it has none.
pub(super) async fn tags(s3: &Client, name: &str) -> Result<Tags, AwsError> {
    let seen = call("GetBucketTagging", s3.get_bucket_tagging().bucket(name).send()).await;
    let seen = unset(seen, "NoSuchTagSet")?;
    Ok(seen.into_iter().flat_map(|s| s.tag_set).map(|tag| (tag.key, tag.value)).collect())
}

async fn tag(s3: &Client, name: &str, tags: &Tags) -> Result<(), AwsError> {
    let tagging = Tagging::builder().set_tag_set(Some(sdk_tags(tags))).build().expect("the tags are set");
    call("PutBucketTagging", s3.put_bucket_tagging().bucket(name).tagging(tagging).send()).await.map(|_| ())
}
