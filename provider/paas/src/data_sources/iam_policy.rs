//! `data.paas_iam_policy`: what a role needs to plan, or to apply.

use crate::provider::Connection;
use crate::shared::validate_choice;
use paas_aws::permissions::{Access, Place, Policy, ResourceType};
use std::collections::BTreeSet;
use tfplugin::{Attr, Attributes, Cx, DataSource, Diagnostics, Path};

/// The least IAM policy for a role that plans, or that applies: exactly what the provider calls, in the provider's
/// account, region and `project`.
///
/// What is in the policy is held to what the provider calls by its tests, in both directions. Objects whose names tell
/// that they are the project's are granted by name, the others by their tag `paas:owner`: one that has lost this tag
/// can't be changed with the policy until somebody puts the tag back.
///
/// A role that may write roles and pass them to instances may become whatever those may: give it a permissions boundary.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct IamPolicyData {
    /// `plan` for refreshing, planning, importing and data sources, all of which change nothing; `apply` for that and
    /// every change.
    #[attr(required)]
    pub access: Attr<String>,
    /// The resource types that the role works on: `paas_environment` (with the data sources `paas_environment` and
    /// `paas_tenants`), `paas_tenant`, `paas_infrastructure_pipeline`, `paas_ami` (with its data source), `paas_database`,
    /// `paas_gitlab_webhook`.
    /// Defaults to these six. `paas_database_credentials`, the ephemeral resource, has to be named: it alone reads
    /// secrets, and Terraform opens it in a plan, too.
    #[attr(optional)]
    pub resources: Attr<BTreeSet<String>>,
    /// The policy in one document. It can be longer than the 6,144 characters of a managed policy.
    #[attr(computed)]
    pub json: Attr<String>,
    /// The same, in as many documents as it takes for each to be a managed policy. Attach all of them: a role takes ten.
    #[attr(computed)]
    pub documents: Attr<Vec<String>>,
}

/// The data source.
pub struct IamPolicy {
    connection: Connection,
}

impl IamPolicy {
    /// Uses the provider's connection, once there is one.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

const ACCESS: [(&str, Access); 2] = [("plan", Access::Plan), ("apply", Access::Apply)];

/// The types meant where none are named: the one that reads secrets isn't among them.
fn by_default() -> BTreeSet<ResourceType> {
    ResourceType::ALL.iter().copied().filter(|kind| *kind != ResourceType::DatabaseCredentials).collect()
}

impl DataSource for IamPolicy {
    type Model = IamPolicyData;
    const NAME: &'static str = "iam_policy";

    fn validate(&self, config: &IamPolicyData, diagnostics: &mut Diagnostics) {
        validate_choice("access", &config.access, &ACCESS.map(|(name, _)| name), diagnostics);
        let names: Vec<&str> = ResourceType::ALL.iter().map(|kind| kind.name()).collect();
        for name in config.resources.known().into_iter().flatten() {
            validate_choice(Path::from("resources"), &name.clone().into(), &names, diagnostics);
        }
        if config.resources.known().is_some_and(BTreeSet::is_empty) {
            let detail =
                "A policy for no resource would allow nothing. Leave `resources` out for all of them.";
            diagnostics.error("resources", "No resources", detail);
        }
    }

    async fn read(&self, _: &Cx, config: IamPolicyData) -> Result<IamPolicyData, Diagnostics> {
        let session = self.connection.need()?;
        let access =
            ACCESS.iter().find(|(name, _)| config.access.known().is_some_and(|access| access == name));
        let access = access.map(|(_, access)| *access).expect("checked at validate");
        let of = config.resources.known().map_or_else(by_default, |names| {
            ResourceType::ALL.iter().copied().filter(|kind| names.contains(kind.name())).collect()
        });
        let policy = Policy::least(&Place::of(&session), access, &of);
        Ok(IamPolicyData {
            json: policy.document().to_string().into(),
            documents: policy.documents().iter().map(ToString::to_string).collect::<Vec<_>>().into(),
            ..config
        })
    }
}
