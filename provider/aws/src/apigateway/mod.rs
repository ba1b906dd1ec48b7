//! API Gateway: a URL that others call, and the function that answers there.
//!
//! What callers meet is a picture of the API, a deployment, that a stage shows under its name. So a change reaches them
//! with a new deployment only, and what somebody changes by hand not before he deploys it.

mod deployment;
mod described;
mod rest_api;
mod stage;
mod stage_settings;
mod tagging;

pub use deployment::{Deployment, DeploymentOut};
pub use rest_api::{RestApi, RestApiOut, digest};
pub use stage::{Stage, StageOut};

use crate::batch::Batched;
use crate::call::AwsError;
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types;
use std::collections::BTreeMap;

const NOT_FOUND: &[&str] = &["NotFoundException"];
const CONFLICT: &[&str] = &["ConflictException"];
/// The most objects that a page of a list holds.
const PAGE: i32 = 500;
/// How many APIs are asked about in one go: all of them come in the same list anyway.
const APIS_PER_CALL: usize = 100;

/// Batched reads. An API's own settings and tags come in the list of all of them; what is in it, a call for each kind.
pub struct Reads {
    /// By id.
    apis: Batched<String, types::RestApi>,
    /// By the API's id: its paths with their methods, and what answers them.
    resources: Batched<String, Vec<types::Resource>>,
    /// By the API's id: what describes its deployments, by their ids.
    deployments: Batched<String, BTreeMap<String, String>>,
    /// By the API's id.
    stages: Batched<String, Vec<types::Stage>>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_apis, of_resources) = (client.clone(), client.clone());
        let (of_deployments, of_stages) = (client.clone(), client.clone());
        Self {
            apis: Batched::new(APIS_PER_CALL, move |_| rest_api::list(of_apis.clone())),
            resources: Batched::new(1, move |apis| rest_api::resources(of_resources.clone(), apis)),
            deployments: Batched::new(1, move |apis| deployment::list(of_deployments.clone(), apis)),
            stages: Batched::new(1, move |apis| stage::list(of_stages.clone(), apis)),
        }
    }

    /// Drops what is known of an API and all that is in it.
    fn forget(&self, api: &str) {
        let api = api.to_owned();
        self.apis.forget(&api);
        self.resources.forget(&api);
        self.deployments.forget(&api);
        self.stages.forget(&api);
    }
}

/// Another change of the same API is under way: API Gateway makes one at a time, and tells so by text only.
fn busy(e: &AwsError) -> bool {
    e.is(CONFLICT) && e.message.to_ascii_lowercase().contains("concurrent modification")
}

/// The id of what is in an API: `<the API's id>/<its own>`.
fn id_in(api: &str, own: &str) -> String {
    format!("{api}/{own}")
}

/// The way back.
fn parts(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or((id, ""))
}

/// What API Gateway answers where nothing is: nothing.
fn gone<T>(answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(e) if e.is(NOT_FOUND) => Ok(None),
        Err(e) => Err(e),
    }
}
