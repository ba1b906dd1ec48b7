//! What the pipelines' roles may do.

use super::{Inline, Site, inline};
use crate::policy::{Document, Statement, document};
use crate::tags::OWNER;

/// The role of the infrastructure pipelines: CodePipeline fetches sources with it, and starts builds. No tenant's code runs
/// with it: builds have roles of their own (see [`super::infrastructure`]).
#[must_use]
pub fn infrastructure_pipeline(site: &Site, bucket_arn: &str, key_arn: &str) -> Inline {
    inline([
        ("artifacts", artifacts(bucket_arn, "infrastructure/", &[INFRASTRUCTURE, PLAN])),
        ("builds", builds(site)),
        ("encryption", encryption(site, key_arn, &["s3"])),
        ("approval", approval(site)),
    ])
}

/// The role of the software pipelines: sources, deployments through CodeDeploy, and the switch from one slot to the other
/// where a tenant deploys blue/green.
#[must_use]
pub fn software_pipeline(site: &Site, bucket_arn: &str, key_arn: &str) -> Inline {
    inline([
        ("artifacts", artifacts(bucket_arn, "software/", &[SOFTWARE])),
        ("deployment", deployment(site)),
        ("encryption", encryption(site, key_arn, &["s3"])),
        ("approval", approval(site)),
        ("switch", switch(site)),
    ])
}

/// The role with which EventBridge starts the environment's pipelines.
#[must_use]
pub fn events(site: &Site) -> Inline {
    let policy = document(vec![
        Statement::allow("StartPipelines")
            .actions(&["codepipeline:StartPipelineExecution"])
            .resource(site.arn("codepipeline", &format!("*_{}", site.scope()))),
    ]);
    inline([("pipelines", policy)])
}

/// CodeDeploy's service role, beside the managed `service-role/AWSCodeDeployRole`. For Auto Scaling groups that
/// use launch templates, CodeDeploy's guide asks for these three more.
#[must_use]
pub fn deploy(site: &Site) -> Inline {
    let policy = document(vec![
        Statement::allow("LaunchTemplates")
            .actions(&["ec2:CreateTags", "ec2:RunInstances"])
            .resource("*")
            .when("StringEquals", "aws:RequestedRegion", [&site.region]),
        pass_role(site),
    ]);
    inline([("launch-templates", policy)])
}

/// What the software pipelines call their artifacts. CodePipeline cuts such a name to ten characters in its keys.
pub const SOFTWARE: &str = "Software";
/// What the infrastructure pipelines call theirs.
pub const INFRASTRUCTURE: &str = "Scripts";
/// What the plan of a deployment is handed on in, from the build that plans to the one that applies. A software pipeline has
/// no artifact of that name, so no instance reads it: a plan holds what state holds.
pub const PLAN: &str = "Plan";

/// Reads the sources under `prefix`, and reads and writes artifacts. CodePipeline keeps those at the bucket's root: in a
/// folder that begins like the pipeline's name, in one that is named like the artifact. `GetBucketVersioning` is what its
/// S3 source asks first.
fn artifacts(bucket_arn: &str, prefix: &str, names: &[&str]) -> Document {
    document(vec![
        Statement::allow("Bucket")
            .actions(&["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"])
            .resource(bucket_arn),
        Statement::allow("Sources")
            .actions(&[
                "s3:GetObject",
                "s3:GetObjectTagging",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionTagging",
            ])
            .resource(format!("{bucket_arn}/{prefix}*")),
        Statement::allow("Artifacts")
            .actions(&["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"])
            .resources(names.iter().map(|name| format!("{bucket_arn}/*/{name}/*"))),
    ])
}

/// Tells those who approve, by whatever topic of this account and region they chose.
fn approval(site: &Site) -> Document {
    let notify = Statement::allow("Notify").actions(&["sns:Publish"]);
    document(vec![notify.resource(site.arn("sns", "*"))])
}

/// Leads a tenant's hosts to its other slot, and logs the commands that do so (CodePipeline's «Commands» action).
fn switch(site: &Site) -> Document {
    let log_group = site.arn("logs", &format!("log-group:/aws/codepipeline/*_{}", site.scope()));
    document(vec![
        Statement::allow("Look").actions(&["elasticloadbalancing:DescribeRules"]).resource("*"),
        Statement::allow("Switch")
            .actions(&["elasticloadbalancing:ModifyRule"])
            .resource(site.arn("elasticloadbalancing", "listener-rule/app/*"))
            .when("StringLike", &format!("aws:ResourceTag/{OWNER}"), site.owners()),
        Statement::allow("Logs")
            .actions(&["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
            .resources([log_group.clone(), format!("{log_group}:*")]),
    ])
}

/// Starts the builds of the environment's tenants, and follows them.
fn builds(site: &Site) -> Document {
    document(vec![
        Statement::allow("Build")
            .actions(&["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"])
            .resource(site.arn("codebuild", &format!("project/{}_*", site.scope()))),
    ])
}

/// Uses the key through `services` alone. With EC2 among them it may grant the key to EBS: launching from, and
/// making, encrypted snapshots is done with the caller's rights.
pub(super) fn encryption(site: &Site, key_arn: &str, services: &[&str]) -> Document {
    let via: Vec<String> = services.iter().map(|name| site.regional_service(name)).collect();
    let mut statements = vec![
        Statement::allow("Use")
            .actions(&[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ])
            .resource(key_arn)
            .when("StringEquals", "kms:ViaService", via),
        // CodePipeline and Packer look at the key themselves.
        Statement::allow("Describe").actions(&["kms:DescribeKey"]).resource(key_arn),
    ];
    if services.contains(&"ec2") {
        statements.push(
            Statement::allow("GrantsForVolumes").actions(&["kms:CreateGrant"]).resource(key_arn).when(
                "Bool",
                "kms:GrantIsForAWSResource",
                ["true"],
            ),
        );
    }
    document(statements)
}

/// Registers revisions and deploys them, in this environment's applications.
fn deployment(site: &Site) -> Document {
    let name = site.scope();
    document(vec![
        Statement::allow("Deploy")
            .actions(&[
                "codedeploy:CreateDeployment",
                "codedeploy:GetApplication",
                "codedeploy:GetApplicationRevision",
                "codedeploy:GetDeployment",
                "codedeploy:RegisterApplicationRevision",
            ])
            .resources([
                site.arn("codedeploy", &format!("application:{name}_*")),
                site.arn("codedeploy", &format!("deploymentgroup:{name}_*/*")),
            ]),
        Statement::allow("Configurations")
            .actions(&["codedeploy:GetDeploymentConfig"])
            .resource(site.arn("codedeploy", "deploymentconfig:*")),
    ])
}

/// To instances alone, and only this environment's roles.
fn pass_role(site: &Site) -> Statement {
    Statement::allow("PassRole").actions(&["iam:PassRole"]).resource(site.role_arn("*")).when(
        "StringEquals",
        "iam:PassedToService",
        [site.service("ec2")],
    )
}

#[cfg(test)]
mod tests;
