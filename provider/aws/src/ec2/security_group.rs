//! A security group without its rules: those are a child of their own, because two groups may refer to each other.

use super::listing::{self, Listed};
use super::owned;
use super::references;
use super::refusals::{self, IN_USE, released};
use super::tagging::{self, filter};
use crate::call::{call, creating};
use crate::tags::{self, Tags};
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, ResourceType};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of a security group. All but its tags is fixed. A name is unique in its VPC, so a group that is to be
/// replaced before the old one goes needs another name: see [`names::versioned`](crate::names::versioned).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// The VPC it is in.
    pub vpc_id: String,
    /// Up to 255 characters; may not start with `sg-`.
    pub name: String,
    /// Up to 255 characters.
    pub description: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroupOut {
    /// `sg-…`
    pub id: String,
}

impl SecurityGroup {
    /// The group that has our name, whoever's it is.
    async fn namesake(&self, cx: &Cx<'_>) -> Result<Option<Tags>, Error> {
        let by_name = vec![filter("vpc-id", [&self.vpc_id]), filter("group-name", [&self.name])];
        let found = types::SecurityGroup::list(&cx.world.ec2, by_name).await?;
        Ok(found.first().map(|group| tagging::to_tags(group.tags())))
    }
}

impl Child for SecurityGroup {
    const KIND: &'static str = "security_group";
    type World = World;
    type Out = SecurityGroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.vpc_id != saw.vpc_id {
            Diff::Replace("vpc_id")
        } else if self.name != saw.name {
            Diff::Replace("name")
        } else if self.description != saw.description {
            Diff::Replace("description")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::SecurityGroup>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .ec2
            .create_security_group()
            .vpc_id(&self.vpc_id)
            .group_name(&self.name)
            .description(&self.description)
            .tag_specifications(tagging::specification(cx, ResourceType::SecurityGroup, &self.tags));
        let made = refusals::settled(cx, || async {
            match creating("CreateSecurityGroup", request.clone().send()).await {
                Err(e) if e.is(&["InvalidGroup.Duplicate"]) => Ok(Err(e)),
                made => made.map(Ok),
            }
        });
        match made.await? {
            Ok(made) => {
                // The answer says neither name nor rules; `sync` looks at the tags only, and then forgets it.
                let carried = tagging::from_tags(tags::to_create(cx, &self.tags));
                let group = types::SecurityGroup::builder()
                    .set_group_id(made.group_id)
                    .set_tags(Some(carried))
                    .build();
                listing::made(&cx.world.reads.ec2.security_groups, "CreateSecurityGroup", Some(group))
            }
            Err(taken) => {
                let holder = self.namesake(cx).await?;
                let what = format!("Security group {} of {}", self.name, self.vpc_id);
                Err(tagging::name_taken(cx, taken, &what, holder.as_ref()))
            }
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<SecurityGroupOut, Error> {
        let reads = &cx.world.reads.ec2.security_groups;
        let group = listing::appeared(cx, reads, id).await?;
        tagging::sync(cx, &group, &self.tags).await?;
        reads.forget(id);
        Ok(SecurityGroupOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, SecurityGroupOut)>, Error> {
        let found = cx.world.reads.ec2.security_groups.get(id).await?;
        Ok(found.map(|group| {
            let spec = Self {
                tags: tagging::of_user(cx, &group),
                vpc_id: group.vpc_id.unwrap_or_default(),
                name: group.group_name.unwrap_or_default(),
                description: group.description.unwrap_or_default(),
            };
            (spec, SecurityGroupOut { id: id.clone() })
        }))
    }

    /// Where a group of the same environment names this one, its rule goes first; nobody else's does.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.ec2.delete_security_group().group_id(id);
        let delete = || async { call("DeleteSecurityGroup", request.clone().send()).await.map(|_| ()) };
        released(cx, id, || async {
            match delete().await {
                Err(e) if e.is(IN_USE) && references::revoke(cx, id).await? => delete().await,
                deleted => deleted,
            }
        })
        .await?;
        cx.world.reads.ec2.security_groups.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_tags_is_fixed() {
        let wanted = SecurityGroup {
            vpc_id: "vpc-1".into(),
            name: "paas-dev".into(),
            description: "web".into(),
            tags: Tags::new(),
        };
        let changed = |change: fn(&mut SecurityGroup)| {
            let mut saw = wanted.clone();
            change(&mut saw);
            wanted.diff(&saw)
        };
        assert_eq!(changed(|_| ()), Diff::Same);
        assert_eq!(changed(|g| drop(g.tags.insert("a".into(), "b".into()))), Diff::Update);
        assert_eq!(changed(|g| g.vpc_id = "vpc-2".into()), Diff::Replace("vpc_id"));
        assert_eq!(changed(|g| g.name = "other".into()), Diff::Replace("name"));
        assert_eq!(changed(|g| g.description = "other".into()), Diff::Replace("description"));
    }
}
