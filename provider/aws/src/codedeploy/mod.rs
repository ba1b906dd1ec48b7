//! CodeDeploy: how a tenant's releases reach its instances.

mod application;
mod deployment_group;

pub use application::{Application, ApplicationOut};
pub use deployment_group::{DeploymentGroup, DeploymentGroupOut};
