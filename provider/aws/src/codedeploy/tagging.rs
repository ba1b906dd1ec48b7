//! Tags of applications and deployment groups: set in the creating call, listed for one object at a time.

use super::NOT_FOUND;
use crate::call::{AwsError, call};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::Cx;
use aws_sdk_codedeploy::Client;
use aws_sdk_codedeploy::types::Tag;
use composite::Error;
use std::collections::HashMap;

/// Ownership, `Name` and the user's tags for a creating call.
pub(super) fn to_create(cx: &Cx<'_>, tags: &Tags) -> Vec<Tag> {
    from_tags(tags::to_create(cx, tags))
}

fn from_tags(tags: Tags) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// All tags of the objects that are there.
pub(super) async fn list(client: Client, arns: Vec<String>) -> Result<HashMap<String, Tags>, AwsError> {
    let mut found = HashMap::new();
    for arn in arns {
        match call("ListTagsForResource", client.list_tags_for_resource().resource_arn(&arn).send()).await {
            Ok(answer) => {
                let tags = answer.tags.into_iter().flatten();
                let tags = tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
                found.insert(arn, tags.collect());
            }
            Err(e) if e.is(NOT_FOUND) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

/// Brings the tags of the object in line with the user's tags, ownership and `Name`: no call where they are.
pub(super) async fn sync(cx: &Cx<'_>, arn: &str, wanted: &Tags) -> Result<(), Error> {
    let (client, reads) = (&cx.world.codedeploy, &cx.world.reads.codedeploy.tags);
    let carried = wait::settled(cx, NOT_FOUND, || async {
        let carried = reads.fresh(&arn.to_owned()).await?;
        carried.ok_or_else(|| {
            AwsError::ours("ListTagsForResource", format!("{arn} isn't there")).coded(NOT_FOUND[0])
        })
    })
    .await?;
    let changes = tags::changes(&carried, &tags::to_create(cx, wanted));
    if !changes.set.is_empty() {
        let request = client.tag_resource().resource_arn(arn).set_tags(Some(from_tags(changes.set)));
        call("TagResource", request.send()).await?;
    }
    if !changes.remove.is_empty() {
        let request = client.untag_resource().resource_arn(arn).set_tag_keys(Some(changes.remove));
        call("UntagResource", request.send()).await?;
    }
    reads.forget(&arn.to_owned());
    Ok(())
}

/// What a refusal to make a second object of that name means: ours, whose first answer was lost, or someone else's.
pub(super) async fn name_taken(cx: &Cx<'_>, what: &str, arn: &str, refused: AwsError) -> Error {
    match cx.world.reads.codedeploy.tags.fresh(&arn.to_owned()).await {
        Err(e) => e.into(),
        Ok(Some(carried)) if !tags::are_ours(cx, &carried) => Error::message(format!(
            "{what} exists and belongs to someone else ({}); delete it or choose another `project`",
            tags::whose(&carried)
        )),
        Ok(_) => refused.exists().into(),
    }
}
