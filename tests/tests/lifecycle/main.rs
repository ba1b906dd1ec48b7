//! The life of environments and tenants under real Terraform: created, unchanged, changed in every argument,
//! replaced, destroyed; and what AWS holds at each step.

#![allow(clippy::too_many_lines, reason = "a table is as long as its rows")]

mod environment;
mod network;
mod replacement;
mod rollout;
mod tags;
mod tenant;
mod timeouts;
mod zones;

#[path = "../support/changes.rs"]
mod changes;
