//! The data sources: what is published in records, and what the provider asks of IAM.

pub mod environment;
pub mod iam_policy;
pub mod tenants;
