//! `data.paas_ami`: a tenant's newest image, whoever had it baked.

use crate::provider::Connection;
use crate::resources::ami::{AmiModel, Pipeline};
use paas_aws::Session;
use paas_aws::ec2::images::{self, Image};
use tfplugin::{Attr, Attributes, Cx, DataSource, Diagnostic, Diagnostics};

/// The newest available machine image that an infrastructure pipeline has baked: by a push, by `paas_ami`, or by hand. It
/// is found by its tags, so it is found when the pipeline is gone, too.
///
/// `paas_ami` bakes one and waits for it; this finds what there is when Terraform plans. A tenant that takes its image
/// from here goes to a new one with the first apply after the bake.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct AmiData {
    /// The infrastructure pipeline: `paas_infrastructure_pipeline`'s `id`, such as `dev/acme`.
    #[attr(required)]
    pub infrastructure_pipeline: Attr<String>,
    /// Only images of this commit: what their tag `paas:commit` says.
    #[attr(optional)]
    pub commit: Attr<String>,
    /// The image: the same as `image_id`.
    #[attr(computed)]
    pub id: Attr<String>,
    /// The image.
    #[attr(computed)]
    pub image_id: Attr<String>,
    /// The image's name.
    #[attr(computed)]
    pub name: Attr<String>,
    /// When it was made, as EC2 says it: `2026-11-21T16:20:00.000Z`.
    #[attr(computed)]
    pub creation_date: Attr<String>,
    /// What it was baked from: a version of the pipeline's source object, or `sha256:` and the hash of a folder.
    #[attr(computed)]
    pub source: Attr<String>,
    /// The commit in its tag `paas:commit`; null where nobody said which.
    #[attr(computed)]
    pub commit_sha: Attr<String>,
    /// CodeBuild's id of the build that baked it.
    #[attr(computed)]
    pub build_id: Attr<String>,
    /// The snapshots it consists of.
    #[attr(computed)]
    pub snapshot_ids: Attr<Vec<String>>,
    /// Its root device, such as `/dev/xvda`.
    #[attr(computed)]
    pub root_device_name: Attr<String>,
}

/// The data source.
pub struct Ami {
    connection: Connection,
}

impl Ami {
    /// Uses the provider's connection, once there is one.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

/// Where most errors point.
const AT: &str = "infrastructure_pipeline";

impl DataSource for Ami {
    type Model = AmiData;
    const NAME: &'static str = "ami";

    fn validate(&self, config: &AmiData, diagnostics: &mut Diagnostics) {
        if let Some(Err(refused)) = config.infrastructure_pipeline.known().map(|id| Pipeline::parse(id)) {
            diagnostics.push(refused.at(AT));
        }
        if config.commit.known().is_some_and(String::is_empty) {
            diagnostics.error("commit", "Invalid commit", "Name a commit, or leave it out for any.");
        }
    }

    async fn read(&self, _: &Cx, config: AmiData) -> Result<AmiData, Diagnostics> {
        let session = self.connection.need()?;
        let pipeline = Pipeline::parse(&config.infrastructure_pipeline.clone().unwrap_or_default())
            .map_err(|refused| refused.at(AT))?;
        let all = images::of_owner(&session, &pipeline.images(&session).path())
            .await
            .map_err(|error| Diagnostic::error("Can't look for images", error.to_string()))?;
        let Some(image) = newest(&all, config.commit.known()) else {
            return Err(none(&session, &pipeline, config.commit.known(), &all).into());
        };
        let found = AmiModel::of_image(image);
        Ok(AmiData {
            id: found.id,
            image_id: found.image_id,
            name: found.name,
            creation_date: found.creation_date,
            source: found.source,
            commit_sha: found.commit_sha,
            build_id: found.build_id,
            snapshot_ids: found.snapshot_ids,
            root_device_name: found.root_device_name,
            ..config
        })
    }
}

/// The first of these images, the newest first, that instances can be launched from and that is of this commit.
fn newest<'i>(images: &'i [Image], commit: Option<&String>) -> Option<&'i Image> {
    let mut available = images.iter().filter(|image| image.state == images::AVAILABLE);
    available.find(|image| commit.is_none_or(|commit| image.tag(images::COMMIT) == commit))
}

/// What to say where there is none.
fn none(session: &Session, pipeline: &Pipeline, commit: Option<&String>, all: &[Image]) -> Diagnostic {
    let id = pipeline.id();
    let available = all.iter().filter(|image| image.state == images::AVAILABLE).count();
    match commit.filter(|_| available > 0) {
        Some(commit) => {
            let detail = format!(
                "None of the {available} available images of infrastructure pipeline {id} is of commit {commit:?}, as their tags paas:commit say it. Retention may have removed it, or its bake has failed."
            );
            Diagnostic::error("No image of this commit", detail).at("commit")
        }
        None => {
            let detail = format!(
                "Infrastructure pipeline {id} of project {:?} has no available image in {}. Perhaps its first bake still runs, or has failed: see the pipeline's last execution.",
                session.project, session.region
            );
            Diagnostic::error("No image", detail).at(AT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(id: &str, state: &str, commit: &str) -> Image {
        Image {
            id: id.into(),
            name: id.into(),
            state: state.into(),
            creation_date: String::new(),
            snapshot_ids: vec![],
            tags: [(images::COMMIT.to_owned(), commit.to_owned())].into(),
            root_device_name: String::new(),
            state_reason: None,
        }
    }

    #[test]
    fn the_newest_counts_that_is_available_and_of_the_commit() {
        let images = [
            image("ami-4", "pending", "d"),
            image("ami-3", "available", "c"),
            image("ami-2", "failed", "a"),
            image("ami-1", "available", "a"),
            image("ami-0", "available", "a"),
        ];
        let found = |commit: Option<&str>| {
            newest(&images, commit.map(str::to_owned).as_ref()).map(|image| image.id.as_str())
        };
        assert_eq!(found(None), Some("ami-3"));
        assert_eq!(found(Some("a")), Some("ami-1"));
        assert_eq!(found(Some("d")), None, "not yet");
        assert_eq!(newest(&images[..1], None), None);
    }
}
