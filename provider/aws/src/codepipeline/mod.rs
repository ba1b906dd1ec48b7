//! CodePipeline: what moves a tenant's release from its source to its instances.

mod pipeline;
mod structure;
mod tagging;

pub use pipeline::{Pipeline, PipelineOut};
pub use structure::{Action, Stage};

use crate::batch::{Batched, Handed};
use crate::tags::Tags;
use aws_sdk_codepipeline::Client;
use aws_sdk_codepipeline::types::PipelineDeclaration;

const NOT_FOUND: &[&str] = &["PipelineNotFoundException", "ResourceNotFoundException"];

/// Reads of pipelines. AWS gives one at a time.
pub struct Reads {
    /// By name.
    pipelines: Batched<String, PipelineDeclaration>,
    /// By ARN.
    tags: Batched<String, Tags>,
    /// Pipelines, by name, that were just made with all they shall have.
    made: Handed<()>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_pipelines, of_tags) = (client.clone(), client.clone());
        Self {
            pipelines: Batched::new(1, move |names| pipeline::list(of_pipelines.clone(), names)),
            tags: Batched::new(1, move |arns| tagging::list(of_tags.clone(), arns)),
            made: Handed::default(),
        }
    }
}
