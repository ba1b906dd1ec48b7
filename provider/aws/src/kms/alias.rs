//! A key's alias: its name for people and configurations.

use super::{NOT_FOUND, describe, tags_of};
use crate::call::{AwsError, call, creating};
use crate::tags;
use crate::wait;
use crate::world::{Cx, Owner, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of an alias. KMS gives aliases no tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// `alias/…`; see [`alias_name`]. It can't be changed.
    pub name: String,
    /// The id of the key it stands for.
    pub key_id: String,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AliasOut {
    /// `alias/…`
    pub name: String,
}

/// The name of the alias of `owner`'s key. [`Key::find`](super::Key) looks for its key behind it.
#[must_use]
pub fn alias_name(owner: &Owner) -> String {
    format!("alias/{}", owner.parts().join("-"))
}

impl Child for Alias {
    const KIND: &'static str = "key_alias";
    type World = World;
    type Out = AliasOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    /// Ours if it stands for the wanted key, or for an earlier one of this owner.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.name) {
            return Ok(None);
        }
        let Some(key) = describe(&cx.world.kms, &self.name).await? else { return Ok(None) };
        let ours = key.key_id == self.key_id
            || tags_of(&cx.world.kms, &key.key_id)
                .await
                .is_ok_and(|tags| tags.get(tags::OWNER) == Some(&cx.world.owner.path()));
        Ok(ours.then(|| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx.world.kms.create_alias().alias_name(&self.name).target_key_id(&self.key_id);
        // The key may have been made a moment ago.
        let made = wait::settled(cx, &[NOT_FOUND], || async {
            match creating("CreateAlias", request.clone().send()).await {
                Err(e) if e.is(&["AlreadyExistsException"]) => Ok(Some(e)),
                made => made.map(|_| None),
            }
        });
        let Some(exists) = made.await? else {
            cx.world.reads.kms.made_aliases.hand_on(&self.name, self.key_id.clone());
            return Ok(self.name.clone());
        };
        match self.find(cx).await? {
            Some(_) => Err(exists.exists().into()),
            None => Err(Error::message(format!(
                "{} exists and stands for a key of someone else; delete it or choose another `project`",
                self.name
            ))),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<AliasOut, Error> {
        let kms = &cx.world.kms;
        let target = match cx.world.reads.kms.made_aliases.take(id) {
            Some(made) => made,
            // An alias just made may be unknown for a few seconds.
            None => {
                wait::settled(cx, &[NOT_FOUND], || async {
                    let answer =
                        call("DescribeKey", kms.describe_key().key_id(id).send()).await?.key_metadata;
                    answer.map(|k| k.key_id).ok_or_else(|| AwsError::ours("DescribeKey", "no key"))
                })
                .await?
            }
        };
        if target != self.key_id {
            let request = kms.update_alias().alias_name(id).target_key_id(&self.key_id);
            call("UpdateAlias", request.send()).await?;
        }
        cx.world.reads.kms.metadata.forget(id);
        Ok(AliasOut { name: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, AliasOut)>, Error> {
        let key = cx.world.reads.kms.metadata.get(id).await?;
        Ok(key.map(|key| (Self { name: id.clone(), key_id: key.key_id }, AliasOut { name: id.clone() })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let deleted = call("DeleteAlias", cx.world.kms.delete_alias().alias_name(id).send()).await;
        cx.world.reads.kms.metadata.forget(id);
        match deleted {
            Err(e) if !e.is(&[NOT_FOUND]) => Err(e.into()),
            _ => Ok(()),
        }
    }
}

#[test]
fn only_the_name_is_fixed() {
    let wanted = Alias { name: "alias/paas-dev".into(), key_id: "1".into() };
    let moved = Alias { key_id: "2".into(), ..wanted.clone() };
    let renamed = Alias { name: "alias/other".into(), ..wanted.clone() };
    assert_eq!(wanted.diff(&wanted), Diff::Same);
    assert_eq!(wanted.diff(&moved), Diff::Update);
    assert_eq!(wanted.diff(&renamed), Diff::Replace("name"));
}
