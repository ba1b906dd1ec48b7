//! Tags of APIs and stages: they come with the objects, and are written by ARN.

use super::busy;
use crate::call::call;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::Cx;
use composite::Error;
use std::collections::HashMap;

/// The ARN of an API (`/restapis/<id>`) or of what is in it. API Gateway's ARNs have no account.
pub(super) fn arn(cx: &Cx<'_>, path: &str) -> String {
    format!("arn:{}:apigateway:{}::{path}", cx.world.partition, cx.world.region)
}

/// The path of an API, as it stands in its ARN.
pub(super) fn path_of_api(id: &str) -> String {
    format!("/restapis/{id}")
}

/// The path of a stage, as it stands in its ARN.
pub(super) fn path_of_stage(api: &str, name: &str) -> String {
    format!("/restapis/{api}/stages/{name}")
}

/// All tags that a list tells.
pub(super) fn carried(listed: Option<&HashMap<String, String>>) -> Tags {
    listed.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Ownership, `Name` and the user's tags for a creating call.
pub(super) fn to_create(cx: &Cx<'_>, tags: &Tags) -> HashMap<String, String> {
    tags::to_create(cx, tags).into_iter().collect()
}

/// Brings the tags in line: no call where they are.
pub(super) async fn sync(cx: &Cx<'_>, arn: &str, carried: &Tags, wanted: &Tags) -> Result<(), Error> {
    let changes = tags::changes(carried, &tags::to_create(cx, wanted));
    let client = &cx.world.apigateway;
    if !changes.set.is_empty() {
        let request =
            client.tag_resource().resource_arn(arn).set_tags(Some(changes.set.into_iter().collect()));
        wait::settled_if(cx, busy, || call("TagResource", request.clone().send())).await?;
    }
    if !changes.remove.is_empty() {
        let request = client.untag_resource().resource_arn(arn).set_tag_keys(Some(changes.remove));
        wait::settled_if(cx, busy, || call("UntagResource", request.clone().send())).await?;
    }
    Ok(())
}
