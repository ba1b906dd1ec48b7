//! The names that the provider gives to AWS objects, in one place: pure, so that a plan can show them.

mod infrastructure;
mod webhook;

pub use infrastructure::InfrastructureNames;
use paas_aws::names::{BUCKET_NAME, ELB_NAME, ROLE_NAME, digest, fit, versioned};
pub use webhook::{WEBHOOK, WebhookNames};

/// Longest name of an environment. Load balancer names hold 32 characters, and the project stands before it.
pub const ENVIRONMENT: usize = 16;
/// Longest name of a tenant.
pub const TENANT: usize = 32;
/// Longest name of a database. RDS's identifiers hold 63 characters, and its tenant's prefix and a hyphen stand before it.
pub const DATABASE: usize = 16;

/// CodePipeline keeps a pipeline's artifacts in a folder that is named by so many characters of its name.
const ARTIFACT_FOLDER: usize = 20;
/// What a database's own name leaves of RDS's 63 characters for its tenant's.
const DATABASE_PREFIX: usize = 63 - 1 - DATABASE;

/// How a project's names would start that AWS refuses: of load balancers (`internal-`), security groups (`sg-`) and
/// buckets (the others).
const RESERVED: &[&str] = &["amzn-s3-demo-", "internal-", "sg-", "sthree-"];

/// What AWS keeps for itself of the names that `project` leads to, if anything.
#[must_use]
pub fn reserved(project: &str) -> Option<&'static str> {
    let start = format!("{project}-");
    RESERVED.iter().find(|prefix| start.starts_with(**prefix)).copied()
}

/// Names that no tenant may have: they stand for what belongs to the environment, among security groups and log groups.
/// A tenant `cloudtrail` could write into the trail's log group.
pub const NOT_TENANTS: &[&str] = &["cloudtrail", "load-balancer", "nat"];

/// Names that belong to one environment.
#[derive(Debug, Clone, Copy)]
pub struct EnvironmentNames<'a> {
    /// The provider's `project`.
    pub project: &'a str,
    /// The environment's name.
    pub environment: &'a str,
}

impl<'a> EnvironmentNames<'a> {
    /// `paas-dev`
    #[must_use]
    pub fn base(self) -> String {
        format!("{}-{}", self.project, self.environment)
    }

    /// `paas_dev`: where underscores are allowed. No project or environment holds one, so it stands for this one alone.
    #[must_use]
    pub fn scope(self) -> String {
        format!("{}_{}", self.project, self.environment)
    }

    /// The load balancer: 32 characters at most.
    #[must_use]
    pub fn load_balancer(self) -> String {
        fit(ELB_NAME, &[self.project, self.environment])
    }

    /// Bucket names are global: the account and the region stand in them.
    #[must_use]
    pub fn bucket(self, account_id: &str, region: &str) -> String {
        fit(BUCKET_NAME, &[self.project, self.environment, account_id, region])
    }

    /// IAM is global: the region stands in a role's name.
    #[must_use]
    pub fn role(self, what: &str, region: &str) -> String {
        fit(ROLE_NAME, &[self.project, self.environment, what, region])
    }

    /// `alias/paas-dev`
    #[must_use]
    pub fn key_alias(self) -> String {
        format!("alias/{}", self.base())
    }

    /// The SSM parameter that holds the environment's record.
    #[must_use]
    pub fn parameter(self) -> String {
        format!("/paas/{}/{}", self.project, self.environment)
    }

    /// The names of one of its tenants.
    #[must_use]
    pub fn tenant(self, tenant: &'a str) -> TenantNames<'a> {
        TenantNames { environment: self, tenant }
    }
}

/// Names that belong to one tenant.
#[derive(Debug, Clone, Copy)]
pub struct TenantNames<'a> {
    /// Its environment's.
    pub environment: EnvironmentNames<'a>,
    /// The tenant's name.
    pub tenant: &'a str,
}

impl<'a> TenantNames<'a> {
    /// `paas-dev-acme`: the Auto Scaling group, the launch template, the security group.
    #[must_use]
    pub fn base(self) -> String {
        format!("{}-{}", self.environment.base(), self.tenant)
    }

