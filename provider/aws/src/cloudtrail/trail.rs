//! A trail of one region: into the bucket, validated, and on into a log group.

use super::selectors::{prefixes, selectors};
use super::tagging::{carried, sdk_tag, sdk_tags};
use crate::call::{AwsError, call, creating};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::Trail as Described;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The spec of a trail. Global services' events are left out in all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// The name. It can't be changed.
    pub name: String,
    /// The bucket that gets the files; its policy must admit the trail before the trail is made.
    pub bucket: String,
    /// Where in the bucket, without a slash at the end.
    pub s3_key_prefix: String,
    /// The key that encrypts the files.
    pub kms_key_arn: String,
    /// The log group that gets the events, by its ARN without `:*`.
    pub log_group_arn: String,
    /// The role with which CloudTrail writes there.
    pub role_arn: String,
    /// Whether it records: a trail can be stopped and still be there.
    pub enable_logging: bool,
    /// Whether it writes digests with which the files' integrity can be validated.
    pub enable_log_file_validation: bool,
    /// Prefixes of object ARNs whose writes are recorded: one to five (a trail has at most five selectors).
    pub write_prefixes: BTreeSet<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrailOut {
    /// The ARN.
    pub arn: String,
}

const NOT_FOUND: &str = "TrailNotFoundException";
/// Another change is under way, or CloudTrail hasn't loaded yet the trail that was just made.
const BUSY: &str = "ConflictException";

/// What CloudTrail says while it doesn't see yet what was just made: bucket and key and their policies, the role.
const UNSETTLED: &[&str] = &[
    "S3BucketDoesNotExistException",
    "KmsKeyNotFoundException",
    "InsufficientS3BucketPolicyException",
    "InsufficientEncryptionPolicyException",
    "InvalidCloudWatchLogsLogGroupArnException",
    "InvalidCloudWatchLogsRoleArnException",
    "CloudTrailAccessNotEnabledException",
    BUSY,
];

