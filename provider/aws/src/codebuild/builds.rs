//! Builds: started by hand, followed to their end, stopped.

mod following;
mod log;

pub use following::{Followed, Patience, follow, stop};
pub use log::{failure, log_tail};

use crate::call::{AwsError, call};
use crate::names;
use crate::session::Session;
use aws_sdk_codebuild::operation::start_build::builders::StartBuildFluentBuilder;
use aws_sdk_codebuild::types::{
    self, ArtifactsType, EnvironmentVariable, EnvironmentVariableType, ProjectArtifacts, SortOrderType,
    SourceType, StatusType,
};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest token that `StartBuild` takes is 64 characters.
const TOKEN: usize = 40;
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

/// How a build stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It runs, or waits for its turn.
    InProgress,
    /// It has done all that it was to do.
    Succeeded,
    /// A command of it failed.
    Failed,
    /// CodeBuild itself failed.
    Fault,
    /// It ran longer than it may.
    TimedOut,
    /// Somebody stopped it.
    Stopped,
}

impl Status {
    /// As CodeBuild says it, such as `TIMED_OUT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Fault => "FAULT",
            Self::TimedOut => "TIMED_OUT",
            Self::Stopped => "STOPPED",
        }
    }

    /// A status that is unknown here is no success.
    fn of(status: Option<&StatusType>) -> Self {
        match status {
            None | Some(StatusType::InProgress) => Self::InProgress,
            Some(StatusType::Succeeded) => Self::Succeeded,
            Some(StatusType::Fault) => Self::Fault,
            Some(StatusType::TimedOut) => Self::TimedOut,
            Some(StatusType::Stopped) => Self::Stopped,
            Some(_) => Self::Failed,
        }
    }
}

/// One build, as CodeBuild describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// `<project>:<uuid>`
    pub id: String,
    /// How it stands.
    pub status: Status,
    /// The phase that it is in, such as `BUILD`; `COMPLETED` at the end.
    pub phase: String,
    /// The phases so far, in order.
    pub phases: Vec<Phase>,
    /// The variables that the buildspec exports, once the phases that set them are through.
    pub exported: BTreeMap<String, String>,
    /// The variables that it runs with: the project's, and over them those of its start.
    pub environment: BTreeMap<String, String>,
    /// Where it writes what it prints; none before it has begun to.
    pub log_group: Option<String>,
    /// As the group.
    pub log_stream: Option<String>,
}

/// A phase of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// Such as `DOWNLOAD_SOURCE`.
    pub name: String,
    /// How it ended, such as `SUCCEEDED`; none while it runs.
    pub status: Option<String>,
    /// How long it took, in seconds.
    pub seconds: Option<i64>,
    /// What CodeBuild says of its end, such as `COMMAND_EXECUTION_ERROR: …`; empty where all went well.
    pub contexts: Vec<String>,
}

impl Build {
    /// Whether nothing of it runs any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.status != Status::InProgress
    }

    /// The first phase that didn't end well.
    #[must_use]
    pub fn failed_phase(&self) -> Option<&Phase> {
        let succeeded = Status::Succeeded.as_str();
        self.phases.iter().find(|phase| phase.status.as_deref().is_some_and(|status| status != succeeded))
    }
}

/// A source in S3: a zip archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceObject {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version; none: the newest when the build begins.
    pub version: Option<String>,
}

/// What to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The project, by name.
    pub project: String,
    /// In place of CodePipeline's artifact.
    pub source: SourceObject,
    /// Over the project's variables, in plain text.
    pub environment: BTreeMap<String, String>,
    /// Names this attempt, in at most 64 characters: for five minutes, another start with the same token and the same
    /// contents answers with the same build (CodeBuild).
    pub token: String,
}

impl Start {
    /// A new attempt: an answer that gets lost on the way is asked for again, and no second build begins.
    #[must_use]
    pub fn attempt(project: &str, source: SourceObject, environment: BTreeMap<String, String>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string();
        let process = std::process::id().to_string();
        let version = source.version.as_deref().unwrap_or_default();
        let token = names::digest(&[project, &source.bucket, &source.key, version, &now, &process], TOKEN);
        Self { project: project.to_owned(), source, environment, token }
    }
}

