//! The data sources: both read published records.

pub mod environment;
pub mod tenants;
