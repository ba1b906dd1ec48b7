//! What may be done where a tenant's own scripts and configuration run: in the builds that bake its images, on the
//! instances that images are made of, and in the builds that deploy it. Each has a role of the tenant's own, so that no
//! tenant's code ever has another's.

mod packer;

pub use packer::Launch;

use super::pipelines::encryption;
use super::{INFRASTRUCTURE, Inline, PLAN, Site, inline, tenant};
use crate::policy::{Document, Statement, document};
use crate::world::{Owner, Part};

/// The names by which these policies know what is the tenant's own.
#[derive(Debug, Clone, Copy)]
pub struct InfrastructureTenant<'a> {
    /// The tenant's name.
    pub name: &'a str,
    /// How the names of its images begin, and of the key pairs with which they are made: `paas-dev-acme`.
    pub base: &'a str,
    /// How the folder of its infrastructure pipeline's artifacts begins in the bucket.
    pub artifact_folder: &'a str,
    /// The key of the object that starts the pipeline: `infrastructure/acme.zip`.
    pub source_object: &'a str,
    /// How the keys begin of what Terraform bakes from local folders: `bakes/acme/`.
    pub bake_prefix: &'a str,
    /// The key of Terraform's state of what the pipeline deploys: `terraform/acme.tfstate`.
    pub state_object: &'a str,
    /// The log group of its builds.
    pub log_group: &'a str,
    /// The name of the CodeBuild project that bakes.
    pub bake_project: &'a str,
    /// The name of the role of the instances that images are made of, whose path is the pipeline's.
    pub bake_instance_role: &'a str,
}

/// The policies of the role with which a tenant's images are baked: CodeBuild takes it on for the build, and Packer and the
/// scripts beside it use it.
#[must_use]
pub fn bake(
    site: &Site,
    tenant: &InfrastructureTenant<'_>,
    launch: &Launch<'_>,
    bucket_arn: &str,
    key_arn: &str,
) -> Inline {
    inline([
        ("encryption", encryption(site, key_arn, &["s3", "ec2"])),
        ("images", packer::images(site, tenant, launch)),
        ("instances", packer::instances(site, tenant, launch)),
        ("logs", logs(site, tenant.log_group)),
        ("sources", sources(tenant, bucket_arn)),
    ])
}

/// The policies of the role of the instances that images are made of: Session Manager reaches them, and nothing else. What
/// the tenant's scripts need of AWS they have to bring along or fetch without credentials; the image would keep it anyway.
#[must_use]
pub fn bake_instance() -> Inline {
    inline([("session-manager", tenant::session_manager())])
}

/// The policies of the role with which a tenant is deployed, as far as Terraform's state, the plan and the log go. What is
/// deployed takes the policies of [`crate::permissions`], narrowed to the tenant.
///
/// - S3 tells who may not list the bucket «denied» where it would tell others «no such key», and Terraform takes that for
///   a failure before the first deployment. So the names of all objects can be listed; their contents can't be read.
/// - The lock is an object beside the state (`use_lockfile` of Terraform's backend `s3`), which is deleted in the end.
/// - The record of the pipeline lies among those of the tenant's databases, which a deployment writes: it is out of bounds.
#[must_use]
pub fn deploy_state(
    site: &Site,
    tenant: &InfrastructureTenant<'_>,
    bucket_arn: &str,
    key_arn: &str,
) -> Inline {
    inline([
        ("artifacts", artifacts(tenant, bucket_arn)),
        ("encryption", encryption(site, key_arn, &["s3"])),
        ("logs", logs(site, tenant.log_group)),
        ("out-of-bounds", out_of_bounds(site, tenant)),
        ("state", state(tenant, bucket_arn)),
    ])
}

/// Whose the pipeline's own objects are.
fn pipeline(site: &Site, tenant: &InfrastructureTenant<'_>) -> Owner {
    Owner::tenant(&site.project, &site.environment, tenant.name).part(Part::InfrastructurePipeline)
}

/// Whose its images are, and what they are made with.
fn images(site: &Site, tenant: &InfrastructureTenant<'_>) -> String {
    Owner::tenant(&site.project, &site.environment, tenant.name).part(Part::MachineImages).path()
}

/// What CodeBuild asks of a bucket that sources and artifacts lie in (its guide, «create a service role»).
fn bucket(bucket_arn: &str) -> Statement {
    Statement::allow("Bucket").actions(&["s3:GetBucketAcl", "s3:GetBucketLocation"]).resource(bucket_arn)
}

/// Reads what images are baked from: through the pipeline, or by Terraform from the source object or a local folder.
fn sources(tenant: &InfrastructureTenant<'_>, bucket_arn: &str) -> Document {
    document(vec![
        bucket(bucket_arn),
        Statement::allow("Read").actions(&["s3:GetObject", "s3:GetObjectVersion"]).resources([
            format!("{bucket_arn}/{}", tenant.source_object),
            format!("{bucket_arn}/{}*", tenant.bake_prefix),
            format!("{bucket_arn}/{}*/{INFRASTRUCTURE}/*", tenant.artifact_folder),
        ]),
    ])
}

/// Reads the tenant's repository; hands a plan on, and takes it.
fn artifacts(tenant: &InfrastructureTenant<'_>, bucket_arn: &str) -> Document {
    let called = |name: &str| format!("{bucket_arn}/{}*/{name}/*", tenant.artifact_folder);
    document(vec![
        bucket(bucket_arn),
        Statement::allow("Read")
            .actions(&["s3:GetObject", "s3:GetObjectVersion"])
            .resources([called(INFRASTRUCTURE), called(PLAN)]),
        Statement::allow("HandOn").actions(&["s3:PutObject"]).resource(called(PLAN)),
    ])
}

fn state(tenant: &InfrastructureTenant<'_>, bucket_arn: &str) -> Document {
    let state = format!("{bucket_arn}/{}", tenant.state_object);
    let lock = format!("{state}.tflock");
    document(vec![
        Statement::allow("List").actions(&["s3:ListBucket"]).resource(bucket_arn),
        Statement::allow("State").actions(&["s3:GetObject", "s3:PutObject"]).resource(state),
        Statement::allow("Lock").actions(&["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]).resource(lock),
    ])
}

fn out_of_bounds(site: &Site, tenant: &InfrastructureTenant<'_>) -> Document {
    let record = format!("parameter/paas/{}", pipeline(site, tenant).path());
    document(vec![
        Statement::deny("RecordOfThePipeline")
            .actions(&[
                "ssm:AddTagsToResource",
                "ssm:DeleteParameter",
                "ssm:DeleteParameters",
                "ssm:PutParameter",
                "ssm:RemoveTagsFromResource",
            ])
            .resource(site.arn("ssm", &record)),
    ])
}

/// Builds write their own log group, which is there already. CodeBuild asks for `CreateLogGroup` all the same.
pub(super) fn logs(site: &Site, log_group: &str) -> Document {
    let group = site.arn("logs", &format!("log-group:{log_group}"));
    document(vec![
        Statement::allow("Write")
            .actions(&["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
            .resources([group.clone(), format!("{group}:*")]),
    ])
}

#[cfg(test)]
mod tests;
