//! Bakes an image, or takes the one there is: a build of the pipeline's project, followed to its end.

use super::model::AmiModel;
use super::pipeline::Pipeline;
use super::planning::{Memory, Wanted, in_folder, uploaded};
use super::source::{HASHED, digest_of};
use crate::record::infrastructure_pipeline::Outputs;
use paas_aws::Session;
use paas_aws::call::AwsError;
use paas_aws::codebuild::builds::{self, Build, Followed, Patience, SourceObject, Start, Status};
use paas_aws::ec2::images::{self, AVAILABLE, Image};
use paas_aws::s3::objects;
use std::collections::BTreeMap;
use std::time::Duration;
use tfplugin::{Diagnostic, Diagnostics};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The variables of a build that tell what it bakes; an image's tags say the same.
const SOURCE: &str = "SOURCE";
const TRIGGERS: &str = "TRIGGERS";
const COMMIT: &str = "COMMIT";
/// What a build exports.
const IMAGE_ID: &str = "IMAGE_ID";

const PAUSE: Duration = Duration::from_secs(5);
/// EC2 may not know an image for some seconds after it was registered.
const APPEARING: Duration = Duration::from_mins(2);

/// An image to be had.
pub struct Order<'a> {
    session: &'a Session,
    model: &'a AmiModel,
    pipeline: Pipeline,
    outputs: Outputs,
    patience: Patience<'a>,
}

/// What it is baked from.
struct Source {
    /// See [`AmiModel::source`].
    name: String,
    /// Where a build finds it, in the pipeline's bucket.
    object: SourceObject,
    /// What has to be put there first.
    archive: Option<Vec<u8>>,
    /// The variable COMMIT; left out, the build asks the object.
    commit: Option<String>,
}

impl<'a> Order<'a> {
    /// An order for what `model` says, at the pipeline that it names.
    ///
    /// # Errors
    /// There is no such pipeline, or it isn't ready.
    pub async fn of(
        session: &'a Session,
        model: &'a AmiModel,
        patience: Patience<'a>,
    ) -> Result<Self, Diagnostic> {
        let pipeline = Pipeline::parse(model.infrastructure_pipeline.known().map_or("", String::as_str))?;
        let outputs = pipeline.outputs(session).await?;
        Ok(Self { session, model, pipeline, outputs, patience })
    }

    /// The image, available, and what it was baked with.
    ///
    /// # Errors
    /// What kept it from being baked; nothing of the build runs any more then, unless somebody else started it.
    pub async fn image(&self) -> Result<(AmiModel, Memory), Diagnostics> {
        let source = self.source().await?;
        let triggers = self.model.triggers.known().map(digest_of).unwrap_or_default();
        let wanted = Wanted { source: source.name.clone().into(), triggers: triggers.clone().into() };
        let image = match self.standing(&wanted).await.map_err(|error| unbaked(&error))? {
            Standing::Image(image) => {
                tracing::info!(image = image.id, "there is an image of the very same");
                self.available(&image.id).await?
            }
            Standing::Build(build) => {
                tracing::info!(build = build.id, "a build is baking the very same");
                let build = self.joined(&build).await?;
                self.baked(build).await?
            }
            Standing::Nothing => {
                let build = self.start(&source, &wanted).await?;
                self.baked(self.followed(&build).await?).await?
            }
        };
        let image = AmiModel { source: wanted.source, ..AmiModel::of_image(&image) };
        Ok((image, Memory { triggers }))
    }

    /// The folder, packed, or the version of the pipeline's source that is meant.
    async fn source(&self) -> Result<Source, Diagnostic> {
        let Outputs { source_bucket: bucket, source_object_key: key, .. } = &self.outputs;
        let Some(folder) = self.model.source_dir.known() else {
            let version = match self.model.source_version.known() {
                Some(version) => version.clone(),
                None => uploaded(self.session, &self.outputs, None).await?,
            };
            let object =
                SourceObject { bucket: bucket.clone(), key: key.clone(), version: Some(version.clone()) };
            return Ok(Source { name: version, object, archive: None, commit: None });
        };
        let packed = in_folder(folder, |folder| folder.pack()).await?;
        if self.model.source.known().is_some_and(|planned| *planned != packed.hash) {
            let detail = format!("{folder} isn't what it was when this was planned. Plan again.");
            return Err(Diagnostic::error("The folder has changed", detail).at("source_dir"));
        }
        let hash = packed.hash.trim_start_matches(HASHED);
        let key = self.pipeline.names(self.session).bake_object(hash);
        let commit = Some(self.model.commit.clone().unwrap_or_default());
        let object = SourceObject { bucket: bucket.clone(), key, version: None };
        Ok(Source { name: packed.hash, object, archive: Some(packed.archive), commit })
    }

