//! A trail's tags.

use crate::call::{AwsError, call};
use crate::tags::Tags;
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::Tag;

/// All tags of the trail; none if there is no such trail.
pub(super) async fn carried(cloudtrail: &Client, arn: &str) -> Result<Tags, AwsError> {
    let answer = match call("ListTags", cloudtrail.list_tags().resource_id_list(arn).send()).await {
        Ok(answer) => answer,
        Err(e) if e.is(&["TrailNotFoundException", "ResourceNotFoundException"]) => return Ok(Tags::new()),
        Err(e) => return Err(e),
    };
    let tags = answer.resource_tag_list.into_iter().flatten().flat_map(|r| r.tags_list.unwrap_or_default());
    Ok(tags.map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

pub(super) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| sdk_tag(key, Some(value.clone()))).collect()
}

pub(super) fn sdk_tag(key: &str, value: Option<String>) -> Tag {
    Tag::builder().key(key).set_value(value).build().expect("the key is set")
}
