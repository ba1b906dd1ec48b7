//! The registry documentation: generated from the schemas, with the examples in `provider/paas/docs`.

use std::collections::BTreeMap;
use tfplugin::docs::{Examples, render};

/// Every page by its path under `docs/`.
#[must_use]
pub fn pages() -> BTreeMap<String, String> {
    let examples = Examples::new()
        .provider(include_str!("../docs/provider.tf"))
        .example("paas_ami", include_str!("../docs/resource_ami.tf"))
        .import("paas_ami", "production/shop/ami-0abcdef1234567890")
        .example("paas_database", include_str!("../docs/resource_database.tf"))
        .import("paas_database", "production/shop/database")
        .example("paas_environment", include_str!("../docs/resource_environment.tf"))
        .import("paas_environment", "production")
        .example("paas_gitlab_webhook", include_str!("../docs/resource_gitlab_webhook.tf"))
        .import("paas_gitlab_webhook", "gitlab")
        .example("paas_infrastructure_pipeline", include_str!("../docs/resource_infrastructure_pipeline.tf"))
        .import("paas_infrastructure_pipeline", "production/shop")
        .example("paas_tenant", include_str!("../docs/resource_tenant.tf"))
        .import("paas_tenant", "production/shop")
        .example("data.paas_ami", include_str!("../docs/data_ami.tf"))
        .example("data.paas_environment", include_str!("../docs/data_environment.tf"))
        .example("data.paas_iam_policy", include_str!("../docs/data_iam_policy.tf"))
        .example("data.paas_tenants", include_str!("../docs/data_tenants.tf"))
        .example(
            "ephemeral.paas_database_credentials",
            include_str!("../docs/ephemeral_database_credentials.tf"),
        )
        .example("provider::paas::subnets", include_str!("../docs/function_subnets.tf"))
        .example("provider::paas::names", include_str!("../docs/function_names.tf"));
    render(&crate::server(), &examples)
}
