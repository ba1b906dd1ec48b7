//! What a webhook checks of AWS at plan. It is wired without knowing any of it.

use super::model::GitlabWebhookModel;
use super::told;
use crate::composite_resource::Gather;
use crate::record::{self, Record};
use futures::future::join_all;
use paas_aws::{Owner, Session};
use tfplugin::{Diagnostic, Diagnostics};

/// Reports a secret that builds couldn't read, and says which environments aren't there yet.
pub async fn check(
    session: &Session,
    request: &Gather<'_, GitlabWebhookModel>,
    diagnostics: &mut Diagnostics,
) {
    if let Some(arn) = request.model.credentials_secret_arn.known() {
        let region = arn.split(':').nth(3).unwrap_or_default();
        if region != session.region {
            let detail = format!(
                "The secret is in {region}, and the builds read secrets of {}. Replicate it there, and name the replica.",
                session.region
            );
            diagnostics.error("credentials_secret_arn", "Secret of another region", detail);
        }
    }
    environments(session, request, diagnostics).await;
}

/// An environment may come later, and its pushes then find their way: no error. One that this very run makes is not missed.
async fn environments(
    session: &Session,
    request: &Gather<'_, GitlabWebhookModel>,
    diagnostics: &mut Diagnostics,
) {
    let named = told::environments(&request.model.branches);
    let found = join_all(
        named
            .into_iter()
            .map(|name| async move { (name, record::environment::environment(session, name).await) }),
    );
    let mut missing = vec![];
    for (name, found) in found.await {
        let is_coming = || request.run.is_coming(&Owner::environment(&session.project, name));
        match found {
            Ok(Some(Record { outputs: Some(_), .. })) => {}
            Ok(_) if is_coming() => {}
            Ok(_) => missing.push(format!("{name:?}")),
            Err(error) => return diagnostics.push(error),
        }
    }
    if !missing.is_empty() {
        let detail = format!(
            "Project {:?} has no environment {} so far. Until it has, builds of pushes to the branches fail.",
            session.project,
            missing.join(", ")
        );
        diagnostics.push(Diagnostic::warning("Environments that aren't there", detail).at("branches"));
    }
}
