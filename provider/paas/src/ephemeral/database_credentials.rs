//! `ephemeral.paas_database_credentials`: how to log in to a database as its master user.

use crate::provider::Connection;
use crate::record;
use crate::resources::database::Place;
use paas_aws::secretsmanager;
use tfplugin::{Attr, Attributes, Cx, Diagnostic, Diagnostics, EphemeralResource, Opened};

/// How to log in to a database as its master user: read from Secrets Manager when a run needs it, and kept nowhere:
/// in no state, in no plan and in no log. RDS rotates the password, so it is read anew in every run.
///
/// Use it where Terraform takes ephemeral values: in the configuration of another provider, in a write-only argument,
/// in a provisioner. What connects with it has to reach the database, which only the tenant's instances do.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct DatabaseCredentials {
    /// The database: `paas_database`'s `id`, such as `dev/acme/database`.
    #[attr(required)]
    pub database: Attr<String>,
    /// Name of the master user.
    #[attr(computed)]
    pub username: Attr<String>,
    /// The master user's password.
    #[attr(computed, sensitive)]
    pub password: Attr<String>,
    /// Host name to connect to.
    #[attr(computed)]
    pub host: Attr<String>,
    /// Port to connect to. The database takes TLS only.
    #[attr(computed)]
    pub port: Attr<i64>,
    /// The schema that was made with the database, if one was.
    #[attr(computed)]
    pub db_name: Attr<String>,
}

/// The ephemeral resource.
pub struct Credentials {
    connection: Connection,
}

impl Credentials {
    /// Uses the provider's connection, once there is one.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

/// Where all of this resource's errors point.
const AT: &str = "database";

impl EphemeralResource for Credentials {
    type Model = DatabaseCredentials;
    const NAME: &'static str = "database_credentials";

    fn validate(&self, config: &DatabaseCredentials, diagnostics: &mut Diagnostics) {
        if let Some(Err(error)) = config.database.known().map(|id| Place::parse(id)) {
            diagnostics.push(error.at(AT));
        }
    }

    async fn open(
        &self,
        _: &Cx,
        config: DatabaseCredentials,
    ) -> Result<Opened<DatabaseCredentials>, Diagnostics> {
        let session = self.connection.need()?;
        let place =
            Place::parse(&config.database.clone().unwrap_or_default()).map_err(|error| error.at(AT))?;
        let names = place.names(&session);
        let Some(found) = record::database::database(&session, names).await? else {
            return Err(place.not_there(&session).at(AT).into());
        };
        let Some(outputs) = found.outputs else {
            let detail = format!(
                "Database {} is still being made, or its apply broke off. Finish that apply first.",
                names.id()
            );
            return Err(Diagnostic::error("Database not ready", detail).at(AT).into());
        };
        let secret = &outputs.master_user_secret_arn;
        let credentials = secretsmanager::credentials(&session, secret)
            .await
            .map_err(|error| Diagnostic::error("Can't read the database's secret", error.to_string()).at(AT))?
            .ok_or_else(|| {
                let detail = format!(
                    "The secret {secret} of database {} doesn't exist any more. Plan and apply the database: that has RDS make another one.",
                    names.id()
                );
                Diagnostic::error("No such secret", detail).at(AT)
            })?;
        let result = DatabaseCredentials {
            database: config.database,
            username: credentials.username.into(),
            password: credentials.password.into(),
            host: outputs.address.into(),
            port: outputs.port.into(),
            db_name: outputs.db_name.into(),
        };
        Ok(Opened { result, ..Opened::default() })
    }
}