/// Starts a build whose source is an object in S3 and which hands on no artifacts.
///
/// # Errors
/// `StartBuild` is refused, or gets no answer.
pub async fn start(session: &Session, start: &Start) -> Result<Build, AwsError> {
    let answer = call("StartBuild", request(session, start).send()).await?;
    let build = answer.build_value.map(|build| Build::from(&build)).filter(|build| !build.id.is_empty());
    build.ok_or_else(|| AwsError::ours("StartBuild", "the answer names no build"))
}

fn request(session: &Session, start: &Start) -> StartBuildFluentBuilder {
    let SourceObject { bucket, key, version } = &start.source;
    let variable = |(name, value): (&String, &String)| {
        let plain = EnvironmentVariable::builder().name(name).value(value);
        plain.r#type(EnvironmentVariableType::Plaintext).build().expect("name and value are set")
    };
    let no_artifacts = ProjectArtifacts::builder().r#type(ArtifactsType::NoArtifacts).build();
    session
        .codebuild
        .start_build()
        .project_name(&start.project)
        .source_type_override(SourceType::S3)
        .source_location_override(format!("{bucket}/{key}"))
        .set_source_version(version.clone())
        .artifacts_override(no_artifacts.expect("the type is set"))
        .set_environment_variables_override(Some(start.environment.iter().map(variable).collect()))
        .idempotency_token(&start.token)
}

/// The build, if CodeBuild knows it. It forgets builds after a year.
///
/// # Errors
/// `BatchGetBuilds` is refused.
pub async fn get(session: &Session, id: &str) -> Result<Option<Build>, AwsError> {
    Ok(some(session, vec![id.to_owned()]).await?.pop())
}

/// The builds of a project that run or wait for their turn, the newest first; none of a project that isn't there.
///
/// # Errors
/// `ListBuildsForProject` or `BatchGetBuilds` is refused.
pub async fn running(session: &Session, project: &str) -> Result<Vec<Build>, AwsError> {
    let list = session.codebuild.list_builds_for_project().project_name(project);
    let mut pages = list.sort_order(SortOrderType::Descending).into_paginator().send();
    let mut running = vec![];
    // A page holds a hundred. Behind one on which nothing runs, there are only older builds.
    while let Some(page) = pages.next().await {
        let ids = match call("ListBuildsForProject", std::future::ready(page)).await {
            Err(e) if e.is(NOT_FOUND) => break,
            page => page?.ids.unwrap_or_default(),
        };
        if ids.is_empty() {
            break;
        }
        let before = running.len();
        running.extend(some(session, ids).await?.into_iter().filter(|build| !build.has_ended()));
        if running.len() == before {
            break;
        }
    }
    Ok(running)
}

/// Up to a hundred builds; those that aren't there are left out.
async fn some(session: &Session, ids: Vec<String>) -> Result<Vec<Build>, AwsError> {
    let answer =
        call("BatchGetBuilds", session.codebuild.batch_get_builds().set_ids(Some(ids)).send()).await?;
    Ok(answer.builds.iter().flatten().map(Build::from).collect())
}

impl From<&types::Build> for Build {
    fn from(build: &types::Build) -> Self {
        let exported = build.exported_environment_variables().iter();
        let environment =
            build.environment().into_iter().flat_map(types::ProjectEnvironment::environment_variables);
        let logs = build.logs();
        Self {
            id: build.id.clone().unwrap_or_default(),
            status: Status::of(build.build_status.as_ref()),
            phase: build.current_phase.clone().unwrap_or_default(),
            phases: build.phases().iter().map(Phase::from).collect(),
            exported: exported.filter_map(|v| Some((v.name.clone()?, v.value.clone()?))).collect(),
            environment: environment.map(|v| (v.name.clone(), v.value.clone())).collect(),
            log_group: logs.and_then(|logs| logs.group_name.clone()),
            log_stream: logs.and_then(|logs| logs.stream_name.clone()),
        }
    }
}

impl From<&types::BuildPhase> for Phase {
    fn from(phase: &types::BuildPhase) -> Self {
        let context = |context: &types::PhaseContext| {
            let parts = [context.status_code.as_deref(), context.message.as_deref()];
            let said: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            Some(said.join(": ")).filter(|text| !text.is_empty())
        };
        Self {
            name: phase.phase_type.as_ref().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            status: phase.phase_status.as_ref().map(|status| status.as_str().to_owned()),
            seconds: phase.duration_in_seconds,
            contexts: phase.contexts().iter().filter_map(context).collect(),
        }
    }
}

#[cfg(test)]
#[path = "builds/tests.rs"]
mod tests;
