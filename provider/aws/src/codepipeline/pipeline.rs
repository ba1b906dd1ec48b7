//! A pipeline: from a source to the instances. It starts by itself when it has been made.

use super::structure::{self, Stage};
use super::{NOT_FOUND, tagging};
use crate::call::{AwsError, call, creating};
use crate::s3;
use crate::tagged;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_codepipeline::Client;
use aws_sdk_codepipeline::types::{
    ArtifactStore, ArtifactStoreType, EncryptionKey, EncryptionKeyType, ExecutionMode, PipelineDeclaration,
    PipelineType,
};
use composite::{Child, Diff, Error, Id};
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How much of a pipeline's name names its folder in the artifact bucket.
const FOLDER: usize = 20;
/// What a run does that finds another under way, where a pipeline says nothing else.
const DEFAULT_MODE: ExecutionMode = ExecutionMode::Superseded;
/// Another change of the pipeline is under way.
const BUSY: &str = "ConcurrentModificationException";

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
    #[serde(default = "default_mode", skip_serializing_if = "is_default_mode")]
    pub execution_mode: String,
    /// At least two; the first holds the sources.
    pub stages: Vec<Stage>,
    /// The user's tags.
    pub tags: Tags,
}

fn default_mode() -> String {
    DEFAULT_MODE.as_str().to_owned()
}