    /// What there is of the image. A build that ends between the two looks has made its image before the second.
    async fn standing(&self, wanted: &Wanted) -> Result<Standing, AwsError> {
        let running = builds::running(self.session, &self.outputs.bake_project_name).await?;
        let images = images::of_owner(self.session, &self.outputs.image_owner).await?;
        if let Some(image) = images.into_iter().find(|image| wanted.is_met_by(image)) {
            return Ok(Standing::Image(image));
        }
        let build = running.into_iter().find(|build| wanted.is_built_by(build));
        Ok(build.map_or(Standing::Nothing, Standing::Build))
    }

    async fn start(&self, source: &Source, wanted: &Wanted) -> Result<Build, Diagnostics> {
        if let (SourceObject { bucket, key, .. }, Some(archive)) = (&source.object, &source.archive) {
            objects::put_once(self.session, bucket, key, archive)
                .await
                .map_err(|error| Diagnostic::error("Can't upload the folder", error.to_string()))?;
        }
        if self.patience.cancel.is_cancelled() {
            return Err(Diagnostic::error("Baking was interrupted", "No build has been started.").into());
        }
        let mut environment = wanted.environment();
        environment.extend(source.commit.clone().map(|commit| (COMMIT.to_owned(), commit)));
        let start = Start::attempt(&self.outputs.bake_project_name, source.object.clone(), environment);
        let build = builds::start(self.session, &start).await.map_err(|error| unbaked(&error))?;
        tracing::info!(build = build.id, source = source.name, "a build bakes the image");
        Ok(build)
    }

    /// The end of our own build. When our patience ends it is stopped, and what it left is ended.
    async fn followed(&self, build: &Build) -> Result<Build, Diagnostics> {
        let followed = builds::follow(self.session, &build.id, &self.patience).await.map_err(|error| {
            let detail = format!("Build {} was started, and can't be followed: {error}. If it goes on, the next apply waits for it or takes its image.", build.id);
            Diagnostic::error("Can't follow a build", detail)
        })?;
        let (summary, why) = match followed {
            // It was faster than we.
            Followed::Interrupted(build) | Followed::TimedOut(build) if build.status == Status::Succeeded => {
                return Ok(build);
            }
            Followed::Ended(build) => return Ok(build),
            Followed::Interrupted(_) => {
                ("Baking was interrupted", "Terraform was interrupted, and the build was stopped.")
            }
            Followed::TimedOut(_) => (
                "Baking took too long",
                "The time was up that `timeouts` give, and the build was stopped. Raise it if builds take that long.",
            ),
        };
        Err(self.failed(followed.build(), summary, why).await)
    }

    /// The end of a build that somebody else started: when our patience ends, it goes on.
    async fn joined(&self, build: &Build) -> Result<Build, Diagnostics> {
        let never = CancellationToken::new();
        let patient = Patience { cancel: &never, deadline: far() };
        let why = tokio::select! {
            followed = builds::follow(self.session, &build.id, &patient) => {
                return followed.map(|followed| followed.build().clone()).map_err(|error| unbaked(&error));
            }
            () = self.patience.cancel.cancelled() => "Terraform was interrupted",
            () = tokio::time::sleep_until(self.patience.deadline) => "the time was up that `timeouts` give",
        };
        let detail = format!(
            "Build {} was baking the same image already, and {why}. It isn't Terraform's to stop: it goes on, and the next apply takes its image.",
            build.id
        );
        Err(Diagnostic::error("Another build goes on", detail).into())
    }

