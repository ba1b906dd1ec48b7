//! What an infrastructure pipeline publishes for those who bake with it.

use super::Record;
use crate::names::InfrastructureNames;
use paas_aws::Session;
use serde::{Deserialize, Serialize};
use tfplugin::Diagnostic;

/// The outputs in an infrastructure pipeline's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "most are attributes of `paas_infrastructure_pipeline`, described there")]
pub struct Outputs {
    pub source_bucket: String,
    pub source_object_key: String,
    /// How the keys begin of what Terraform bakes from local folders: `bakes/<tenant>/`.
    pub bake_prefix: String,
    pub bake_project_name: String,
    /// None where it only bakes.
    pub deploy_project_name: Option<String>,
    pub pipeline_name: String,
    pub log_group_name: String,
    /// What the tag `paas:owner` says on the images.
    pub image_owner: String,
}

/// The record of one infrastructure pipeline; `None` if there is no such pipeline.
///
/// # Errors
/// AWS refuses, or the record is another version's.
pub async fn infrastructure_pipeline(
    session: &Session,
    names: InfrastructureNames<'_>,
) -> Result<Option<Record<Outputs>>, Diagnostic> {
    super::fetch(session, &names.parameter()).await
}
