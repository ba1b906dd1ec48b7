//! CodeBuild: where a tenant's images are baked, its layer 3 is deployed, and what was pushed is packed.

pub mod builds;
mod declared;
mod project;
mod source;

pub use project::{Project, ProjectOut};
pub use source::Source;

use crate::batch::Batched;
use aws_sdk_codebuild::Client;
use aws_sdk_codebuild::types;

/// How many projects one call reads (`BatchGetProjects`).
const PROJECTS_PER_CALL: usize = 100;

/// Batched reads of projects, by name. Their tags come with them.
#[derive(Clone)]
pub struct Reads {
    projects: Batched<String, types::Project>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let client = client.clone();
        Self { projects: Batched::new(PROJECTS_PER_CALL, move |names| project::list(client.clone(), names)) }
    }

    /// Says that the object of this ARN will probably be read in this run, if it is a project.
    pub(crate) fn expect(&self, arn: &str) {
        let name = arn.split_once(":codebuild:").and_then(|(_, rest)| rest.split_once(":project/"));
        self.projects.expect(name.map(|(_, name)| name.to_owned()));
    }
}
