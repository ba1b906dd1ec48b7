//! An application: the folder that holds a tenant's deployment groups and its revisions.

use crate::tags::Tags;
use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of an application. All are for instances (compute platform `Server`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// The name, of at most 100 characters and unique in the account and region. It isn't changed: policies name it.
    pub name: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplicationOut {
    /// The name.
    pub name: String,
    /// `arn:…:application:<name>`
    pub arn: String,
}

impl Child for Application {
    const KIND: &'static str = "codedeploy_application";
    type World = World;
    type Out = ApplicationOut;

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

    async fn sync(&self, _: &Cx<'_>, _: &Id) -> Result<ApplicationOut, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn read(_: &Cx<'_>, _: &Id) -> Result<Option<(Self, ApplicationOut)>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn delete(_: &Cx<'_>, _: &Id) -> Result<(), Error> {
        Err(Error::message(UNWRITTEN))
    }
}

const UNWRITTEN: &str = "this kind of object isn't supported yet";
