//! A REST API with one path and one method, which a function answers. All of it is one child: nothing in it is of use
//! without the rest, and only a deployment shows it to anybody.

use super::{CONFLICT, PAGE, busy, described, gone, tagging};
use crate::call::{AwsError, call, creating};
use crate::names;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{self, IntegrationType, Resource};
use composite::{Child, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The spec of an API. Its endpoint is the region's own, whoever reaches it may call it, and the function gets the request
/// as it came (`AWS_PROXY`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestApi {
    /// The name, for people: another API may have the same.
    pub name: String,
    /// For people.
    pub description: String,
    /// The path's one part, such as `push`.
    pub path_part: String,
    /// The method, such as `POST`.
    pub http_method: String,
    /// What API Gateway calls: `arn:…:apigateway:<region>:lambda:path/2015-03-31/functions/<the function's ARN>/invocations`.
    pub function_invoke_arn: String,
    /// The user's tags.
    pub tags: Tags,
    /// What somebody else has set, by API Gateway's names, where nothing is wanted: another kind of endpoint, a policy,
    /// other paths and methods (as `/path METHOD`), authorization, other ways to call the function. Always empty in what
    /// is wanted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unwanted: BTreeMap<String, String>,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestApiOut {
    /// Ten letters and digits: what the URL begins with.
    pub id: String,
    /// `arn:…:execute-api:<region>:<account>:<id>`; a call's own ARN goes on with `/<stage>/<METHOD>/<path>`.
    pub execution_arn: String,
}

/// Tells apart what a deployment can take a picture of. It follows from what is wanted alone, so that it is known at plan;
/// what was changed by hand isn't in it, and not in any picture of ours.
#[must_use]
pub fn digest(path_part: &str, http_method: &str, function_invoke_arn: &str) -> String {
    names::digest(&[described::ALWAYS, path_part, http_method, function_invoke_arn], 16)
}

impl Child for RestApi {
    const KIND: &'static str = "rest_api";
    type World = World;
    type Out = RestApiOut;

    /// Names aren't unique: ours is told by its tags, which the creating call sets.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let listed = list(cx.world.apigateway.clone()).await?;
        let ours = listed
            .into_iter()
            .filter(|(id, api)| {
                !cx.not.contains(id) && tags::are_ours(cx, &tagging::carried(api.tags.as_ref()))
            })
            .min_by_key(|(_, api)| api.created_date);
        Ok(ours.map(|(id, _)| id))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .apigateway
            .create_rest_api()
            .name(&self.name)
            .description(&self.description)
            .endpoint_configuration(described::endpoint())
            .set_tags(Some(tagging::to_create(cx, &self.tags)));
        let made = creating("CreateRestApi", request.send()).await?;
        let id = made.id.ok_or_else(|| Error::message("CreateRestApi: the answer holds no id"))?;
        cx.world.reads.apigateway.forget(&id);
        Ok(id)
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<RestApiOut, Error> {
        let reads = &cx.world.reads.apigateway;
        let api = wait::settled(cx, super::NOT_FOUND, || async {
            let api = reads.apis.fresh(id).await?;
            api.ok_or_else(|| {
                AwsError::ours("GetRestApis", format!("no API {id}")).coded(super::NOT_FOUND[0])
            })
        })
        .await?;
        let resources = reads.resources.fresh(id).await?.unwrap_or_default();
        let synced = self.sync_all(cx, id, &api, &resources).await;
        reads.apis.forget(id);
        reads.resources.forget(id);
        synced?;
        Ok(out(cx, id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, RestApiOut)>, Error> {
        let reads = &cx.world.reads.apigateway;
        let both = futures::future::try_join(reads.apis.get(id), reads.resources.get(id)).await?;
        let (Some(api), Some(resources)) = both else { return Ok(None) };
        let of_user = tags::of_user(cx, &tagging::carried(api.tags.as_ref()));
        Ok(Some((described::seen(&api, &resources, of_user), out(cx, id))))
    }

    /// With all that is in it. AWS takes one such call in thirty seconds of an account: it is tried for as long as that.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        wait::settled_if(cx, busy, || async {
            let request = cx.world.apigateway.delete_rest_api().rest_api_id(id);
            gone(call("DeleteRestApi", request.send()).await)
        })
        .await?;
        cx.world.reads.apigateway.forget(id);
        Ok(())
    }
}

impl RestApi {
    async fn sync_all(
        &self,
        cx: &Cx<'_>,
        id: &Id,
        api: &types::RestApi,
        resources: &[Resource],
    ) -> Result<(), Error> {
        // First of all: a role may be allowed the rest by the owner's tag alone.
        let arn = tagging::arn(cx, &tagging::path_of_api(id));
        tagging::sync(cx, &arn, &tagging::carried(api.tags.as_ref()), &self.tags).await?;
        let patches = described::patches(self, api);
        if !patches.is_empty() {
            let request = cx.world.apigateway.update_rest_api().rest_api_id(id);
            let request = request.set_patch_operations(Some(patches));
            wait::settled_if(cx, busy, || call("UpdateRestApi", request.clone().send())).await?;
        }
        self.remove_others(cx, id, resources).await?;
        self.put_method(cx, id, resources).await
    }

