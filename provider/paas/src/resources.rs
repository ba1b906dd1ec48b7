//! The resources: one folder each, with its arguments, its checks, its facts and its wiring.

pub mod ami;
pub mod database;
pub mod environment;
pub mod gitlab_webhook;
pub mod infrastructure_pipeline;
pub mod tenant;