fn is_default_mode(mode: &String) -> bool {
    *mode == DEFAULT_MODE.as_str()
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

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let reads = &cx.world.reads.codepipeline;
        if cx.not.contains(&self.name) || reads.pipelines.fresh(&self.name).await?.is_none() {
            return Ok(None);
        }
        let carried = reads.tags.fresh(&arn(cx, &self.name)).await?;
        Ok(carried.filter(|tags| tags::are_ours(cx, tags)).map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let tags = tagging::to_create(cx, &self.tags);
        let request = cx.world.codepipeline.create_pipeline().pipeline(self.declaration());
        let request = request.set_tags(Some(tags));
        let made = wait::settled_if(cx, unsettled, || async {
            match creating("CreatePipeline", request.clone().send()).await {
                Err(e) if e.is(&["PipelineNameInUseException"]) => Ok(Some(e)),
                made => made.map(|_| None),
            }
        })
        .await;
        let reads = &cx.world.reads.codepipeline;
        reads.pipelines.forget(&self.name);
        match made? {
            None => {
                reads.made.hand_on(&self.name, ());
                Ok(self.name.clone())
            }
            Some(taken) => {
                let what = format!("pipeline {}", self.name);
                Err(tagged::name_taken::<tagging::Tagging>(cx, &what, &arn(cx, &self.name), taken).await)
            }
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<PipelineOut, Error> {
        let reads = &cx.world.reads.codepipeline;
        if reads.made.take(id).is_some() {
            return Ok(out(cx, id));
        }
        let declared = wait::settled(cx, NOT_FOUND, || async {
            let declared = reads.pipelines.fresh(id).await?;
            declared
                .ok_or_else(|| AwsError::ours("GetPipeline", format!("no pipeline {id}")).coded(NOT_FOUND[0]))
        })
        .await?;
        if *self != Self::seen(&declared, self.tags.clone()) {
            let request = cx.world.codepipeline.update_pipeline().pipeline(self.declaration());
            wait::settled_if(cx, unsettled, || call("UpdatePipeline", request.clone().send())).await?;
        }
        tagged::sync::<tagging::Tagging>(cx, &arn(cx, id), &self.tags).await?;
        reads.pipelines.forget(id);
        Ok(out(cx, id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, PipelineOut)>, Error> {
        let (reads, arn) = (&cx.world.reads.codepipeline, arn(cx, id));
        let carried = crate::tagging::carried(cx, &arn, || reads.tags.get(&arn));
        let (declared, carried) = try_join(reads.pipelines.get(id), carried).await?;
        Ok(declared
            .zip(carried)
            .map(|(declared, carried)| (Self::seen(&declared, tags::of_user(cx, &carried)), out(cx, id))))
    }

    /// With its artifacts: copies that CodePipeline made, and which nothing else takes away. Emptied before, because only
    /// the pipeline tells the bucket, and once more after: a run may have been at work.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let reads = &cx.world.reads.codepipeline;
        let Some(declared) = reads.pipelines.fresh(id).await? else { return Ok(()) };
        let bucket = bucket(&declared);
        forget_artifacts(cx, &bucket, id).await?;
        wait::settled(cx, &[BUSY], || async {
            match call("DeletePipeline", cx.world.codepipeline.delete_pipeline().name(id).send()).await {
                Err(e) if !e.is(NOT_FOUND) => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        reads.pipelines.forget(id);
        reads.tags.forget(&arn(cx, id));
        forget_artifacts(cx, &bucket, id).await
    }
}

impl Pipeline {
    fn declaration(&self) -> PipelineDeclaration {
        let key = EncryptionKey::builder().id(&self.kms_key_arn).r#type(EncryptionKeyType::Kms).build();
        let store = ArtifactStore::builder()
            .r#type(ArtifactStoreType::S3)
            .location(&self.bucket)
            .encryption_key(key.expect("id and type are set"))
            .build();
        PipelineDeclaration::builder()
            .name(&self.name)
            .role_arn(&self.role_arn)
            .artifact_store(store.expect("type and location are set"))
            .set_stages(Some(structure::to_sdk(&self.stages)))
            .execution_mode(ExecutionMode::from(self.execution_mode.as_str()))
            .pipeline_type(PipelineType::V2)
            .build()
            .expect("name, role and stages are set")
    }

    fn seen(declared: &PipelineDeclaration, tags: Tags) -> Self {
        let key = declared.artifact_store().and_then(|store| store.encryption_key());
        Self {
            name: declared.name.clone(),
            role_arn: declared.role_arn.clone(),
            bucket: bucket(declared),
            kms_key_arn: key.map(|key| key.id.clone()).unwrap_or_default(),
            execution_mode: declared.execution_mode().unwrap_or(&DEFAULT_MODE).as_str().to_owned(),
            stages: structure::from_sdk(&declared.stages),
            tags,
        }
    }
}

/// A role that was just made can't be assumed at once; CodePipeline tells so by text only.
fn unsettled(e: &AwsError) -> bool {
    let message = e.message.to_ascii_lowercase();
    e.is(&[BUSY])
        || (e.is(&["InvalidStructureException"])
            && message.contains("role")
            && message.contains("not authorized"))
}

fn arn(cx: &Cx<'_>, name: &str) -> String {
    cx.world.arn("codepipeline", name)
}

fn out(cx: &Cx<'_>, name: &str) -> PipelineOut {
    PipelineOut { name: name.to_owned(), arn: arn(cx, name) }
}

/// The bucket of its artifacts; empty where there is one for each of several regions.
fn bucket(declared: &PipelineDeclaration) -> String {
    declared.artifact_store().map(|store| store.location.clone()).unwrap_or_default()
}

async fn forget_artifacts(cx: &Cx<'_>, bucket: &str, name: &str) -> Result<(), Error> {
    if !bucket.is_empty() {
        s3::empty(cx, bucket, &folder(name)).await?;
    }
    Ok(())
}

/// Where its artifacts lie in that bucket.
fn folder(name: &str) -> String {
    format!("{}/", name.chars().take(FOLDER).collect::<String>())
}

/// The pipelines that are there.
pub(super) async fn list(
    client: Client,
    names: Vec<String>,
) -> Result<HashMap<String, PipelineDeclaration>, AwsError> {
    let mut found = HashMap::new();
    for name in names {
        match call("GetPipeline", client.get_pipeline().name(&name).send()).await {
            Ok(answer) => found.extend(answer.pipeline.map(|pipeline| (name, pipeline))),
            Err(e) if e.is(NOT_FOUND) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Pipeline {
        Pipeline {
            name: "acme-1a2b3c4d_paas_dev".into(),
            role_arn: "arn:aws:iam::111122223333:role/paas/dev/software".into(),
            bucket: "paas-dev".into(),
            kms_key_arn: "arn:aws:kms:eu-west-1:111122223333:key/1".into(),
            execution_mode: "QUEUED".into(),
            stages: vec![],
            tags: Tags::new(),
        }
    }

    #[test]
    fn only_the_name_is_fixed() {
        let other = |change: fn(&mut Pipeline)| {
            let mut saw = sample();
            change(&mut saw);
            sample().diff(&saw)
        };
        assert_eq!(other(|_| ()), Diff::Same);
        assert_eq!(other(|p| p.bucket = "other".into()), Diff::Update);
        assert_eq!(other(|p| p.name = "other".into()), Diff::Replace("name"));
    }

    #[test]
    fn what_was_declared_is_seen() {
        let mut declared = sample().declaration();
        assert_eq!(declared.pipeline_type, Some(PipelineType::V2));
        assert_eq!(Pipeline::seen(&declared, Tags::new()), sample());
        declared.execution_mode = None;
        assert_eq!(Pipeline::seen(&declared, Tags::new()).execution_mode, "SUPERSEDED");
    }

    #[test]
    fn only_a_refusal_over_the_role_is_waited_for() {
        let refusal =
            |message: &str| AwsError::ours("CreatePipeline", message).coded("InvalidStructureException");
        assert!(unsettled(&refusal(
            "CodePipeline is not authorized to perform AssumeRole on role arn:aws:iam::111122223333:role/x"
        )));
        assert!(!unsettled(&refusal("Pipeline should have at least 2 stages")));
        assert!(unsettled(&AwsError::ours("UpdatePipeline", "busy").coded(BUSY)));
    }

    #[test]
    fn artifacts_lie_below_the_start_of_the_name() {
        assert_eq!(folder("acme-1a2b3c4d_paas_dev"), "acme-1a2b3c4d_paas_d/");
        assert_eq!(folder("short"), "short/");
    }
}