    /// Other paths, and other methods of ours and of the root.
    async fn remove_others(&self, cx: &Cx<'_>, id: &Id, resources: &[Resource]) -> Result<(), Error> {
        let client = &cx.world.apigateway;
        for other in described::other_resources(resources, &self.path_part) {
            let request = client.delete_resource().rest_api_id(id).resource_id(other);
            wait::settled_if(cx, busy, || async {
                gone(call("DeleteResource", request.clone().send()).await)
            })
            .await?;
        }
        for (resource, method) in described::other_methods(resources, &self.path_part, &self.http_method) {
            delete_method(cx, id, resource, method).await?;
        }
        Ok(())
    }

    /// A method that isn't as it should be is made anew: nobody calls it before it is deployed.
    async fn put_method(&self, cx: &Cx<'_>, id: &Id, resources: &[Resource]) -> Result<(), Error> {
        let standing = described::resource_at(resources, &self.path_part);
        let resource = match standing.and_then(Resource::id) {
            Some(resource) => resource.to_owned(),
            None => self.create_resource(cx, id, resources).await?,
        };
        let method = standing.and_then(|standing| described::method_of(standing, &self.http_method));
        let is_right = method.is_some_and(|method| described::unwanted_of_method(method).is_empty());
        if !is_right {
            if method.is_some() {
                delete_method(cx, id, &resource, &self.http_method).await?;
            }
            let request = described::creation(&cx.world.apigateway, self, id, &resource);
            wait::settled_if(cx, busy, || async {
                match call("PutMethod", request.clone().send()).await {
                    // An earlier try, whose answer was lost.
                    Err(e) if e.is(CONFLICT) && !busy(&e) => Ok(()),
                    answer => answer.map(|_| ()),
                }
            })
            .await?;
        }
        let integration = method.filter(|_| is_right).and_then(types::Method::method_integration);
        let answers = integration.is_some_and(|integration| {
            integration.uri() == Some(&self.function_invoke_arn)
                && described::unwanted_of_integration(integration).is_empty()
        });
        if !answers {
            let request = cx
                .world
                .apigateway
                .put_integration()
                .rest_api_id(id)
                .resource_id(&resource)
                .http_method(&self.http_method)
                .r#type(IntegrationType::AwsProxy)
                // Lambda's own API is called by POST, whatever the method is.
                .integration_http_method("POST")
                .uri(&self.function_invoke_arn);
            wait::settled_if(cx, busy, || call("PutIntegration", request.clone().send())).await?;
        }
        Ok(())
    }

    /// Where an earlier try has made it and its answer was lost, that one.
    async fn create_resource(&self, cx: &Cx<'_>, id: &Id, resources: &[Resource]) -> Result<String, Error> {
        let root = resources.iter().find(|resource| resource.parent_id().is_none()).and_then(Resource::id);
        let root = root.ok_or_else(|| Error::message(format!("GetResources: API {id} has no root")))?;
        let request = cx.world.apigateway.create_resource().rest_api_id(id).parent_id(root);
        let request = request.path_part(&self.path_part);
        let made = wait::settled_if(cx, busy, || async {
            match call("CreateResource", request.clone().send()).await {
                Ok(made) => Ok(made.id),
                Err(e) if e.is(CONFLICT) && !busy(&e) => {
                    let listed = cx.world.reads.apigateway.resources.fresh(id).await?.unwrap_or_default();
                    let made = described::resource_at(&listed, &self.path_part);
                    made.map(|made| made.id.clone()).ok_or(e)
                }
                Err(e) => Err(e),
            }
        })
        .await?;
        made.ok_or_else(|| Error::message("CreateResource: the answer holds no id"))
    }
}

async fn delete_method(cx: &Cx<'_>, id: &Id, resource: &str, method: &str) -> Result<(), Error> {
    let request = cx.world.apigateway.delete_method().rest_api_id(id).resource_id(resource);
    let request = request.http_method(method);
    wait::settled_if(cx, busy, || async { gone(call("DeleteMethod", request.clone().send()).await) }).await?;
    Ok(())
}

fn out(cx: &Cx<'_>, id: &str) -> RestApiOut {
    RestApiOut { id: id.to_owned(), execution_arn: cx.world.arn("execute-api", id) }
}

/// All APIs of the account and region, by id: 600 at most, unless the account has more by a quota of its own.
pub(super) async fn list(client: Client) -> Result<HashMap<String, types::RestApi>, AwsError> {
    let pages = client.get_rest_apis().limit(PAGE).into_paginator().items().send();
    let all: Vec<types::RestApi> = call("GetRestApis", pages.try_collect()).await?;
    Ok(all.into_iter().filter_map(|api| Some((api.id.clone()?, api))).collect())
}

/// What is in these APIs, those left out that aren't there.
pub(super) async fn resources(
    client: Client,
    apis: Vec<String>,
) -> Result<HashMap<String, Vec<Resource>>, AwsError> {
    let mut found = HashMap::new();
    for api in apis {
        let request = client.get_resources().rest_api_id(&api).embed("methods").limit(PAGE);
        let pages = request.into_paginator().items().send();
        if let Some(listed) = gone(call("GetResources", pages.try_collect()).await)? {
            found.insert(api, listed);
        }
    }
    Ok(found)
}
