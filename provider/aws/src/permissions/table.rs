//! The table's form: services have grants, which become statements, and grants have rows.

use std::collections::BTreeSet;

/// What a policy is for. The later one holds the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Refresh, plan, import, data sources: reads alone.
    Plan,
    /// Creation, changes and destruction too.
    Apply,
}

/// A resource type of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceType {
    /// `paas_environment`, with `data.paas_environment` and `data.paas_tenants`.
    Environment,
    /// `paas_tenant`.
    Tenant,
    /// `paas_infrastructure_pipeline`.
    InfrastructurePipeline,
    /// `paas_ami`, with `data.paas_ami`.
    Ami,
    /// `paas_database`.
    Database,
    /// `paas_gitlab_webhook`.
    GitlabWebhook,
    /// `ephemeral.paas_database_credentials`: the one that reads a secret.
    DatabaseCredentials,
}

impl ResourceType {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Environment,
        Self::Tenant,
        Self::InfrastructurePipeline,
        Self::Ami,
        Self::Database,
        Self::GitlabWebhook,
        Self::DatabaseCredentials,
    ];

    /// As Terraform names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Environment => "paas_environment",
            Self::Tenant => "paas_tenant",
            Self::InfrastructurePipeline => "paas_infrastructure_pipeline",
            Self::Ami => "paas_ami",
            Self::Database => "paas_database",
            Self::GitlabWebhook => "paas_gitlab_webhook",
            Self::DatabaseCredentials => "paas_database_credentials",
        }
    }
}

pub(super) const ENVIRONMENT: &[ResourceType] = &[ResourceType::Environment];
pub(super) const TENANT: &[ResourceType] = &[ResourceType::Tenant];
pub(super) const INFRASTRUCTURE: &[ResourceType] = &[ResourceType::InfrastructurePipeline];
pub(super) const AMI: &[ResourceType] = &[ResourceType::Ami];
pub(super) const DATABASE: &[ResourceType] = &[ResourceType::Database];
pub(super) const WEBHOOK: &[ResourceType] = &[ResourceType::GitlabWebhook];
pub(super) const CREDENTIALS: &[ResourceType] = &[ResourceType::DatabaseCredentials];
pub(super) const ENVIRONMENT_AND_TENANT: &[ResourceType] = &[ResourceType::Environment, ResourceType::Tenant];
/// Those with a pipeline.
pub(super) const WITH_PIPELINES: &[ResourceType] =
    &[ResourceType::Tenant, ResourceType::InfrastructurePipeline];
/// Those that images are baked by.
pub(super) const BAKING: &[ResourceType] = &[ResourceType::InfrastructurePipeline, ResourceType::Ami];
/// Those with images.
pub(super) const IMAGES: &[ResourceType] =
    &[ResourceType::Tenant, ResourceType::InfrastructurePipeline, ResourceType::Ami];
/// Those with roles and logs.
pub(super) const WITH_ROLES: &[ResourceType] = &[
    ResourceType::Environment,
    ResourceType::Tenant,
    ResourceType::InfrastructurePipeline,
    ResourceType::GitlabWebhook,
];
/// Those whose roles may have policies that somebody manages.
pub(super) const WITH_MANAGED_POLICIES: &[ResourceType] =
    &[ResourceType::Environment, ResourceType::Tenant, ResourceType::InfrastructurePipeline];
/// Those with a key of their own.
pub(super) const WITH_KEYS: &[ResourceType] = &[ResourceType::Environment, ResourceType::GitlabWebhook];
/// Those with build projects.
pub(super) const WITH_BUILDS: &[ResourceType] =
    &[ResourceType::InfrastructurePipeline, ResourceType::GitlabWebhook];
/// Those that look at builds, and end them.
pub(super) const FOLLOWING_BUILDS: &[ResourceType] =
    &[ResourceType::InfrastructurePipeline, ResourceType::Ami, ResourceType::GitlabWebhook];
/// Those with security groups.
pub(super) const WITH_SECURITY_GROUPS: &[ResourceType] = &[
    ResourceType::Environment,
    ResourceType::Tenant,
    ResourceType::InfrastructurePipeline,
    ResourceType::Database,
];
/// Those with security groups that let something out: a database calls nobody.
pub(super) const REACHING_OUT: &[ResourceType] =
    &[ResourceType::Environment, ResourceType::Tenant, ResourceType::InfrastructurePipeline];
