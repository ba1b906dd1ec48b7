//! A managed policy of the account's own: what is too long for a role's inline policies. Its path is its owner's; see
//! [`path`].

use super::role_read::decode;
use super::{BUSY, NOT_FOUND, path, plain_tags, sdk_tags};
use crate::call::{AwsError, call, creating};
use crate::policy::{Document, compact};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{EntityType, PolicyVersion};
use composite::{Child, Diff, Error, Id};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Versions that a policy can have (IAM's quota): each document it had, and one that counts.
const VERSIONS: usize = 5;

/// The spec of a managed policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// The name, of at most 128 characters and unique in the account. It can't be changed.
    pub name: String,
    /// For readers in AWS. It can't be changed.
    pub description: String,
    /// What it allows: 6,144 characters without white space.
    #[serde(with = "compact")]
    pub document: Document,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyOut {
    /// The ARN, path included: what a role attaches.
    pub arn: String,
}

/// A policy as it is.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    name: String,
    description: String,
    /// That of the version that counts.
    document: Document,
    /// All of them, ownership included.
    tags: Tags,
}

impl Child for Policy {
    const KIND: &'static str = "iam_policy";
    type World = World;
    type Out = PolicyOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
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
        let arn = self.arn(cx);
        if cx.not.contains(&arn) {
            return Ok(None);
        }
        let seen = cx.world.reads.iam.policies.fresh(&arn).await?;
        Ok(seen.filter(|seen| tags::are_ours(cx, &seen.tags)).map(|_| arn))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let (arn, reads) = (self.arn(cx), &cx.world.reads.iam.policies);
        let tags = tags::to_create(cx, &self.tags);
        let request = cx
            .world
            .iam
            .create_policy()
            .policy_name(&self.name)
            .path(path(&cx.world.owner))
            .description(&self.description)
            .policy_document(self.document.to_string())
            .set_tags(Some(sdk_tags(&tags)));
        match creating("CreatePolicy", request.send()).await {
            Ok(_) => {
                let Self { name, description, document, .. } = self.clone();
                reads.hand_on(&arn, Seen { name, description, document, tags });
                Ok(arn)
            }
            Err(e) if e.is(&["EntityAlreadyExists"]) => {
                let carried = reads.fresh(&arn).await?.map(|seen| seen.tags).unwrap_or_default();
                if tags::are_ours(cx, &carried) {
                    return Err(e.exists().into());
                }
                Err(Error::message(format!(
                    "policy {} exists and belongs to someone else ({}); delete it or choose another `project`",
                    self.name,
                    tags::whose(&carried),
                )))
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<PolicyOut, Error> {
        let (iam, reads) = (&cx.world.iam, &cx.world.reads.iam.policies);
        // A policy just made may be unknown for some seconds.
        let seen = wait::settled(cx, &[NOT_FOUND], || async {
            let missing = || AwsError::ours("GetPolicy", format!("no policy {id}")).coded(NOT_FOUND);
            reads.fresh(id).await?.ok_or_else(missing)
        })
        .await?;
        if seen.document != self.document {
            self.put(cx, id).await?;
        }
        let changes = tags::changes(&seen.tags, &tags::to_create(cx, &self.tags));
        if !changes.set.is_empty() {
            let request = iam.tag_policy().policy_arn(id).set_tags(Some(sdk_tags(&changes.set)));
            call("TagPolicy", request.send()).await?;
        }
        if !changes.remove.is_empty() {
            let request = iam.untag_policy().policy_arn(id).set_tag_keys(Some(changes.remove));
            call("UntagPolicy", request.send()).await?;
        }
        reads.forget(id);
        Ok(PolicyOut { arn: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, PolicyOut)>, Error> {
        let Some(seen) = cx.world.reads.iam.policies.get(id).await? else { return Ok(None) };
        let tags = tags::of_user(cx, &seen.tags);
        let Seen { name, description, document, .. } = seen;
        Ok(Some((Self { name, description, document, tags }, PolicyOut { arn: id.clone() })))
    }

    /// IAM deletes a policy only when it has one version and no role has it any more.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let iam = &cx.world.iam;
        // A role that was just deleted, or has just let go, may still count for some seconds.
        wait::settled(cx, &[BUSY, &["DeleteConflict"]].concat(), || async {
            let deleted = async {
                for version in versions(iam, id).await?.iter().filter(|version| !version.is_default_version) {
                    delete_version(iam, id, version).await?;
                }
                call("DeletePolicy", iam.delete_policy().policy_arn(id).send()).await
            };
            gone(deleted.await)
        })
        .await?;
        cx.world.reads.iam.policies.forget(id);
        Ok(())
    }
}

impl Policy {
    fn arn(&self, cx: &Cx<'_>) -> String {
        let (partition, account) = (&cx.world.partition, &cx.world.account_id);
        format!("arn:{partition}:iam::{account}:policy{}{}", path(&cx.world.owner), self.name)
    }

    /// Makes the document the version that counts. Where there is no room, the oldest one goes. Done twice, as after a
    /// lost answer, it costs a version and changes nothing.
    async fn put(&self, cx: &Cx<'_>, id: &str) -> Result<(), Error> {
        let iam = &cx.world.iam;
        wait::settled(cx, &[BUSY, &["LimitExceeded"]].concat(), || async {
            let versions = versions(iam, id).await?;
            if let Some(oldest) = superfluous(&versions) {
                delete_version(iam, id, oldest).await?;
            }
            let request = iam
                .create_policy_version()
                .policy_arn(id)
                .policy_document(self.document.to_string())
                .set_as_default(true);
            call("CreatePolicyVersion", request.send()).await.map(|_| ())
        })
        .await
    }
}

/// The oldest version, if there is no room for another: the one with the lowest number, `v1` before `v10`.
fn superfluous(versions: &[PolicyVersion]) -> Option<&PolicyVersion> {
    let number = |version: &&PolicyVersion| {
        let id = version.version_id.as_deref().unwrap_or_default();
        id.trim_start_matches('v').parse::<u64>().unwrap_or(u64::MAX)
    };
    let others = versions.iter().filter(|version| !version.is_default_version);
    others.min_by_key(number).filter(|_| versions.len() >= VERSIONS)
}

async fn versions(iam: &Client, arn: &str) -> Result<Vec<PolicyVersion>, AwsError> {
    let mut pages = iam.list_policy_versions().policy_arn(arn).into_paginator().send();
    let mut found = vec![];
    while let Some(page) = pages.next().await {
        let page = call("ListPolicyVersions", std::future::ready(page)).await?;
        found.extend(page.versions.unwrap_or_default());
    }
    Ok(found)
}

async fn delete_version(iam: &Client, arn: &str, version: &PolicyVersion) -> Result<(), AwsError> {
    let request = iam.delete_policy_version().policy_arn(arn).set_version_id(version.version_id.clone());
    gone(call("DeletePolicyVersion", request.send()).await)
}

/// The answer to a deletion. What isn't there was deleted by a try whose answer was lost.
fn gone<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
        _ => Ok(()),
    }
}

/// The policies named, as far as they exist. AWS gives tags with one policy at a time, and the document in another call;
/// one call gives the documents of all policies of the account. Where that is denied they are read one by one.
pub(super) async fn many(iam: Client, arns: Vec<String>) -> Result<HashMap<String, Seen>, AwsError> {
    let documents = if arns.len() > 1 { documents(&iam).await? } else { HashMap::new() };
    let reads = arns.into_iter().map(|arn| {
        let known = documents.get(&arn).cloned();
        let iam = &iam;
        async move { Ok::<_, AwsError>(one(iam, &arn, known).await?.map(|seen| (arn, seen))) }
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// The document that counts of each policy of the account's own, by ARN.
async fn documents(iam: &Client) -> Result<HashMap<String, String>, AwsError> {
    let request = iam.get_account_authorization_details().filter(EntityType::LocalManagedPolicy);
    let mut pages = request.max_items(1000).into_paginator().send();
    let mut found = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = match call("GetAccountAuthorizationDetails", std::future::ready(page)).await {
            Err(e) if e.is(&["AccessDenied", "AccessDeniedException"]) => break,
            page => page?,
        };
        for policy in page.policies.into_iter().flatten() {
            let versions = policy.policy_version_list.into_iter().flatten();
            let current = versions.filter(|version| version.is_default_version).find_map(|v| v.document);
            found.extend(policy.arn.zip(current));
        }
    }
    Ok(found)
}

/// One policy; `None` if there is none of that ARN.
async fn one(iam: &Client, arn: &str, document: Option<String>) -> Result<Option<Seen>, AwsError> {
    let policy = match call("GetPolicy", iam.get_policy().policy_arn(arn).send()).await {
        Ok(answer) => answer.policy,
        Err(e) if e.is(&[NOT_FOUND]) => return Ok(None),
        Err(e) => return Err(e),
    };
    let Some(policy) = policy else { return Ok(None) };
    let document = match document {
        Some(document) => document,
        None => {
            let version = policy.default_version_id.unwrap_or_default();
            let request = iam.get_policy_version().policy_arn(arn).version_id(version);
            match call("GetPolicyVersion", request.send()).await {
                Ok(answer) => answer.policy_version.and_then(|version| version.document).unwrap_or_default(),
                Err(e) if e.is(&[NOT_FOUND]) => return Ok(None),
                Err(e) => return Err(e),
            }
        }
    };
    Ok(Some(Seen {
        name: policy.policy_name.unwrap_or_default(),
        description: policy.description.unwrap_or_default(),
        document: decode("GetPolicyVersion", &document)?,
        tags: plain_tags(policy.tags),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Statement, document};

    #[test]
    fn document_and_tags_change_in_place() {
        let wanted = Policy {
            name: "a".into(),
            description: "d".into(),
            document: document(vec![]),
            tags: Tags::new(),
        };
        let other = document(vec![Statement::allow("A").actions(&["s3:GetObject"]).resource("*")]);
        for (saw, diff) in [
            (wanted.clone(), Diff::Same),
            (Policy { document: other, ..wanted.clone() }, Diff::Update),
            (Policy { tags: Tags::from([("a".into(), "1".into())]), ..wanted.clone() }, Diff::Update),
            (Policy { name: "b".into(), ..wanted.clone() }, Diff::Replace("name")),
            (Policy { description: "e".into(), ..wanted.clone() }, Diff::Replace("description")),
        ] {
            assert_eq!(wanted.diff(&saw), diff, "{saw:?}");
        }
    }

    #[test]
    fn the_oldest_version_goes_when_there_is_no_room_and_never_the_one_that_counts() {
        let version = |(id, current): (&str, bool)| {
            PolicyVersion::builder().version_id(id).is_default_version(current).build()
        };
        for (versions, goes) in [
            (vec![("v1", true)], None),
            (vec![("v4", true), ("v3", false), ("v2", false), ("v1", false)], None),
            (vec![("v11", true), ("v10", false), ("v9", false), ("v8", false), ("v7", false)], Some("v7")),
            (vec![("v12", false), ("v11", false), ("v10", false), ("v9", false), ("v8", true)], Some("v9")),
        ] {
            let versions: Vec<PolicyVersion> = versions.into_iter().map(version).collect();
            let superfluous = superfluous(&versions).and_then(|version| version.version_id.as_deref());
            assert_eq!(superfluous, goes, "{versions:?}");
        }
    }
}
