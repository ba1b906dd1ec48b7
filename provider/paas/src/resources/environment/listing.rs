//! Who lives in an environment: read from the records below its own.

use super::Outputs;
use crate::names::EnvironmentNames;
use crate::record::{self, Record};
use crate::resources::tenant;
use paas_aws::{Session, ssm};
use std::collections::BTreeMap;
use tfplugin::Diagnostic;

/// The record of the environment `name`; `None` if there is no such environment.
///
/// # Errors
/// AWS refuses, or the record is another version's.
pub async fn environment(session: &Session, name: &str) -> Result<Option<Record<Outputs>>, Diagnostic> {
    record::fetch(session, &EnvironmentNames { project: &session.project, environment: name }.parameter())
        .await
}

/// The records of the environment's tenants by their names.
///
/// # Errors
/// AWS refuses, or a record is another version's.
pub async fn tenants(
    session: &Session,
    name: &str,
) -> Result<BTreeMap<String, Record<tenant::Outputs>>, Diagnostic> {
    let path = EnvironmentNames { project: &session.project, environment: name }.parameter();
    let found = ssm::parameters_below(session, &path)
        .await
        .map_err(|error| Diagnostic::error("Can't list the environment's tenants", error.to_string()))?;
    found
        .iter()
        .map(|(parameter, text)| {
            let tenant = parameter.rsplit('/').next().unwrap_or(parameter);
            Ok((tenant.to_owned(), Record::parse(parameter, text)?))
        })
        .collect()
}
