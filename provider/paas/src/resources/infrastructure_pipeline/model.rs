//! The arguments and outputs of `paas_infrastructure_pipeline`: struct, schema and documentation in one.

use crate::pipelines::Approval;
use crate::timeouts::Timeouts;
use paas_aws::Tags;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Attr, Attributes};

/// A tenant's infrastructure pipeline: what is put at `source_object_key` in `source_bucket` is baked into a machine image
/// by Packer, and with `deploy` the tenant itself is deployed by Terraform with that image. The tenant needn't exist yet.
///
/// The source is an archive with `preInstall.sh` and `install.sh` at its root, which run in this order, as root, on the
/// instance that the image is made of. Both builds run in CodeBuild with roles that reach this tenant alone. What they do
/// stands in `bake_buildspec`, `packer_template` and `deploy_buildspec`.
///
/// No argument is a place for secrets: environment variables, templates and buildspecs are readable in CodeBuild and stand
/// in Terraform's state. Have the scripts read them from Secrets Manager or Parameter Store at the first boot.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct InfrastructurePipelineModel {
    /// The environment: `paas_environment`'s `id` within one configuration, else its name, such as `dev`.
    #[attr(required, replace)]
    pub environment: Attr<String>,
    /// Name of the tenant: 1 to 32 lower-case letters, digits and single hyphens. It needn't exist.
    #[attr(required, replace)]
    pub tenant: Attr<String>,
    /// The image to start from, `ami-…`. Left out, each build takes the newest that `source_ami_filter` finds.
    #[attr(optional)]
    pub source_ami: Attr<String>,
    /// Which images to start from. Not used with `source_ami`. Defaults to Amazon Linux 2023 for x86.
    #[attr(optional)]
    pub source_ami_filter: Attr<SourceAmiFilter>,
    /// Type of the instance that the image is made of.
    #[attr(optional, default = "t3.small")]
    pub instance_type: Attr<String>,
    /// The disk of that instance, which becomes the image's. It is encrypted with the environment's key from the start.
    #[attr(optional)]
    pub root_volume: Attr<BuildVolume>,
    /// Who Packer logs in as: `ec2-user` in Amazon Linux, `ubuntu` in Ubuntu.
    #[attr(optional, default = "ec2-user")]
    pub ssh_username: Attr<String>,
    /// Whether images get CodeDeploy's agent, which a tenant with a software pipeline needs.
    #[attr(optional, default = true)]
    pub install_codedeploy_agent: Attr<bool>,
    /// How many of the tenant's newest images are kept, 1 to 100, besides those that an instance or a launch template's
    /// version refers to.
    #[attr(optional, default = 5)]
    pub keep_images: Attr<i64>,
    /// Packer, and what it is given.
    #[attr(optional)]
    pub packer: Attr<Packer>,
    /// A buildspec (YAML) in place of `bake_buildspec`. It must export `IMAGE_ID` and `COMMIT`.
    #[attr(optional)]
    pub buildspec: Attr<String>,
    /// Environment variables of the bake's builds. No secrets.
    #[attr(optional)]
    pub environment_variables: Attr<BTreeMap<String, String>>,
    /// The image that the builds run in: one of CodeBuild's own, or one in a registry.
    #[attr(optional, default = "aws/codebuild/amazonlinux-x86_64-standard:5.0")]
    pub build_image: Attr<String>,
    /// The machine that the builds run on, as CodeBuild names it.
    #[attr(optional, default = "BUILD_GENERAL1_SMALL")]
    pub compute_type: Attr<String>,
    /// Minutes that a build may take, 5 to 480.
    #[attr(optional, default = 60)]
    pub build_timeout: Attr<i64>,
    /// Deploys the tenant with every new image. Left out, there are images only.
    #[attr(optional)]
    pub deploy: Attr<Deploy>,
    /// What starts the pipeline: `S3`, the bucket's own event, or `CLOUDTRAIL`, the environment's trail.
    #[attr(optional, default = "S3")]
    pub trigger: Attr<String>,
    /// Days that the builds' logs are kept, as CloudWatch Logs takes them.
    #[attr(optional, default = 30)]
    pub log_retention_in_days: Attr<i64>,
    /// ARN of a policy that bounds the permissions of every role made here, and of every role that `deploy` makes. Without,
    /// whoever writes the tenant's source can give the tenant's instances any permission.
    #[attr(optional)]
    pub permissions_boundary: Attr<String>,
    /// Tags of everything that can carry tags, images and their snapshots included. They win over the provider's
    /// `default_tags`.
    #[attr(optional)]
    pub tags: Attr<Tags>,
    /// What becomes of a create that fails half-way. `taint`: Terraform destroys what is there and makes it anew.
    /// `resume`: the create ends with a warning and `ready = false`, and the next apply goes on in place; have a
    /// `postcondition` on `ready`, so that the run fails.
    #[attr(optional, default = "taint")]
    pub on_create_failure: Attr<String>,
    /// How long to wait for AWS.
    #[attr(optional)]
    pub timeouts: Attr<Timeouts>,

    /// The environment's name, a slash, the tenant's name: what `paas_ami` takes as `infrastructure_pipeline`.
    #[attr(computed, keep)]
    pub id: Attr<String>,
    /// The environment's bucket: where the source belongs.
    #[attr(computed)]
    pub source_bucket: Attr<String>,
    /// The key of the source, such as `infrastructure/acme.zip`.
    #[attr(computed)]
    pub source_object_key: Attr<String>,
    /// The pipeline.
    #[attr(computed)]
    pub pipeline_name: Attr<String>,
    /// The pipeline's ARN.
    #[attr(computed)]
    pub pipeline_arn: Attr<String>,
    /// The CodeBuild project that bakes.
    #[attr(computed)]
    pub bake_project_name: Attr<String>,
    /// The role that it works with.
    #[attr(computed)]
    pub bake_role_arn: Attr<String>,
    /// The CodeBuild project that deploys; none without `deploy`.
    #[attr(computed)]
    pub deploy_project_name: Attr<String>,
    /// The role that it works with; none without `deploy`.
    #[attr(computed)]
    pub deploy_role_arn: Attr<String>,
    /// The object in the bucket that holds Terraform's state of what is deployed; none without `deploy`.
    #[attr(computed)]
    pub state_object_key: Attr<String>,
    /// The log group of the builds.
    #[attr(computed)]
    pub log_group_name: Attr<String>,
    /// The Packer template that images are baked by (HCL); none with a `buildspec` of your own.
    #[attr(computed)]
    pub packer_template: Attr<String>,
    /// The bake's buildspec (YAML), with all that it writes into files. Comments are left out: CodeBuild's limit is short.
    #[attr(computed)]
    pub bake_buildspec: Attr<String>,
    /// The deployment's buildspec (YAML); none without `deploy`.
    #[attr(computed)]
    pub deploy_buildspec: Attr<String>,
    /// The SSM parameter with the published record.
    #[attr(computed)]
    pub parameter_name: Attr<String>,
    /// Whether everything stands as configured. False after an apply that broke off.
    #[attr(computed)]
    pub ready: Attr<bool>,
    /// `default_tags` and `tags` together.
    #[attr(computed)]
    pub tags_all: Attr<Tags>,
    /// Every AWS object of the pipeline: its settings as JSON, by key. Shows in a plan what changes, and what was
    /// changed behind Terraform's back. Left out are tags that are `tags_all`, settings that aren't set or are as
    /// usual, and one's own account and region in ARNs (`arn:kms:key/…`); a record stands by its digest.
    #[attr(computed)]
    pub children: Attr<BTreeMap<String, Attr<String>>>,
}

