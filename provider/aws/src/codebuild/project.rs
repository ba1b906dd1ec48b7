//! A build project: of a pipeline, or one that is started by itself and has nothing but its buildspec.

use super::{Source, builds, declared};
use crate::call::{AwsError, call, creating};
use crate::ec2::images;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, Part, World};
use aws_sdk_codebuild::Client;
use aws_sdk_codebuild::types;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The role isn't there yet, or may not be assumed yet.
const REFUSED: &str = "InvalidInputException";
/// Terraform's own variable: it says that no person runs it.
const RUNS_TERRAFORM: &str = "TF_IN_AUTOMATION";
const EXISTS: &str = "ResourceAlreadyExistsException";
const NOT_FOUND: &str = "ResourceNotFoundException";

/// The spec of a project. Builds run in Linux containers without privileges, outside any VPC; they write to one group of
/// CloudWatch's logs and to no bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// 2 to 150 characters, unique in the account and region. It can't be changed.
    pub name: String,
    /// For people; at most 255 characters.
    pub description: String,
    /// The role that builds call AWS with.
    pub role_arn: String,
    /// The container's image, such as `aws/codebuild/amazonlinux-x86_64-standard:5.0`. One with `aarch64` in its name runs
    /// on ARM.
    pub image: String,
    /// Such as `BUILD_GENERAL1_SMALL`.
    pub compute_type: String,
    /// What builds find in their environment, all in plain text: whoever sees the project sees it.
    pub environment_variables: BTreeMap<String, String>,
    /// What builds work on, and who gets what they make.
    #[serde(default, skip_serializing_if = "Source::is_pipeline")]
    pub source: Source,
    /// What builds do: the text of a buildspec.
    pub buildspec: String,
    /// When a build is ended; 5 to 2,160 minutes (CodeBuild).
    pub timeout_in_minutes: i32,
    /// The key that encrypts what builds make.
    pub kms_key_arn: String,
    /// Where builds write what they print.
    pub log_group_name: String,
    /// What the names of log streams begin with: `<this>/<the build's own id>`.
    pub log_stream_name: String,
    /// The user's tags.
    pub tags: Tags,
    /// What somebody else has set, by CodeBuild's names, where nothing is wanted: privileges, a network, another source,
    /// variables that aren't plain text. Always empty in what is wanted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unwanted: BTreeMap<String, String>,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectOut {
    /// The name.
    pub name: String,
    /// `arn:…:codebuild:…:project/<name>`
    pub arn: String,
}