    /// The instances' role and instance profile.
    #[must_use]
    pub fn role(self, region: &str) -> String {
        let EnvironmentNames { project, environment } = self.environment;
        fit(ROLE_NAME, &[project, environment, self.tenant, "instance", region])
    }

    /// The target group: what can't be changed in place stands in the name as a digest, so that its replacement
    /// can be made first. `slot` tells the two of a tenant that deploys blue/green apart.
    #[must_use]
    pub fn target_group(self, slot: Option<&str>, vpc_id: &str, port: i32, protocol: &str) -> String {
        let EnvironmentNames { project, environment } = self.environment;
        let parts: Vec<&str> = [environment, self.tenant].into_iter().chain(slot).collect();
        let port = port.to_string();
        let fixed: Vec<&str> = [project, vpc_id, &port, protocol].into_iter().chain(slot).collect();
        versioned(ELB_NAME, &parts, &fixed)
    }

    /// The CodeDeploy application. No name of ours holds an underscore, so this one stands for one tenant only.
    #[must_use]
    pub fn application(self) -> String {
        format!("{}_{}", self.environment.scope(), self.tenant)
    }

    /// The software pipeline, and the rule that starts it. What tells tenants apart stands first: see
    /// [`artifact_folder`](Self::artifact_folder).
    #[must_use]
    pub fn software_pipeline(self) -> String {
        format!("{}_{}", self.artifact_folder(), self.environment.scope())
    }

    /// How the folder of the pipelines' artifacts begins in the environment's bucket, for this tenant alone.
    #[must_use]
    pub fn artifact_folder(self) -> String {
        let EnvironmentNames { project, environment } = self.environment;
        let tail = digest(&[project, environment, self.tenant], 8);
        let head = self.tenant.chars().take(ARTIFACT_FOLDER - 1 - tail.len()).collect::<String>();
        format!("{}-{tail}", head.trim_end_matches('-'))
    }

    /// How the identifiers of the tenant's databases begin, and no other tenant's: a digest stands in it, because the
    /// names before it run together.
    #[must_use]
    pub fn database_prefix(self) -> String {
        let EnvironmentNames { project, environment } = self.environment;
        let parts = [project, environment, self.tenant];
        versioned(DATABASE_PREFIX, &parts, &parts)
    }

    /// The names of one of the tenant's databases.
    #[must_use]
    pub fn database(self, database: &'a str) -> DatabaseNames<'a> {
        DatabaseNames { tenant: self, database }
    }

    /// The names of what bakes its images and deploys it.
    #[must_use]
    pub fn infrastructure(self) -> InfrastructureNames<'a> {
        InfrastructureNames { tenant: self }
    }

    /// The SSM parameter that holds the tenant's record.
    #[must_use]
    pub fn parameter(self) -> String {
        format!("{}/{}", self.environment.parameter(), self.tenant)
    }

    /// The object in the environment's bucket that starts the software pipeline.
    #[must_use]
    pub fn software_object(self) -> String {
        format!("software/{}.zip", self.tenant)
    }

    /// The object in the environment's bucket that starts the infrastructure pipeline.
    #[must_use]
    pub fn infrastructure_object(self) -> String {
        format!("infrastructure/{}.zip", self.tenant)
    }
}

/// Names that belong to one database.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseNames<'a> {
    /// Its tenant's.
    pub tenant: TenantNames<'a>,
    /// The database's name.
    pub database: &'a str,
}

