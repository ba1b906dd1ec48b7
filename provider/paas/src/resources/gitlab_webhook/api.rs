//! The wiring of the API: what GitLab calls, and how it gets to the function.

use super::names;
use super::wire::Wiring;
use crate::shared::{i32_of, required};
use composite::{Graph, Node};
use paas_aws::World;
use paas_aws::apigateway::{self, Deployment, RestApi, RestApiOut, Stage, StageOut};
use paas_aws::lambda::{FunctionOut, Permission, PermissionOut};
use std::collections::BTreeMap;

/// The path's one part, and the method that GitLab calls it with.
const PATH: &str = "push";
const METHOD: &str = "POST";
/// The name in the URL.
const STAGE: &str = "v1";

impl<'a> Wiring<'a> {
    /// The URL, known once what stands behind it does.
    pub(super) fn api(&self, function: Node<FunctionOut>, g: &mut Graph<'a, World>) -> Node<String> {
        let api = self.rest_api(function, g);
        let stage = self.stage(api, function, g);
        let permission = invoke_permission(api, function, g);
        let host = self.site.regional_service("execute-api");
        let url = g.map(api, move |api| format!("https://{}.{host}/{STAGE}/{PATH}", api.id));
        g.export("url", url, |url| url);
        g.map((url, stage, permission), |(url, _, _)| url)
    }

    fn rest_api(&self, function: Node<FunctionOut>, g: &mut Graph<'a, World>) -> Node<RestApiOut> {
        let names = names(self.session, self.model);
        let api = g.child("rest_api", (function, self.tags), move |(function, tags)| RestApi {
            name: names.base(),
            description: format!("Takes the deliveries of GitLab webhook {}", names.webhook),
            path_part: PATH.into(),
            http_method: METHOD.into(),
            function_invoke_arn: function.invoke_arn,
            tags,
            unwanted: BTreeMap::new(),
        });
        // Whatever is in an API changes in place.
        g.steady(api);
        g.export("rest_api_id", api, |api| api.id);
        api
    }

    /// How often GitLab may call, over all of its projects.
    fn stage(
        &self,
        api: Node<RestApiOut>,
        function: Node<FunctionOut>,
        g: &mut Graph<'a, World>,
    ) -> Node<StageOut> {
        let deployment = g.child("deployment", (api, function), |(api, function)| Deployment {
            rest_api_id: api.id,
            digest: apigateway::digest(PATH, METHOD, &function.invoke_arn),
        });
        let rate = g.input(required(&self.model.throttling_rate_limit));
        let burst = g.input(required(&self.model.throttling_burst_limit));
        let deps = (api, deployment, rate, burst, self.tags);
        let stage = g.child("stage", deps, |(api, deployment, rate, burst, tags)| Stage {
            rest_api_id: api.id,
            name: STAGE.into(),
            deployment_id: deployment.id,
            throttling_rate_limit: i32_of(rate),
            throttling_burst_limit: i32_of(burst),
            tags,
            unwanted: BTreeMap::new(),
        });
        g.export("stage_name", (), |()| STAGE);
        stage
    }
}

/// This API may call the function, at this one path.
fn invoke_permission(
    api: Node<RestApiOut>,
    function: Node<FunctionOut>,
    g: &mut Graph<'_, World>,
) -> Node<PermissionOut> {
    g.child("invoke_permission", (api, function), |(api, function)| Permission {
        function_name: function.name,
        statement_id: "api".into(),
        principal: "apigateway.amazonaws.com".into(),
        source_arn: format!("{}/{STAGE}/{METHOD}/{PATH}", api.execution_arn),
        unwanted: BTreeMap::new(),
    })
}