impl Child for Project {
    const KIND: &'static str = "build_project";
    type World = World;
    type Out = ProjectOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.name) {
            return Ok(None);
        }
        let found = cx.world.reads.codebuild.projects.fresh(&self.name).await?;
        let ours = found.filter(|project| tags::are_ours(cx, &declared::tags(project)));
        Ok(ours.map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let reads = &cx.world.reads.codebuild.projects;
        let request = declared::creation(&cx.world.codebuild, self, &tags::to_create(cx, &self.tags));
        let made = wait::settled_if(cx, unsettled, || async {
            match creating("CreateProject", request.clone().send()).await {
                Err(e) if e.is(&[EXISTS]) => Ok(Err(e)),
                made => made.map(Ok),
            }
        })
        .await;
        reads.forget(&self.name);
        match made? {
            Ok(answer) => {
                if let Some(project) = answer.project {
                    reads.hand_on(&self.name, project);
                }
                Ok(self.name.clone())
            }
            Err(taken) => Err(self.name_taken(cx, taken).await),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<ProjectOut, Error> {
        let reads = &cx.world.reads.codebuild.projects;
        let project = wait::settled(cx, &[NOT_FOUND], || async {
            let found = reads.fresh(id).await?;
            found.ok_or_else(|| {
                AwsError::ours("BatchGetProjects", format!("no project {id}")).coded(NOT_FOUND)
            })
        })
        .await?;
        let (carried, wanted) = (declared::tags(&project), tags::to_create(cx, &self.tags));
        let changes = tags::changes(&carried, &wanted);
        let is_tagged = changes.set.is_empty() && changes.remove.is_empty();
        if !is_tagged || *self != declared::seen(&project, self.tags.clone()) {
            let request = declared::update(&cx.world.codebuild, self, &wanted);
            wait::settled_if(cx, unsettled, || call("UpdateProject", request.clone().send())).await?;
            reads.forget(id);
        }
        Ok(out(cx, id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, ProjectOut)>, Error> {
        let found = cx.world.reads.codebuild.projects.get(id).await?;
        Ok(found.map(|project| {
            let of_user = tags::of_user(cx, &declared::tags(&project));
            (declared::seen(&project, of_user), out(cx, id))
        }))
    }

    /// With what runs of it: a build that went on would find its role gone, and leave its instance behind.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        tokio::select! {
            ended = end_builds(cx, id) => ended?,
            () = cx.cancel.cancelled() => {
                return Err(Error::message(format!("interrupted while the builds of {id} end")).cancelled());
            }
        }
        // Deleting what isn't there succeeds.
        call("DeleteProject", cx.world.codebuild.delete_project().name(id).send()).await?;
        cx.world.reads.codebuild.projects.forget(id);
        Ok(())
    }
}

impl Project {
    /// A project of that name is ours, whose first answer was lost, or someone else's.
    async fn name_taken(&self, cx: &Cx<'_>, refused: AwsError) -> Error {
        let found = match cx.world.reads.codebuild.projects.fresh(&self.name).await {
            Err(e) => return e.into(),
            Ok(found) => found,
        };
        match found.map(|project| declared::tags(&project)).filter(|carried| !tags::are_ours(cx, carried)) {
            None => refused.exists().into(),
            Some(carried) => Error::message(format!(
                "build project {} exists and belongs to someone else ({}); delete it or choose another `project`",
                self.name,
                tags::whose(&carried)
            )),
        }
    }
}

/// Stops what runs of a project, and ends what that has left. Terraform isn't stopped, but waited for: killed, it would
/// leave its lock and what it was making.
async fn end_builds(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
    let owner = &cx.world.owner;
    // Of all that build, only an infrastructure pipeline's builds start instances.
    let bakes = owner.part == Some(Part::InfrastructurePipeline);
    let images = bakes.then(|| owner.clone().part(Part::MachineImages).path());
    for build in builds::running(cx.world, id).await? {
        if build.environment.contains_key(RUNS_TERRAFORM) {
            let what = format!("build {} to end, which runs Terraform", build.id);
            wait::until(cx, &what, || async {
                let now = builds::get(cx.world, &build.id).await?;
                Ok(now.is_none_or(|build| build.has_ended()).then_some(()))
            })
            .await?;
        } else {
            builds::stop(cx.world, &build.id).await?;
            if let Some(images) = &images {
                images::sweep_instances(cx.world, images, &build.id).await?;
            }
        }
    }
    Ok(())
}

fn out(cx: &Cx<'_>, name: &str) -> ProjectOut {
    ProjectOut { name: name.to_owned(), arn: cx.world.arn("codebuild", &format!("project/{name}")) }
}

/// A role that was just made can't be assumed at once; CodeBuild tells so by text only.
fn unsettled(e: &AwsError) -> bool {
    e.is(&[REFUSED]) && e.message.to_ascii_lowercase().contains("not authorized to perform: sts:assumerole")
}

/// The projects that are there: the others come back in a list of their own.
pub(super) async fn list(
    client: Client,
    names: Vec<String>,
) -> Result<HashMap<String, types::Project>, AwsError> {
    let answer = call("BatchGetProjects", client.batch_get_projects().set_names(Some(names)).send()).await?;
    Ok(answer.projects.into_iter().flatten().filter_map(|p| Some((p.name.clone()?, p))).collect())
}

#[cfg(test)]
#[path = "project_tests.rs"]
mod tests;
