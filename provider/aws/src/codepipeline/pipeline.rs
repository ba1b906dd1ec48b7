//! A pipeline: from a source to the instances. It starts by itself when it has been made.

use super::structure::Stage;
use crate::tags::Tags;
use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of a pipeline. All are of type V2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// The name, of at most 100 characters and unique in the account and region. It can't be changed.
    pub name: String,
    /// The role with which CodePipeline works.
    pub role_arn: String,
    /// The bucket that artifacts lie in, in a folder named by the first 20 characters of the pipeline's name.
    pub bucket: String,
    /// The key that encrypts the artifacts.
    pub kms_key_arn: String,
    /// What a run does that finds another under way: `SUPERSEDED`, `QUEUED`, `PARALLEL`.
    pub execution_mode: String,
    /// At least two; the first holds the sources.
    pub stages: Vec<Stage>,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PipelineOut {
    /// The name.
    pub name: String,
    /// `arn:…:codepipeline:…:<name>`
    pub arn: String,
}

impl Child for Pipeline {
    const KIND: &'static str = "pipeline";
    type World = World;
    type Out = PipelineOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, _: &Cx<'_>) -> Result<Option<Id>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn create(&self, _: &Cx<'_>) -> Result<Id, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn sync(&self, _: &Cx<'_>, _: &Id) -> Result<PipelineOut, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn read(_: &Cx<'_>, _: &Id) -> Result<Option<(Self, PipelineOut)>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn delete(_: &Cx<'_>, _: &Id) -> Result<(), Error> {
        Err(Error::message(UNWRITTEN))
    }
}

const UNWRITTEN: &str = "this kind of object isn't supported yet";
