//! What a project's builds work on.

use aws_sdk_codebuild::types::{ArtifactsType, SourceType};
use serde::{Deserialize, Serialize};

/// Where the builds' input comes from, and where their output goes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// Both are CodePipeline's: no build runs without it.
    #[default]
    #[serde(rename = "CODEPIPELINE")]
    CodePipeline,
    /// Neither: builds fetch by themselves what they need, and take away what they make.
    #[serde(rename = "NO_SOURCE")]
    None,
}

impl Source {
    /// Whether it is CodePipeline, which specs don't mention.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
    pub(super) fn is_pipeline(&self) -> bool {
        *self == Self::CodePipeline
    }

    /// CodeBuild's name of the source.
    pub(super) fn kind(self) -> SourceType {
        match self {
            Self::CodePipeline => SourceType::Codepipeline,
            Self::None => SourceType::NoSource,
        }
    }

    /// CodeBuild's name of what becomes of the output.
    pub(super) fn artifacts(self) -> ArtifactsType {
        match self {
            Self::CodePipeline => ArtifactsType::Codepipeline,
            Self::None => ArtifactsType::NoArtifacts,
        }
    }
}
