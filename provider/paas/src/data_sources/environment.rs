//! `data.paas_environment`: what an environment publishes.

use crate::names::{self, EnvironmentNames};
use crate::provider::Connection;
use crate::record;
use crate::shared::validate_name;
use tfplugin::{Attr, Attributes, Cx, DataSource, Diagnostic, Diagnostics};

/// A shared environment, by its name: read from the record it publishes, without access to its Terraform state.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct EnvironmentData {
    /// Name of the environment, such as `dev`.
    #[attr(required)]
    pub name: Attr<String>,
    /// The environment's name: what `paas_tenant` takes as `environment`.
    #[attr(computed)]
    pub id: Attr<String>,
    /// The VPC.
    #[attr(computed)]
    pub vpc_id: Attr<String>,
    /// The VPC's address range.
    #[attr(computed)]
    pub vpc_cidr_block: Attr<String>,
    /// Subnets with a route to the internet.
    #[attr(computed)]
    pub public_subnet_ids: Attr<Vec<String>>,
    /// Subnets with a route out through a NAT.
    #[attr(computed)]
    pub natted_subnet_ids: Attr<Vec<String>>,
    /// Subnets without a way out.
    #[attr(computed)]
    pub private_subnet_ids: Attr<Vec<String>>,
    /// The key that encrypts everything of the environment.
    #[attr(computed)]
    pub kms_key_arn: Attr<String>,
    /// The bucket for sources, artifacts and logs.
    #[attr(computed)]
    pub bucket: Attr<String>,
    /// The role of the tenants' infrastructure pipelines.
    #[attr(computed)]
    pub infrastructure_pipeline_role_arn: Attr<String>,
    /// The role of the tenants' software pipelines.
    #[attr(computed)]
    pub software_pipeline_role_arn: Attr<String>,
    /// The role that CodeDeploy works with.
    #[attr(computed)]
    pub deploy_role_arn: Attr<String>,
    /// The role with which EventBridge starts the tenants' pipelines.
    #[attr(computed)]
    pub events_role_arn: Attr<String>,
    /// The load balancer.
    #[attr(computed)]
    pub load_balancer_arn: Attr<String>,
    /// What the tenants' host names point to.
    #[attr(computed)]
    pub load_balancer_dns_name: Attr<String>,
    /// The hosted zone for alias records.
    #[attr(computed)]
    pub load_balancer_zone_id: Attr<String>,
    /// The listener on port 80.
    #[attr(computed)]
    pub http_listener_arn: Attr<String>,
    /// The listener on port 443.
    #[attr(computed)]
    pub https_listener_arn: Attr<String>,
    /// The load balancer's security group.
    #[attr(computed)]
    pub load_balancer_security_group_id: Attr<String>,
    /// The SSM parameter with the published record.
    #[attr(computed)]
    pub parameter_name: Attr<String>,
}

/// The data source.
pub struct Environment {
    connection: Connection,
}

impl Environment {
    /// Uses the provider's connection, once there is one.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

impl DataSource for Environment {
    type Model = EnvironmentData;
    const NAME: &'static str = "environment";

    fn validate(&self, config: &EnvironmentData, diagnostics: &mut Diagnostics) {
        validate_name("name", &config.name, names::ENVIRONMENT, diagnostics);
    }

    async fn read(&self, _: &Cx, config: EnvironmentData) -> Result<EnvironmentData, Diagnostics> {
        let session = self.connection.need()?;
        let name = config.name.clone().unwrap_or_default();
        let parameter = EnvironmentNames { project: &session.project, environment: &name }.parameter();
        let Some(record) = record::environment::environment(&session, &name).await? else {
            let detail = format!(
                "There is no environment {name:?} in project {:?} in {}.",
                session.project, session.region
            );
            return Err(Diagnostic::error("No such environment", detail).at("name").into());
        };
        let Some(outputs) = record.outputs else {
            let detail = format!(
                "Environment {name:?} is still being made, or its apply broke off. Finish that apply first."
            );
            return Err(Diagnostic::error("Environment not ready", detail).at("name").into());
        };
        Ok(EnvironmentData {
            id: name.into(),
            name: config.name,
            vpc_id: outputs.vpc_id.into(),
            vpc_cidr_block: outputs.vpc_cidr_block.into(),
            public_subnet_ids: outputs.public_subnet_ids.into(),
            natted_subnet_ids: outputs.natted_subnet_ids.into(),
            private_subnet_ids: outputs.private_subnet_ids.into(),
            kms_key_arn: outputs.kms_key_arn.into(),
            bucket: outputs.bucket.into(),
            infrastructure_pipeline_role_arn: outputs.infrastructure_pipeline_role_arn.into(),
            software_pipeline_role_arn: outputs.software_pipeline_role_arn.into(),
            deploy_role_arn: outputs.deploy_role_arn.into(),
            events_role_arn: outputs.events_role_arn.into(),
            load_balancer_arn: outputs.load_balancer_arn.into(),
            load_balancer_dns_name: outputs.load_balancer_dns_name.into(),
            load_balancer_zone_id: outputs.load_balancer_zone_id.into(),
            http_listener_arn: outputs.http_listener_arn.into(),
            https_listener_arn: outputs.https_listener_arn.into(),
            load_balancer_security_group_id: outputs.load_balancer_security_group_id.into(),
            parameter_name: parameter.into(),
        })
    }
}