/// Those with security groups that let something in: the instances that images are made of are reached by nobody.
pub(super) const REACHED: &[ResourceType] =
    &[ResourceType::Environment, ResourceType::Tenant, ResourceType::Database];
/// All that have children.
pub(super) const COMPOSITES: &[ResourceType] = &[
    ResourceType::Environment,
    ResourceType::Tenant,
    ResourceType::InfrastructurePipeline,
    ResourceType::Database,
    ResourceType::GitlabWebhook,
];
pub(super) const EVERY: &[ResourceType] = ResourceType::ALL;

/// What is asked of one service.
pub(super) struct Service {
    /// In AWS's SDK for Python, and in the tests' call log.
    pub name: &'static str,
    /// What IAM's actions start with, and what stands in ARNs.
    pub prefix: &'static str,
    /// What the statements' names start with.
    pub sid: &'static str,
    pub grants: &'static [Grant],
}

/// What becomes one statement: permissions over the same things under the same conditions.
pub(super) struct Grant {
    /// The end of the statement's name.
    pub sid: &'static str,
    pub access: Access,
    /// Patterns of ARNs, with the words that [`super::place`] fills in.
    pub resources: &'static [&'static str],
    pub conditions: &'static [Condition],
    pub rows: &'static [Row],
}

/// Operator, key and values, with the words that [`super::place`] fills in.
pub(super) type Condition = (&'static str, &'static str, &'static [&'static str]);

/// The object carries the tag of an owner in this project.
pub(super) const OURS: Condition = ("StringLike", "aws:ResourceTag/paas:owner", &["{project}/*"]);
/// The object is made with the tag of an owner in this project.
pub(super) const MADE_OURS: Condition = ("StringLike", "aws:RequestTag/paas:owner", &["{project}/*"]);
/// Where the service knows no narrower resource.
pub(super) const ANY: &[&str] = &["*"];

/// Calls, or a permission without a call, and for whom.
pub(super) struct Row {
    pub of: &'static [ResourceType],
    /// Operations of the service's API.
    pub calls: &'static [&'static str],
    actions: Actions,
    /// Why AWS asks for it, where no call of ours has its name.
    pub reason: Option<&'static str>,
}

enum Actions {
    /// Those that have the calls' names.
    Namesakes,
    /// These, without the service's prefix.
    These(&'static [&'static str]),
}

/// Calls whose permissions have their names.
pub(super) const fn calls(of: &'static [ResourceType], calls: &'static [&'static str]) -> Row {
    Row { of, calls, actions: Actions::Namesakes, reason: None }
}

/// A call whose permissions are named otherwise.
pub(super) const fn calls_as(
    of: &'static [ResourceType],
    calls: &'static [&'static str],
    actions: &'static [&'static str],
) -> Row {
    Row { of, calls, actions: Actions::These(actions), reason: None }
}

/// Permissions that AWS checks without a call of that name.
pub(super) const fn needs(
    of: &'static [ResourceType],
    actions: &'static [&'static str],
    reason: &'static str,
) -> Row {
    Row { of, calls: &[], actions: Actions::These(actions), reason: Some(reason) }
}

impl Grant {
    /// What the statement allows to resources of these types, as IAM writes it.
    pub fn actions(&self, service: &Service, of: &BTreeSet<ResourceType>) -> BTreeSet<String> {
        let rows = self.rows.iter().filter(|row| row.of.iter().any(|kind| of.contains(kind)));
        rows.flat_map(|row| row.actions(service)).collect()
    }
}

impl Row {
    /// What it needs, as IAM writes it.
    pub fn actions(&self, service: &Service) -> Vec<String> {
        match self.actions {
            Actions::Namesakes => {
                self.calls.iter().map(|call| format!("{}:{call}", service.prefix)).collect()
            }
            Actions::These(actions) => {
                actions.iter().map(|action| format!("{}:{action}", service.prefix)).collect()
            }
        }
    }

    /// What one of its calls needs.
    pub fn actions_of(&self, service: &Service, call: &str) -> Vec<String> {
        match self.actions {
            Actions::Namesakes => vec![format!("{}:{call}", service.prefix)],
            Actions::These(_) => self.actions(service),
        }
    }
}
