//! `paas_environment`: layer 1, what all tenants of an environment share.

mod frontend;
mod gather;
mod model;
mod network;
mod staying;
mod validate;
mod wire;

pub use model::{EnvironmentModel, ExistingNetwork, Nat, PriorityRange};

use crate::composite_resource::{Composite, Gather, Leaving, impl_model};
use crate::names::{ENVIRONMENT, EnvironmentNames};
use crate::record;
use composite::{Graph, Staying};
use paas_aws::world::Steering;
use paas_aws::{Owner, Session, World};
use tfplugin::{Attr, Diagnostic, Diagnostics};

/// The composite behind `paas_environment`.
pub struct Environment;

impl Composite for Environment {
    type Model = EnvironmentModel;
    type Facts = gather::Facts;
    const NAME: &'static str = "environment";

    fn validate(config: &EnvironmentModel, diagnostics: &mut Diagnostics) {
        validate::environment(config, diagnostics);
    }

    fn parameter(session: &Session, model: &EnvironmentModel) -> String {
        EnvironmentNames { project: &session.project, environment: name(model) }.parameter()
    }

    fn is_named(model: &EnvironmentModel) -> bool {
        model.name.is_known()
    }

    async fn gather(
        session: &Session,
        request: Gather<'_, EnvironmentModel>,
        diagnostics: &mut Diagnostics,
    ) -> Option<gather::Facts> {
        gather::facts(session, &request, diagnostics).await
    }

    fn wire<'a>(
        session: &'a Session,
        model: &'a EnvironmentModel,
        facts: &'a gather::Facts,
        graph: &mut Graph<'a, World>,
    ) {
        wire::environment(session, model, facts, graph);
    }

    fn owner(model: &EnvironmentModel, project: &str) -> Owner {
        Owner::environment(project, name(model))
    }

    fn steering(model: &EnvironmentModel, _: Option<&gather::Facts>) -> Steering {
        Steering {
            reserved_priorities: model.reserved_ranges(),
            deletion_window_in_days: small(&model.deletion_window_in_days, 30),
            force_destroy: model.force_destroy.unwrap_or(false),
            ..Steering::default()
        }
    }

    async fn may_destroy(
        session: &Session,
        leaving: Leaving<'_, EnvironmentModel>,
        diagnostics: &mut Diagnostics,
    ) {
        gather::refuse_destruction(session, &leaving, diagnostics).await;
    }

    fn stays(owner: &Owner, staying: &[Staying]) -> Diagnostic {
        staying::warning(owner, staying)
    }

    async fn recall(session: &Session, id: &str) -> Result<EnvironmentModel, Diagnostics> {
        if let Some(why) = paas_aws::names::refuse(id, ENVIRONMENT) {
            let detail = format!("{id:?} {why}. Import takes an environment's name, such as \"dev\".");
            return Err(Diagnostic::error("Not an environment's id", detail).into());
        }
        let parameter = EnvironmentNames { project: &session.project, environment: id }.parameter();
        match record::fetch::<record::environment::Outputs>(session, &parameter).await? {
            Some(found) => Ok(record::recalled(&parameter, &found.arguments)?),
            None => Err(Diagnostic::error(
                "No such environment",
                format!("There is no environment {id:?} in project {:?}: the SSM parameter {parameter} doesn't exist. Import takes an environment's name.", session.project),
            )
            .into()),
        }
    }
}

impl_model!(EnvironmentModel);

/// The environment's name; known wherever AWS is called.
fn name(model: &EnvironmentModel) -> &str {
    model.name.known().map_or("", String::as_str)
}

/// A number that AWS takes as 32 bits; its range was checked at validate.
fn small(attr: &Attr<i64>, default: i32) -> i32 {
    attr.known().and_then(|n| i32::try_from(*n).ok()).unwrap_or(default)
}
