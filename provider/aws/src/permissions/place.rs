//! Where a policy holds: an account, a region, a project, and perhaps one tenant of it.

use crate::policies::Site;
use crate::session::Session;
use std::collections::BTreeSet;

/// Where a policy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The region.
    pub region: String,
    /// The account, twelve digits.
    pub account_id: String,
    /// The provider's `project`.
    pub project: String,
    /// One tenant, where the policy is to reach nothing but what is this tenant's. It is for `paas_tenant` and
    /// `paas_database`: what belongs to the environment isn't any tenant's.
    pub tenant: Option<TenantScope>,
}

impl Place {
    /// Where `session` works, and all of its project.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self {
            partition: session.partition.clone(),
            region: session.region.clone(),
            account_id: session.account_id.clone(),
            project: session.project.clone(),
            tenant: None,
        }
    }

    /// The same, for one tenant alone.
    #[must_use]
    pub fn narrowed(self, tenant: TenantScope) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    /// All environments of the project together.
    fn site(&self) -> Site {
        Site {
            partition: self.partition.clone(),
            region: self.region.clone(),
            account_id: self.account_id.clone(),
            project: self.project.clone(),
            environment: "*".into(),
        }
    }

    /// Fills in what the table leaves open:
    ///
    /// - `{regional}`, `{global}`: an ARN's start up to the account, with a region and without one;
    /// - `{public}`: with a region and without an account; `{bare}`: without either;
    /// - `{project}`, `{region}`, `{account}`;
    /// - `service:NAME`: the service's principal, such as `ec2.amazonaws.com`.
    pub(super) fn fill(&self, service: &str, pattern: &str) -> String {
        let Self { partition, region, account_id, project, .. } = self;
        let filled = pattern
            .replace("{regional}", &format!("arn:{partition}:{service}:{region}:{account_id}"))
            .replace("{global}", &format!("arn:{partition}:{service}::{account_id}"))
            .replace("{public}", &format!("arn:{partition}:{service}:{region}:"))
            .replace("{bare}", &format!("arn:{partition}:{service}::"))
            .replace("{project}", project)
            .replace("{region}", region)
            .replace("{account}", account_id);
        filled.strip_prefix("service:").map_or_else(|| filled.clone(), |name| self.site().service(name))
    }
}

/// One tenant by the names of what is its own and of what it uses of its environment's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantScope {
    /// The environment's name.
    pub environment: String,
    /// The tenant's name.
    pub tenant: String,
    /// How its Auto Scaling groups are named, but for their slots: `paas-dev-acme`.
    pub base: String,
    /// Its CodeDeploy application: `paas_dev_acme`.
    pub application: String,
    /// Its software pipeline, and the rule that starts it.
    pub software_pipeline: String,
    /// How the folder of that pipeline's artifacts begins.
    pub artifact_folder: String,
    /// The key of the object that starts that pipeline.
    pub software_object: String,
    /// How the identifiers of its databases begin.
    pub database_prefix: String,
    /// The name of its instances' role and instance profile.
    pub instance_role: String,
    /// The name of the environment's bucket.
    pub bucket: String,
    /// The environment's key.
    pub key_arn: String,
    /// The environment's network.
    pub vpc_id: String,
    /// Where the tenant's rules are.
    pub https_listener_arn: String,
    /// The environment's roles that the tenant's pipeline, deployments and event rule are given.
    pub environment_role_arns: BTreeSet<String>,
    /// The policy that bounds the role of the tenant's instances, if one has to.
    pub permissions_boundary: Option<String>,
}

#[test]
fn patterns_are_filled_in() {
    let place = Place {
        partition: "aws-cn".into(),
        region: "cn-north-1".into(),
        account_id: "111122223333".into(),
        project: "shop".into(),
        tenant: None,
    };
    for (service, pattern, filled) in [
        ("iam", "{global}:role/{project}/*", "arn:aws-cn:iam::111122223333:role/shop/*"),
        ("rds", "{regional}:db:{project}-*", "arn:aws-cn:rds:cn-north-1:111122223333:db:shop-*"),
        ("ec2", "{public}:image/*", "arn:aws-cn:ec2:cn-north-1::image/*"),
        ("s3", "{bare}:{project}-*", "arn:aws-cn:s3:::shop-*"),
        ("iam", "service:ec2", "ec2.amazonaws.com.cn"),
        ("kms", "service:rds.{region}", "rds.cn-north-1.amazonaws.com.cn"),
        ("iam", "service:codedeploy", "codedeploy.amazonaws.com"),
        ("ec2", "*", "*"),
    ] {
        assert_eq!(place.fill(service, pattern), filled);
    }
}
