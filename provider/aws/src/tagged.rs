//! Objects that a service tags by their ARN, listing the tags of one object at a time.

use crate::batch::Batched;
use crate::call::AwsError;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::Cx;
use composite::Error;

/// How one service does it.
pub(crate) trait Tagged {
    /// The service's codes for an object that isn't there.
    const NOT_FOUND: &'static [&'static str];

    /// Its tags by ARN.
    fn reads<'a>(cx: &'a Cx<'_>) -> &'a Batched<String, Tags>;

    /// Writes tags.
    fn tag(cx: &Cx<'_>, arn: &str, tags: Tags) -> impl Future<Output = Result<(), AwsError>> + Send;

    /// Removes tags.
    fn untag(cx: &Cx<'_>, arn: &str, keys: Vec<String>) -> impl Future<Output = Result<(), AwsError>> + Send;
}

/// Brings the tags of an object in line with the user's tags, ownership and `Name`: no call where they are.
pub(crate) async fn sync<S: Tagged>(cx: &Cx<'_>, arn: &str, wanted: &Tags) -> Result<(), Error> {
    let (reads, key) = (S::reads(cx), arn.to_owned());
    let carried = wait::settled(cx, S::NOT_FOUND, || async {
        let carried = reads.fresh(&key).await?;
        carried.ok_or_else(|| {
            AwsError::ours("ListTagsForResource", format!("{arn} isn't there")).coded(S::NOT_FOUND[0])
        })
    })
    .await?;
    let changes = tags::changes(&carried, &tags::to_create(cx, wanted));
    if !changes.set.is_empty() {
        S::tag(cx, arn, changes.set).await?;
    }
    if !changes.remove.is_empty() {
        S::untag(cx, arn, changes.remove).await?;
    }
    reads.forget(&key);
    Ok(())
}

/// What a refusal to make a second object of that name means: ours, whose first answer was lost, or someone else's.
pub(crate) async fn name_taken<S: Tagged>(cx: &Cx<'_>, what: &str, arn: &str, refused: AwsError) -> Error {
    match S::reads(cx).fresh(&arn.to_owned()).await {
        Err(e) => e.into(),
        Ok(Some(carried)) if !tags::are_ours(cx, &carried) => Error::message(format!(
            "{what} exists and belongs to someone else ({}); delete it or choose another `project`",
            tags::whose(&carried)
        )),
        Ok(_) => refused.exists().into(),
    }
}
