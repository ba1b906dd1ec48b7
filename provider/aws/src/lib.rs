//! AWS objects as children of composites: one file per kind, its spec and its whole life cycle together.
//!
//! This crate knows the engine (`composite`) and AWS, not Terraform. It alone names the SDK's types.

pub mod batch;
pub mod call;
mod credentials;
pub mod names;
mod reads;
mod retry;
pub mod session;
pub mod tags;
pub mod wait;
pub mod world;

pub mod autoscaling;
pub mod ec2;
pub mod elbv2;
pub mod iam;
pub mod logs;
pub mod ssm;

pub use credentials::{AssumeRole, WebIdentity};
pub use session::{Session, Settings};
pub use tags::Tags;
pub use world::{Cx, Owner, World};