impl DatabaseNames<'_> {
    /// `paas-dev-acme-1a2b3c-database`: the instance, its security group and its subnet group.
    #[must_use]
    pub fn identifier(self) -> String {
        format!("{}-{}", self.tenant.database_prefix(), self.database)
    }

    /// The parameter group. Its family, such as `mysql8.4`, can't be changed in place and stands in the name, so that
    /// the group of a new major version is made before the old one goes.
    #[must_use]
    pub fn parameter_group(self, family: &str) -> String {
        format!("{}-{}", self.identifier(), family.replace('.', "-"))
    }

    /// The SSM parameter that holds the database's record.
    #[must_use]
    pub fn parameter(self) -> String {
        format!("{}/{}", self.tenant.parameter(), self.database)
    }

    /// `dev/acme/database`: what `terraform import` takes.
    #[must_use]
    pub fn id(self) -> String {
        format!("{}/{}/{}", self.tenant.environment.environment, self.tenant.tenant, self.database)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_names_fit_every_service() {
        let (project, environment, tenant) = ("p".repeat(16), "e".repeat(ENVIRONMENT), "t".repeat(TENANT));
        let names = EnvironmentNames { project: &project, environment: &environment };
        let region = "ap-southeast-1";
        assert!(names.load_balancer().len() <= 32);
        assert!(names.bucket("123456789012", region).len() <= 63);
        assert!(names.role("infrastructure-pipeline", region).len() <= 64);
        assert!(names.tenant(&tenant).target_group(None, "vpc-1", 80, "HTTP").len() <= 32);
        assert!(names.tenant(&tenant).role(region).len() <= 64);
        assert!(names.tenant(&tenant).base().len() <= 255);
        // EventBridge: 64. CodePipeline and CodeDeploy take 100.
        assert!(names.tenant(&tenant).software_pipeline().len() <= 64);
        assert!(names.tenant(&tenant).application().len() <= 100);
        let database = "d".repeat(DATABASE);
        let database = names.tenant(&tenant).database(&database);
        assert!(database.identifier().len() <= 63);
        // A last snapshot's name, of 255 characters at most, has 22 more.
        assert!(database.parameter_group("mysql8.4").len() <= 255);
    }

    #[test]
    fn projects_whose_names_aws_would_refuse_are_told() {
        assert_eq!(reserved("internal"), Some("internal-"));
        assert_eq!(reserved("sg-web"), Some("sg-"));
        assert_eq!(reserved("international"), None);
    }

    #[test]
    fn tenants_that_are_named_alike_share_no_folder_and_no_database() {
        let names = |environment, tenant| {
            let names = EnvironmentNames { project: "paas", environment }.tenant(tenant);
            (names.artifact_folder(), names.database_prefix())
        };
        let all = [
            names("dev", "acme"),
            names("dev", "acme-2"),
            names("dev", "a-long-tenant-name-1"),
            names("dev", "a-long-tenant-name-2"),
            names("dev", "a-b"),
            names("dev-a", "b"),
        ];
        for (i, (folder, prefix)) in all.iter().enumerate() {
            assert!(folder.len() <= ARTIFACT_FOLDER, "{folder}");
            for (other, (others_folder, others_prefix)) in all.iter().enumerate() {
                assert!(
                    i == other || !others_folder.starts_with(folder.as_str()),
                    "{folder} {others_folder}"
                );
                assert!(
                    i == other || !others_prefix.starts_with(prefix.as_str()),
                    "{prefix} {others_prefix}"
                );
            }
        }
    }

    /// RDS: letters, digits and single hyphens, a letter first, no hyphen last.
    #[test]
    fn rds_takes_every_identifier() {
        let long = "a-".repeat(16);
        for (project, environment, tenant, database) in [
            ("paas", "dev", "acme", "database"),
            ("p", "e", "t", "d"),
            (&long[..15], &long[..15], &long[..31], "d-1"),
        ] {
            let names = EnvironmentNames { project, environment }.tenant(tenant).database(database);
            let identifier = names.identifier();
            assert_eq!(paas_aws::names::refuse(&identifier, 63), None, "{identifier}");
        }
    }

    #[test]
    fn names_are_readable() {
        let names = EnvironmentNames { project: "paas", environment: "dev" };
        assert_eq!(names.bucket("123456789012", "eu-west-1"), "paas-dev-123456789012-eu-west-1");
        assert_eq!(names.parameter(), "/paas/paas/dev");
        assert_eq!(names.tenant("acme").parameter(), "/paas/paas/dev/acme");
        assert!(names.tenant("acme").target_group(None, "vpc-1", 80, "HTTP").starts_with("dev-acme-"));
        let database = names.tenant("acme").database("orders");
        assert_eq!(database.id(), "dev/acme/orders");
        assert_eq!(database.parameter(), "/paas/paas/dev/acme/orders");
        let identifier = database.identifier();
        assert!(identifier.starts_with("paas-dev-acme-") && identifier.ends_with("-orders"), "{identifier}");
        assert_eq!(database.parameter_group("mysql8.4"), format!("{identifier}-mysql8-4"));
    }
}
