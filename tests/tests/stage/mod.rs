//! The stage of the counts: an account, a provider driven through the protocol, one environment and its tenants.

#![allow(dead_code, reason = "the counts and the benchmark use a part each")]

use futures::{StreamExt, stream};
use paas_tests::emulator::Emulator;
use paas_tests::provider;
use serde_json::{Value, json};
use tfplugin::client::{Action, Client, Launch, State};

pub const ENVIRONMENT: &str = "paas_environment";
pub const TENANT: &str = "paas_tenant";
/// How many resources Terraform works on at once, unless told.
pub const PARALLELISM: usize = 10;

/// One resource in state, with the configuration that led there.
pub struct Resource {
    kind: &'static str,
    config: Value,
    state: State,
}

impl Resource {
    /// What the provider remembers of it in private state.
    pub fn memory(&self) -> Value {
        serde_json::from_slice(&self.state.private).expect("private state is JSON")
    }

    /// Bytes in the state file: attributes, and private state as Terraform stores it.
    pub fn size(&self) -> (usize, usize) {
        (self.state.value.to_json().to_string().len(), self.state.private.len().div_ceil(3) * 4)
    }
}

/// An account with a certificate and an image, and what goes into one configuration there.
pub struct Stage {
    pub aws: Emulator,
    certificate: String,
    image: String,
}

impl Stage {
    pub fn set() -> Self {
        Self::on(Emulator::start())
    }

    /// Empties the account. The emulator, which loads a service's description with its first call, is warm then.
    pub fn set_anew(self) -> Self {
        self.aws.reset();
        Self::on(self.aws)
    }

    fn on(aws: Emulator) -> Self {
        let (certificate, image) = (aws.seed_certificate("*.example.test"), aws.seed_image("web"));
        Self { aws, certificate, image }
    }

    /// A provider of its own process: nothing is cached in it.
    pub async fn provider(&self, variables: &[(&str, &str)]) -> Client {
        let mut launch = Launch::new(provider::binary().expect("the provider builds"));
        for (name, value) in self.aws.environment() {
            launch = launch.env(name, value);
        }
        for (name, value) in variables {
            launch = launch.env(name, value);
        }
        let client = Client::launch(launch).await.expect("the provider starts");
        let said = client.configure(json!({})).await.expect("the provider can be configured");
        assert!(!said.has_errors(), "{said:?}");
        client
    }

    pub fn environment(&self) -> (&'static str, Value) {
        let certificate = &self.certificate;
        (ENVIRONMENT, json!({"name": "dev", "cidr_block": "10.0.0.0/16", "certificate_arn": certificate}))
    }

    pub fn tenant(&self, n: u64) -> (&'static str, Value) {
        let config = json!({
            "environment": "dev",
            "name": format!("tenant-{n}"),
            "hosts": [format!("tenant-{n}.example.test")],
            "image_id": self.image,
            "target_tracking": {"target_value": 50},
        });
        (TENANT, config)
    }

    /// The same in HCL, for real Terraform.
    pub fn main_tf(&self, tenants: u64) -> String {
        format!(
            r#"
            terraform {{
              required_providers {{
                paas = {{ source = "paas/paas" }}
              }}
            }}
            resource "paas_environment" "dev" {{
              name            = "dev"
              cidr_block      = "10.0.0.0/16"
              certificate_arn = "{}"
            }}
            resource "paas_tenant" "all" {{
              count           = {tenants}
              environment     = paas_environment.dev.id
              name            = "tenant-${{count.index}}"
              hosts           = ["tenant-${{count.index}}.example.test"]
              image_id        = "{}"
              target_tracking = {{ target_value = 50 }}
            }}
            "#,
            self.certificate, self.image
        )
    }
}

/// Plans and applies what isn't there yet.
pub async fn create(provider: &Client, (kind, config): (&'static str, Value)) -> Resource {
    let made = provider.converge(kind, &config, None).await.expect("the protocol holds");
    assert!(!made.diagnostics.has_errors(), "{:?}", made.diagnostics);
    Resource { kind, config, state: made.state.expect("it exists now") }
}

/// Creates as many at once as Terraform does.
pub async fn create_all(provider: &Client, all: Vec<(&'static str, Value)>) -> Vec<Resource> {
    stream::iter(all).map(|one| create(provider, one)).buffered(PARALLELISM).collect().await
}

/// What `terraform plan` does with each: reads it, plans it, and finds nothing to do.
pub async fn plan_without_changes(provider: &Client, all: &[Resource]) {
    stream::iter(all)
        .map(|resource| async move {
            let Resource { kind, config, state } = resource;
            let read = provider.refresh(kind, state).await.expect("the protocol holds");
            assert!(!read.diagnostics.has_errors(), "{:?}", read.diagnostics);
            let plan = provider.plan(kind, config, read.state.as_ref()).await.expect("the protocol holds");
            assert!(!plan.diagnostics.has_errors(), "{:?}", plan.diagnostics);
            assert_eq!(plan.action, Action::NoOp, "{} -> {}", state.value.to_json(), plan.planned.to_json());
        })
        .buffer_unordered(PARALLELISM)
        .collect::<()>()
        .await;
}
