//! A rule on the account's default event bus, with its one target.

use crate::tags::Tags;
use crate::world::{Cx, World};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The spec of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The name, of at most 64 characters and unique on the bus. It can't be changed.
    pub name: String,
    /// Up to 512 characters.
    pub description: String,
    /// The events it is for, as EventBridge's patterns say it.
    pub event_pattern: Value,
    /// Whether it is on.
    pub enabled: bool,
    /// What a matching event starts.
    pub target_arn: String,
    /// The role with which EventBridge does so.
    pub target_role_arn: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleOut {
    /// The name.
    pub name: String,
    /// `arn:…:rule/<name>`
    pub arn: String,
}

impl Child for Rule {
    const KIND: &'static str = "event_rule";
    type World = World;
    type Out = RuleOut;

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

    async fn sync(&self, _: &Cx<'_>, _: &Id) -> Result<RuleOut, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn read(_: &Cx<'_>, _: &Id) -> Result<Option<(Self, RuleOut)>, Error> {
        Err(Error::message(UNWRITTEN))
    }

    async fn delete(_: &Cx<'_>, _: &Id) -> Result<(), Error> {
        Err(Error::message(UNWRITTEN))
    }
}

const UNWRITTEN: &str = "this kind of object isn't supported yet";
