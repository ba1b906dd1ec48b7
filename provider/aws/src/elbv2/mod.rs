//! Elastic Load Balancing v2: the environment's load balancer and its listeners, a tenant's target group and rules.

mod conflicts;
mod limits;
mod listener;
mod listener_rule;
mod load_balancer;
pub mod pattern;
pub mod priority;
mod rules;
mod tagging;
mod target_group;

pub use conflicts::Neighbours;
pub use limits::{MOST_TARGET_GROUPS, most_rules};
pub use listener::{DefaultAction, Listener, ListenerOut};
pub use listener_rule::{ListenerRule, ListenerRuleOut};
pub use load_balancer::{LoadBalancer, LoadBalancerOut};
pub use priority::Conditions;
pub use rules::{SeenRule, listener_of, rules};
pub use target_group::{HealthCheck, TargetGroup, TargetGroupOut, resource_label};

use crate::batch::{Batched, halving};
use crate::call::{AwsError, call};
use crate::tags::Tags;
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types;
use std::collections::{BTreeMap, HashMap};

/// How many objects one call takes: the limit of `DescribeTags`, `DescribeLoadBalancers` and `DescribeListeners`.
const ARNS_PER_CALL: usize = 20;
const NOT_FOUND: &[&str] =
    &["ListenerNotFound", "LoadBalancerNotFound", "RuleNotFound", "TargetGroupNotFound"];

/// Batched reads of load balancers and their parts, by ARN.
pub struct Reads {
    load_balancers: Batched<String, types::LoadBalancer>,
    listeners: Batched<String, types::Listener>,
    target_groups: Batched<String, types::TargetGroup>,
    /// AWS describes the attributes of one target group at a time.
    attributes: Batched<String, BTreeMap<String, String>>,
    /// By listener; tags are not filled in.
    rules: Batched<String, Vec<SeenRule>>,
    tags: Batched<String, Tags>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            load_balancers: by_arn(client, load_balancer::list),
            listeners: by_arn(client, listener::list),
            target_groups: by_arn(client, target_group::list),
            attributes: Batched::new(1, with(client, target_group::attributes)),
            rules: Batched::new(1, with(client, rules::list)),
            tags: by_arn(client, tagging::list),
        }
    }
}

/// Gives `read` its own handle on the client at every call.
fn with<V, F>(
    client: &Client,
    read: fn(Client, Vec<String>) -> F,
) -> impl Fn(Vec<String>) -> F + Send + Sync + 'static
where
    F: Future<Output = Result<HashMap<String, V>, AwsError>> + Send + 'static,
    V: 'static,
{
    let client = client.clone();
    move |arns| read(client.clone(), arns)
}

/// Reads objects named by ARN. One that is missing makes AWS refuse the whole call.
fn by_arn<V, F>(client: &Client, read: fn(Client, Vec<String>) -> F) -> Batched<String, V>
where
    F: Future<Output = Result<HashMap<String, V>, AwsError>> + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    let client = client.clone();
    Batched::new(ARNS_PER_CALL, move |arns| {
        let client = client.clone();
        halving(arns, NOT_FOUND, move |some| read(client.clone(), some))
    })
}

/// How many target groups a load balancer uses.
///
/// # Errors
/// When AWS can't be asked.
pub async fn target_groups_of(session: &crate::Session, load_balancer_arn: &str) -> Result<usize, AwsError> {
    let request = session.elbv2.describe_target_groups().load_balancer_arn(load_balancer_arn);
    Ok(call("DescribeTargetGroups", request.into_paginator().items().send().try_collect()).await?.len())
}

/// An object that isn't there is as good as deleted.
fn gone<T>(deleted: Result<T, AwsError>) -> Result<(), AwsError> {
    match deleted {
        Err(e) if !e.is(NOT_FOUND) => Err(e),
        _ => Ok(()),
    }
}
