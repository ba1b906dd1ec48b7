//! Tags of load balancers and their parts: set in the creating call, read by `DescribeTags` for 20 objects of any kind at a time.

use crate::call::{AwsError, call};
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::Tag;
use composite::{Error, Id};
use std::collections::HashMap;

/// Ownership, `Name` and the user's tags for a creating call.
pub(super) fn to_create(cx: &Cx<'_>, tags: &Tags) -> Vec<Tag> {
    from_tags(tags::to_create(cx, tags))
}

pub(super) fn from_tags(tags: Tags) -> Vec<Tag> {
    tags.into_iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect()
}

/// The tags of many objects; of those that are there.
pub(super) async fn list(client: Client, arns: Vec<String>) -> Result<HashMap<String, Tags>, AwsError> {
    let sent = client.describe_tags().set_resource_arns(Some(arns)).send();
    let described = call("DescribeTags", sent).await?.tag_descriptions.unwrap_or_default();
    let of_one = |tags: Option<Vec<Tag>>| {
        tags.unwrap_or_default()
            .into_iter()
            .filter_map(|t| Some((t.key?, t.value.unwrap_or_default())))
            .collect::<Tags>()
    };
    Ok(described.into_iter().filter_map(|d| Some((d.resource_arn?, of_one(d.tags)))).collect())
}

/// What the object carries now.
pub(super) async fn of(cx: &Cx<'_>, arn: &Id) -> Result<Tags, AwsError> {
    Ok(cx.world.reads.elbv2.tags.get(arn).await?.unwrap_or_default())
}

/// The user's part of it.
pub(super) async fn of_user(cx: &Cx<'_>, arn: &Id) -> Result<Tags, AwsError> {
    Ok(tags::of_user(cx, &of(cx, arn).await?))
}

/// The one of `candidates` that is ours and not on its way out.
pub(super) async fn find(cx: &Cx<'_>, candidates: impl IntoIterator<Item = Id>) -> Result<Option<Id>, Error> {
    for arn in candidates {
        if !cx.not.contains(&arn) && tags::are_ours(cx, &of(cx, &arn).await?) {
            return Ok(Some(arn));
        }
    }
    Ok(None)
}

/// The id that a creating call answered with, if the object is really ours.
///
/// The creating calls here are idempotent by name and settings: where someone else has just that object, they answer
/// with it as if it had been made now. Recorded, it would be deleted with our composite.
pub(super) async fn made(cx: &Cx<'_>, what: &str, arn: Option<Id>) -> Result<Id, Error> {
    let arn = arn.ok_or_else(|| Error::message(format!("AWS made {what} and answered without an ARN")))?;
    let carried = cx.world.reads.elbv2.tags.fresh(&arn).await?.unwrap_or_default();
    if tags::are_ours(cx, &carried) { Ok(arn) } else { Err(foreign(what, &carried)) }
}

/// What a refusal to make a second object of that name means: ours, whose first answer was lost, or someone else's.
pub(super) async fn name_taken(cx: &Cx<'_>, what: &str, refused: AwsError, holder: Option<Id>) -> Error {
    let Some(arn) = holder else { return refused.exists().into() };
    match of(cx, &arn).await {
        Ok(carried) if !tags::are_ours(cx, &carried) => foreign(what, &carried),
        _ => refused.exists().into(),
    }
}

fn foreign(what: &str, carried: &Tags) -> Error {
    Error::message(format!(
        "{what} exists and belongs to someone else ({}). Delete it, or choose another name.",
        tags::whose(carried)
    ))
}

/// Brings the tags of the object in line with the user's tags, ownership and `Name`: no call where they are.
pub(super) async fn sync(cx: &Cx<'_>, arn: &Id, wanted: &Tags) -> Result<(), Error> {
    sync_all(cx, arn, &tags::to_create(cx, wanted)).await
}

/// As [`sync`], with everything given that the object shall carry.
pub(super) async fn sync_all(cx: &Cx<'_>, arn: &Id, wanted: &Tags) -> Result<(), Error> {
    let changes = tags::changes(&of(cx, arn).await?, wanted);
    let client = &cx.world.elbv2;
    if !changes.set.is_empty() {
        let request = client.add_tags().resource_arns(arn).set_tags(Some(from_tags(changes.set)));
        call("AddTags", request.send()).await?;
        cx.world.reads.elbv2.tags.forget(arn);
    }
    if !changes.remove.is_empty() {
        let request = client.remove_tags().resource_arns(arn).set_tag_keys(Some(changes.remove));
        call("RemoveTags", request.send()).await?;
        cx.world.reads.elbv2.tags.forget(arn);
    }
    Ok(())
}
