//! What the counts and the benchmark are about: an environment and its many tenants, each with a software pipeline and a
//! database, and infrastructure pipelines, each of which deploys one more.

#![allow(dead_code, reason = "the counts and the benchmark use a part each")]

use crate::stage::{DATABASE, ENVIRONMENT, INFRASTRUCTURE_PIPELINE, Resource, Stage, TENANT};
use futures::{StreamExt, stream};
use paas_tests::Emulator;
use serde_json::{Value, json};
use tfplugin::client::{Action, Client};

/// How many resources Terraform works on at once, unless told.
pub const PARALLELISM: usize = 10;

/// Enough of everything.
const QUOTA: u32 = 1000;
/// In seconds.
const A_YEAR: f64 = 31_536_000.0;

/// A resource to be made.
pub type Wanted = (&'static str, Value);

/// An account with a certificate and an image, and what goes into one configuration there.
pub struct Estate {
    pub stage: Stage,
    certificate: String,
    image: String,
}

impl Estate {
    pub fn set() -> Self {
        Self::with(json!({}))
    }

    /// With a provider that is configured so.
    pub fn with(settings: Value) -> Self {
        Self::on(Stage::new(settings))
    }

    /// Empties the account. The emulator, which loads a service's description with its first call, is warm then.
    pub fn set_anew(self) -> Self {
        self.stage.aws.reset();
        Self::on(self.stage)
    }

    /// RDS's default quotas are too small for a hundred databases; AWS raises them on request.
    fn on(stage: Stage) -> Self {
        stage.aws.limits(&json!({
            "db_instances": QUOTA, "db_parameter_groups": QUOTA, "db_subnet_groups": QUOTA,
        }));
        // No run of a pipeline gets any further: what it would call isn't the provider's.
        stage.aws.timing(&json!({"pipeline_action": {"run": A_YEAR}}));
        let (certificate, image) =
            (stage.aws.seed_certificate("*.example.test"), stage.aws.seed_image("web"));
        Self { stage, certificate, image }
    }

    pub fn aws(&self) -> &Emulator {
        &self.stage.aws
    }

    pub fn environment(&self) -> Wanted {
        let certificate = &self.certificate;
        (ENVIRONMENT, json!({"name": "dev", "cidr_block": "10.0.0.0/16", "certificate_arn": certificate}))
    }

    pub fn tenant(&self, n: u64) -> Wanted {
        let config = json!({
            "environment": "dev",
            "name": format!("tenant-{n}"),
            "hosts": [format!("tenant-{n}.example.test")],
            "image_id": self.image,
            "target_tracking": {"target_value": 50},
            "pipeline": {},
        });
        (TENANT, config)
    }

    /// All that a tenant has, in the order in which it is made.
    pub fn whole(&self, n: u64) -> Vec<Wanted> {
        vec![self.tenant(n), Self::database(n)]
    }

    /// The database of the tenant of that number, which has to be there.
    pub fn database(n: u64) -> Wanted {
        (DATABASE, json!({"environment": "dev", "tenant": format!("tenant-{n}")}))
    }

    /// The infrastructure pipeline that bakes and deploys the tenant of that number, which needn't be there.
    pub fn infrastructure_pipeline(n: u64) -> Wanted {
        let config = json!({"environment": "dev", "tenant": format!("tenant-{n}"), "deploy": {}});
        (INFRASTRUCTURE_PIPELINE, config)
    }

    /// An environment with its tenants in HCL, for real Terraform.
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
              pipeline        = {{}}
            }}
            resource "paas_database" "all" {{
              count       = {tenants}
              environment = paas_environment.dev.id
              tenant      = paas_tenant.all[count.index].name
            }}
            "#,
            self.certificate, self.image
        )
    }
}

/// Creates as many at once as Terraform does.
pub async fn create_all(provider: &Client, all: impl IntoIterator<Item = Wanted>) -> Vec<Resource> {
    let making = |(type_name, config)| Resource::create(provider, type_name, config);
    stream::iter(all).map(making).buffered(PARALLELISM).collect().await
}

/// What `terraform plan` does with each: reads it, plans it, and finds nothing to do.
pub async fn plan_without_changes(provider: &Client, all: &[Resource]) {
    let plan = async |resource: &Resource| {
        let plan = resource.plan(provider).await;
        let before = resource.state.value.to_json();
        assert_eq!(plan.action, Action::NoOp, "{before} -> {}", plan.planned.to_json());
    };
    stream::iter(all).map(plan).buffer_unordered(PARALLELISM).collect::<()>().await;
}
