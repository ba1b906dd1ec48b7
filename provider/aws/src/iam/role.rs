//! A role with its inline and attached policies. Its path is its owner's; see [`path`].

use super::role_read::{Seen, attached, inline_names, one};
use super::{BUSY, NOT_FOUND, path, sdk_tags};
use crate::call::{AwsError, call, creating};
use crate::policy::{Document, compact};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use futures::future::{try_join_all, try_join5};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The spec of a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// The name, of at most 64 characters and unique in the account. It can't be changed.
    pub name: String,
    /// Who may assume it.
    #[serde(with = "compact")]
    pub trust: Document,
    /// Inline policies by name: 10,240 characters in all.
    #[serde(with = "compact::by_name")]
    pub policies: BTreeMap<String, Document>,
    /// Attached managed policies: at most ten (a quota that AWS raises on request).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub managed_policy_arns: BTreeSet<String>,
    /// The managed policy that bounds what the role may ever do.
    pub permissions_boundary: Option<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleOut {
    /// The name.
    pub name: String,
    /// The ARN, path included.
    pub arn: String,
}

impl Child for Role {
    const KIND: &'static str = "role";
    type World = World;
    type Out = RoleOut;

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
        let seen = one(&cx.world.iam, &self.name).await?;
        Ok(seen.filter(|seen| tags::are_ours(cx, &seen.tags)).map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let iam = &cx.world.iam;
        let request = iam
            .create_role()
            .role_name(&self.name)
            .path(path(&cx.world.owner))
            .assume_role_policy_document(self.trust.to_string())
            .set_permissions_boundary(self.permissions_boundary.clone())
            .set_tags(Some(sdk_tags(&tags::to_create(cx, &self.tags))));
        let made = creating("CreateRole", request.send()).await;
        cx.world.reads.iam.roles.forget(&self.name);
        match made {
            Ok(made) => {
                let arn = made.role.map(|role| role.arn).unwrap_or_default();
                cx.world.reads.iam.made_roles.hand_on(&self.name, self.made(cx, arn));
                Ok(self.name.clone())
            }
            Err(e) if e.is(&["EntityAlreadyExists"]) => {
                let carried = one(iam, &self.name).await?.map(|seen| seen.tags).unwrap_or_default();
                if tags::are_ours(cx, &carried) {
                    return Err(e.exists().into());
                }
                Err(Error::message(format!(
                    "role {} exists and belongs to someone else ({}); delete it or choose another `project`",
                    self.name,
                    tags::whose(&carried),
                )))
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<RoleOut, Error> {
        let iam = &cx.world.iam;
        let seen = match cx.world.reads.iam.made_roles.take(id) {
            Some(made) => made,
            // A role just made may be unknown for some seconds.
            None => {
                wait::settled(cx, &[NOT_FOUND], || async {
                    let seen = one(iam, id).await?;
                    seen.ok_or_else(|| AwsError::ours("GetRole", format!("no role {id}")).coded(NOT_FOUND))
                })
                .await?
            }
        };
        try_join5(
            self.sync_trust(cx, id, &seen),
            self.sync_boundary(cx, id, &seen),
            self.sync_inline(cx, id, &seen),
            self.sync_attached(cx, id, &seen),
            self.sync_tags(cx, id, &seen),
        )
        .await?;
        cx.world.reads.iam.roles.forget(id);
        Ok(RoleOut { name: id.clone(), arn: seen.arn })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, RoleOut)>, Error> {
        let Some(seen) = cx.world.reads.iam.roles.get(id).await? else { return Ok(None) };
        let spec = Self {
            name: id.clone(),
            trust: seen.trust,
            policies: seen.policies,
            managed_policy_arns: seen.managed_policy_arns,
            permissions_boundary: seen.permissions_boundary,
            tags: tags::of_user(cx, &seen.tags),
        };
        Ok(Some((spec, RoleOut { name: id.clone(), arn: seen.arn })))
    }

    /// IAM deletes a role only when nothing hangs on it any more: policies, and instance profiles that hold it.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        // What was just taken off may still be seen for some seconds.
        wait::settled(cx, &["ConcurrentModification", "DeleteConflict"], || async {
            match delete(cx, id).await {
                Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        cx.world.reads.iam.roles.forget(id);
        Ok(())
    }
}

impl Role {
    /// What is known of a role that was just made.
    fn made(&self, cx: &Cx<'_>, arn: String) -> Seen {
        Seen {
            arn,
            trust: self.trust.clone(),
            policies: BTreeMap::new(),
            managed_policy_arns: BTreeSet::new(),
            permissions_boundary: self.permissions_boundary.clone(),
            tags: tags::to_create(cx, &self.tags),
            created: None,
        }
    }

    async fn sync_trust(&self, cx: &Cx<'_>, id: &str, seen: &Seen) -> Result<(), Error> {
        if seen.trust == self.trust {
            return Ok(());
        }
        let iam = &cx.world.iam;
        let request =
            || iam.update_assume_role_policy().role_name(id).policy_document(self.trust.to_string());
        settled(cx, || async { call("UpdateAssumeRolePolicy", request().send()).await.map(|_| ()) }).await
    }

    async fn sync_tags(&self, cx: &Cx<'_>, id: &str, seen: &Seen) -> Result<(), Error> {
        let iam = &cx.world.iam;
        let changes = tags::changes(&seen.tags, &tags::to_create(cx, &self.tags));
        if !changes.set.is_empty() {
            let set = sdk_tags(&changes.set);
            let request = || iam.tag_role().role_name(id).set_tags(Some(set.clone()));
            settled(cx, || async { call("TagRole", request().send()).await.map(|_| ()) }).await?;
        }
        if !changes.remove.is_empty() {
            let request = || iam.untag_role().role_name(id).set_tag_keys(Some(changes.remove.clone()));
            settled(cx, || async { call("UntagRole", request().send()).await.map(|_| ()) }).await?;
        }
        Ok(())
    }

    async fn sync_boundary(&self, cx: &Cx<'_>, id: &str, seen: &Seen) -> Result<(), Error> {
        let iam = &cx.world.iam;
        if seen.permissions_boundary == self.permissions_boundary {
            return Ok(());
        }
        settled(cx, || async {
            match &self.permissions_boundary {
                Some(arn) => {
                    let request = iam.put_role_permissions_boundary().role_name(id).permissions_boundary(arn);
                    call("PutRolePermissionsBoundary", request.send()).await.map(|_| ())
                }
                None => {
                    let request = iam.delete_role_permissions_boundary().role_name(id);
                    off(call("DeleteRolePermissionsBoundary", request.send()).await)
                }
            }
        })
        .await
    }

    /// Deletes first: the sum of all inline policies is limited.
    async fn sync_inline(&self, cx: &Cx<'_>, id: &str, seen: &Seen) -> Result<(), Error> {
        let iam = &cx.world.iam;
        for name in seen.policies.keys().filter(|name| !self.policies.contains_key(*name)) {
            let request = || iam.delete_role_policy().role_name(id).policy_name(name);
            settled(cx, || async { off(call("DeleteRolePolicy", request().send()).await) }).await?;
        }
        let differing =
            self.policies.iter().filter(|(name, policy)| seen.policies.get(*name) != Some(policy));
        try_join_all(differing.map(|(name, policy)| async move {
            let request =
                || iam.put_role_policy().role_name(id).policy_name(name).policy_document(policy.to_string());
            settled(cx, || async { call("PutRolePolicy", request().send()).await.map(|_| ()) }).await
        }))
        .await
        .map(drop)
    }

    /// Detaches first: the number of attached policies is limited.
    async fn sync_attached(&self, cx: &Cx<'_>, id: &str, seen: &Seen) -> Result<(), Error> {
        let iam = &cx.world.iam;
        for arn in seen.managed_policy_arns.difference(&self.managed_policy_arns) {
            let request = || iam.detach_role_policy().role_name(id).policy_arn(arn);
            settled(cx, || async { off(call("DetachRolePolicy", request().send()).await) }).await?;
        }
        let missing = self.managed_policy_arns.difference(&seen.managed_policy_arns);
        try_join_all(missing.map(|arn| async move {
            let request = || iam.attach_role_policy().role_name(id).policy_arn(arn);
            settled(cx, || async { call("AttachRolePolicy", request().send()).await.map(|_| ()) }).await
        }))
        .await
        .map(drop)
    }
}

/// Repeats a change of a role while another one is under way, or while the role that was just made is unknown. A
/// policy that doesn't exist answers with the same code as the role, and is told apart by the text.
async fn settled<F>(cx: &Cx<'_>, change: impl FnMut() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), AwsError>>,
{
    wait::settled_if(cx, unsettled, change).await
}

fn unsettled(e: &AwsError) -> bool {
    e.is(BUSY) || is_missing_role(e)
}

fn is_missing_role(e: &AwsError) -> bool {
    e.is(&[NOT_FOUND]) && e.message.to_ascii_lowercase().contains("role with name")
}

/// The answer to taking something off a role. What is off already was taken off by a try whose answer was lost.
fn off<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(e) if e.is(&[NOT_FOUND]) && !is_missing_role(&e) => Ok(()),
        other => other.map(|_| ()),
    }
}

async fn delete(cx: &Cx<'_>, id: &str) -> Result<(), AwsError> {
    let iam = &cx.world.iam;
    let holders =
        call("ListInstanceProfilesForRole", iam.list_instance_profiles_for_role().role_name(id).send())
            .await?;
    for profile in holders.instance_profiles {
        let request = iam
            .remove_role_from_instance_profile()
            .instance_profile_name(profile.instance_profile_name)
            .role_name(id);
        off(call("RemoveRoleFromInstanceProfile", request.send()).await)?;
    }
    for arn in attached(iam, id).await? {
        off(call("DetachRolePolicy", iam.detach_role_policy().role_name(id).policy_arn(arn).send()).await)?;
    }
    for name in inline_names(iam, id).await? {
        off(call("DeleteRolePolicy", iam.delete_role_policy().role_name(id).policy_name(name).send()).await)?;
    }
    call("DeleteRole", iam.delete_role().role_name(id).send()).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::document;

    #[test]
    fn only_the_name_is_fixed() {
        let wanted = Role {
            name: "paas-dev-deploy".into(),
            trust: document(vec![]),
            policies: BTreeMap::new(),
            managed_policy_arns: BTreeSet::new(),
            permissions_boundary: None,
            tags: Tags::new(),
        };
        let bounded = Role { permissions_boundary: Some("arn:b".into()), ..wanted.clone() };
        assert_eq!(wanted.diff(&wanted), Diff::Same);
        assert_eq!(wanted.diff(&bounded), Diff::Update);
        assert_eq!(wanted.diff(&Role { name: "x".into(), ..wanted.clone() }), Diff::Replace("name"));
    }

    #[test]
    fn a_missing_role_is_waited_for_and_a_missing_policy_is_not() {
        let missing = |message: &str| AwsError::ours("AttachRolePolicy", message).coded(NOT_FOUND);
        assert!(unsettled(&missing("The role with name paas-dev-deploy cannot be found.")));
        assert!(!unsettled(&missing(
            "Policy arn:aws:iam::aws:policy/None does not exist or is not attachable."
        )));
    }

    #[test]
    fn what_is_off_already_is_off_unless_the_role_is_missing() {
        let missing = |message: &str| AwsError::ours("DeleteRolePolicy", message).coded(NOT_FOUND);
        assert!(off::<()>(Err(missing("The role policy with name key cannot be found."))).is_ok());
        assert!(off::<()>(Err(missing("The role with name paas-dev-deploy cannot be found."))).is_err());
        assert!(off::<()>(Err(AwsError::ours("DeleteRolePolicy", "no").coded("AccessDenied"))).is_err());
    }
}
