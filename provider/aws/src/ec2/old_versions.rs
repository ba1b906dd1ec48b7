//! Old versions of a launch template go. Each names an image, and an image that a version names stays; each tells a group
//! what it may go back to, so those that a group needs stay too.

use crate::autoscaling;
use crate::call::{AwsError, call};
use crate::world::Cx;
use aws_sdk_ec2::types::LaunchTemplateVersion;

/// How many of the newest versions stay in any case: the default one, the one that an instance refresh to it goes back
/// to, and one more for whoever goes back by hand.
const KEPT: i64 = 3;
/// How many versions one call shows, and how many one deletes (EC2's limits). What is left over goes next time.
const AT_ONCE: i32 = 200;
/// How many hexadecimal digits the description of a version of our making has.
pub(super) const DIGEST: usize = 32;

/// Deletes the old versions of a template whose newest version was just made the default. While there are few this is no
/// call, then at most three. It's housekeeping: what fails is noted in the log, and is done when the next version has
/// come.
pub(super) async fn clear(cx: &Cx<'_>, template: &str, newest: i64) {
    if let Err(error) = delete(cx, template, newest - KEPT).await {
        tracing::warn!(key = cx.key, template, %error, "old versions of the launch template stay for now");
    }
}

/// Deletes the versions up to `last` that are of our making and that no group needs.
async fn delete(cx: &Cx<'_>, template: &str, last: i64) -> Result<(), AwsError> {
    if last < 1 {
        return Ok(());
    }
    let ec2 = &cx.world.ec2;
    let request = ec2
        .describe_launch_template_versions()
        .launch_template_id(template)
        .max_version(last.to_string())
        .max_results(AT_ONCE);
    let listed = call("DescribeLaunchTemplateVersions", request.send()).await?;
    let mut old: Vec<i64> = listed.launch_template_versions().iter().filter_map(of_our_making).collect();
    if old.is_empty() {
        return Ok(());
    }
    let needed = autoscaling::template_versions(cx.world, &cx.world.owner.path(), template).await?;
    old.retain(|number| !needed.need(*number));
    if old.is_empty() {
        return Ok(());
    }
    let request = ec2
        .delete_launch_template_versions()
        .launch_template_id(template)
        .set_versions(Some(old.iter().map(ToString::to_string).collect()));
    let answer = call("DeleteLaunchTemplateVersions", request.send()).await?;
    for refused in answer.unsuccessfully_deleted_launch_template_versions() {
        let why = refused.response_error().and_then(|error| error.message());
        tracing::warn!(key = cx.key, template, version = refused.version_number(), why, "a version stays");
    }
    Ok(())
}

/// The number of a version that may go: described as ours are, and not made the default by somebody meanwhile.
fn of_our_making(version: &LaunchTemplateVersion) -> Option<i64> {
    let description = version.version_description().unwrap_or_default();
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_ours = description.len() == DIGEST && description.bytes().all(hexadecimal);
    version.version_number().filter(|_| is_ours && version.default_version() != Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names;

    #[test]
    fn only_versions_of_our_making_go_and_never_the_default() {
        let digest = names::digest(&["contents"], DIGEST);
        for (description, default, may_go) in [
            (Some(digest.as_str()), false, true),
            (Some(digest.as_str()), true, false),
            (Some("made by hand, before the holidays"), false, false),
            (Some(&digest[1..]), false, false),
            (None, false, false),
        ] {
            let version = LaunchTemplateVersion::builder()
                .version_number(7)
                .set_version_description(description.map(str::to_owned))
                .default_version(default)
                .build();
            assert_eq!(of_our_making(&version), may_go.then_some(7), "{description:?} {default}");
        }
    }
}
