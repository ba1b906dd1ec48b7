//! What the pipelines' roles may do.

use super::{Inline, Site, inline};
use crate::policy::{Document, Statement, document};
use crate::tags::OWNER;

/// The role of the infrastructure pipelines: sources, builds, and Packer baking images. Deploying a tenant's
/// resources takes more and isn't part of it.
#[must_use]
pub fn infrastructure_pipeline(site: &Site, bucket_arn: &str, key_arn: &str) -> Inline {
    inline([
        ("artifacts", artifacts(bucket_arn, "infrastructure/", INFRASTRUCTURE)),
        ("build", build(site)),
        ("encryption", encryption(site, key_arn, &["s3", "ec2"])),
        ("packer", packer(site)),
    ])
}

/// The role of the software pipelines: sources, deployments through CodeDeploy, and the switch from one slot to the other
/// where a tenant deploys blue/green.
#[must_use]
pub fn software_pipeline(site: &Site, bucket_arn: &str, key_arn: &str) -> Inline {
    inline([
        ("artifacts", artifacts(bucket_arn, "software/", SOFTWARE)),
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

/// Reads the sources under `prefix`, and reads and writes artifacts. CodePipeline keeps those at the bucket's root: in a
/// folder that begins like the pipeline's name, in one that is named like the artifact. `GetBucketVersioning` is what its
/// S3 source asks first.
fn artifacts(bucket_arn: &str, prefix: &str, artifact: &str) -> Document {
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
            .resource(format!("{bucket_arn}/*/{artifact}/*")),
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

/// Starts builds, and writes their logs: CodeBuild's own groups, and the environment's.
fn build(site: &Site) -> Document {
    let name = site.name_prefix();
    let group = |name: String| site.arn("logs", &format!("log-group:{name}"));
    document(vec![
        Statement::allow("Build")
            .actions(&["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"])
            .resource(site.arn("codebuild", &format!("project/{name}*"))),
        Statement::allow("Logs")
            .actions(&["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
            .resources([group(format!("/aws/codebuild/{name}*")), group(site.log_group_name("*"))]),
    ])
}

/// Uses the key through `services` alone. With EC2 among them it may grant the key to EBS: launching from, and
/// making, encrypted snapshots is done with the caller's rights.
fn encryption(site: &Site, key_arn: &str, services: &[&str]) -> Document {
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

/// Packer's launch, image and clean-up, reached through Session Manager.
///
/// A launch must tag instance and volumes with the environment as owner (in the same call), and what is stopped,
/// imaged, changed or deleted must carry that tag. Images and snapshots can't be tagged by `CreateImage` in every
/// Packer version: it may tag those that nobody owns yet. EC2 checks no tags on `Describe…`, and looks at each kind
/// of resource in a launch by its own statement.
fn packer(site: &Site) -> Document {
    let ec2 = |kinds: &[&str]| kinds.iter().map(|k| site.arn("ec2", &format!("{k}/*"))).collect::<Vec<_>>();
    let (requested, carried) = (format!("aws:RequestTag/{OWNER}"), format!("aws:ResourceTag/{OWNER}"));
    let images = [site.shared_arn("ec2", "image/*"), site.shared_arn("ec2", "snapshot/*")];
    document(vec![
        Statement::allow("Look").actions(&["ec2:Describe*", "iam:GetInstanceProfile"]).resource("*"),
        Statement::allow("LaunchOwned")
            .actions(&["ec2:RunInstances"])
            .resources(ec2(&["instance", "volume"]))
            .when("StringLike", &requested, site.owners()),
        Statement::allow("LaunchWith").actions(&["ec2:RunInstances"]).resources(
            ec2(&["key-pair", "network-interface", "security-group", "subnet"])
                .into_iter()
                .chain(images.clone()),
        ),
        Statement::allow("TagWhatIsMade")
            .actions(&["ec2:CreateTags"])
            .resources(
                ec2(&["instance", "key-pair", "network-interface", "volume"])
                    .into_iter()
                    .chain(images.clone()),
            )
            .when(
                "StringEquals",
                "ec2:CreateAction",
                ["CreateImage", "CreateKeyPair", "ImportKeyPair", "RunInstances"],
            ),
        Statement::allow("TagUnowned")
            .actions(&["ec2:CreateTags"])
            .resources(images.clone())
            .when("StringLike", &requested, site.owners())
            .when("Null", &carried, ["true"]),
        Statement::allow("ChangeOwned")
            .actions(&[
                "ec2:CreateImage",
                "ec2:DeleteSnapshot",
                "ec2:DeleteVolume",
                "ec2:DeregisterImage",
                "ec2:ModifyImageAttribute",
                "ec2:ModifyInstanceAttribute",
                "ec2:StartInstances",
                "ec2:StopInstances",
                "ec2:TerminateInstances",
            ])
            .resources(ec2(&["instance", "volume"]).into_iter().chain(images.clone()))
            .when("StringLike", &carried, site.owners()),
        // The image and its snapshots don't exist yet, so they carry no tag.
        Statement::allow("MakeImages").actions(&["ec2:CreateImage"]).resources(images).when(
            "Null",
            &carried,
            ["true"],
        ),
        Statement::allow("KeyPairs")
            .actions(&["ec2:CreateKeyPair", "ec2:DeleteKeyPair", "ec2:ImportKeyPair"])
            .resource(site.arn("ec2", "key-pair/packer*")),
        Statement::allow("OpenSessions")
            .actions(&["ssm:StartSession"])
            .resource(site.arn("ec2", "instance/*"))
            .when("StringLike", &format!("ssm:resourceTag/{OWNER}"), site.owners()),
        Statement::allow("ForwardPorts")
            .actions(&["ssm:StartSession"])
            .resource(site.shared_arn("ssm", "document/AWS-StartPortForwardingSession")),
        Statement::allow("EndSessions")
            .actions(&["ssm:ResumeSession", "ssm:TerminateSession"])
            .resource(site.arn("ssm", "session/${aws:userid}-*")),
        pass_role(site),
    ])
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
