//! What a tenant publishes, and who lives in an environment.

use super::Record;
use crate::names::EnvironmentNames;
use paas_aws::Session;
use paas_aws::ssm::{self, Depth};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tfplugin::Diagnostic;

/// The outputs in a tenant's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are the attributes of `paas_tenant`, described there")]
pub struct Outputs {
    pub hosts: Vec<String>,
    pub paths: Vec<String>,
    pub priorities: Vec<u16>,
    pub target_group_arn: String,
    pub autoscaling_group_name: String,
    pub launch_template_id: String,
    pub security_group_id: String,
    pub role_name: String,
}

/// The records of the environment's tenants by their names.
///
/// # Errors
/// AWS refuses, or a record is another version's.
pub async fn tenants(
    session: &Session,
    environment: &str,
) -> Result<BTreeMap<String, Record<Outputs>>, Diagnostic> {
    let path = EnvironmentNames { project: &session.project, environment }.parameter();
    let found = ssm::parameters_below(session, &path, Depth::One)
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
