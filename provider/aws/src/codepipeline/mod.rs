//! CodePipeline: what moves a tenant's release from its source to its instances.

mod pipeline;
mod structure;

pub use pipeline::{Pipeline, PipelineOut};
pub use structure::{Action, Stage};
