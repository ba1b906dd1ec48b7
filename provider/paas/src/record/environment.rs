//! What an environment publishes for its tenants.

use super::Record;
use crate::names::EnvironmentNames;
use crate::run::Foreseen;
use paas_aws::Session;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tfplugin::Diagnostic;

/// The outputs in an environment's record. Ids and ARNs only; 4 KB at most together with the arguments (SSM).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are the attributes of `paas_environment`, described there")]
pub struct Outputs {
    pub vpc_id: String,
    pub vpc_cidr_block: String,
    pub public_subnet_ids: Vec<String>,
    pub natted_subnet_ids: Vec<String>,
    pub private_subnet_ids: Vec<String>,
    pub kms_key_arn: String,
    pub bucket: String,
    pub infrastructure_pipeline_role_arn: String,
    pub software_pipeline_role_arn: String,
    pub deploy_role_arn: String,
    /// None in the record of an environment that an earlier provider applied last.
    #[serde(default)]
    pub events_role_arn: Option<String>,
    pub load_balancer_arn: String,
    pub load_balancer_dns_name: String,
    pub load_balancer_zone_id: String,
    pub http_listener_arn: String,
    pub https_listener_arn: String,
    pub load_balancer_security_group_id: String,
    /// Pairs of first and last.
    pub reserved_priorities: Vec<(u16, u16)>,
}

/// What every tenant is wired with; the rest is for pipelines, databases and people.
pub const OF_TENANTS: &[&str] = &[
    "vpc_id",
    "natted_subnet_ids",
    "kms_key_arn",
    "bucket",
    "https_listener_arn",
    "load_balancer_arn",
    "load_balancer_security_group_id",
];
/// What one with a software pipeline is wired with besides.
pub const OF_PIPELINES: &[&str] = &["software_pipeline_role_arn", "deploy_role_arn", "events_role_arn"];
/// What an infrastructure pipeline is wired with.
pub const OF_INFRASTRUCTURE: &[&str] = &[
    "vpc_id",
    "natted_subnet_ids",
    "kms_key_arn",
    "bucket",
    "infrastructure_pipeline_role_arn",
    "events_role_arn",
];
/// What one that deploys its tenant is wired with besides: what the tenant is going to use.
pub const OF_DEPLOYMENTS: &[&str] = &["https_listener_arn", "software_pipeline_role_arn", "deploy_role_arn"];

impl Outputs {
    /// What they will be when the environment has been applied; `None` while one of those that are `needed` isn't known.
    #[must_use]
    pub fn foreseen(&self, exports: &Foreseen, needed: &[&str]) -> Option<Self> {
        let mut outputs = serde_json::to_value(self).expect("outputs are plain data");
        for (name, field) in outputs.as_object_mut().into_iter().flatten() {
            match exports.get(name) {
                Some(Some(value)) => *field = value.clone(),
                Some(None) if needed.contains(&name.as_str()) => return None,
                _ => {}
            }
        }
        serde_json::from_value::<Self>(Json::take(&mut outputs)).ok()
    }
}

/// The record of the environment `name`; `None` if there is no such environment.
///
/// # Errors
/// AWS refuses, or the record is another version's.
pub async fn environment(session: &Session, name: &str) -> Result<Option<Record<Outputs>>, Diagnostic> {
    super::fetch(session, &EnvironmentNames { project: &session.project, environment: name }.parameter())
        .await
}

/// What to say, at `environment`, where a record has no outputs yet.
#[must_use]
pub fn not_ready(name: &str) -> Diagnostic {
    let detail =
        format!("Environment {name:?} is still being made, or its apply broke off. Finish that apply first.");
    Diagnostic::error("Environment not ready", detail).at("environment")
}

/// What to say, at `environment`, where there is no record.
#[must_use]
pub fn not_there(session: &Session, name: &str) -> Diagnostic {
    let Session { project, region, account_id, .. } = session;
    let detail = format!(
        "There is no environment {name:?} in project {project:?} in {region} of account {account_id}. If it is in this configuration, refer to it: environment = paas_environment.{}.id. If it is in another one, apply that first.",
        name.replace('-', "_")
    );
    Diagnostic::error("No such environment", detail).at("environment")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outputs() -> Outputs {
        let text = |name: &str| (name.to_owned(), json!("old"));
        let mut fields: serde_json::Map<String, Json> = [
            "vpc_id",
            "vpc_cidr_block",
            "kms_key_arn",
            "bucket",
            "infrastructure_pipeline_role_arn",
            "software_pipeline_role_arn",
            "deploy_role_arn",
            "load_balancer_arn",
            "load_balancer_dns_name",
            "load_balancer_zone_id",
            "http_listener_arn",
            "https_listener_arn",
            "load_balancer_security_group_id",
        ]
        .map(text)
        .into_iter()
        .collect();
        for list in ["public_subnet_ids", "natted_subnet_ids", "private_subnet_ids", "reserved_priorities"] {
            fields.insert(list.into(), json!([]));
        }
        serde_json::from_value(Json::Object(fields)).unwrap()
    }

    #[test]
    fn tenants_see_what_is_known_and_wait_for_what_they_need() {
        let foreseen = |name: &str, value: Option<Json>| {
            outputs().foreseen(&Foreseen::from([(name.to_owned(), value)]), OF_TENANTS)
        };
        assert_eq!(foreseen("vpc_id", Some(json!("new"))).unwrap().vpc_id, "new");
        assert_eq!(foreseen("deploy_role_arn", None).unwrap(), outputs(), "tenants aren't wired with it");
        assert_eq!(foreseen("natted_subnet_ids", None), None);
        assert_eq!(foreseen("tags_all", None).unwrap(), outputs(), "not published");
    }
}
