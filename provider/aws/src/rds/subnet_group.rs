//! A DB subnet group: where a database's network interfaces may lie.

use super::listing::{self, Wanted};
use super::tagging;
use crate::call::{AwsError, call, creating};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_rds::Client;
use aws_sdk_rds::types::DbSubnetGroup;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// The spec of a DB subnet group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubnetGroup {
    /// Unique in the account and region, in lower case; 255 characters at most. It can't be changed.
    pub name: String,
    /// What people see in the console.
    pub description: String,
    /// Subnets of one VPC, in two zones at least. They may change within their VPC; so the name should be one that is
    /// [`versioned`](crate::names::versioned) with the VPC.
    pub subnet_ids: BTreeSet<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubnetGroupOut {
    /// As in the spec.
    pub name: String,
}

const NOT_FOUND: &[&str] = &["DBSubnetGroupNotFoundFault", "DBSubnetGroupNotFound"];

/// A subnet that was just made may be unknown here for some seconds. "Some input subnets in :[subnet-…] are invalid."
fn is_unsettled(e: &AwsError) -> bool {
    e.is(&["InvalidSubnet"])
        || (e.is(&["InvalidParameterValue"]) && e.message.to_ascii_lowercase().contains("input subnets"))
}

impl Child for SubnetGroup {
    const KIND: &'static str = "db_subnet_group";
    type World = World;
    type Out = SubnetGroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let reads = &cx.world.reads.rds.subnet_groups;
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
            .create_db_subnet_group()
            .db_subnet_group_name(&self.name)
            .db_subnet_group_description(&self.description)
            .set_subnet_ids(Some(self.subnet_ids.iter().cloned().collect()))
            .set_tags(Some(tagging::from_tags(wanted.clone())));
        let made = wait::settled_if(cx, is_unsettled, || async {
            match creating("CreateDBSubnetGroup", request.clone().send()).await {
                Err(e) if e.is(&["DBSubnetGroupAlreadyExists", "DBSubnetGroupAlreadyExistsFault"]) => {
                    Ok(Err(e))
                }
                made => made.map(|made| Ok(made.db_subnet_group)),
            }
        })
        .await?;
        let exists = match made {
            Ok(group) => {
                reads.subnet_groups.forget(&self.name);
                if let Some(group) = group {
                    reads.subnet_groups.hand_on(&self.name, group);
                    reads.made_subnet_groups.hand_on(&self.name, wanted);
                }
                return Ok(self.name.clone());
            }
            Err(exists) => exists,
        };
        match carried(cx, &self.name).await? {
            Some(carried) if !tags::are_ours(cx, &carried) => Err(Error::message(format!(
                "DB subnet group {} exists and belongs to someone else ({}). Delete it, or choose another name.",
                self.name,
                tags::whose(&carried)
            ))),
            _ => Err(exists.exists().into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<SubnetGroupOut, Error> {
        let reads = &cx.world.reads.rds;
        let group = wait::settled(cx, NOT_FOUND, || async {
            let group = reads.subnet_groups.fresh(id).await?;
            group.ok_or_else(|| {
                AwsError::ours("DescribeDBSubnetGroups", format!("no DB subnet group {id}"))
                    .coded(NOT_FOUND[0])
            })
        })
        .await?;
        if self.subnet_ids != subnets(&group)
            || group.db_subnet_group_description() != Some(&self.description)
        {
            let request = cx
                .world
                .rds
                .modify_db_subnet_group()
                .db_subnet_group_name(id)
                .db_subnet_group_description(&self.description)
                .set_subnet_ids(Some(self.subnet_ids.iter().cloned().collect()));
            wait::settled_if(cx, is_unsettled, || call("ModifyDBSubnetGroup", request.clone().send()))
                .await?;
        }
        let carried = match reads.made_subnet_groups.take(id) {
            Some(made) => made,
            None => carried(cx, id).await?.unwrap_or_default(),
        };
        tagging::sync(cx, &arn(cx, id), &carried, &tags::to_create(cx, &self.tags)).await?;
        reads.subnet_groups.forget(id);
        Ok(SubnetGroupOut { name: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, SubnetGroupOut)>, Error> {
        let Some(group) = cx.world.reads.rds.subnet_groups.get(id).await? else { return Ok(None) };
        let tags = crate::tagging::carried(cx, &arn(cx, id), || carried(cx, id)).await?;
        let Some(tags) = tags else { return Ok(None) };
        let spec = Self {
            name: id.clone(),
            description: group.db_subnet_group_description().unwrap_or_default().to_owned(),
            subnet_ids: subnets(&group),
            tags: tags::of_user(cx, &tags),
        };
        Ok(Some((spec, SubnetGroupOut { name: id.clone() })))
    }

    /// An instance that has just gone may still count as using it for a moment.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.rds.delete_db_subnet_group().db_subnet_group_name(id);
        wait::settled(cx, &["InvalidDBSubnetGroupStateFault"], || async {
            match call("DeleteDBSubnetGroup", request.clone().send()).await {
                Err(e) if !e.is(NOT_FOUND) => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        cx.world.reads.rds.subnet_groups.forget(id);
        Ok(())
    }
}

fn subnets(group: &DbSubnetGroup) -> BTreeSet<String> {
    group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier.clone()).collect()
}

fn arn(cx: &Cx<'_>, name: &str) -> String {
    cx.world.arn("rds", &format!("subgrp:{name}"))
}

async fn carried(cx: &Cx<'_>, name: &str) -> Result<Option<Tags>, AwsError> {
    tagging::of(cx, &arn(cx, name), NOT_FOUND).await
}

pub(super) async fn list(
    client: Client,
    names: Vec<String>,
) -> Result<HashMap<String, DbSubnetGroup>, AwsError> {
    let name = |group: &DbSubnetGroup| group.db_subnet_group_name.clone();
    listing::by_name(names, NOT_FOUND, name, |Wanted { name, max_records }| {
        let request =
            client.describe_db_subnet_groups().set_db_subnet_group_name(name).set_max_records(max_records);
        let pages = request.into_paginator().items().send();
        async { call("DescribeDBSubnetGroups", pages.try_collect()).await }
    })
    .await
}

#[test]
fn only_the_name_is_fixed() {
    let wanted = SubnetGroup {
        name: "dev-acme".into(),
        description: "d".into(),
        subnet_ids: BTreeSet::from(["subnet-1".to_owned()]),
        tags: Tags::new(),
    };
    assert_eq!(wanted.diff(&wanted), Diff::Same);
    assert_eq!(wanted.diff(&SubnetGroup { subnet_ids: BTreeSet::new(), ..wanted.clone() }), Diff::Update);
    assert_eq!(wanted.diff(&SubnetGroup { name: "x".into(), ..wanted.clone() }), Diff::Replace("name"));
}
