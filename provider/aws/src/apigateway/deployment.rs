//! A deployment: a picture of an API as it is at that moment, which a stage can show.

use super::{NOT_FOUND, PAGE, busy, gone, id_in, parts};
use crate::call::{AwsError, call, creating};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What the descriptions of ours begin with; the digest follows. A deployment has no tags.
const OURS: &str = "paas ";
const REFUSED: &[&str] = &["BadRequestException"];

/// The spec of a deployment. Nothing of it changes: what is to be shown anew gets a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// The API.
    pub rest_api_id: String,
    /// What it is a picture of: see [`digest`](super::digest).
    pub digest: String,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeploymentOut {
    /// API Gateway's id of it, unique in the API.
    pub id: String,
}

impl Child for Deployment {
    const KIND: &'static str = "rest_api_deployment";
    type World = World;
    type Out = DeploymentOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.rest_api_id != saw.rest_api_id {
            Diff::Replace("rest_api_id")
        } else if self.digest != saw.digest {
            Diff::Replace("digest")
        } else {
            Diff::Same
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let listed = cx.world.reads.apigateway.deployments.fresh(&self.rest_api_id).await?;
        let same = listed.into_iter().flatten().filter(|(_, description)| *description == self.description());
        let mut ids = same.map(|(own, _)| id_in(&self.rest_api_id, &own));
        Ok(ids.find(|id| !cx.not.contains(id)))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx.world.apigateway.create_deployment().rest_api_id(&self.rest_api_id);
        let request = request.description(self.description());
        let made = wait::settled_if(cx, busy, || creating("CreateDeployment", request.clone().send())).await;
        cx.world.reads.apigateway.deployments.forget(&self.rest_api_id);
        let own = made?.id.ok_or_else(|| Error::message("CreateDeployment: the answer holds no id"))?;
        Ok(id_in(&self.rest_api_id, &own))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<DeploymentOut, Error> {
        let reads = &cx.world.reads.apigateway.deployments;
        wait::settled(cx, NOT_FOUND, || async {
            let listed = reads.fresh(&self.rest_api_id).await?.unwrap_or_default();
            let there = listed.contains_key(parts(id).1);
            let missing =
                || AwsError::ours("GetDeployments", format!("no deployment {id}")).coded(NOT_FOUND[0]);
            there.then_some(()).ok_or_else(missing)
        })
        .await?;
        Ok(out(id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, DeploymentOut)>, Error> {
        let (api, own) = parts(id);
        let listed = cx.world.reads.apigateway.deployments.get(&api.to_owned()).await?.unwrap_or_default();
        Ok(listed.get(own).map(|description| {
            let digest = description.strip_prefix(OURS).unwrap_or(description).to_owned();
            (Self { rest_api_id: api.to_owned(), digest }, out(id))
        }))
    }

    /// API Gateway deletes none that a stage shows. Ours has moved on by then, or has gone; what still shows it was made
    /// by somebody else in an API of ours, and goes with it.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let (api, own) = parts(id);
        let is_kept = wait::settled_if(cx, busy, || async {
            match delete(cx, api, own).await {
                Err(e) if is_shown(&e) => Ok(true),
                deleted => deleted.map(|()| false),
            }
        })
        .await?;
        if is_kept {
            let listed = cx.world.reads.apigateway.stages.fresh(&api.to_owned()).await?;
            for stage in listed.into_iter().flatten().filter(|stage| stage.deployment_id() == Some(own)) {
                super::stage::delete(cx, api, stage.stage_name().unwrap_or_default()).await?;
            }
            wait::settled_if(cx, |e| is_shown(e) || busy(e), || delete(cx, api, own)).await?;
        }
        cx.world.reads.apigateway.deployments.forget(&api.to_owned());
        Ok(())
    }
}

impl Deployment {
    fn description(&self) -> String {
        format!("{OURS}{}", self.digest)
    }
}

async fn delete(cx: &Cx<'_>, api: &str, own: &str) -> Result<(), AwsError> {
    let request = cx.world.apigateway.delete_deployment().rest_api_id(api).deployment_id(own);
    gone(call("DeleteDeployment", request.send()).await).map(|_| ())
}

/// API Gateway tells so by text only.
fn is_shown(e: &AwsError) -> bool {
    e.is(REFUSED) && e.message.to_ascii_lowercase().contains("active stages")
}

fn out(id: &str) -> DeploymentOut {
    DeploymentOut { id: parts(id).1.to_owned() }
}

/// The descriptions of all deployments of these APIs, those left out that aren't there.
pub(super) async fn list(
    client: Client,
    apis: Vec<String>,
) -> Result<HashMap<String, BTreeMap<String, String>>, AwsError> {
    let mut found = HashMap::new();
    for api in apis {
        let pages = client.get_deployments().rest_api_id(&api).limit(PAGE).into_paginator().items().send();
        let listed: Result<Vec<types::Deployment>, _> = call("GetDeployments", pages.try_collect()).await;
        if let Some(listed) = gone(listed)? {
            let described = listed.into_iter().map(|one| (one.id, one.description.unwrap_or_default()));
            found.insert(api, described.filter_map(|(id, text)| Some((id?, text))).collect());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_picture_is_another_deployment() {
        let wanted = Deployment { rest_api_id: "a1".into(), digest: "0f".into() };
        let other = |api: &str, digest: &str| {
            wanted.diff(&Deployment { rest_api_id: api.into(), digest: digest.into() })
        };
        assert_eq!(other("a1", "0f"), Diff::Same);
        assert_eq!(other("a1", "somebody's own"), Diff::Replace("digest"));
        assert_eq!(other("b2", "0f"), Diff::Replace("rest_api_id"));
    }

    #[test]
    fn only_a_stage_that_shows_it_is_looked_for() {
        let refusal = |message: &str| AwsError::ours("DeleteDeployment", message).coded(REFUSED[0]);
        assert!(is_shown(&refusal("Active stages pointing to this deployment must be moved or deleted")));
        assert!(!is_shown(&refusal("Invalid deployment")));
    }
}