    /// The image that a build has made.
    async fn baked(&self, build: Build) -> Result<Image, Diagnostics> {
        if build.status != Status::Succeeded {
            return Err(self.failed(&build, "The image wasn't baked", "").await);
        }
        match build.exported.get(IMAGE_ID).filter(|id| id.starts_with("ami-")) {
            Some(id) => Ok(self.available(id).await?),
            None => {
                let why = "The build succeeded without an image: it has exported no variable IMAGE_ID. If the pipeline's `buildspec` is your own, it has to name IMAGE_ID under exported-variables and to set it.";
                Err(self.failed(&build, "There is no image", why).await)
            }
        }
    }

    /// Waits until instances can be launched from the image.
    async fn available(&self, id: &str) -> Result<Image, Diagnostic> {
        let invisible_until = Instant::now() + APPEARING;
        let refused = |why: &str| Diagnostic::error("The image isn't available", format!("Image {id} {why}"));
        loop {
            let found = images::get(self.session, id).await;
            match found.map_err(|error| refused(&format!("can't be read: {error}")))? {
                Some(image) if image.state == AVAILABLE => return Ok(image),
                Some(image) if is_coming(&image) => {}
                Some(image) => {
                    let why = image.state_reason.unwrap_or_else(|| "EC2 doesn't say why".into());
                    return Err(refused(&format!("is in state {:?}: {why}.", image.state)));
                }
                None if Instant::now() < invisible_until => {}
                None => return Err(refused("isn't there although a build has said so.")),
            }
            tokio::select! {
                () = self.patience.cancel.cancelled() => {
                    return Err(refused("is still being made, and Terraform was interrupted. The next apply takes it."));
                }
                () = tokio::time::sleep_until(self.patience.deadline) => {
                    return Err(refused("is still being made, and the time is up that `timeouts` give. The next apply takes it."));
                }
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Ends what a build has left, and says how the build ended.
    async fn failed(&self, build: &Build, summary: &str, why: &str) -> Diagnostics {
        let swept = images::sweep_instances(self.session, &self.outputs.image_owner, &build.id).await;
        let text = builds::failure(self.session, build).await;
        let detail = if why.is_empty() { text } else { format!("{why}\n\n{text}") };
        let summary = format!("{} ({})", summary, self.pipeline.id());
        let mut diagnostics = Diagnostics::from(Diagnostic::error(summary, detail));
        if let Err(error) = swept {
            let detail = format!(
                "What build {} has left can't be removed: {error}. The pipeline's next build tries again.",
                build.id
            );
            diagnostics.push(Diagnostic::error("Something of a build still runs", detail));
        }
        diagnostics
    }
}

/// What there is already of an image.
enum Standing {
    Image(Image),
    Build(Build),
    Nothing,
}

impl Wanted {
    fn is_met_by(&self, image: &Image) -> bool {
        let is_sound = image.state == AVAILABLE || is_coming(image);
        is_sound && self.says(image.tag(images::SOURCE), image.tag(images::TRIGGERS))
    }

    fn is_built_by(&self, build: &Build) -> bool {
        let variable = |name| build.environment.get(name).map(String::as_str).unwrap_or_default();
        self.says(variable(SOURCE), variable(TRIGGERS))
    }

    fn says(&self, source: &str, triggers: &str) -> bool {
        self.source.known().is_some_and(|wanted| wanted == source)
            && self.triggers.known().is_some_and(|wanted| wanted == triggers)
    }

    /// The variables that a build is told it by.
    fn environment(&self) -> BTreeMap<String, String> {
        let (source, triggers) = (self.source.clone(), self.triggers.clone());
        [(SOURCE, source), (TRIGGERS, triggers)]
            .map(|(name, value)| (name.to_owned(), value.unwrap_or_default()))
            .into()
    }
}

/// Whether the image will be available.
fn is_coming(image: &Image) -> bool {
    ["pending", "transient"].contains(&image.state.as_str())
}

fn unbaked(error: &AwsError) -> Diagnostics {
    Diagnostic::error("Can't bake an image", error.to_string()).into()
}

/// No deadline of ours.
fn far() -> Instant {
    Instant::now() + Duration::from_hours(24 * 365)
}
