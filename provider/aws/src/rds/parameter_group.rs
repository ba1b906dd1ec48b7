//! A DB parameter group: MySQL's settings.

use super::listing::{self, Wanted};
use super::{parameters, tagging};
use crate::call::{AwsError, call, creating};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_rds::Client;
use aws_sdk_rds::types::DbParameterGroup;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The spec of a DB parameter group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterGroup {
    /// Unique in the account and region, in lower case; 255 characters at most. It can't be changed.
    pub name: String,
    /// Of which [family](super::family) the parameters are. It can't be changed; a name that is
    /// [`versioned`](crate::names::versioned) with it lets the replacement be made first.
    pub family: String,
    /// The parameters that are set, by name; the others are as RDS has them. One that MySQL reads only when it starts
    /// holds after the next reboot of the instance.
    pub parameters: BTreeMap<String, String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterGroupOut {
    /// As in the spec.
    pub name: String,
}

pub(super) const NOT_FOUND: &[&str] = &["DBParameterGroupNotFound", "DBParameterGroupNotFoundFault"];

impl Child for ParameterGroup {
    const KIND: &'static str = "db_parameter_group";
    type World = World;
    type Out = ParameterGroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self.family != saw.family {
            return Diff::Replace("family");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let reads = &cx.world.reads.rds.parameter_groups;
        if cx.not.contains(&self.name) || reads.fresh(&self.name).await?.is_none() {
            return Ok(None);
        }
        let carried = carried(cx, &self.name).await?;
        Ok(carried.filter(|tags| tags::are_ours(cx, tags)).map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let reads = &cx.world.reads.rds;
        let wanted = tags::to_create(cx, &self.tags);
        let request = cx
            .world
            .rds
            .create_db_parameter_group()
            .db_parameter_group_name(&self.name)
            .db_parameter_group_family(&self.family)
            .description(format!("Settings of {}", cx.world.owner))
            .set_tags(Some(tagging::from_tags(wanted.clone())));
        match creating("CreateDBParameterGroup", request.send()).await {
            Ok(_) => {
                reads.parameter_groups.forget(&self.name);
                reads.made_parameter_groups.hand_on(&self.name, wanted);
                Ok(self.name.clone())
            }
            Err(e) if e.is(&["DBParameterGroupAlreadyExists", "DBParameterGroupAlreadyExistsFault"]) => {
                match carried(cx, &self.name).await? {
                    Some(carried) if !tags::are_ours(cx, &carried) => Err(Error::message(format!(
                        "DB parameter group {} exists and belongs to someone else ({}). Delete it, or choose another \
                         name.",
                        self.name,
                        tags::whose(&carried)
                    ))),
                    _ => Err(e.exists().into()),
                }
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<ParameterGroupOut, Error> {
        let (set, carried) = match cx.world.reads.rds.made_parameter_groups.take(id) {
            // Nothing is set in a new group.
            Some(made) => (BTreeMap::new(), made),
            None => {
                // One that was just made may be unknown for some minutes.
                let set = wait::settled(cx, NOT_FOUND, || parameters::set(cx, id)).await?;
                (set, carried(cx, id).await?.unwrap_or_default())
            }
        };
        parameters::sync(cx, id, &set, &self.parameters).await?;
        tagging::sync(cx, &arn(cx, id), &carried, &tags::to_create(cx, &self.tags)).await?;
        cx.world.reads.rds.parameter_groups.forget(id);
        Ok(ParameterGroupOut { name: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, ParameterGroupOut)>, Error> {
        let Some(group) = cx.world.reads.rds.parameter_groups.get(id).await? else { return Ok(None) };
        let arn = arn(cx, id);
        let tags = crate::tagging::carried(cx, &arn, || carried(cx, id));
        let (parameters, tags) = futures::join!(parameters::set(cx, id), tags);
        let parameters = match parameters {
            Err(e) if e.is(NOT_FOUND) => return Ok(None),
            parameters => parameters?,
        };
        let Some(tags) = tags? else { return Ok(None) };
        let spec = Self {
            name: id.clone(),
            family: group.db_parameter_group_family.unwrap_or_default(),
            parameters,
            tags: tags::of_user(cx, &tags),
        };
        Ok(Some((spec, ParameterGroupOut { name: id.clone() })))
    }

    /// An instance that has just gone, or moved on to another group, may still count as using it for a moment.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.rds.delete_db_parameter_group().db_parameter_group_name(id);
        wait::settled(cx, &["InvalidDBParameterGroupState", "InvalidDBParameterGroupStateFault"], || async {
            match call("DeleteDBParameterGroup", request.clone().send()).await {
                Err(e) if !e.is(NOT_FOUND) => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        cx.world.reads.rds.parameter_groups.forget(id);
        Ok(())
    }
}

fn arn(cx: &Cx<'_>, name: &str) -> String {
    cx.world.arn("rds", &format!("pg:{name}"))
}

async fn carried(cx: &Cx<'_>, name: &str) -> Result<Option<Tags>, AwsError> {
    tagging::of(cx, &arn(cx, name), NOT_FOUND).await
}

pub(super) async fn list(
    client: Client,
    names: Vec<String>,
) -> Result<HashMap<String, DbParameterGroup>, AwsError> {
    let name = |group: &DbParameterGroup| group.db_parameter_group_name.clone();
    listing::by_name(names, NOT_FOUND, name, |Wanted { name, max_records }| {
        let request = client
            .describe_db_parameter_groups()
            .set_db_parameter_group_name(name)
            .set_max_records(max_records);
        let pages = request.into_paginator().items().send();
        async { call("DescribeDBParameterGroups", pages.try_collect()).await }
    })
    .await
}

#[test]
fn name_and_family_are_fixed() {
    let wanted = ParameterGroup {
        name: "dev-acme".into(),
        family: "mysql8.4".into(),
        parameters: BTreeMap::new(),
        tags: Tags::new(),
    };
    let set = BTreeMap::from([("require_secure_transport".to_owned(), "1".to_owned())]);
    assert_eq!(wanted.diff(&wanted), Diff::Same);
    assert_eq!(wanted.diff(&ParameterGroup { parameters: set, ..wanted.clone() }), Diff::Update);
    assert_eq!(wanted.diff(&ParameterGroup { name: "x".into(), ..wanted.clone() }), Diff::Replace("name"));
    let old = ParameterGroup { family: "mysql8.0".into(), ..wanted.clone() };
    assert_eq!(wanted.diff(&old), Diff::Replace("family"));
}
