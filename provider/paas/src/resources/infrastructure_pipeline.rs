//! `paas_infrastructure_pipeline`: layer 2, what bakes a tenant's images and deploys the tenant with them.

mod bake;
mod deploy;
mod ending;
mod gather;
mod model;
mod reach;
mod recall;
mod render;
#[cfg(test)]
mod retention_tests;
mod stages;
mod told;
mod validate;
mod wire;

pub use model::InfrastructurePipelineModel;

use crate::composite_resource::{Composite, Gather, Leaving, impl_model};
use crate::names::{self, EnvironmentNames, InfrastructureNames};
use crate::record;
use composite::{Graph, Ledger};
use paas_aws::world::{Part, Steering};
use paas_aws::{Owner, Session, World};
use recall::UNRECORDED;
use tfplugin::{Diagnostic, Diagnostics};

/// The composite behind `paas_infrastructure_pipeline`.
pub struct InfrastructurePipeline;

impl Composite for InfrastructurePipeline {
    type Model = InfrastructurePipelineModel;
    type Facts = gather::Facts;
    const NAME: &'static str = "infrastructure_pipeline";
    const NAMED_BY: &'static str = "tenant";
    const UNRECORDED: &'static [&'static str] = UNRECORDED;

    fn validate(config: &InfrastructurePipelineModel, diagnostics: &mut Diagnostics) {
        validate::infrastructure_pipeline(config, diagnostics);
    }

    fn parameter(session: &Session, model: &InfrastructurePipelineModel) -> String {
        EnvironmentNames { project: &session.project, environment: environment(model) }
            .tenant(tenant(model))
            .infrastructure()
            .parameter()
    }

    fn has_owner(model: &InfrastructurePipelineModel) -> bool {
        model.tenant.is_known() && model.environment.is_known()
    }

    /// The environment may be one that is yet to be made; the children are then known by their keys.
    fn is_named(model: &InfrastructurePipelineModel) -> bool {
        model.tenant.is_known()
    }

    async fn gather(
        session: &Session,
        request: Gather<'_, InfrastructurePipelineModel>,
        diagnostics: &mut Diagnostics,
    ) -> Option<gather::Facts> {
        gather::facts(session, &request, diagnostics).await
    }

    fn wire<'a>(
        session: &'a Session,
        model: &'a InfrastructurePipelineModel,
        facts: &'a gather::Facts,
        graph: &mut Graph<'a, World>,
    ) {
        wire::infrastructure_pipeline(session, model, facts, graph);
    }

    fn owner(model: &InfrastructurePipelineModel, project: &str) -> Owner {
        Owner::tenant(project, environment(model), tenant(model)).part(Part::InfrastructurePipeline)
    }

    fn steering(_: &InfrastructurePipelineModel, _: Option<&gather::Facts>) -> Steering {
        Steering::default()
    }

    async fn may_destroy(
        session: &Session,
        leaving: Leaving<'_, InfrastructurePipelineModel>,
        diagnostics: &mut Diagnostics,
    ) {
        ending::forewarn(session, &leaving, diagnostics).await;
    }

    async fn recall(session: &Session, id: &str) -> Result<InfrastructurePipelineModel, Diagnostics> {
        let (environment, tenant) = parse(id)?;
        let names =
            EnvironmentNames { project: &session.project, environment }.tenant(tenant).infrastructure();
        match record::infrastructure_pipeline::infrastructure_pipeline(session, names).await? {
            Some(found) => Ok(record::recalled(&names.parameter(), &found.arguments)?),
            None => Err(not_there(session, names).into()),
        }
    }

    fn complete(model: &mut InfrastructurePipelineModel, seen: &Ledger) {
        recall::complete(model, seen);
    }
}

impl_model!(InfrastructurePipelineModel);

/// Environment and tenant, out of an id such as `dev/acme`.
///
/// # Errors
/// It isn't one.
pub fn parse(id: &str) -> Result<(&str, &str), Diagnostic> {
    let is_name = |name, longest| paas_aws::names::refuse(name, longest).is_none();
    let parts = id.split_once('/').filter(|(environment, tenant)| {
        is_name(environment, names::ENVIRONMENT) && is_name(tenant, names::TENANT)
    });
    parts.ok_or_else(|| {
        Diagnostic::error(
            "Not an infrastructure pipeline's id",
            format!(
                "{id:?} is not an infrastructure pipeline's id: the environment's name, a slash, the tenant's name, such as \"dev/acme\"."
            ),
        )
    })
}

/// What to say where there is no record of it.
#[must_use]
pub fn not_there(session: &Session, names: InfrastructureNames<'_>) -> Diagnostic {
    Diagnostic::error(
        "No such infrastructure pipeline",
        format!(
            "There is no infrastructure pipeline of tenant {:?} in environment {:?} of project {:?}: the SSM parameter {} doesn't exist.",
            names.tenant.tenant,
            names.tenant.environment.environment,
            session.project,
            names.parameter()
        ),
    )
}

/// The tenant's name; known wherever AWS is called.
fn tenant(model: &InfrastructurePipelineModel) -> &str {
    model.tenant.known().map_or("", String::as_str)
}

/// The environment's name; empty while the environment is yet to be made.
fn environment(model: &InfrastructurePipelineModel) -> &str {
    model.environment.known().map_or("", String::as_str)
}