impl Child for Trail {
    const KIND: &'static str = "trail";
    type World = World;
    type Out = TrailOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let arn = self.arn(cx);
        if cx.not.contains(&arn) || describe(&cx.world.cloudtrail, &arn).await?.is_none() {
            return Ok(None);
        }
        let carried = carried(&cx.world.cloudtrail, &arn).await?;
        Ok(tags::are_ours(cx, &carried).then_some(arn))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let refused = wait::settled(cx, UNSETTLED, || {
            let request = cx
                .world
                .cloudtrail
                .create_trail()
                .name(&self.name)
                .s3_bucket_name(&self.bucket)
                .s3_key_prefix(&self.s3_key_prefix)
                .kms_key_id(&self.kms_key_arn)
                .cloud_watch_logs_log_group_arn(self.log_streams())
                .cloud_watch_logs_role_arn(&self.role_arn)
                .enable_log_file_validation(self.enable_log_file_validation)
                .is_multi_region_trail(false)
                .include_global_service_events(false)
                .set_tags_list(Some(sdk_tags(&tags::to_create(cx, &self.tags))));
            async move {
                match creating("CreateTrail", request.send()).await {
                    Err(e) if e.is(&["TrailAlreadyExistsException"]) => Ok(Some(e)),
                    other => other.map(|_| None),
                }
            }
        })
        .await?;
        let arn = self.arn(cx);
        let Some(refused) = refused else { return Ok(arn) };
        let carried = carried(&cx.world.cloudtrail, &arn).await?;
        if tags::are_ours(cx, &carried) {
            return Err(refused.exists().into());
        }
        Err(Error::message(format!(
            "trail {} exists and belongs to someone else ({}); delete it or choose another `project`",
            self.name,
            tags::whose(&carried),
        )))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<TrailOut, Error> {
        let cloudtrail = &cx.world.cloudtrail;
        let (seen, carried) = wait::settled(cx, &[NOT_FOUND], || async {
            let seen = look(cx, id).await?;
            seen.ok_or_else(|| AwsError::ours("GetTrail", format!("no trail {id}")).coded(NOT_FOUND))
        })
        .await?;
        if seen.delivery() != self.delivery() {
            wait::settled(cx, UNSETTLED, || async {
                let request = cloudtrail
                    .update_trail()
                    .name(id)
                    .s3_bucket_name(&self.bucket)
                    .s3_key_prefix(&self.s3_key_prefix)
                    .kms_key_id(&self.kms_key_arn)
                    .cloud_watch_logs_log_group_arn(self.log_streams())
                    .cloud_watch_logs_role_arn(&self.role_arn)
                    .enable_log_file_validation(self.enable_log_file_validation);
                call("UpdateTrail", request.send()).await.map(|_| ())
            })
            .await?;
        }
        if seen.write_prefixes != self.write_prefixes {
            let wanted = Some(selectors(&self.write_prefixes));
            let request = cloudtrail.put_event_selectors().trail_name(id).set_event_selectors(wanted);
            when_ready(cx, || call("PutEventSelectors", request.clone().send())).await?;
        }
        match (seen.enable_logging, self.enable_logging) {
            (false, true) => {
                when_ready(cx, || call("StartLogging", cloudtrail.start_logging().name(id).send())).await?;
            }
            (true, false) => {
                when_ready(cx, || call("StopLogging", cloudtrail.stop_logging().name(id).send())).await?;
            }
            _ => {}
        }
        let changes = tags::changes(&carried, &tags::to_create(cx, &self.tags));
        if !changes.set.is_empty() {
            let request = cloudtrail.add_tags().resource_id(id).set_tags_list(Some(sdk_tags(&changes.set)));
            when_ready(cx, || call("AddTags", request.clone().send())).await?;
        }
        if !changes.remove.is_empty() {
            let keys = changes.remove.iter().map(|key| sdk_tag(key, None)).collect();
            let request = cloudtrail.remove_tags().resource_id(id).set_tags_list(Some(keys));
            when_ready(cx, || call("RemoveTags", request.clone().send())).await?;
        }
        Ok(TrailOut { arn: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, TrailOut)>, Error> {
        let seen = look(cx, id).await?;
        Ok(seen.map(|(spec, _)| (spec, TrailOut { arn: id.clone() })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        wait::settled(cx, &[BUSY], || async {
            match call("DeleteTrail", cx.world.cloudtrail.delete_trail().name(id).send()).await {
                Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
                _ => Ok(()),
            }
        })
        .await
    }
}

impl Trail {
    fn arn(&self, cx: &Cx<'_>) -> String {
        cx.world.arn("cloudtrail", &format!("trail/{}", self.name))
    }

    /// CloudTrail wants the log group's ARN with the `:*` that stands for its streams.
    fn log_streams(&self) -> String {
        format!("{}:*", self.log_group_arn)
    }

    /// What `UpdateTrail` sets.
    fn delivery(&self) -> ([&str; 5], bool) {
        let to = [&self.bucket, &self.s3_key_prefix, &self.kms_key_arn, &self.log_group_arn, &self.role_arn];
        (to.map(String::as_str), self.enable_log_file_validation)
    }
}

/// Repeats a change of a trail that was just made, or is being changed.
async fn when_ready<T, F>(cx: &Cx<'_>, change: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    wait::settled(cx, &[BUSY, NOT_FOUND], change).await
}

async fn describe(cloudtrail: &Client, arn: &str) -> Result<Option<Described>, AwsError> {
    match call("GetTrail", cloudtrail.get_trail().name(arn).send()).await {
        Ok(answer) => Ok(answer.trail),
        Err(e) if e.is(&[NOT_FOUND]) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The trail's spec and all tags it carries; `None` if there is no such trail.
async fn look(cx: &Cx<'_>, arn: &str) -> Result<Option<(Trail, Tags)>, AwsError> {
    let cloudtrail = &cx.world.cloudtrail;
    let all = futures::try_join!(
        describe(cloudtrail, arn),
        call("GetTrailStatus", cloudtrail.get_trail_status().name(arn).send()),
        call("GetEventSelectors", cloudtrail.get_event_selectors().trail_name(arn).send()),
        carried(cloudtrail, arn),
    );
    let (trail, status, selectors, carried) = match all {
        Ok((Some(trail), status, selectors, carried)) => (trail, status, selectors, carried),
        Ok((None, ..)) => return Ok(None),
        Err(e) if e.is(&[NOT_FOUND]) => return Ok(None),
        Err(e) => return Err(e),
    };
    let spec = Trail {
        name: trail.name.unwrap_or_default(),
        bucket: trail.s3_bucket_name.unwrap_or_default(),
        s3_key_prefix: trail.s3_key_prefix.unwrap_or_default(),
        kms_key_arn: trail.kms_key_id.unwrap_or_default(),
        log_group_arn: without_streams(&trail.cloud_watch_logs_log_group_arn.unwrap_or_default()),
        role_arn: trail.cloud_watch_logs_role_arn.unwrap_or_default(),
        enable_logging: status.is_logging.unwrap_or_default(),
        enable_log_file_validation: trail.log_file_validation_enabled.unwrap_or_default(),
        write_prefixes: prefixes(selectors.event_selectors()),
        tags: tags::of_user(cx, &carried),
    };
    Ok(Some((spec, carried)))
}

fn without_streams(arn: &str) -> String {
    arn.strip_suffix(":*").unwrap_or(arn).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_is_fixed() {
        let text = String::from;
        let wanted = Trail {
            name: text("paas-dev"),
            bucket: text("b"),
            s3_key_prefix: text("logs"),
            kms_key_arn: text("k"),
            log_group_arn: text("arn:aws:logs:eu-west-1:1:log-group:/a"),
            role_arn: text("r"),
            enable_logging: true,
            enable_log_file_validation: true,
            write_prefixes: BTreeSet::from([text("arn:aws:s3:::b/software/")]),
            tags: Tags::new(),
        };
        assert_eq!(wanted.diff(&wanted), Diff::Same);
        assert_eq!(wanted.diff(&Trail { enable_logging: false, ..wanted.clone() }), Diff::Update);
        assert_eq!(wanted.diff(&Trail { name: text("x"), ..wanted.clone() }), Diff::Replace("name"));
        assert_eq!(without_streams(&wanted.log_streams()), wanted.log_group_arn);
    }
}
