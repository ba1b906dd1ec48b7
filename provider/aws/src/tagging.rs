//! Tags in bulk.
//!
//! Many services give an object's tags only in a call of their own. The tagging API gives those of twenty owners in one
//! call, but its index lags behind what was written (AWS gives no bound). So it is believed only where it says what is
//! expected: what the state holds. Everything else is asked of the service itself.
//!
//! Where many owners are asked about, it lists all that is ours of the services that are asked here: the page of a hundred
//! objects is what costs, not the owner.

use crate::batch::{Batched, DENIED, MANY};
use crate::call::{AwsError, call};
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How many values `GetResources` takes for one key.
const OWNERS_PER_CALL: usize = 20;
/// The most that one page of it holds.
const PAGE: i32 = 100;
/// The services whose objects' tags are asked for here. Others' are told by the service along with everything else, as
/// CodeBuild's are, too: which projects there are is what they are listed for.
const SERVICES: [&str; 7] = ["codebuild", "codedeploy", "codepipeline", "events", "logs", "rds", "ssm"];

/// Of one owner: tags by ARN.
type OfOwner = Arc<HashMap<String, Tags>>;

/// Batched reads by the owner's path.
pub struct Reads {
    of_owners: Batched<String, OfOwner>,
}

impl Reads {
    /// Every ARN that is listed is `noted`: what is there and ours will probably be read in this run.
    pub(crate) fn new(client: &Client, noted: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let lister = Arc::new(Lister { client: client.clone(), noted, listed: Mutex::default() });
        let list = move |owners| {
            let lister = lister.clone();
            async move { lister.of(owners).await }
        };
        Self { of_owners: Batched::new(OWNERS_PER_CALL, list) }
    }
}

/// Lists one time after the other: those who ask while all is being listed needn't be asked about.
struct Lister<N> {
    client: Client,
    noted: N,
    listed: Mutex<HashMap<String, OfOwner>>,
}

impl<N: Fn(&str)> Lister<N> {
    async fn of(&self, owners: Vec<String>) -> Result<HashMap<String, OfOwner>, AwsError> {
        let mut listed = self.listed.lock().await;
        let unlisted: Vec<String> =
            owners.iter().filter(|owner| !listed.contains_key(*owner)).cloned().collect();
        if !unlisted.is_empty() {
            let found = list(&self.client, unlisted).await?;
            found.values().flat_map(|of_owner| of_owner.keys()).for_each(|arn| (self.noted)(arn));
            listed.extend(found);
        }
        Ok(owners
            .into_iter()
            .map(|owner| (owner.clone(), listed.entry(owner).or_default().clone()))
            .collect())
    }
}

/// All tags that the object `arn`, a child in refresh, carries; `ask` asks its own service, which alone can tell that
/// there is no such object (`None`).
///
/// # Errors
/// AWS refuses.
pub async fn carried<F>(cx: &Cx<'_>, arn: &str, ask: impl FnOnce() -> F) -> Result<Option<Tags>, AwsError>
where
    F: Future<Output = Result<Option<Tags>, AwsError>>,
{
    let Some(of_user) = &cx.world.expected_tags else { return ask().await };
    let owner = cx.world.owner.path();
    let expected = tags::to_create(cx, of_user);
    let listed = match cx.world.reads.tags.of_owners.get(&owner).await {
        Ok(listed) => listed.and_then(|of_owner| of_owner.get(arn).cloned()),
        // The role may not use the tagging API: every service is asked itself then.
        Err(e) if e.is(DENIED) => None,
        Err(e) => return Err(e),
    };
    let ours = listed.filter(|listed| without_aws(listed) == expected);
    match ours {
        Some(tags) => Ok(Some(tags)),
        None => ask().await,
    }
}

fn without_aws(tags: &Tags) -> Tags {
    tags.iter().filter(|(key, _)| !key.starts_with("aws:")).map(|(k, v)| (k.clone(), v.clone())).collect()
}

async fn list(client: &Client, owners: Vec<String>) -> Result<HashMap<String, OfOwner>, AwsError> {
    let these = (owners.len() < MANY).then_some(owners);
    let filter = TagFilter::builder().key(tags::OWNER).set_values(these).build();
    let services = SERVICES.map(str::to_owned).to_vec();
    let request = client.get_resources().tag_filters(filter).set_resource_type_filters(Some(services));
    let request = request.resources_per_page(PAGE);
    let mut pages = request.into_paginator().send();
    let mut found: HashMap<String, HashMap<String, Tags>> = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = call("GetResources", std::future::ready(page)).await?;
        for object in page.resource_tag_mapping_list.into_iter().flatten() {
            let carried: Tags = object.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect();
            if let (Some(arn), Some(owner)) = (object.resource_arn, carried.get(tags::OWNER).cloned()) {
                found.entry(owner).or_default().insert(arn, carried);
            }
        }
    }
    Ok(found.into_iter().map(|(owner, of_owner)| (owner, Arc::new(of_owner))).collect())
}
