//! CodeBuild: where a tenant's images are baked, and its layer 3 is deployed.

pub mod builds;
mod declared;
mod project;

pub use project::{Project, ProjectOut};

use crate::batch::Batched;
use aws_sdk_codebuild::Client;
use aws_sdk_codebuild::types;

/// How many projects one call reads (`BatchGetProjects`).
const PROJECTS_PER_CALL: usize = 100;

/// Batched reads of projects, by name. Their tags come with them.
pub struct Reads {
    projects: Batched<String, types::Project>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let client = client.clone();
        Self {
            projects: Batched::new(PROJECTS_PER_CALL, move |names| project::list(client.clone(), names)),
        }
    }
}
