//! The data sources: what is published in records, what there is of images, and what the provider asks of IAM.

pub mod ami;
pub mod environment;
pub mod iam_policy;
pub mod tenants;