/// Which images to start from: the newest one counts.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct SourceAmiFilter {
    /// Name, with `*` and `?` as wildcards.
    #[attr(optional, default = "al2023-ami-2023.*-x86_64")]
    pub name: Attr<String>,
    /// Whose they are: `amazon`, `self`, `aws-marketplace`, or an account's id. Never leave an owner out of what you trust.
    #[attr(optional, default = "amazon")]
    pub owner: Attr<String>,
}

/// The disk of the instance that the image is made of.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct BuildVolume {
    /// Size in GiB; at least that of the image to start from.
    #[attr(optional, default = 16)]
    pub size: Attr<i64>,
    /// `gp3` or `gp2`.
    #[attr(optional, default = "gp3")]
    pub r#type: Attr<String>,
    /// Device of the root disk in the image to start from: `/dev/xvda` in Amazon Linux, `/dev/sda1` in Ubuntu.
    #[attr(optional, default = "/dev/xvda")]
    pub device_name: Attr<String>,
}

/// Packer, of exactly these versions: each build fetches and checks them.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Packer {
    /// Version of Packer.
    #[attr(optional, default = "1.12.0")]
    pub version: Attr<String>,
    /// Version of its plugin `amazon`.
    #[attr(optional, default = "1.8.2")]
    pub plugin_version: Attr<String>,
    /// A template (HCL) in place of `packer_template`. It gets the same variables. It stands in the bake's buildspec, and
    /// CodeBuild takes 25,600 characters there in all. Not used with a `buildspec` of your own.
    #[attr(optional)]
    pub template: Attr<String>,
    /// Values of further variables that the template declares. No secrets.
    #[attr(optional)]
    pub variables: Attr<BTreeMap<String, String>>,
}

/// How the tenant is deployed: a Terraform configuration gets the new image as `var.image_id`.
///
/// Terraform's state is an object in the environment's bucket, locked by S3 itself. The role may do what
/// `data.paas_iam_policy` says for `paas_tenant` and `paas_database` of this one tenant, and no more. That includes making
/// the instances' role: set `permissions_boundary`, which the configuration's `paas_tenant` then has to name, too, so that
/// nobody can write themselves more permissions than that.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Deploy {
    /// The configuration itself, as HCL or JSON: one file, which declares `variable "image_id"`. It stands in the
    /// deployment's buildspec, and CodeBuild takes 25,600 characters there in all. Left out, `folder` of the source holds
    /// the configuration.
    #[attr(optional)]
    pub configuration: Attr<String>,
    /// The folder of the source that holds the configuration. Not used with `configuration`.
    #[attr(optional, default = "terraform")]
    pub folder: Attr<String>,
    /// Version of Terraform, 1.11.0 or newer: older ones can't lock a state by S3 alone.
    #[attr(optional, default = "1.11.4")]
    pub terraform_version: Attr<String>,
    /// This provider as Terraform's registry knows it.
    #[attr(optional, default = "paas/paas")]
    pub provider_source: Attr<String>,
    /// Version of this provider that deploys. Defaults to the very version that manages the pipeline.
    #[attr(optional)]
    pub provider_version: Attr<String>,
    /// Has somebody look at the plan and approve it before it is applied.
    #[attr(optional)]
    pub approval: Attr<Approval>,
    /// Environment variables of the deployment's builds, such as `TF_VAR_…`. No secrets.
    #[attr(optional)]
    pub environment_variables: Attr<BTreeMap<String, String>>,
    /// A buildspec (YAML) in place of `deploy_buildspec`.
    #[attr(optional)]
    pub buildspec: Attr<String>,
    /// ARNs of further policies for the role that deploys, where the configuration holds more than a tenant and its
    /// databases.
    #[attr(optional)]
    pub policy_arns: Attr<BTreeSet<String>>,
}
