//! A stage: the name in the URL under which a deployment is shown, and how often it may be called.

use super::{CONFLICT, NOT_FOUND, busy, gone, id_in, parts, stage_settings, tagging};
use crate::call::{AwsError, call, creating};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The spec of a stage. It keeps no log of its own and has no cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// The API.
    pub rest_api_id: String,
    /// 1 to 128 letters, digits, hyphens and underscores; unique in the API. It can't be changed.
    pub name: String,
    /// What it shows.
    pub deployment_id: String,
    /// Requests a second, over all methods together; what is beyond is answered with 429.
    pub throttling_rate_limit: i32,
    /// Requests at once.
    pub throttling_burst_limit: i32,
    /// The user's tags.
    pub tags: Tags,
    /// What somebody else has set, by API Gateway's names, where nothing is wanted: variables, a cache, logs (which would
    /// hold the requests' headers), settings of single methods. Always empty in what is wanted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unwanted: BTreeMap<String, String>,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageOut {
    /// The name.
    pub name: String,
    /// `arn:…:apigateway:<region>::/restapis/<API>/stages/<name>`
    pub arn: String,
}

impl Child for Stage {
    const KIND: &'static str = "rest_api_stage";
    type World = World;
    type Out = StageOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.rest_api_id != saw.rest_api_id {
            Diff::Replace("rest_api_id")
        } else if self.name != saw.name {
            Diff::Replace("name")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let id = id_in(&self.rest_api_id, &self.name);
        if cx.not.contains(&id) {
            return Ok(None);
        }
        let found = fresh(cx, &id).await?;
        Ok(found.filter(|stage| tags::are_ours(cx, &tagging::carried(stage.tags()))).map(|_| id))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .apigateway
            .create_stage()
            .rest_api_id(&self.rest_api_id)
            .stage_name(&self.name)
            .deployment_id(&self.deployment_id)
            .set_tags(Some(tagging::to_create(cx, &self.tags)));
        let made = wait::settled_if(cx, busy, || async {
            match creating("CreateStage", request.clone().send()).await {
                Err(e) if e.is(CONFLICT) && !busy(&e) => Ok(Err(e)),
                made => made.map(Ok),
            }
        })
        .await;
        cx.world.reads.apigateway.stages.forget(&self.rest_api_id);
        let id = id_in(&self.rest_api_id, &self.name);
        match made? {
            Ok(_) => Ok(id),
            Err(taken) => Err(self.name_taken(cx, &id, taken).await),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<StageOut, Error> {
        let stage = wait::settled(cx, NOT_FOUND, || async {
            let stage = fresh(cx, id).await?;
            stage.ok_or_else(|| AwsError::ours("GetStages", format!("no stage {id}")).coded(NOT_FOUND[0]))
        })
        .await?;
        let patches = stage_settings::patches(self, &stage);
        let synced = async {
            if !patches.is_empty() {
                let request = cx.world.apigateway.update_stage().rest_api_id(&self.rest_api_id);
                let request = request.stage_name(&self.name).set_patch_operations(Some(patches));
                wait::settled_if(cx, busy, || call("UpdateStage", request.clone().send())).await?;
            }
            tagging::sync(cx, &arn(cx, id), &tagging::carried(stage.tags()), &self.tags).await?;
            Ok(out(cx, id))
        };
        let synced: Result<StageOut, Error> = synced.await;
        cx.world.reads.apigateway.stages.forget(&self.rest_api_id);
        synced
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, StageOut)>, Error> {
        let (api, name) = parts(id);
        let listed = cx.world.reads.apigateway.stages.get(&api.to_owned()).await?;
        let found = listed.into_iter().flatten().find(|stage| stage.stage_name() == Some(name));
        Ok(found.map(|stage| {
            let of_user = tags::of_user(cx, &tagging::carried(stage.tags()));
            (stage_settings::seen(api, &stage, of_user), out(cx, id))
        }))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let (api, name) = parts(id);
        delete(cx, api, name).await
    }
}

impl Stage {
    /// A stage of that name is ours, whose first answer was lost, or someone else's.
    async fn name_taken(&self, cx: &Cx<'_>, id: &str, refused: AwsError) -> Error {
        let found = match fresh(cx, id).await {
            Err(e) => return e.into(),
            Ok(found) => found.map(|stage| tagging::carried(stage.tags())),
        };
        match found.filter(|carried| !tags::are_ours(cx, carried)) {
            None => refused.exists().into(),
            Some(carried) => Error::message(format!(
                "stage {} of API {} exists and belongs to someone else ({}); delete it",
                self.name,
                self.rest_api_id,
                tags::whose(&carried)
            )),
        }
    }
}

/// Deletes a stage. That it isn't there is success.
pub(super) async fn delete(cx: &Cx<'_>, api: &str, name: &str) -> Result<(), Error> {
    let request = cx.world.apigateway.delete_stage().rest_api_id(api).stage_name(name);
    wait::settled_if(cx, busy, || async { gone(call("DeleteStage", request.clone().send()).await) }).await?;
    cx.world.reads.apigateway.stages.forget(&api.to_owned());
    Ok(())
}

async fn fresh(cx: &Cx<'_>, id: &str) -> Result<Option<types::Stage>, AwsError> {
    let (api, name) = parts(id);
    let listed = cx.world.reads.apigateway.stages.fresh(&api.to_owned()).await?;
    Ok(listed.into_iter().flatten().find(|stage| stage.stage_name() == Some(name)))
}

fn arn(cx: &Cx<'_>, id: &str) -> String {
    let (api, name) = parts(id);
    tagging::arn(cx, &tagging::path_of_stage(api, name))
}

fn out(cx: &Cx<'_>, id: &str) -> StageOut {
    StageOut { name: parts(id).1.to_owned(), arn: arn(cx, id) }
}

/// All stages of these APIs, with their tags, those left out that aren't there. There are ten at most (a quota).
pub(super) async fn list(
    client: Client,
    apis: Vec<String>,
) -> Result<HashMap<String, Vec<types::Stage>>, AwsError> {
    let mut found = HashMap::new();
    for api in apis {
        let request = client.get_stages().rest_api_id(&api);
        if let Some(answer) = gone(call("GetStages", request.send()).await)? {
            found.insert(api, answer.item.unwrap_or_default());
        }
    }
    Ok(found)
}
