//! KMS: the environment's key and its alias.

mod alias;
mod key;

pub use alias::{Alias, AliasOut, alias_name};
pub use key::{Key, KeyOut};

use crate::batch::{Batched, Handed};
use crate::call::{AwsError, call};
use crate::tags::Tags;
use aws_sdk_kms::types::{KeyMetadata, Tag};
use aws_sdk_kms::{Client, types::KeyState};
use std::collections::HashMap;

const NOT_FOUND: &str = "NotFoundException";

/// Reads of keys by id or by alias. KMS describes one at a time; but a key and the alias that points at it are
/// usually asked for together, and then one call answers both.
pub struct Reads {
    pub(crate) metadata: Batched<String, KeyMetadata>,
    /// Keys that were just made: what [`key::look`] would see.
    made: Handed<key::Seen>,
    /// The keys of aliases that were just made.
    made_aliases: Handed<String>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let client = client.clone();
        Self {
            metadata: Batched::new(20, move |wanted| {
                let client = client.clone();
                async move { describe_all(&client, wanted).await }
            }),
            made: Handed::default(),
            made_aliases: Handed::default(),
        }
    }
}

async fn describe_all(
    client: &Client,
    wanted: Vec<String>,
) -> Result<HashMap<String, KeyMetadata>, AwsError> {
    let mut found = HashMap::new();
    let (aliases, keys): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|id| id.starts_with("alias/"));
    for alias in aliases {
        if let Some(metadata) = describe(client, &alias).await? {
            found.insert(metadata.key_id.clone(), metadata.clone());
            found.insert(alias, metadata);
        }
    }
    for key in keys {
        if !found.contains_key(&key)
            && let Some(metadata) = describe(client, &key).await?
        {
            found.insert(key, metadata);
        }
    }
    Ok(found)
}

async fn describe(client: &Client, id: &str) -> Result<Option<KeyMetadata>, AwsError> {
    match call("DescribeKey", client.describe_key().key_id(id).send()).await {
        Ok(answer) => Ok(answer.key_metadata),
        Err(e) if e.is(&[NOT_FOUND]) => Ok(None),
        Err(e) => Err(e),
    }
}

/// A key that is scheduled for deletion can't be used and goes by itself: to us it is gone.
fn is_gone(key: &KeyMetadata) -> bool {
    matches!(key.key_state, Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion))
}

/// The tags of a key.
async fn tags_of(client: &Client, id: &str) -> Result<Tags, AwsError> {
    let mut pages = client.list_resource_tags().key_id(id).into_paginator().send();
    let mut tags = Tags::new();
    while let Some(page) = pages.next().await {
        let page = call("ListResourceTags", std::future::ready(page)).await?;
        tags.extend(page.tags.into_iter().flatten().map(|t| (t.tag_key, t.tag_value)));
    }
    Ok(tags)
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag = |(k, v): (&String, &String)| {
        Tag::builder().tag_key(k).tag_value(v).build().expect("key and value are set")
    };
    tags.iter().map(tag).collect()
}
