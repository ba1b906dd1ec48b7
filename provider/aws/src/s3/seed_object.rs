//! A first release that does nothing, so that a new pipeline's first run finds its source.

use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of a seed: that there is an object. A real release in its place is as good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedObject {
    /// The bucket.
    pub bucket: String,
    /// The key, such as `software/acme.zip`.
    pub key: String,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedObjectOut {
    /// The key.
    pub key: String,
}

impl Child for SeedObject {
    const KIND: &'static str = "seed_object";
    type World = World;
    type Out = SeedObjectOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.bucket != saw.bucket {
            Diff::Replace("bucket")
        } else if self.key != saw.key {
            Diff::Replace("key")
        } else {
            Diff::Same
        }
    }

    async fn find(&self, _: &Cx<'_>) -> Result<Option<Id>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn create(&self, _: &Cx<'_>) -> Result<Id, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn sync(&self, _: &Cx<'_>, _: &Id) -> Result<SeedObjectOut, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn read(_: &Cx<'_>, _: &Id) -> Result<Option<(Self, SeedObjectOut)>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn delete(_: &Cx<'_>, _: &Id) -> Result<(), Error> {
        Err(Error::message(UNWRITTEN))
    }
}

const UNWRITTEN: &str = "this kind of object isn't supported yet";
