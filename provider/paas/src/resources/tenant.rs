//! `paas_tenant`: layer 3, one tenant's virtual host in an environment.

mod commands;
mod gather;
mod machines;
mod model;
mod pipeline;
mod rules;
mod slots;
mod validate;
mod wire;

pub use model::{HealthCheck, InstanceRefresh, Pipeline, RootVolume, TargetTracking, TenantModel};

use crate::composite_resource::{Composite, Gather, impl_model};
use crate::names::{ENVIRONMENT, EnvironmentNames, TENANT};
use crate::record;
use composite::{Graph, Ledger};
use paas_aws::world::Steering;
use paas_aws::{Owner, Session, World};
use tfplugin::{Diagnostic, Diagnostics};

/// The composite behind `paas_tenant`.
pub struct Tenant;

impl Composite for Tenant {
    type Model = TenantModel;
    type Facts = gather::Facts;
    const NAME: &'static str = "tenant";
    /// Up to 16 KB; it is read back from the launch template.
    const UNRECORDED: &'static [&'static str] = &["user_data"];

    fn validate(config: &TenantModel, diagnostics: &mut Diagnostics) {
        validate::tenant(config, diagnostics);
    }

    fn parameter(session: &Session, model: &TenantModel) -> String {
        EnvironmentNames { project: &session.project, environment: environment(model) }
            .tenant(name(model))
            .parameter()
    }

    fn has_owner(model: &TenantModel) -> bool {
        model.name.is_known() && model.environment.is_known()
    }

    /// The environment may be one that is yet to be made; the children are then known by their keys.
    fn is_named(model: &TenantModel) -> bool {
        model.name.is_known()
    }

    async fn gather(
        session: &Session,
        request: Gather<'_, TenantModel>,
        diagnostics: &mut Diagnostics,
    ) -> Option<gather::Facts> {
        gather::facts(session, &request, diagnostics).await
    }

    fn wire<'a>(
        session: &'a Session,
        model: &'a TenantModel,
        facts: &'a gather::Facts,
        graph: &mut Graph<'a, World>,
    ) {
        wire::tenant(session, model, facts, graph);
    }

    fn owner(model: &TenantModel, project: &str) -> Owner {
        Owner::tenant(project, environment(model), name(model))
    }

    fn steering(model: &TenantModel, facts: Option<&gather::Facts>) -> Steering {
        let refresh = model.instance_refresh.known().cloned().unwrap_or_default();
        Steering {
            reserved_priorities: facts.map(gather::Facts::reserved).unwrap_or_default(),
            instance_refresh: refresh.preferences(),
            ..Steering::default()
        }
    }

    async fn recall(session: &Session, id: &str) -> Result<TenantModel, Diagnostics> {
        let is_name = |name, longest| paas_aws::names::refuse(name, longest).is_none();
        let parts = id.split_once('/').filter(|(e, n)| is_name(e, ENVIRONMENT) && is_name(n, TENANT));
        let Some((environment, name)) = parts else {
            let detail = format!(
                "{id:?} is not a tenant's id: the environment's name, a slash, the tenant's name, such as \"dev/acme\"."
            );
            return Err(Diagnostic::error("Not a tenant's id", detail).into());
        };
        let parameter = EnvironmentNames { project: &session.project, environment }.tenant(name).parameter();
        match record::fetch::<record::tenant::Outputs>(session, &parameter).await? {
            Some(found) => Ok(record::recalled(&parameter, &found.arguments)?),
            None => Err(Diagnostic::error(
                "No such tenant",
                format!("There is no tenant {name:?} in environment {environment:?} of project {:?}: the SSM parameter {parameter} doesn't exist.", session.project),
            )
            .into()),
        }
    }

    fn complete(model: &mut TenantModel, seen: &Ledger) {
        let template = seen.live.iter().find(|record| record.key == machines::LAUNCH_TEMPLATE);
        if let Some(text) = template.and_then(|record| record.saw.get("user_data")?.as_str()) {
            model.user_data = text.into();
        }
    }
}

impl_model!(TenantModel);

/// The tenant's name; known wherever AWS is called.
fn name(model: &TenantModel) -> &str {
    model.name.known().map_or("", String::as_str)
}

/// The environment's name; empty while the environment is yet to be made.
fn environment(model: &TenantModel) -> &str {
    model.environment.known().map_or("", String::as_str)
}
