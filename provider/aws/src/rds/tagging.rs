//! Tags of RDS's objects: set in the creating call; instances come with theirs, groups are asked for theirs by ARN.

use crate::call::{AwsError, call};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::Cx;
use aws_sdk_rds::types::Tag;
use composite::Error;

pub(super) fn from_tags(tags: Tags) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(super) fn to_tags(tags: &[Tag]) -> Tags {
    let pair = |tag: &Tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    tags.iter().filter_map(pair).collect()
}

/// What the object carries, as RDS says; `None` if there is no such object, which RDS tells by one of `gone`.
pub(super) async fn of(cx: &Cx<'_>, arn: &str, gone: &[&str]) -> Result<Option<Tags>, AwsError> {
    let request = cx.world.rds.list_tags_for_resource().resource_name(arn);
    match call("ListTagsForResource", request.send()).await {
        Ok(answer) => Ok(Some(to_tags(answer.tag_list()))),
        Err(e) if e.is(gone) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Brings tags from `carried` to `wanted`: no call where they are.
pub(super) async fn sync(cx: &Cx<'_>, arn: &str, carried: &Tags, wanted: &Tags) -> Result<(), Error> {
    let rds = &cx.world.rds;
    let changes = tags::changes(carried, wanted);
    if !changes.set.is_empty() {
        let request = rds.add_tags_to_resource().resource_name(arn).set_tags(Some(from_tags(changes.set)));
        settled(cx, || async { call("AddTagsToResource", request.clone().send()).await.map(|_| ()) }).await?;
    }
    if !changes.remove.is_empty() {
        let request = rds.remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(changes.remove));
        settled(cx, || async { call("RemoveTagsFromResource", request.clone().send()).await.map(|_| ()) })
            .await?;
    }
    Ok(())
}

/// RDS takes no tags for an instance that is in the midst of some changes.
async fn settled<F>(cx: &Cx<'_>, attempt: impl FnMut() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), AwsError>>,
{
    wait::settled(cx, &["InvalidDBInstanceState"], attempt).await
}
