//! What a database publishes for its tenant's applications.

use super::Record;
use crate::names::DatabaseNames;
use paas_aws::Session;
use serde::{Deserialize, Serialize};
use tfplugin::Diagnostic;

/// The outputs in a database's record: where it is, and which secret opens it. No secret's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are the attributes of `paas_database`, described there")]
pub struct Outputs {
    pub address: String,
    pub port: i64,
    /// None where no schema was made with the database.
    pub db_name: Option<String>,
    pub username: String,
    pub master_user_secret_arn: String,
    pub identifier: String,
    pub security_group_id: String,
}

/// The record of one database; `None` if there is no such database.
///
/// # Errors
/// AWS refuses, or the record is another version's.
pub async fn database(
    session: &Session,
    names: DatabaseNames<'_>,
) -> Result<Option<Record<Outputs>>, Diagnostic> {
    super::fetch(session, &names.parameter()).await
}
