//! Tags: the user's, and those that say whose an object is.
//!
//! A spec holds the user's tags only. The ownership tags and `Name` are added in the creating call and taken off
//! when tags are read, so that they never show as a change.

use crate::world::{Cx, Owner};
use std::collections::BTreeMap;

/// The user's tags of one object: the resource's `tags` over the provider's `default_tags`.
pub type Tags = BTreeMap<String, String>;

/// Whose the object is: [`Owner`]'s path, such as `paas/dev/acme`.
pub const OWNER: &str = "paas:owner";
/// Which child of the composite it is, such as `target_group`.
pub const CHILD: &str = "paas:child";
const NAME: &str = "Name";
/// Tags that AWS sets itself; no user may write them.
const AWS: &str = "aws:";

/// What a creating call sets: the user's tags, ownership, and `Name` unless the user has one.
#[must_use]
pub fn to_create(cx: &Cx<'_>, tags: &Tags) -> Tags {
    all(&cx.world.owner, cx.key, tags)
}

/// As [`to_create`], for objects whose child key isn't at hand as a context.
#[must_use]
pub fn all(owner: &Owner, key: &str, tags: &Tags) -> Tags {
    let mut all = tags.clone();
    all.insert(OWNER.into(), owner.path());
    all.insert(CHILD.into(), key.into());
    all.entry(NAME.into()).or_insert_with(|| owner.display_name(key));
    all
}

/// The user's part of what an object carries.
#[must_use]
pub fn of_user(cx: &Cx<'_>, carried: &Tags) -> Tags {
    let ours = cx.world.owner.display_name(cx.key);
    carried
        .iter()
        .filter(|(k, v)| {
            let ownership = matches!(k.as_str(), OWNER | CHILD) || k.starts_with(AWS);
            let our_name = k.as_str() == NAME && **v == ours;
            !ownership && !our_name
        })
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// Whether the object is this very child of this composite.
#[must_use]
pub fn are_ours(cx: &Cx<'_>, carried: &Tags) -> bool {
    carried.get(OWNER).is_some_and(|o| *o == cx.world.owner.path())
        && carried.get(CHILD).is_some_and(|c| c == cx.key)
}

/// Whose an object is that isn't ours, in words for an error.
#[must_use]
pub fn whose(carried: &Tags) -> String {
    match carried.get(OWNER) {
        Some(owner) => format!("its tag {OWNER} is {owner:?}"),
        None => format!("it has no tag {OWNER}"),
    }
}

/// What to write and what to remove so that an object that carries `carried` ends with `wanted`.
#[must_use]
pub fn changes(carried: &Tags, wanted: &Tags) -> Changes {
    Changes {
        set: wanted
            .iter()
            .filter(|(k, v)| carried.get(*k) != Some(v))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        remove: carried.keys().filter(|k| !wanted.contains_key(*k) && !k.starts_with(AWS)).cloned().collect(),
    }
}

/// The outcome of [`changes`].
#[derive(Debug, PartialEq)]
pub struct Changes {
    /// Tags to write.
    pub set: Tags,
    /// Keys to remove.
    pub remove: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()
    }

    #[test]
    fn ownership_and_name_are_added_unless_the_user_names_it() {
        let owner = Owner::tenant("paas", "dev", "acme");
        let all_tags = all(&owner, "role", &tags(&[("team", "a")]));
        assert_eq!(
            all_tags,
            tags(&[
                ("Name", "paas-dev-acme-role"),
                ("paas:child", "role"),
                ("paas:owner", "paas/dev/acme"),
                ("team", "a")
            ])
        );
        assert_eq!(all(&owner, "role", &tags(&[("Name", "mine")]))["Name"], "mine");
    }

    #[test]
    fn changes_leave_aws_own_tags_alone() {
        let carried = tags(&[("a", "1"), ("b", "2"), ("aws:x", "3")]);
        let wanted = tags(&[("a", "1"), ("c", "4")]);
        assert_eq!(
            changes(&carried, &wanted),
            Changes { set: tags(&[("c", "4")]), remove: vec!["b".into()] }
        );
    }
}
