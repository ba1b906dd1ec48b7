//! `data.paas_tenants`: who lives in an environment.

use crate::names;
use crate::provider::Connection;
use crate::record;
use crate::shared::validate_name;
use tfplugin::{Attr, Attributes, Cx, DataSource, Diagnostics};

/// The tenants of an environment, whoever made them: read from the records they publish.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct TenantsData {
    /// Name of the environment, such as `dev`.
    #[attr(required)]
    pub environment: Attr<String>,
    /// The tenants, in the order of their names. One that is still being made isn't among them.
    #[attr(computed)]
    pub tenants: Attr<Vec<TenantData>>,
}

/// One tenant.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct TenantData {
    /// Its name.
    #[attr(computed)]
    pub name: Attr<String>,
    /// Its hosts.
    #[attr(computed)]
    pub hosts: Attr<Vec<String>>,
    /// Its paths; none means all.
    #[attr(computed)]
    pub paths: Attr<Vec<String>>,
    /// Its listener rules' priorities.
    #[attr(computed)]
    pub priorities: Attr<Vec<i64>>,
    /// Its target group.
    #[attr(computed)]
    pub target_group_arn: Attr<String>,
    /// Its Auto Scaling group.
    #[attr(computed)]
    pub autoscaling_group_name: Attr<String>,
    /// Its launch template.
    #[attr(computed)]
    pub launch_template_id: Attr<String>,
    /// Its instances' security group.
    #[attr(computed)]
    pub security_group_id: Attr<String>,
    /// Its instances' role.
    #[attr(computed)]
    pub role_name: Attr<String>,
}

/// The data source.
pub struct Tenants {
    connection: Connection,
}

impl Tenants {
    /// Uses the provider's connection, once there is one.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

impl DataSource for Tenants {
    type Model = TenantsData;
    const NAME: &'static str = "tenants";

    fn validate(&self, config: &TenantsData, diagnostics: &mut Diagnostics) {
        validate_name("environment", &config.environment, names::ENVIRONMENT, diagnostics);
    }

    async fn read(&self, _: &Cx, config: TenantsData) -> Result<TenantsData, Diagnostics> {
        let session = self.connection.need()?;
        let name = config.environment.clone().unwrap_or_default();
        let tenants = record::tenant::tenants(&session, &name)
            .await?
            .into_iter()
            .filter_map(|(name, record)| {
                let outputs = record.outputs?;
                Some(TenantData {
                    name: name.into(),
                    hosts: outputs.hosts.into(),
                    paths: outputs.paths.into(),
                    priorities: outputs.priorities.into_iter().map(i64::from).collect::<Vec<_>>().into(),
                    target_group_arn: outputs.target_group_arn.into(),
                    autoscaling_group_name: outputs.autoscaling_group_name.into(),
                    launch_template_id: outputs.launch_template_id.into(),
                    security_group_id: outputs.security_group_id.into(),
                    role_name: outputs.role_name.into(),
                })
            })
            .collect::<Vec<_>>();
        Ok(TenantsData { environment: config.environment, tenants: tenants.into() })
    }
}
