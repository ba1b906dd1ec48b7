//! What is said before an infrastructure pipeline goes: what it leaves behind.

use super::model::InfrastructurePipelineModel;
use super::wire::images;
use super::{environment, tenant};
use crate::composite_resource::{Leaving, Why};
use crate::names::EnvironmentNames;
use crate::record;
use paas_aws::Session;
use paas_aws::ec2::images::of_owner;
use paas_aws::s3::objects;
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
    tenant_stays(session, leaving, diagnostics).await;
}

/// What the pipeline deployed, if it ever did: Terraform knows of it only in the state that lies in the bucket.
async fn tenant_stays(
    session: &Session,
    leaving: &Leaving<'_, InfrastructurePipelineModel>,
    diagnostics: &mut Diagnostics,
) {
    let (environment, tenant) = (environment(leaving.model), tenant(leaving.model));
    let names = EnvironmentNames { project: &session.project, environment }.tenant(tenant);
    let Some(bucket) = leaving.model.source_bucket.known() else { return };
    let state = names.infrastructure().state_object();
    match objects::is_there(session, bucket, &state).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            let why = format!("s3://{bucket}/{state}: {error}");
            return diagnostics.push(Diagnostic::error("Can't look for the state of what was deployed", why));
        }
    }
    match record::fetch::<Json>(session, &names.parameter()).await {
        Ok(None) => {}
        Ok(Some(_)) => {
            let detail = format!(
                "Tenant {tenant:?} of environment {environment:?} stays, with everything that the pipeline deployed. Terraform's state of it stays, too: s3://{bucket}/{state}. To destroy it, run terraform destroy with the pipeline's configuration and that state as its backend (the override in deploy_buildspec says how)."
            );
            diagnostics.push(Diagnostic::warning("The tenant stays", detail));
        }
        Err(error) => diagnostics.push(error),
    }
}
