//! An instance profile: what hands a role to EC2 instances.

use super::{BUSY, NOT_FOUND, path, plain_tags, sdk_tags};
use crate::call::{AwsError, call, creating};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_iam::Client;
use aws_sdk_iam::types::InstanceProfile as Described;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The spec of an instance profile. Its path is its owner's; see [`path`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// The name, unique in the account. It can't be changed.
    pub name: String,
    /// The role it hands out; a profile holds one.
    pub role_name: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceProfileOut {
    /// The name.
    pub name: String,
    /// The ARN, path included.
    pub arn: String,
}

impl Child for InstanceProfile {
    const KIND: &'static str = "instance_profile";
    type World = World;
    type Out = InstanceProfileOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.name) {
            return Ok(None);
        }
        let seen = cx.world.reads.iam.profiles.fresh(&self.name).await?;
        Ok(seen.filter(|seen| tags::are_ours(cx, &plain_tags(seen.tags.clone()))).map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let (iam, reads) = (&cx.world.iam, &cx.world.reads.iam.profiles);
        let request = iam
            .create_instance_profile()
            .instance_profile_name(&self.name)
            .path(path(&cx.world.owner))
            .set_tags(Some(sdk_tags(&tags::to_create(cx, &self.tags))));
        match creating("CreateInstanceProfile", request.send()).await {
            Ok(made) => {
                if let Some(profile) = made.instance_profile {
                    reads.hand_on(&self.name, profile);
                }
                Ok(self.name.clone())
            }
            Err(e) if e.is(&["EntityAlreadyExists"]) => {
                let carried = plain_tags(reads.fresh(&self.name).await?.and_then(|seen| seen.tags));
                if tags::are_ours(cx, &carried) {
                    return Err(e.exists().into());
                }
                Err(Error::message(format!(
                    "instance profile {} exists and belongs to someone else ({}); delete it or choose \
                     another `project`",
                    self.name,
                    tags::whose(&carried),
                )))
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<InstanceProfileOut, Error> {
        let (iam, reads) = (&cx.world.iam, &cx.world.reads.iam.profiles);
        let seen = wait::settled(cx, &[NOT_FOUND], || async {
            let seen = reads.fresh(id).await?;
            let missing = || AwsError::ours("GetInstanceProfile", format!("no instance profile {id}"));
            seen.ok_or_else(|| missing().coded(NOT_FOUND))
        })
        .await?;
        for other in seen.roles.iter().filter(|role| role.role_name != self.role_name) {
            remove(iam, id, &other.role_name).await?;
        }
        if !seen.roles.iter().any(|role| role.role_name == self.role_name) {
            // The role, or the profile, that was just made may be unknown for some seconds; so may the removal of
            // the role before (`LimitExceeded`: a profile holds one).
            wait::settled(cx, &[BUSY, &[NOT_FOUND, "LimitExceeded"]].concat(), || async {
                let request =
                    iam.add_role_to_instance_profile().instance_profile_name(id).role_name(&self.role_name);
                match call("AddRoleToInstanceProfile", request.send()).await {
                    // Perhaps it holds this very role, by a try whose answer was lost.
                    Err(e) if e.is(&["LimitExceeded"]) && holds(cx, id, &self.role_name).await? => Ok(()),
                    other => other.map(|_| ()),
                }
            })
            .await?;
        }
        let changes = tags::changes(&plain_tags(seen.tags), &tags::to_create(cx, &self.tags));
        if !changes.set.is_empty() {
            let request = iam.tag_instance_profile().instance_profile_name(id);
            call("TagInstanceProfile", request.set_tags(Some(sdk_tags(&changes.set))).send()).await?;
        }
        if !changes.remove.is_empty() {
            let request = iam.untag_instance_profile().instance_profile_name(id);
            call("UntagInstanceProfile", request.set_tag_keys(Some(changes.remove)).send()).await?;
        }
        reads.forget(id);
        Ok(InstanceProfileOut { name: id.clone(), arn: seen.arn })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, InstanceProfileOut)>, Error> {
        let Some(seen) = cx.world.reads.iam.profiles.get(id).await? else { return Ok(None) };
        let spec = Self {
            name: id.clone(),
            role_name: seen.roles.into_iter().next().map(|role| role.role_name).unwrap_or_default(),
            tags: tags::of_user(cx, &plain_tags(seen.tags)),
        };
        Ok(Some((spec, InstanceProfileOut { name: id.clone(), arn: seen.arn })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let (iam, reads) = (&cx.world.iam, &cx.world.reads.iam.profiles);
        wait::settled(cx, &["ConcurrentModification", "DeleteConflict"], || async {
            let Some(seen) = reads.fresh(id).await? else { return Ok(()) };
            for role in seen.roles {
                remove(iam, id, &role.role_name).await?;
            }
            match call(
                "DeleteInstanceProfile",
                iam.delete_instance_profile().instance_profile_name(id).send(),
            )
            .await
            {
                Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        reads.forget(id);
        Ok(())
    }
}

pub(super) async fn list(iam: Client, names: Vec<String>) -> Result<HashMap<String, Described>, AwsError> {
    let mut found = HashMap::new();
    for name in names {
        let request = iam.get_instance_profile().instance_profile_name(&name);
        match call("GetInstanceProfile", request.send()).await {
            Ok(answer) => found.extend(answer.instance_profile.map(|profile| (name, profile))),
            Err(e) if e.is(&[NOT_FOUND]) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

async fn holds(cx: &Cx<'_>, profile: &Id, role: &str) -> Result<bool, AwsError> {
    let seen = cx.world.reads.iam.profiles.fresh(profile).await?;
    Ok(seen.is_some_and(|seen| seen.roles.iter().any(|held| held.role_name == role)))
}

async fn remove(iam: &Client, profile: &str, role: &str) -> Result<(), AwsError> {
    let request = iam.remove_role_from_instance_profile().instance_profile_name(profile).role_name(role);
    match call("RemoveRoleFromInstanceProfile", request.send()).await {
        Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
        _ => Ok(()),
    }
}

#[test]
fn only_the_name_is_fixed() {
    let wanted = InstanceProfile { name: "a".into(), role_name: "r".into(), tags: Tags::new() };
    assert_eq!(wanted.diff(&wanted), Diff::Same);
    assert_eq!(wanted.diff(&InstanceProfile { role_name: "s".into(), ..wanted.clone() }), Diff::Update);
    assert_eq!(wanted.diff(&InstanceProfile { name: "b".into(), ..wanted.clone() }), Diff::Replace("name"));
}
