//! An application: the folder that holds a tenant's deployment groups and its revisions.

use super::{NOT_FOUND, tagging};
use crate::batch::{MANY, halving};
use crate::call::{AwsError, call, creating};
use crate::tagged;
use crate::tags::{self, Tags};
use crate::world::{Cx, World};
use aws_sdk_codedeploy::Client;
use aws_sdk_codedeploy::types::ComputePlatform;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

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

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let reads = &cx.world.reads.codedeploy;
        if cx.not.contains(&self.name) || reads.applications.fresh(&self.name).await?.is_none() {
            return Ok(None);
        }
        let carried = reads.tags.fresh(&arn(cx, &self.name)).await?;
        Ok(carried.filter(|tags| tags::are_ours(cx, tags)).map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .codedeploy
            .create_application()
            .application_name(&self.name)
            .compute_platform(ComputePlatform::Server)
            .set_tags(Some(tagging::to_create(cx, &self.tags)));
        let made = creating("CreateApplication", request.send()).await;
        let reads = &cx.world.reads.codedeploy;
        reads.applications.forget(&self.name);
        match made {
            Ok(_) => {
                reads.made.hand_on(&self.name, ());
                Ok(self.name.clone())
            }
            Err(e) if e.is(&["ApplicationAlreadyExistsException"]) => {
                let what = format!("CodeDeploy application {}", self.name);
                Err(tagged::name_taken::<tagging::Tagging>(cx, &what, &arn(cx, &self.name), e).await)
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<ApplicationOut, Error> {
        if cx.world.reads.codedeploy.made.take(id).is_none() {
            tagged::sync::<tagging::Tagging>(cx, &arn(cx, id), &self.tags).await?;
        }
        Ok(out(cx, id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, ApplicationOut)>, Error> {
        let (reads, arn) = (&cx.world.reads.codedeploy, arn(cx, id));
        if reads.applications.get(id).await?.is_none() {
            return Ok(None);
        }
        let carried = crate::tagging::carried(cx, &arn, || reads.tags.get(&arn)).await?;
        Ok(carried.map(|carried| {
            let spec = Self { name: id.clone(), tags: tags::of_user(cx, &carried) };
            (spec, out(cx, id))
        }))
    }

    /// With its deployment groups and what CodeDeploy knows of its revisions.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let request = cx.world.codedeploy.delete_application().application_name(id);
        let deleted = call("DeleteApplication", request.send()).await;
        let reads = &cx.world.reads.codedeploy;
        reads.applications.forget(id);
        reads.tags.forget(&arn(cx, id));
        match deleted {
            Err(e) if !e.is(NOT_FOUND) => Err(e.into()),
            _ => Ok(()),
        }
    }
}

fn arn(cx: &Cx<'_>, name: &str) -> String {
    cx.world.arn("codedeploy", &format!("application:{name}"))
}

fn out(cx: &Cx<'_>, name: &str) -> ApplicationOut {
    ApplicationOut { name: name.to_owned(), arn: arn(cx, name) }
}

/// Which of the applications are there: the names of all there are, if many are asked for.
pub(super) async fn list(client: Client, names: Vec<String>) -> Result<HashMap<String, String>, AwsError> {
    if names.len() < MANY {
        return halving(names, NOT_FOUND, |some| get(client.clone(), some)).await;
    }
    let pages = client.list_applications().into_paginator().items().send();
    let all: Vec<String> = call("ListApplications", pages.try_collect()).await?;
    Ok(all.into_iter().map(|name| (name.clone(), name)).collect())
}

/// Unknown ones are left out of the answer, or refuse it as a whole.
async fn get(client: Client, names: Vec<String>) -> Result<HashMap<String, String>, AwsError> {
    let request = client.batch_get_applications().set_application_names(Some(names));
    let found = call("BatchGetApplications", request.send()).await?.applications_info;
    Ok(found
        .into_iter()
        .flatten()
        .filter_map(|info| Some((info.application_name.clone()?, info.application_name?)))
        .collect())
}

#[test]
fn only_the_name_is_fixed() {
    let wanted = Application { name: "paas_dev_acme".into(), tags: Tags::new() };
    let tagged = Application { tags: Tags::from([("a".into(), "b".into())]), ..wanted.clone() };
    assert_eq!(wanted.diff(&wanted), Diff::Same);
    assert_eq!(wanted.diff(&tagged), Diff::Update);
    assert_eq!(wanted.diff(&Application { name: "x".into(), ..wanted.clone() }), Diff::Replace("name"));
}
