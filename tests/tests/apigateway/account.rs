//! An account with an API's function, and a provider's calls of one kind of object, as the engine makes them.

use composite::{Child, Cx, Diff, Error, Id};
use futures::FutureExt;
use paas_aws::apigateway::{Deployment, RestApi, Stage, digest};
use paas_aws::{Owner, Session, Settings, Tags, WebIdentity, World};
use paas_tests::Emulator;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub const API: &str = "rest_api";
pub const DEPLOYMENT: &str = "deployment";
pub const STAGE: &str = "stage";

pub struct Account {
    pub aws: Emulator,
}

impl Account {
    pub fn new() -> Self {
        let account = Self { aws: Emulator::start() };
        let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}});
        let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        account.call("iam", "create_role", json!({"RoleName": "ci", "AssumeRolePolicyDocument": trust}));
        account
    }

    /// A call of somebody else's, past the provider.
    #[allow(clippy::needless_pass_by_value, reason = "a `json!` reads best without a `&`")]
    pub fn call(&self, service: &str, operation: &str, params: Json) -> Json {
        self.aws.call(service, operation, &params).unwrap_or_else(|error| panic!("{operation}: {error:?}"))
    }

    /// What somebody does to an API, or to what is in it.
    pub fn by_hand(&self, operation: &str, api: &str, mut params: Json) -> Json {
        params["restApiId"] = json!(api);
        self.call("apigateway", operation, params)
    }

    /// The id of one of its paths.
    pub fn resource(&self, api: &str, path: &str) -> String {
        let listed = self.by_hand("get_resources", api, json!({"limit": 500}));
        let found = listed["items"].as_array().into_iter().flatten().find(|one| one["path"] == path);
        found.and_then(|one| one["id"].as_str()).unwrap_or_else(|| panic!("no {path}: {listed}")).to_owned()
    }

    /// A provider of its own: what one has cached the next doesn't know.
    pub async fn provider(&self) -> Provider {
        let endpoint = |service: &&str| ((*service).to_owned(), self.aws.endpoint().to_owned());
        let settings = Settings {
            region: Some("eu-west-1".into()),
            // The test's own environment holds no credentials.
            assume_role_with_web_identity: Some(WebIdentity {
                role_arn: "arn:aws:iam::123456789012:role/ci".into(),
                token: Some("token".into()),
                ..WebIdentity::default()
            }),
            endpoints: paas_aws::clients::SERVICES.iter().map(endpoint).collect(),
            project: "paas".into(),
            ..Settings::default()
        };
        let session = Session::connect(settings).await.expect("the account answers");
        let owner = Owner::gitlab_webhook("paas", "gitlab");
        Provider { world: World::new(Arc::new(session), owner), cancel: CancellationToken::new() }
    }

    /// The operations called after `mark` that change something.
    pub fn changes(&self, mark: u64) -> Vec<String> {
        let calls = self.aws.calls(mark).into_iter().map(|call| call.operation);
        calls.filter(|operation| !["Get", "Assume"].iter().any(|read| operation.starts_with(read))).collect()
    }

    /// An API that a stage shows, with what was wanted.
    pub async fn shown(&self) -> (RestApi, Deployment, Stage) {
        let provider = self.provider().await;
        let api = api();
        let made = provider.made(API, &api).await;
        let deployment = deployment(&api, &made.id);
        let picture = provider.made(DEPLOYMENT, &deployment).await;
        let stage = stage(&made.id, &picture.id);
        provider.made(STAGE, &stage).await;
        (api, deployment, stage)
    }
}

pub fn api() -> RestApi {
    RestApi {
        name: "paas_gitlab-webhook_gitlab".into(),
        description: "Takes the webhooks of GitLab.".into(),
        path_part: "push".into(),
        http_method: "POST".into(),
        function_invoke_arn: invoke_arn("paas_gitlab-webhook_gitlab"),
        tags: Tags::from([("team".into(), "platform".into())]),
        unwanted: BTreeMap::new(),
    }
}

pub fn invoke_arn(function: &str) -> String {
    let function = format!("arn:aws:lambda:eu-west-1:123456789012:function:{function}");
    format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/invocations")
}

pub fn deployment(api: &RestApi, id: &str) -> Deployment {
    let digest = digest(&api.path_part, &api.http_method, &api.function_invoke_arn);
    Deployment { rest_api_id: id.to_owned(), digest }
}

pub fn stage(api: &str, deployment: &str) -> Stage {
    Stage {
        rest_api_id: api.to_owned(),
        name: "v1".into(),
        deployment_id: deployment.to_owned(),
        throttling_rate_limit: 20,
        throttling_burst_limit: 50,
        tags: Tags::new(),
        unwanted: BTreeMap::new(),
    }
}

/// Any kind of this account.
pub trait Kind: Child<World = World> + Debug {}
impl<C: Child<World = World> + Debug> Kind for C {}

pub struct Provider {
    pub world: World,
    cancel: CancellationToken,
}

impl Provider {
    fn cx<'a>(&'a self, key: &'a str, not: &'a [Id]) -> Cx<'a, World> {
        Cx { not, ..Cx::new(&self.world, key, &self.cancel) }
    }

    // As the engine does, the calls are boxed: their futures are large.

    pub async fn find<C: Kind>(&self, key: &str, want: &C) -> Option<Id> {
        self.find_but(key, want, &[]).await
    }

    /// Not one of those that are on their way out.
    pub async fn find_but<C: Kind>(&self, key: &str, want: &C, not: &[Id]) -> Option<Id> {
        want.find(&self.cx(key, not)).boxed().await.expect("the account answers")
    }

    pub async fn create<C: Kind>(&self, key: &str, want: &C) -> Result<Id, Error> {
        want.create(&self.cx(key, &[])).boxed().await
    }

    pub async fn sync<C: Kind>(&self, key: &str, want: &C, id: &str) -> Result<C::Out, Error> {
        want.sync(&self.cx(key, &[]), &id.to_owned()).boxed().await
    }

    pub async fn seen<C: Kind>(&self, key: &str, id: &str) -> Option<C> {
        C::read(&self.cx(key, &[]), &id.to_owned()).boxed().await.unwrap().map(|(seen, _)| seen)
    }

    pub async fn delete<C: Kind>(&self, key: &str, id: &str) -> Result<(), Error> {
        C::delete(&self.cx(key, &[]), &id.to_owned()).boxed().await
    }

    /// Made and brought in line.
    pub async fn made<C: Kind>(&self, key: &str, want: &C) -> C::Out {
        assert_eq!(self.find(key, want).await, None, "{want:?}");
        let id = self.create(key, want).await.unwrap();
        assert_eq!(self.find(key, want).await.as_ref(), Some(&id), "{want:?}");
        self.sync(key, want, &id).await.unwrap()
    }
}

/// Read by a provider of its own, it needs no change.
pub async fn conforms<C: Kind>(account: &Account, key: &str, want: &C, id: &str, after: &str) {
    let saw = account.provider().await.seen::<C>(key, id).await.expect("it is there");
    assert_eq!(want.diff(&saw), Diff::Same, "after {after}: wanted {want:#?}, saw {saw:#?}");
}
