//! Where an environment stands: what the ARNs in its documents are made of.

use crate::world::World;

/// An environment in its account and region, and the conventions by which its documents name its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The region.
    pub region: String,
    /// The account, twelve digits.
    pub account_id: String,
    /// The provider's `project`.
    pub project: String,
    /// The environment's name.
    pub environment: String,
}

impl Site {
    /// The environment that `world`'s composite is, or belongs to.
    #[must_use]
    pub fn of(world: &World) -> Self {
        Self {
            partition: world.partition.clone(),
            region: world.region.clone(),
            account_id: world.account_id.clone(),
            project: world.owner.project.clone(),
            environment: world.owner.environment.clone(),
        }
    }

    /// `arn:aws:<service>:<region>:<account>:<resource>`
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account_id)
    }

    /// `arn:aws:<service>::<account>:<resource>`, for services without regions.
    #[must_use]
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition, self.account_id)
    }

    /// An EC2 object that AWS may own, such as a public image: an ARN without an account.
    #[must_use]
    pub fn shared_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}::{resource}", self.partition, self.region)
    }

    /// A bucket, whose ARN names neither account nor region.
    #[must_use]
    pub fn bucket_arn(&self, name: &str) -> String {
        format!("arn:{}:s3:::{name}", self.partition)
    }

    /// A policy that AWS manages, such as `service-role/AWSCodeDeployRole`.
    #[must_use]
    pub fn managed_policy(&self, name: &str) -> String {
        format!("arn:{}:iam::aws:policy/{name}", self.partition)
    }

    /// The environment's own role. Roles carry their owner as their path (see [`crate::iam::path`]), so that a
    /// pattern over one environment's roles can't reach another's whose name starts alike.
    #[must_use]
    pub fn role_arn(&self, name: &str) -> String {
        self.global_arn("iam", &format!("role/{}/{name}", self.path()))
    }

    /// The path that the environment's and its tenants' roles, log groups and tags start with: `paas/dev`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.project, self.environment)
    }

    /// A log group of the environment: `/paas/<project>/<environment>/<part>`. The key policy admits these alone.
    #[must_use]
    pub fn log_group_name(&self, part: &str) -> String {
        format!("/paas/{}/{part}", self.path())
    }

    /// What ends the names of pipelines and begins those of applications and builds: `paas_dev`. Names of ours hold no underscore, so
    /// it stands for this environment alone.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("{}_{}", self.project, self.environment)
    }

    /// `<service>.amazonaws.com`. In China, EC2, S3 and the services with a region in their name end in `.cn`.
    #[must_use]
    pub fn service(&self, name: &str) -> String {
        let regional = matches!(name, "ec2" | "s3") || name.contains('.');
        let suffix = if regional && self.partition == "aws-cn" { ".cn" } else { "" };
        format!("{name}.amazonaws.com{suffix}")
    }

    /// `<service>.<region>.amazonaws.com`: the logs service's principal, and the values of `kms:ViaService`.
    #[must_use]
    pub fn regional_service(&self, name: &str) -> String {
        self.service(&format!("{name}.{}", self.region))
    }

    /// The values of the tag `paas:owner` on the environment's and its tenants' objects, as patterns.
    #[must_use]
    pub fn owners(&self) -> [String; 2] {
        [self.path(), format!("{}/*", self.path())]
    }
}

#[cfg(test)]
impl Site {
    /// `dev` of `paas` in account 111122223333, eu-west-1.
    pub(crate) fn example() -> Self {
        Self {
            partition: "aws".into(),
            region: "eu-west-1".into(),
            account_id: "111122223333".into(),
            project: "paas".into(),
            environment: "dev".into(),
        }
    }
}

#[test]
fn principals_follow_the_partition() {
    let mut site = Site::example();
    assert_eq!(site.service("ec2"), "ec2.amazonaws.com");
    assert_eq!(site.regional_service("logs"), "logs.eu-west-1.amazonaws.com");
    site.partition = "aws-cn".into();
    site.region = "cn-north-1".into();
    assert_eq!(site.service("ec2"), "ec2.amazonaws.com.cn");
    assert_eq!(site.service("codebuild"), "codebuild.amazonaws.com");
    assert_eq!(site.regional_service("logs"), "logs.cn-north-1.amazonaws.com.cn");
}
