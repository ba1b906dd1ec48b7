//! A deployment group: the instances that get a release together, and what happens when it fails.

use crate::tags::Tags;
use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The spec of a deployment group. All deploy in place: blue/green over two stable target groups is two of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeploymentGroup {
    /// The application it belongs to. It can't be changed.
    pub application_name: String,
    /// The name, of at most 100 characters and unique in the application. It isn't changed: policies name it.
    pub name: String,
    /// The role with which CodeDeploy reaches groups and load balancers.
    pub role_arn: String,
    /// Whose instances get the releases: those launched later too.
    pub autoscaling_group_names: BTreeSet<String>,
    /// Target groups that an instance is taken out of while it gets a release; none: it is deployed to in full traffic.
    pub target_group_names: BTreeSet<String>,
    /// How many instances at a time, such as `CodeDeployDefault.OneAtATime`.
    pub deployment_config_name: String,
    /// What makes CodeDeploy go back to the last good release: `DEPLOYMENT_FAILURE`, `DEPLOYMENT_STOP_ON_ALARM`,
    /// `DEPLOYMENT_STOP_ON_REQUEST`; none: it never does.
    pub auto_rollback_events: BTreeSet<String>,
    /// CloudWatch alarms that stop a deployment: at most ten.
    pub alarm_names: BTreeSet<String>,
    /// Whether each Auto Scaling group has the lifecycle hook through which new instances get the release: `true` is
    /// wanted, `false` is seen where somebody deleted one.
    pub lifecycle_hook: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeploymentGroupOut {
    /// As in the spec.
    pub application_name: String,
    /// As in the spec.
    pub name: String,
}

impl Child for DeploymentGroup {
    const KIND: &'static str = "deployment_group";
    type World = World;
    type Out = DeploymentGroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.application_name != saw.application_name {
            Diff::Replace("application_name")
        } else if self.name != saw.name {
            Diff::Replace("name")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, _: &Cx<'_>) -> Result<Option<Id>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn create(&self, _: &Cx<'_>) -> Result<Id, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn sync(&self, _: &Cx<'_>, _: &Id) -> Result<DeploymentGroupOut, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn read(_: &Cx<'_>, _: &Id) -> Result<Option<(Self, DeploymentGroupOut)>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn delete(_: &Cx<'_>, _: &Id) -> Result<(), Error> {
        Err(Error::message(UNWRITTEN))
    }
}

const UNWRITTEN: &str = "this kind of object isn't supported yet";
