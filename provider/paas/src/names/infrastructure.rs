//! Names of what bakes a tenant's images and deploys the tenant.

use super::{ARTIFACT_FOLDER, EnvironmentNames, TenantNames};
use paas_aws::names::{ROLE_NAME, digest, fit};

/// Names that belong to one tenant's infrastructure pipeline.
#[derive(Debug, Clone, Copy)]
pub struct InfrastructureNames<'a> {
    /// Its tenant's.
    pub tenant: TenantNames<'a>,
}

impl InfrastructureNames<'_> {
    /// `dev/acme`: what `terraform import` takes.
    #[must_use]
    pub fn id(self) -> String {
        format!("{}/{}", self.tenant.environment.environment, self.tenant.tenant)
    }

    /// The SSM parameter that holds its record.
    #[must_use]
    pub fn parameter(self) -> String {
        format!("{}/infrastructure_pipeline", self.tenant.parameter())
    }

    /// The pipeline, and the rule that starts it. It ends as the events role expects of all pipelines of the environment.
    #[must_use]
    pub fn pipeline(self) -> String {
        format!("{}_{}", self.artifact_folder(), self.tenant.environment.scope())
    }

    /// How the folder of the pipeline's artifacts begins in the environment's bucket. The tenant's instances read the
    /// folder of the software pipeline, which begins otherwise.
    #[must_use]
    pub fn artifact_folder(self) -> String {
        let TenantNames { environment: EnvironmentNames { project, environment }, tenant } = self.tenant;
        let tail = format!("i{}", digest(&[project, environment, tenant, "infrastructure"], 8));
        let head = tenant.chars().take(ARTIFACT_FOLDER - 1 - tail.len()).collect::<String>();
        format!("{}-{tail}", head.trim_end_matches('-'))
    }

    /// The project that bakes images: `paas_dev_acme_bake`.
    #[must_use]
    pub fn bake_project(self) -> String {
        format!("{}_bake", self.tenant.application())
    }

    /// The project that deploys the tenant: `paas_dev_acme_deploy`.
    #[must_use]
    pub fn deploy_project(self) -> String {
        format!("{}_deploy", self.tenant.application())
    }

    /// The role that baking builds call AWS with.
    #[must_use]
    pub fn bake_role(self, region: &str) -> String {
        self.role("bake", region)
    }

    /// The role, and the profile, of the instances that images are made of.
    #[must_use]
    pub fn bake_instance_role(self, region: &str) -> String {
        self.role("bake-instance", region)
    }

    /// The role that deploying builds call AWS with.
    #[must_use]
    pub fn deploy_role(self, region: &str) -> String {
        self.role("deploy", region)
    }

    /// One of that role's policies.
    #[must_use]
    pub fn deploy_policy(self, number: usize, region: &str) -> String {
        format!("{}-{number}", self.role("deploy", region))
    }

    /// The security group of the instances that images are made of: no other tenant's, not even one called `acme-bake`.
    #[must_use]
    pub fn bake_security_group(self) -> String {
        self.bake_project()
    }

    /// With hyphens alone, `acme` would have the role of the instances of a tenant called `acme-bake`.
    fn role(self, what: &str, region: &str) -> String {
        fit(ROLE_NAME, &[&self.tenant.application(), what, region])
    }

    /// The log group of its builds.
    #[must_use]
    pub fn log_group(self) -> String {
        format!("{}/infrastructure", self.tenant.parameter())
    }

    /// How the keys begin of what Terraform bakes from local folders.
    #[must_use]
    pub fn bake_prefix(self) -> String {
        format!("bakes/{}/", self.tenant.tenant)
    }

    /// The source of an image that Terraform bakes from a local folder with this hash.
    #[must_use]
    pub fn bake_object(self, hash: &str) -> String {
        format!("{}{hash}.zip", self.bake_prefix())
    }

    /// Terraform's state of what the pipeline deploys. Its lock lies beside it, with `.tflock` at the end.
    #[must_use]
    pub fn state_object(self) -> String {
        format!("terraform/{}.tfstate", self.tenant.tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{ENVIRONMENT, TENANT};

    fn names<'a>(project: &'a str, environment: &'a str, tenant: &'a str) -> InfrastructureNames<'a> {
        EnvironmentNames { project, environment }.tenant(tenant).infrastructure()
    }

    #[test]
    fn the_longest_names_fit_every_service() {
        let (project, environment, tenant) = ("p".repeat(16), "e".repeat(ENVIRONMENT), "t".repeat(TENANT));
        let names = names(&project, &environment, &tenant);
        // EventBridge: 64. CodeBuild: 150. IAM's policies: 128.
        assert!(names.pipeline().len() <= 64);
        assert!(names.deploy_project().len() <= 150);
        assert!(names.bake_instance_role("ap-southeast-1").len() <= ROLE_NAME);
        assert!(names.deploy_policy(10, "ap-southeast-1").len() <= 128);
    }

    #[test]
    fn no_tenants_instances_read_its_artifacts() {
        let all = [
            ("dev", "acme"),
            ("dev", "acme-2"),
            ("dev", "acme-i1"),
            ("dev", "a-long-tenant-name-1"),
            ("dev-a", "b"),
        ];
        for (environment, tenant) in all {
            let folder = names("paas", environment, tenant).artifact_folder();
            assert!(folder.len() <= ARTIFACT_FOLDER, "{folder}");
            for (environment, other) in all {
                let others = names("paas", environment, other);
                let readable = others.tenant.artifact_folder();
                assert!(!folder.starts_with(&readable), "{folder} {readable}");
                assert!(other == tenant || !others.artifact_folder().starts_with(&folder), "{folder}");
            }
        }
    }

    #[test]
    fn no_other_tenant_has_its_roles_and_groups() {
        let region = "eu-west-1";
        let names = names("paas", "dev", "acme");
        let roles = [names.bake_role(region), names.bake_instance_role(region), names.deploy_role(region)];
        for other in ["acme-bake", "acme-deploy"] {
            let others = EnvironmentNames { project: "paas", environment: "dev" }.tenant(other);
            assert!(!roles.contains(&others.role(region)), "{other}");
            assert_ne!(names.bake_security_group(), others.base());
        }
        let environment = EnvironmentNames { project: "paas", environment: "dev-acme" };
        assert!(!roles.contains(&environment.role("deploy", region)));
    }

    #[test]
    fn names_are_readable() {
        let names = names("paas", "dev", "acme");
        assert_eq!(names.bake_project(), "paas_dev_acme_bake");
        assert_eq!(names.id(), "dev/acme");
        assert_eq!(names.parameter(), "/paas/paas/dev/acme/infrastructure_pipeline");
        assert_eq!(names.log_group(), "/paas/paas/dev/acme/infrastructure");
        assert_eq!(names.state_object(), "terraform/acme.tfstate");
        assert!(names.pipeline().starts_with("acme-i") && names.pipeline().ends_with("_paas_dev"));
    }
}
