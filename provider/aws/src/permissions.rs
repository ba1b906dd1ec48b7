//! What the provider asks of IAM: the table of its calls with the permissions that each needs, and the least policies
//! that come of it.
//!
//! The table stands in one file per service, by statements of the policy. A call is named as the service's API names it;
//! where IAM has another name for the permission, or asks for more than one, the row says so. Some permissions AWS checks
//! without a call of ours (`iam:PassRole`): their rows say why they are needed. The tests hold the table to the truth in
//! both directions: they fail on a call without a row, and on a row without a call.

mod acm;
mod apigateway;
mod autoscaling;
mod cloudtrail;
mod codebuild;
mod codedeploy;
mod codepipeline;
mod ec2;
mod elbv2;
mod events;
mod iam;
mod kms;
mod lambda;
mod logs;
mod place;
mod rds;
mod render;
mod s3;
mod scope;
mod secretsmanager;
mod servicequotas;
mod ssm;
mod sts;
mod table;
mod tagging;

pub use place::{Place, TenantScope};
pub use table::{Access, ResourceType};

use crate::policy::{Document, Statement, document};
use std::collections::{BTreeMap, BTreeSet};
use table::Service;

/// The most characters of a managed policy, white space not counted (IAM's quotas).
pub const MANAGED_POLICY: usize = 6_144;

/// Every service that the provider calls, by its name in the policies.
const SERVICES: &[Service] = &[
    acm::SERVICE,
    apigateway::SERVICE,
    autoscaling::SERVICE,
    cloudtrail::SERVICE,
    codebuild::SERVICE,
    codedeploy::SERVICE,
    codepipeline::SERVICE,
    ec2::SERVICE,
    elbv2::SERVICE,
    events::SERVICE,
    iam::SERVICE,
    kms::SERVICE,
    lambda::SERVICE,
    logs::SERVICE,
    rds::SERVICE,
    s3::SERVICE,
    secretsmanager::SERVICE,
    servicequotas::SERVICE,
    ssm::SERVICE,
    sts::SERVICE,
    tagging::SERVICE,
];

/// The least policy: what AWS asks for when resources of these types are planned or applied.
#[derive(Debug, Clone)]
pub struct Policy(Vec<Statement>);

impl Policy {
    /// For the types in `of`, in one account, region and project, or for one tenant of it. [`Access::Apply`] holds all that
    /// [`Access::Plan`] does.
    #[must_use]
    pub fn least(place: &Place, access: Access, of: &BTreeSet<ResourceType>) -> Self {
        let statements = |service: &Service, grant: &table::Grant| {
            let actions = grant.actions(service, of);
            if grant.access > access || actions.is_empty() {
                return vec![];
            }
            render::statements(place, service, grant, &actions)
        };
        let all = SERVICES
            .iter()
            .flat_map(|service| service.grants.iter().flat_map(move |grant| statements(service, grant)));
        Self(all.collect())
    }

    /// All of it in one document. It can be longer than a managed policy may be.
    #[must_use]
    pub fn document(&self) -> Document {
        document(self.0.clone())
    }

    /// All of it in as many documents as it takes for each to be a managed policy: statements stay whole, and in order.
    #[must_use]
    pub fn documents(&self) -> Vec<Document> {
        let mut documents: Vec<Vec<Statement>> = vec![];
        for statement in &self.0 {
            let with = |part: &[Statement]| document([part, std::slice::from_ref(statement)].concat());
            match documents.last_mut() {
                Some(part) if size(&with(part)) <= MANAGED_POLICY => part.push(statement.clone()),
                _ => documents.push(vec![statement.clone()]),
            }
        }
        documents.into_iter().map(document).collect()
    }

    /// The same, divided as `longest` is: one whose names are as long as they may be. How many documents there are can then
    /// be told before the names are known. What `longest` hasn't stands in the last one.
    #[must_use]
    pub fn documents_like(&self, longest: &Self) -> Vec<Document> {
        let divided: Vec<BTreeSet<String>> = longest
            .documents()
            .iter()
            .map(|part| {
                part.statements().iter().filter_map(|s| s["Sid"].as_str().map(str::to_owned)).collect()
            })
            .collect();
        let of = |statement: &Statement| {
            divided.iter().position(|sids| sids.contains(statement.sid())).unwrap_or(divided.len() - 1)
        };
        let part = |at| self.0.iter().filter(|statement| of(statement) == at).cloned().collect();
        (0..divided.len()).map(|at| document(part(at))).collect()
    }
}

/// What IAM counts of a document.
fn size(document: &Document) -> usize {
    document.to_string().chars().filter(|c| !c.is_whitespace()).count()
}

/// Every call that the table knows, as `service:Operation` under the names of AWS's SDK for Python, with the permissions
/// it needs; none where AWS asks for none.
#[must_use]
pub fn operations() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for service in SERVICES {
        for row in service.grants.iter().flat_map(|grant| grant.rows) {
            for call in row.calls {
                let actions = found.entry(format!("{}:{call}", service.name)).or_default();
                actions.extend(row.actions_of(service, call));
            }
        }
    }
    found
}

/// The calls that this access to resources of this type is for: an apply's are those that a plan doesn't make. Those that
/// need no permission aren't among them.
#[must_use]
pub fn calls(access: Access, of: ResourceType) -> BTreeSet<String> {
    let grants = SERVICES.iter().flat_map(|service| service.grants.iter().map(move |grant| (service, grant)));
    let rows = grants.filter(|(_, grant)| grant.access == access).flat_map(|(service, grant)| {
        grant.rows.iter().filter(|row| row.of.contains(&of)).map(move |row| (service, row))
    });
    rows.filter(|(service, row)| !row.actions(service).is_empty())
        .flat_map(|(service, row)| row.calls.iter().map(move |call| format!("{}:{call}", service.name)))
        .collect()
}

/// The permissions that AWS checks without a call of that name, with the reasons.
#[must_use]
pub fn without_a_call() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for service in SERVICES {
        for row in service.grants.iter().flat_map(|grant| grant.rows) {
            let Some(reason) = row.reason else { continue };
            for action in row.actions(service) {
                found.entry(action).or_default().insert(reason);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
