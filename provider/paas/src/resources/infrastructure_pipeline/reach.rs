//! What a deployment may do: what the provider itself asks of IAM for a tenant and its databases, and for this one alone.
//!
//! It is too much for a role's inline policies, so it stands in managed ones. How many those are follows from the longest
//! names that there may be, so that a plan knows it before the environment has a name.

use super::wire::{Wiring, names};
use crate::home::Home;
use crate::names::{ENVIRONMENT, EnvironmentNames, TenantNames};
use composite::{Graph, Node};
use paas_aws::iam::{self, PolicyOut};
use paas_aws::permissions::{Access, Place, Policy, ResourceType, TenantScope};
use paas_aws::{Session, World};
use std::collections::BTreeSet;

/// What a deployment may make.
const TYPES: [ResourceType; 2] = [ResourceType::Tenant, ResourceType::Database];

impl<'a> Wiring<'a> {
    /// The policies of the role that deploys.
    pub(super) fn deploy_policies(&self, g: &mut Graph<'a, World>) -> Vec<Node<PolicyOut>> {
        let (session, model) = (self.session, self.model);
        let longest = longest(session, super::tenant(model));
        let count = longest.documents().len();
        let documents = g.map((self.home, self.boundary), move |(home, boundary)| {
            let names = names(session, &home, model).tenant;
            policy(session, scope(session, &home, names, boundary)).documents_like(&longest)
        });
        (0..count)
            .map(|at| {
                let key = format!("deploy_policy.{}", at + 1);
                g.child(key, (self.home, documents, self.tags), move |(home, documents, tags)| iam::Policy {
                    name: names(session, &home, model).deploy_policy(at + 1, &session.region),
                    description: format!("Deploys tenant {}", super::tenant(model)),
                    document: documents[at].clone(),
                    tags,
                })
            })
            .collect()
    }
}

fn policy(session: &Session, scope: TenantScope) -> Policy {
    Policy::least(&Place::of(session).narrowed(scope), Access::Apply, &BTreeSet::from(TYPES))
}

/// The tenant by all the names that the policies know it by.
fn scope(session: &Session, home: &Home, names: TenantNames<'_>, boundary: Option<String>) -> TenantScope {
    let outputs = &home.outputs;
    let given = [&outputs.software_pipeline_role_arn, &outputs.deploy_role_arn];
    let given = given.into_iter().chain(&outputs.events_role_arn).cloned().collect();
    TenantScope {
        bucket: outputs.bucket.clone(),
        key_arn: outputs.kms_key_arn.clone(),
        vpc_id: outputs.vpc_id.clone(),
        https_listener_arn: outputs.https_listener_arn.clone(),
        environment_role_arns: given,
        permissions_boundary: boundary,
        ..named(session, names)
    }
}

/// As far as names go.
fn named(session: &Session, names: TenantNames<'_>) -> TenantScope {
    TenantScope {
        environment: names.environment.environment.to_owned(),
        tenant: names.tenant.to_owned(),
        base: names.base(),
        application: names.application(),
        software_pipeline: names.software_pipeline(),
        artifact_folder: names.artifact_folder(),
        software_object: names.software_object(),
        database_prefix: names.database_prefix(),
        instance_role: names.role(&session.region),
        bucket: String::new(),
        key_arn: String::new(),
        vpc_id: String::new(),
        https_listener_arn: String::new(),
        environment_role_arns: BTreeSet::new(),
        permissions_boundary: None,
    }
}

/// The policy of a tenant of this name whose environment has the longest names that AWS takes.
fn longest(session: &Session, tenant: &str) -> Policy {
    let environment = "e".repeat(ENVIRONMENT);
    let names = EnvironmentNames { project: &session.project, environment: &environment };
    let start = format!("arn:{}:iam::{}", session.partition, session.account_id);
    // A role's name has 64 characters; its path is the environment's.
    let role = |n: usize| format!("{start}:role/{}/{environment}/{n}{}", session.project, "r".repeat(63));
    let regional = |service: &str, resource: &str| {
        let Session { partition, region, account_id, .. } = session;
        format!("arn:{partition}:{service}:{region}:{account_id}:{resource}")
    };
    let (id, balancer) = ("0".repeat(17), "b".repeat(32));
    policy(
        session,
        TenantScope {
            bucket: "b".repeat(63),
            key_arn: regional("kms", &format!("key/{}", "k".repeat(36))),
            vpc_id: format!("vpc-{id}"),
            https_listener_arn: regional(
                "elasticloadbalancing",
                &format!("listener/app/{balancer}/{id}/{id}"),
            ),
            environment_role_arns: (0..3).map(role).collect(),
            // A policy's name has 128 characters; some of a path come before it.
            permissions_boundary: Some(format!("{start}:policy/{}", "p".repeat(256))),
            ..named(session, names.tenant(tenant))
        },
    )
}
