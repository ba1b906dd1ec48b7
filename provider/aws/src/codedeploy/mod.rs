//! CodeDeploy: how a tenant's releases reach its instances.

mod application;
mod deployment_group;
mod hooks;
mod tagging;

pub use application::{Application, ApplicationOut};
pub use deployment_group::{DeploymentGroup, DeploymentGroupOut};

use crate::batch::{Batched, Handed};
use crate::tags::Tags;
use aws_sdk_codedeploy::Client;
use aws_sdk_codedeploy::types::DeploymentGroupInfo;
use std::collections::BTreeSet;

/// How many names `BatchGetApplications` takes, and `BatchGetDeploymentGroups` for each application.
const NAMES_PER_CALL: usize = 100;
const NOT_FOUND: &[&str] = &["ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"];
/// What CodeDeploy says of a role that was just made, as of one that it may not assume.
const UNSETTLED: &[&str] = &["InvalidRoleException"];

/// Batched reads of applications and deployment groups.
pub struct Reads {
    /// By name: nothing is known of them but that they are there.
    applications: Batched<String, String>,
    /// By the names of application and group.
    groups: Batched<(String, String), DeploymentGroupInfo>,
    /// Names of the lifecycle hooks, by Auto Scaling group; AWS describes those of one at a time.
    hooks: Batched<String, BTreeSet<String>>,
    /// By ARN; CodeDeploy lists the tags of one object at a time.
    tags: Batched<String, Tags>,
    /// Applications and deployment groups, by id, that were just made with all they shall have.
    made: Handed<()>,
}

impl Reads {
    pub(crate) fn new(client: &Client, autoscaling: &aws_sdk_autoscaling::Client) -> Self {
        let (of_applications, of_groups, of_tags) = (client.clone(), client.clone(), client.clone());
        let of_hooks = autoscaling.clone();
        Self {
            applications: Batched::new(NAMES_PER_CALL, move |names| {
                application::list(of_applications.clone(), names)
            }),
            groups: Batched::new(NAMES_PER_CALL, move |keys| deployment_group::list(of_groups.clone(), keys)),
            hooks: Batched::new(1, move |groups| hooks::list(of_hooks.clone(), groups)),
            tags: Batched::new(1, move |arns| tagging::list(of_tags.clone(), arns)),
            made: Handed::default(),
        }
    }
}
