//! Whether an image has to be baked: what is wanted, compared with what the image in the state says it was baked from.

use super::model::AmiModel;
use super::pipeline::Pipeline;
use super::source::{Folder, digest_of};
use crate::record::infrastructure_pipeline::Outputs;
use crate::run::ThisRun;
use paas_aws::Session;
use paas_aws::ec2::images::{self, Image};
use paas_aws::s3::objects;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tfplugin::{Attr, Diagnostic, Plan};

/// What an image is to be baked from, as its tags say it; unknown where only the apply can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// See [`AmiModel::source`].
    pub source: Attr<String>,
    /// The digest of `triggers`; empty where there are none.
    pub triggers: Attr<String>,
}

/// What the provider keeps in Terraform's private state: what the image says and no attribute shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The image's tag `paas:triggers`.
    pub triggers: String,
}

impl Memory {
    /// Reads private state. Where Terraform lost it, `triggers` say what the image was baked with.
    pub fn read(private: &[u8], prior: Option<&AmiModel>) -> Self {
        serde_json::from_slice(private).unwrap_or_else(|_| Self {
            triggers: prior.and_then(|prior| prior.triggers.known()).map(digest_of).unwrap_or_default(),
        })
    }

    /// What an image says.
    pub fn of_image(image: &Image) -> Self {
        Self { triggers: image.tag(images::TRIGGERS).to_owned() }
    }

    /// As private state.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("it is plain data")
    }
}

/// What the digest of `triggers` will be.
pub fn triggers(model: &AmiModel) -> Attr<String> {
    match model.triggers.settled() {
        None => Attr::Unknown,
        Some(triggers) => Attr::Known(triggers.map(digest_of).unwrap_or_default()),
    }
}

/// Refines the plan. Without a `session` only the folder is looked at.
///
/// # Errors
/// The folder or the version can't be baked from, the pipeline isn't there, AWS refuses.
pub async fn refine(
    session: Option<&Session>,
    run: &ThisRun,
    plan: &mut Plan<AmiModel>,
) -> Result<(), Diagnostic> {
    let config = plan.config.clone();
    // Of another pipeline's image nothing stays.
    let prior = plan.prior.as_ref().filter(|_| plan.replace.is_empty());
    let source = match (config.source_dir.settled(), config.source_version.settled()) {
        (Some(Some(folder)), _) => Attr::Known(hash(folder).await?),
        (Some(None), Some(Some(version))) => Attr::Known(version.clone()),
        (Some(None), Some(None)) => match session {
            Some(session) => newest(session, run, &config).await?,
            None => Attr::Unknown,
        },
        (None, _) | (_, None) => Attr::Unknown,
    };
    let wanted = Wanted { source, triggers: triggers(&config) };
    let bakes = decide(&mut plan.planned, prior, &config, &wanted, &Memory::read(&plan.private, prior));
    if bakes && let Some(session) = session {
        check(session, run, &config).await?;
    }
    Ok(())
}

/// Writes into the plan what becomes of the image; whether one is baked.
fn decide(
    planned: &mut AmiModel,
    prior: Option<&AmiModel>,
    config: &AmiModel,
    wanted: &Wanted,
    baked: &Memory,
) -> bool {
    let stays = prior.filter(|prior| {
        prior.image_id.is_known()
            && wanted.source.known().is_some_and(|source| Some(source) == prior.source.known())
            && wanted.triggers.known() == Some(&baked.triggers)
    });
    let is_newest = config.source_dir.is_null() && config.source_version.is_null();
    let image = match stays {
        Some(prior) => prior.clone(),
        // There may be a newer one when its turn comes: Terraform plans once more then, and insists on what was known.
        None if is_newest => AmiModel::unbaked(),
        None => AmiModel { source: wanted.source.clone(), ..AmiModel::unbaked() },
    };
    *planned = planned.clone().with_image_of(image);
    planned.source_version = match config.source_dir.settled() {
        _ if is_newest => planned.source.clone(),
        None if config.source_version.is_null() => Attr::Unknown,
        _ => config.source_version.clone(),
    };
    stays.is_none()
}

/// The newest version of the pipeline's source; unknown while the pipeline is yet to be made.
async fn newest(session: &Session, run: &ThisRun, config: &AmiModel) -> Result<Attr<String>, Diagnostic> {
    let Some(pipeline) = config.infrastructure_pipeline.known() else { return Ok(Attr::Unknown) };
    match Pipeline::parse(pipeline)?.foreseen(session, run).await? {
        Some(outputs) => uploaded(session, &outputs, None).await.map(Attr::Known),
        None => Ok(Attr::Unknown),
    }
}

/// The version of the pipeline's source: the newest, or the one asked for.
///
/// # Errors
/// There is no such version; S3 refuses.
pub async fn uploaded(
    session: &Session,
    outputs: &Outputs,
    version: Option<&str>,
) -> Result<String, Diagnostic> {
    let Outputs { source_bucket: bucket, source_object_key: key, .. } = outputs;
    let uri = format!("s3://{bucket}/{key}");
    let found = objects::version(session, bucket, key, version)
        .await
        .map_err(|error| Diagnostic::error("Can't look for the source", format!("{uri}: {error}")))?;
    found.ok_or_else(|| match version {
        Some(version) => Diagnostic::error(
            "No such version",
            format!("{uri} has no version {version:?}. `aws s3api list-object-versions --bucket {bucket} --prefix {key}` lists those there are."),
        )
        .at("source_version"),
        None => Diagnostic::error(
            "Nothing to bake from",
            format!("{uri} isn't there. Upload the tenant's scripts as a zip archive, or have the infrastructure pipeline applied: it puts one there that does nothing."),
        ),
    })
}

/// What would keep the bake from beginning: no such pipeline, no such version.
async fn check(session: &Session, run: &ThisRun, config: &AmiModel) -> Result<(), Diagnostic> {
    let Some(pipeline) = config.infrastructure_pipeline.known() else { return Ok(()) };
    let outputs = Pipeline::parse(pipeline)?.foreseen(session, run).await?;
    if let (Some(outputs), Some(version)) = (outputs, config.source_version.known()) {
        uploaded(session, &outputs, Some(version)).await?;
    }
    Ok(())
}

/// The hash of a folder.
///
/// # Errors
/// An image can't be baked from it.
pub async fn hash(folder: &str) -> Result<String, Diagnostic> {
    in_folder(folder, |folder| folder.hash()).await
}

/// Reads a folder on a thread that may wait for the disk.
///
/// # Errors
/// An image can't be baked from it.
pub async fn in_folder<T: Send + 'static>(
    folder: &str,
    read: impl FnOnce(Folder) -> Result<T, String> + Send + 'static,
) -> Result<T, Diagnostic> {
    let path = PathBuf::from(folder);
    let read = move || Folder::open(&path).and_then(read);
    let found = tokio::task::spawn_blocking(read).await.expect("reading files doesn't panic");
    found.map_err(|why| Diagnostic::error("Can't bake from the folder", why).at("source_dir"))
}

#[cfg(test)]
#[path = "planning_tests.rs"]
mod tests;
