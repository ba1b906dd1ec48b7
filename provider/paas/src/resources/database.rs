//! `paas_database`: layer 3, a tenant's MySQL database. A composite of its own, so that data share no fate with machines.

mod gather;
mod model;
mod protection;
mod reserved;
mod restoring;
mod validate;
mod wire;

pub use model::DatabaseModel;

use crate::composite_resource::{Composite, Gather, Leaving, impl_model};
use crate::names::{self, DatabaseNames, EnvironmentNames};
use crate::record;
use crate::timeouts::Timeouts;
use composite::{Graph, Plan};
use paas_aws::world::{DatabaseSteering, Steering};
use paas_aws::{Owner, Session, World};
use tfplugin::{Attr, Diagnostic, Diagnostics};

/// The composite behind `paas_database`.
pub struct Database;

impl Composite for Database {
    type Model = DatabaseModel;
    type Facts = gather::Facts;
    const NAME: &'static str = "database";

    fn validate(config: &DatabaseModel, diagnostics: &mut Diagnostics) {
        validate::database(config, diagnostics);
    }

    fn parameter(session: &Session, model: &DatabaseModel) -> String {
        Place::of(model).unwrap_or_default().names(session).parameter()
    }

    fn has_owner(model: &DatabaseModel) -> bool {
        Place::of(model).is_some()
    }

    /// Names that aren't known yet are planned, too: they may be those of another database than the one there is, and
    /// then the plan has to be refused.
    fn is_named(_: &DatabaseModel) -> bool {
        true
    }

    async fn gather(
        session: &Session,
        request: Gather<'_, DatabaseModel>,
        diagnostics: &mut Diagnostics,
    ) -> Option<gather::Facts> {
        gather::facts(session, &request, diagnostics).await
    }

    fn wire<'a>(
        session: &'a Session,
        model: &'a DatabaseModel,
        facts: &'a gather::Facts,
        graph: &mut Graph<'a, World>,
    ) {
        wire::database(session, model, facts, graph);
    }

    fn owner(model: &DatabaseModel, project: &str) -> Owner {
        Place::of(model).unwrap_or_default().owner(project)
    }

    /// RDS takes longer than other services, with a last snapshot or a new class above all.
    fn timeouts(model: &DatabaseModel) -> Timeouts {
        let set = model.timeouts.clone().unwrap_or_default();
        let or = |attr: Attr<String>, default: &str| if attr.is_null() { default.into() } else { attr };
        Timeouts { create: set.create, update: or(set.update, "80m"), delete: or(set.delete, "60m") }
    }

    fn steering(model: &DatabaseModel, _: Option<&gather::Facts>) -> Steering {
        let default = DatabaseSteering::default();
        let chosen = |attr: &Attr<bool>, default| attr.unwrap_or(default);
        Steering {
            database: DatabaseSteering {
                snapshot_identifier: model.snapshot_identifier.known().cloned(),
                skip_final_snapshot: chosen(&model.skip_final_snapshot, default.skip_final_snapshot),
                delete_automated_backups: chosen(
                    &model.delete_automated_backups,
                    default.delete_automated_backups,
                ),
                apply_immediately: chosen(&model.apply_immediately, default.apply_immediately),
                allow_major_version_upgrade: chosen(
                    &model.allow_major_version_upgrade,
                    default.allow_major_version_upgrade,
                ),
            },
            ..Steering::default()
        }
    }

    async fn may_destroy(
        session: &Session,
        leaving: Leaving<'_, DatabaseModel>,
        diagnostics: &mut Diagnostics,
    ) {
        protection::refuse_destruction(session, &leaving, diagnostics).await;
    }

    fn review(plan: &Plan, model: &DatabaseModel, diagnostics: &mut Diagnostics) {
        protection::review(plan, model, diagnostics);
    }

    async fn recall(session: &Session, id: &str) -> Result<DatabaseModel, Diagnostics> {
        let place = Place::parse(id)?;
        let names = place.names(session);
        match record::database::database(session, names).await? {
            Some(found) => Ok(record::recalled(&names.parameter(), &found.arguments)?),
            None => Err(place.not_there(session).into()),
        }
    }
}

impl_model!(DatabaseModel);

/// Whose database it is, and which one of theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    environment: String,
    tenant: String,
    name: String,
}

impl Place {
    /// As the arguments say; none while one of them isn't known.
    fn of(model: &DatabaseModel) -> Option<Self> {
        Some(Self {
            environment: model.environment.known()?.clone(),
            tenant: model.tenant.known()?.clone(),
            name: model.name.known()?.clone(),
        })
    }

    /// Out of an id, such as `dev/acme/database`.
    ///
    /// # Errors
    /// It isn't one.
    pub fn parse(id: &str) -> Result<Self, Diagnostic> {
        let is_name = |name, longest| paas_aws::names::refuse(name, longest).is_none();
        let mut parts = id.split('/');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(environment), Some(tenant), Some(name), None)
                if is_name(environment, names::ENVIRONMENT)
                    && is_name(tenant, names::TENANT)
                    && is_name(name, names::DATABASE) =>
            {
                Ok(Self { environment: environment.into(), tenant: tenant.into(), name: name.into() })
            }
            _ => Err(Diagnostic::error(
                "Not a database's id",
                format!(
                    "{id:?} is not a database's id: the names of the environment, the tenant and the database with slashes between them, such as \"dev/acme/database\"."
                ),
            )),
        }
    }

    /// The names of its AWS objects.
    pub fn names<'n>(&'n self, session: &'n Session) -> DatabaseNames<'n> {
        EnvironmentNames { project: &session.project, environment: &self.environment }
            .tenant(&self.tenant)
            .database(&self.name)
    }

    fn owner(&self, project: &str) -> Owner {
        Owner::database(project, &self.environment, &self.tenant, &self.name)
    }

    /// What to say where there is no record of it.
    pub fn not_there(&self, session: &Session) -> Diagnostic {
        let Self { environment, tenant, name } = self;
        Diagnostic::error(
            "No such database",
            format!(
                "There is no database {name:?} of tenant {tenant:?} in environment {environment:?} of project {:?}: the SSM parameter {} doesn't exist.",
                session.project,
                self.names(session).parameter()
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeouts::Operation;

    #[test]
    fn ids_have_three_names() {
        let place = Place { environment: "dev".into(), tenant: "acme".into(), name: "orders".into() };
        assert_eq!(Place::parse("dev/acme/orders").unwrap(), place);
        for id in ["", "dev/acme", "dev/acme/", "dev/acme/orders/1", "/acme/orders", "dev/Acme/orders"] {
            let refused = Place::parse(id).unwrap_err().to_string();
            assert!(refused.contains("\"dev/acme/database\""), "{refused}");
        }
    }

    #[test]
    fn rds_has_its_time_unless_told_otherwise() {
        let minutes =
            |model: &DatabaseModel, operation| Database::timeouts(model).of(operation).as_secs() / 60;
        let told = |model: &DatabaseModel| {
            [Operation::Create, Operation::Update, Operation::Delete].map(|of| minutes(model, of))
        };
        let mut model = DatabaseModel::default();
        assert_eq!(told(&model), [40, 80, 60]);
        model.timeouts = Timeouts { update: "2h".into(), ..Timeouts::default() }.into();
        assert_eq!(told(&model), [40, 120, 60]);
    }
}
