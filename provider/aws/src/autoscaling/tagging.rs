//! Tags of groups. None goes on to the instances: those of instances and volumes stand in the launch template.

use crate::call::call;
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_autoscaling::types::{AutoScalingGroup, Tag};
use composite::Error;

const RESOURCE_TYPE: &str = "auto-scaling-group";

pub(super) fn from_tags(group: &str, tags: Tags) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| tag(group, key).value(value).propagate_at_launch(false).build())
        .collect()
}

pub(super) fn to_tags(group: &AutoScalingGroup) -> Tags {
    group.tags().iter().filter_map(|t| Some((t.key.clone()?, t.value.clone().unwrap_or_default()))).collect()
}

/// Brings the tags in line with `wanted`, which is everything that the group shall carry: no call where they are.
pub(super) async fn sync(cx: &Cx<'_>, group: &str, carried: &Tags, wanted: &Tags) -> Result<(), Error> {
    let (client, changes) = (&cx.world.autoscaling, tags::changes(carried, wanted));
    if !changes.set.is_empty() {
        let request = client.create_or_update_tags().set_tags(Some(from_tags(group, changes.set)));
        call("CreateOrUpdateTags", request.send()).await?;
    }
    if !changes.remove.is_empty() {
        let keys = changes.remove.into_iter().map(|key| tag(group, key).build()).collect();
        call("DeleteTags", client.delete_tags().set_tags(Some(keys)).send()).await?;
    }
    Ok(())
}

fn tag(group: &str, key: String) -> aws_sdk_autoscaling::types::builders::TagBuilder {
    Tag::builder().resource_id(group).resource_type(RESOURCE_TYPE).key(key)
}
