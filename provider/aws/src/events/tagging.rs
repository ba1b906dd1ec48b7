//! Tags of rules: set in the creating call, listed for one rule at a time.

use super::NOT_FOUND;
use crate::batch::Batched;
use crate::call::{AwsError, call};
use crate::tagged::Tagged;
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::Tag;
use std::collections::HashMap;

/// Ownership, `Name` and the user's tags for a creating call.
pub(super) fn to_create(cx: &Cx<'_>, tags: &Tags) -> Vec<Tag> {
    from_tags(tags::to_create(cx, tags))
}

fn from_tags(tags: Tags) -> Vec<Tag> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build().expect("key and value are set");
    tags.into_iter().map(tag).collect()
}

/// All tags of the rules that are there.
pub(super) async fn list(client: Client, arns: Vec<String>) -> Result<HashMap<String, Tags>, AwsError> {
    let mut found = HashMap::new();
    for arn in arns {
        match call("ListTagsForResource", client.list_tags_for_resource().resource_arn(&arn).send()).await {
            Ok(answer) => {
                let tags = answer.tags.into_iter().flatten().map(|tag| (tag.key, tag.value));
                found.insert(arn, tags.collect());
            }
            Err(e) if e.is(NOT_FOUND) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

/// See [`crate::tagged`].
pub(super) struct Tagging;

impl Tagged for Tagging {
    const NOT_FOUND: &'static [&'static str] = NOT_FOUND;

    fn reads<'a>(cx: &'a Cx<'_>) -> &'a Batched<String, Tags> {
        &cx.world.reads.events.tags
    }

    async fn tag(cx: &Cx<'_>, arn: &str, tags: Tags) -> Result<(), AwsError> {
        let request = cx.world.eventbridge.tag_resource().resource_arn(arn).set_tags(Some(from_tags(tags)));
        call("TagResource", request.send()).await.map(|_| ())
    }

    async fn untag(cx: &Cx<'_>, arn: &str, keys: Vec<String>) -> Result<(), AwsError> {
        let request = cx.world.eventbridge.untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
        call("UntagResource", request.send()).await.map(|_| ())
    }
}
