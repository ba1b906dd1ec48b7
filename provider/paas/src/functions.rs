//! The functions: pure, without AWS.

pub mod names;
pub mod subnets;
