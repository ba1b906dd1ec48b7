//! A log group, encrypted with the environment's key.

use crate::call::{AwsError, call, creating};
use crate::tagging;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of a log group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogGroup {
    /// The name. It can't be changed.
    pub name: String,
    /// How long events are kept: 1, 3, 5, 7, 14, 30, … days, as CloudWatch Logs takes them; 0 stands for ever.
    pub retention_in_days: i32,
    /// The key that encrypts the events; its policy must admit CloudWatch Logs (see [`crate::policies::key`]).
    pub kms_key_arn: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogGroupOut {
    /// The name.
    pub name: String,
    /// The ARN, without the `:*` that stands for its streams.
    pub arn: String,
}

const NOT_FOUND: &str = "ResourceNotFoundException";
/// The service takes one change of a log group at a time.
const BUSY: &str = "OperationAbortedException";

impl Child for LogGroup {
    const KIND: &'static str = "log_group";
    type World = World;
    type Out = LogGroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.name) || cx.world.reads.logs.groups.fresh(&self.name).await?.is_none() {
            return Ok(None);
        }
        let carried = carried(cx, &self.name).await?;
        Ok(carried.filter(|tags| tags::are_ours(cx, tags)).map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let made = wait::settled_if(cx, unsettled, || {
            let request = cx
                .world
                .logs
                .create_log_group()
                .log_group_name(&self.name)
                .kms_key_id(&self.kms_key_arn)
                .set_tags(Some(tags::to_create(cx, &self.tags).into_iter().collect()));
            async move {
                match creating("CreateLogGroup", request.send()).await {
                    Err(e) if e.is(&["ResourceAlreadyExistsException"]) => Ok(Some(e)),
                    other => other.map(|_| None),
                }
            }
        })
        .await?;
        cx.world.reads.logs.groups.forget(&self.name);
        let Some(refused) = made else { return Ok(self.name.clone()) };
        let carried = carried(cx, &self.name).await?.unwrap_or_default();
        if tags::are_ours(cx, &carried) {
            return Err(refused.exists().into());
        }
        Err(Error::message(format!(
            "log group {} exists and belongs to someone else ({}); delete it or choose another `project`",
            self.name,
            tags::whose(&carried),
        )))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<LogGroupOut, Error> {
        let logs = &cx.world.logs;
        let seen = wait::settled(cx, &[NOT_FOUND], || async {
            let seen = cx.world.reads.logs.groups.fresh(id).await?;
            seen.ok_or_else(|| {
                AwsError::ours("DescribeLogGroups", format!("no log group {id}")).coded(NOT_FOUND)
            })
        })
        .await?;
        if seen.retention_in_days.unwrap_or_default() != self.retention_in_days {
            wait::settled(cx, &[BUSY], || async {
                if self.retention_in_days == 0 {
                    let request = logs.delete_retention_policy().log_group_name(id);
                    return call("DeleteRetentionPolicy", request.send()).await.map(|_| ());
                }
                let request =
                    logs.put_retention_policy().log_group_name(id).retention_in_days(self.retention_in_days);
                call("PutRetentionPolicy", request.send()).await.map(|_| ())
            })
            .await?;
        }
        if seen.kms_key_id.as_ref() != Some(&self.kms_key_arn) {
            wait::settled_if(cx, unsettled, || async {
                let request = logs.associate_kms_key().log_group_name(id).kms_key_id(&self.kms_key_arn);
                call("AssociateKmsKey", request.send()).await.map(|_| ())
            })
            .await?;
        }
        let arn = arn(cx, id);
        let carried = carried(cx, id).await?.unwrap_or_default();
        let changes = tags::changes(&carried, &tags::to_create(cx, &self.tags));
        if !changes.set.is_empty() {
            let set = changes.set.into_iter().collect();
            call("TagResource", logs.tag_resource().resource_arn(&arn).set_tags(Some(set)).send()).await?;
        }
        if !changes.remove.is_empty() {
            let request = logs.untag_resource().resource_arn(&arn).set_tag_keys(Some(changes.remove));
            call("UntagResource", request.send()).await?;
        }
        cx.world.reads.logs.groups.forget(id);
        Ok(LogGroupOut { name: id.clone(), arn })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, LogGroupOut)>, Error> {
        let Some(group) = cx.world.reads.logs.groups.get(id).await? else { return Ok(None) };
        let carried = tagging::carried(cx, &arn(cx, id), || carried(cx, id)).await?;
        let Some(carried) = carried else { return Ok(None) };
        let spec = Self {
            name: id.clone(),
            retention_in_days: group.retention_in_days.unwrap_or_default(),
            kms_key_arn: group.kms_key_id.unwrap_or_default(),
            tags: tags::of_user(cx, &carried),
        };
        Ok(Some((spec, LogGroupOut { name: id.clone(), arn: arn(cx, id) })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        wait::settled(cx, &[BUSY], || async {
            match call("DeleteLogGroup", cx.world.logs.delete_log_group().log_group_name(id).send()).await {
                Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        cx.world.reads.logs.groups.forget(id);
        Ok(())
    }
}

/// A key, or its policy, that was just written isn't known to CloudWatch Logs at once; it tells so by text only.
fn unsettled(e: &AwsError) -> bool {
    e.is(&[BUSY])
        || (e.is(&["InvalidParameterException"]) && e.message.to_ascii_lowercase().contains("kms key"))
}

/// The ARN that the tagging calls take: without `:*` at the end.
fn arn(cx: &Cx<'_>, name: &str) -> String {
    cx.world.arn("logs", &format!("log-group:{name}"))
}

/// All tags of the group; `None` if there is no such group.
async fn carried(cx: &Cx<'_>, name: &str) -> Result<Option<Tags>, AwsError> {
    let request = cx.world.logs.list_tags_for_resource().resource_arn(arn(cx, name));
    match call("ListTagsForResource", request.send()).await {
        Ok(answer) => Ok(Some(answer.tags.into_iter().flatten().collect())),
        Err(e) if e.is(&[NOT_FOUND]) => Ok(None),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_is_fixed() {
        let wanted =
            LogGroup { name: "/a".into(), retention_in_days: 3, kms_key_arn: "k".into(), tags: Tags::new() };
        assert_eq!(wanted.diff(&wanted), Diff::Same);
        assert_eq!(wanted.diff(&LogGroup { retention_in_days: 0, ..wanted.clone() }), Diff::Update);
        assert_eq!(wanted.diff(&LogGroup { name: "/b".into(), ..wanted.clone() }), Diff::Replace("name"));
    }

    #[test]
    fn only_a_refusal_over_the_key_is_waited_for() {
        let refusal = |message: &str| AwsError {
            code: Some("InvalidParameterException".into()),
            ..AwsError::ours("CreateLogGroup", message)
        };
        assert!(unsettled(&refusal(
            "The specified KMS key does not exist or is not allowed to be used with Arn 'x'"
        )));
        assert!(!unsettled(&refusal("1 validation error detected: logGroupName")));
    }
}
