//! EC2's tags: set in the creating call, read from the descriptions, changed by `CreateTags` and `DeleteTags`.

use super::listing::Listed;
use crate::call::{AwsError, call};
use crate::names;
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use composite::Error;
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

/// How many values one filter takes (EC2's limit).
pub(super) const FILTER_VALUES: usize = 200;

/// A filter that passes what has any of `values`.
pub(super) fn filter<V: Into<String>>(name: &str, values: impl IntoIterator<Item = V>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().map(Into::into).collect())).build()
}

/// A filter that passes what belongs to any environment or tenant.
pub(super) fn any_owner() -> Filter {
    filter("tag-key", [tags::OWNER])
}

/// Filters that pass what belongs to one of the owners and is one of the children.
pub(super) fn ownership(owners: BTreeSet<String>, children: BTreeSet<String>) -> Vec<Filter> {
    vec![filter(&format!("tag:{}", tags::OWNER), owners), filter(&format!("tag:{}", tags::CHILD), children)]
}

/// The user's tags, ownership and `Name` for a creating call.
pub(super) fn specification(cx: &Cx<'_>, kind: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(from_tags(tags::to_create(cx, tags))))
        .build()
}

pub(super) fn from_tags(tags: Tags) -> Vec<Tag> {
    tags.into_iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect()
}

pub(super) fn to_tags(tags: &[Tag]) -> Tags {
    tags.iter().filter_map(|t| Some((t.key.clone()?, t.value.clone().unwrap_or_default()))).collect()
}

/// The user's part of an object's tags.
pub(super) fn of_user<T: Listed>(cx: &Cx<'_>, object: &T) -> Tags {
    tags::of_user(cx, &to_tags(object.tags()))
}

/// Brings the tags of `object`, as just described, in line: no call where they are.
pub(super) async fn sync<T: Listed>(cx: &Cx<'_>, object: &T, wanted: &Tags) -> Result<(), Error> {
    let changes = tags::changes(&to_tags(object.tags()), &tags::to_create(cx, wanted));
    if !changes.set.is_empty() {
        let request =
            cx.world.ec2.create_tags().resources(object.id()).set_tags(Some(from_tags(changes.set)));
        call("CreateTags", request.send()).await?;
    }
    if !changes.remove.is_empty() {
        let keys = changes.remove.into_iter().map(|k| Tag::builder().key(k).build()).collect();
        let request = cx.world.ec2.delete_tags().resources(object.id()).set_tags(Some(keys));
        call("DeleteTags", request.send()).await?;
    }
    Ok(())
}

/// Refuses, in words, to make an object whose name is taken: by another owner for good, or by ourselves, as a lost
/// answer leaves it behind, and then the engine finds it.
pub(super) fn name_taken(cx: &Cx<'_>, refused: AwsError, name: &str, holder: Option<&Tags>) -> Error {
    let Some(holder) = holder else { return refused.exists().into() };
    if tags::are_ours(cx, holder) {
        return refused.exists().into();
    }
    Error::message(format!(
        "{refused}\n{name} exists and belongs to someone else ({}). Delete it, or choose another name.",
        tags::whose(holder)
    ))
}

/// A client token: EC2 answers a repeated call that carries the same with the object the first one made.
///
/// Derived from the ownership and from all that the call asks for. EC2 remembers a token longer than the object
/// lives, and would answer with the dead one; so the dead, visible for about an hour, are in it, and the hour is.
pub(super) fn client_token(cx: &Cx<'_>, asked: &[&str], dead: &[String]) -> String {
    let hour = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs() / 3600);
    token(&cx.world.owner.path(), cx.key, asked, dead, hour)
}

fn token(owner: &str, key: &str, asked: &[&str], dead: &[String], hour: u64) -> String {
    let mut dead: Vec<&str> = dead.iter().map(String::as_str).collect();
    dead.sort_unstable();
    let parts = [owner, key, &asked.join(" "), &dead.join(" "), &hour.to_string()];
    names::digest(&parts, 40) // EC2 takes up to 64 ASCII characters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_repeats_for_a_repeated_call_only() {
        let first = token("paas/dev", "nat", &["subnet-1"], &[], 7);
        assert_eq!(first, token("paas/dev", "nat", &["subnet-1"], &[], 7));
        for other in [
            token("paas/dev", "nat", &["subnet-2"], &[], 7),
            token("paas/dev", "nat", &["subnet-1"], &["nat-1".into()], 7),
            token("paas/dev", "nat", &["subnet-1"], &[], 8),
            token("paas/test", "nat", &["subnet-1"], &[], 7),
        ] {
            assert_ne!(first, other);
        }
        let dead = ["nat-1".to_owned(), "nat-2".to_owned()];
        let turned = [dead[1].clone(), dead[0].clone()];
        assert_eq!(token("o", "k", &[], &dead, 7), token("o", "k", &[], &turned, 7), "order means nothing");
    }

    #[test]
    fn tags_survive_the_way_to_ec2_and_back() {
        let tags = Tags::from([("a".into(), "1".into()), ("b".into(), String::new())]);
        assert_eq!(to_tags(&from_tags(tags.clone())), tags);
    }
}
