//! What is said before an infrastructure pipeline goes: what it leaves behind.

use super::model::InfrastructurePipelineModel;
use super::wire::images;
use super::{environment, tenant};
use crate::composite_resource::{Leaving, Why};
use crate::names::EnvironmentNames;
use crate::record;
use paas_aws::ec2::images::of_owner;
use paas_aws::{Owner, Session};
use serde_json::Value as Json;
use tfplugin::{Diagnostic, Diagnostics};

/// Warns of the images that stay, and of the tenant that stays.
pub async fn forewarn(
    session: &Session,
    leaving: &Leaving<'_, InfrastructurePipelineModel>,
    diagnostics: &mut Diagnostics,
) {
    // One that is made anew finds both again.
    if leaving.why == Why::MadeAnew {
        return;
    }
    let (environment, tenant) = (environment(leaving.model), tenant(leaving.model));
    let owner = images(session, environment, tenant).path();
    match of_owner(session, &owner).await {
        Ok(images) if images.is_empty() => {}
        Ok(images) => {
            let (count, they) = match images.len() {
                1 => ("One image stays".to_owned(), "It costs what its snapshots do"),
                count => (format!("{count} images stay"), "They cost what their snapshots do"),
            };
            let detail = format!(
                "{count}, for instances and launch templates may start from them: {}. {they}. aws ec2 describe-images --owners self --filters Name=tag:paas:owner,Values={owner} lists them.",
                images.iter().map(|image| image.id.as_str()).collect::<Vec<_>>().join(", ")
            );
            diagnostics.push(Diagnostic::warning("Images stay", detail));
        }
        Err(error) => diagnostics.push(Diagnostic::error("Can't list the images", error.to_string())),
    }
    if leaving.model.deploy.is_known() {
        tenant_stays(session, leaving, diagnostics).await;
    }
}

/// Terraform knows of the tenant only in the state that the pipeline kept.
async fn tenant_stays(
    session: &Session,
    leaving: &Leaving<'_, InfrastructurePipelineModel>,
    diagnostics: &mut Diagnostics,
) {
    let (environment, tenant) = (environment(leaving.model), tenant(leaving.model));
    let owner = Owner::tenant(&session.project, environment, tenant);
    // One that stands in this very configuration isn't the pipeline's.
    if leaving.run.is_there(&owner) || leaving.run.is_leaving(&owner) {
        return;
    }
    let names = EnvironmentNames { project: &session.project, environment }.tenant(tenant);
    match record::fetch::<Json>(session, &names.parameter()).await {
        Ok(None) => {}
        Ok(Some(_)) => {
            let bucket = leaving.model.source_bucket.known().map_or("the environment's bucket", |name| name);
            let detail = format!(
                "Tenant {tenant:?} of environment {environment:?} stays, with everything that the pipeline deployed. Terraform's state of it stays, too: s3://{bucket}/{}. To destroy it, run terraform destroy with the pipeline's configuration and that state as its backend (the override in deploy_buildspec says how).",
                names.infrastructure().state_object()
            );
            diagnostics.push(Diagnostic::warning("The tenant stays", detail));
        }
        Err(error) => diagnostics.push(error),
    }
}
