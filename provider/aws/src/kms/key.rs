//! A customer-managed symmetric key.

use super::{NOT_FOUND, describe, is_gone, sdk_tags, tags_of};
use crate::call::{AwsError, call, creating};
use crate::policy::{Document, compact};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_kms::types::KeyMetadata;
use composite::{Child, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The spec of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// What people see in the console.
    pub description: String,
    /// Who may do what with it; see [`crate::policies::key`].
    #[serde(with = "compact")]
    pub policy: Document,
    /// Whether it can be used: somebody may disable it, and nothing that it encrypts can be read. Want `true`.
    pub enabled: bool,
    /// Whether KMS makes new key material each year.
    pub enable_key_rotation: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyOut {
    /// The key's id, a UUID.
    pub id: String,
    /// The key's ARN.
    pub arn: String,
}

/// A policy that was just written may be read back old for a few seconds, and a key just made be unknown.
const UNSETTLED: &[&str] = &[NOT_FOUND];

impl Child for Key {
    const KIND: &'static str = "key";
    type World = World;
    type Out = KeyOut;

    /// Keys have no names. An alias leads to ours; a run that was killed before it made the alias left a key without
    /// one: so the tags of our alias's key and of the keys without any alias are looked at, and of no others.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        for id in candidates(cx).await? {
            if cx.not.contains(&id) {
                continue;
            }
            let carried = match tags_of(&cx.world.kms, &id).await {
                Ok(carried) => carried,
                // Another's key whose policy shuts us out, or one that has just gone.
                Err(e) if e.is(&["AccessDeniedException", NOT_FOUND]) => continue,
                Err(e) => return Err(e.into()),
            };
            if tags::are_ours(cx, &carried)
                && describe(&cx.world.kms, &id).await?.is_some_and(|key| !is_gone(&key))
            {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .kms
            .create_key()
            .description(&self.description)
            .policy(self.policy.to_string())
            .set_tags(Some(sdk_tags(&tags::to_create(cx, &self.tags))));
        let made = creating("CreateKey", request.send()).await?;
        let key = made.key_metadata.ok_or_else(|| Error::message("CreateKey answered without a key"))?;
        // Rotation is off in a new key.
        let seen = Self { enabled: key.enabled, enable_key_rotation: false, ..self.clone() };
        let carried = tags::to_create(cx, &self.tags);
        cx.world.reads.kms.made.hand_on(&key.key_id, (seen, carried, key.arn.unwrap_or_default()));
        Ok(key.key_id)
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<KeyOut, Error> {
        let kms = &cx.world.kms;
        let (seen, carried, arn) = match cx.world.reads.kms.made.take(id) {
            Some(made) => made,
            None => {
                wait::settled(cx, UNSETTLED, || async {
                    let key = call("DescribeKey", kms.describe_key().key_id(id).send()).await?.key_metadata;
                    let key = key.ok_or_else(|| AwsError::ours("DescribeKey", format!("no key {id}")))?;
                    look(cx, key).await
                })
                .await?
            }
        };
        // First, because KMS refuses other changes of a key that is disabled.
        match (seen.enabled, self.enabled) {
            (false, true) => {
                call("EnableKey", kms.enable_key().key_id(id).send()).await?;
            }
            (true, false) => {
                call("DisableKey", kms.disable_key().key_id(id).send()).await?;
            }
            _ => {}
        }
        if seen.description != self.description {
            let request = kms.update_key_description().key_id(id).description(&self.description);
            call("UpdateKeyDescription", request.send()).await?;
        }
        if seen.policy != self.policy {
            let request = kms.put_key_policy().key_id(id).policy(self.policy.to_string());
            call("PutKeyPolicy", request.send()).await?;
        }
        match (seen.enable_key_rotation, self.enable_key_rotation) {
            (false, true) => {
                // A key just made may be unknown for some seconds.
                let enable = || call("EnableKeyRotation", kms.enable_key_rotation().key_id(id).send());
                wait::settled(cx, UNSETTLED, enable).await?;
            }
            (true, false) => {
                call("DisableKeyRotation", kms.disable_key_rotation().key_id(id).send()).await?;
            }
            _ => {}
        }
        let changes = tags::changes(&carried, &tags::to_create(cx, &self.tags));
        if !changes.set.is_empty() {
            call("TagResource", kms.tag_resource().key_id(id).set_tags(Some(sdk_tags(&changes.set))).send())
                .await?;
        }
        if !changes.remove.is_empty() {
            call("UntagResource", kms.untag_resource().key_id(id).set_tag_keys(Some(changes.remove)).send())
                .await?;
        }
        cx.world.reads.kms.metadata.forget(id);
        Ok(KeyOut { id: id.clone(), arn })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, KeyOut)>, Error> {
        let Some(key) = cx.world.reads.kms.metadata.get(id).await?.filter(|key| !is_gone(key)) else {
            return Ok(None);
        };
        match look(cx, key).await {
            Ok((spec, _, arn)) => Ok(Some((spec, KeyOut { id: id.clone(), arn }))),
            Err(e) if e.is(&[NOT_FOUND]) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let days = cx.world.steering.deletion_window_in_days;
        let request = cx.world.kms.schedule_key_deletion().key_id(id).pending_window_in_days(days);
        let scheduled = call("ScheduleKeyDeletion", request.send()).await;
        cx.world.reads.kms.metadata.forget(id);
        match scheduled {
            Err(e) if e.is(&[NOT_FOUND]) => Ok(()),
            // Refused in some states, among them: already scheduled.
            Err(e) if e.is(&["KMSInvalidStateException"]) => {
                match describe(&cx.world.kms, id).await?.filter(|key| !is_gone(key)) {
                    Some(_) => Err(e.into()),
                    None => Ok(()),
                }
            }
            other => Ok(other.map(|_| ())?),
        }
    }
}

/// The rest of a key that `DescribeKey` knows: its spec, all tags it carries, its ARN.
/// The spec as seen, all tags that the key carries, and its ARN.
pub(super) type Seen = (Key, Tags, String);

async fn look(cx: &Cx<'_>, key: KeyMetadata) -> Result<Seen, AwsError> {
    let (kms, id) = (&cx.world.kms, key.key_id.as_str());
    let (policy, rotation, carried) = futures::try_join!(
        call("GetKeyPolicy", kms.get_key_policy().key_id(id).send()),
        call("GetKeyRotationStatus", kms.get_key_rotation_status().key_id(id).send()),
        tags_of(kms, id),
    )?;
    let text = policy.policy.unwrap_or_default();
    let policy = text
        .parse()
        .map_err(|e| AwsError::ours("GetKeyPolicy", format!("key {id}: the policy isn't JSON: {e}")))?;
    let spec = Key {
        description: key.description.unwrap_or_default(),
        policy,
        enabled: key.enabled,
        enable_key_rotation: rotation.key_rotation_enabled,
        tags: tags::of_user(cx, &carried),
    };
    Ok((spec, carried, key.arn.unwrap_or_default()))
}

/// Where ours may be among the keys of the account and region.
async fn candidates(cx: &Cx<'_>) -> Result<Vec<Id>, AwsError> {
    let (aliases, keys) = futures::try_join!(aliases(cx), keys(cx))?;
    Ok(select(keys, &aliases, &super::alias_name(&cx.world.owner)))
}

/// The key behind `ours` first, then the keys that no alias names.
fn select(keys: Vec<Id>, aliases: &BTreeMap<String, Id>, ours: &str) -> Vec<Id> {
    let named: BTreeSet<&Id> = aliases.values().collect();
    let unnamed = keys.into_iter().filter(|id| !named.contains(id));
    aliases.get(ours).cloned().into_iter().chain(unnamed).collect()
}

async fn keys(cx: &Cx<'_>) -> Result<Vec<Id>, AwsError> {
    let mut pages = cx.world.kms.list_keys().into_paginator().send();
    let mut ids = vec![];
    while let Some(page) = pages.next().await {
        let page = call("ListKeys", std::future::ready(page)).await?;
        ids.extend(page.keys.into_iter().flatten().filter_map(|key| key.key_id));
    }
    Ok(ids)
}

async fn aliases(cx: &Cx<'_>) -> Result<BTreeMap<String, Id>, AwsError> {
    let mut pages = cx.world.kms.list_aliases().into_paginator().send();
    let mut targets = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = call("ListAliases", std::future::ready(page)).await?;
        let both = page.aliases.into_iter().flatten().filter_map(|a| a.alias_name.zip(a.target_key_id));
        targets.extend(both);
    }
    Ok(targets)
}

#[test]
fn keys_that_another_alias_names_are_passed_over() {
    let aliases = BTreeMap::from([
        ("alias/aws/s3".to_owned(), "managed".to_owned()),
        ("alias/other".to_owned(), "other".to_owned()),
        ("alias/paas-dev".to_owned(), "ours".to_owned()),
    ]);
    let keys = ["managed", "orphan", "other", "ours"].map(str::to_owned).to_vec();
    assert_eq!(select(keys, &aliases, "alias/paas-dev"), ["ours", "orphan"]);
}
