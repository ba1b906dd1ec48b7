//! What a webhook publishes.

use super::Record;
use crate::names::WebhookNames;
use paas_aws::Session;
use serde::{Deserialize, Serialize};
use tfplugin::Diagnostic;

/// The outputs in a webhook's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "attributes of `paas_gitlab_webhook`, described there")]
pub struct Outputs {
    pub url: String,
    pub function_name: String,
    pub build_project_name: String,
    pub token_secret_arn: String,
}

/// The record of one webhook; `None` if there is no such webhook.
///
/// # Errors
/// AWS refuses, or the record is another version's.
pub async fn gitlab_webhook(
    session: &Session,
    names: WebhookNames<'_>,
) -> Result<Option<Record<Outputs>>, Diagnostic> {
    super::fetch(session, &names.parameter()).await
}
