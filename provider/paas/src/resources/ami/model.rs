//! `paas_ami`'s arguments and attributes, with their documentation.

use super::source::HASHED;
use crate::timeouts::{Operation, Timeouts};
use paas_aws::ec2::images::{self, Image};
use std::collections::BTreeMap;
use std::time::Duration;
use tfplugin::{Attr, Attributes};

/// A machine image of a tenant, baked by its infrastructure pipeline's CodeBuild project while Terraform waits: from what
/// was last uploaded for the pipeline, from an earlier version of it, or from a folder on this machine.
///
/// Another source or other `triggers` bake another image in place: whatever uses `image_id` follows in the same apply. An
/// image that has been baked from the very same already is taken instead, whoever had it baked, and a build that is baking
/// it is waited for. The old image stays until the pipeline's retention (`keep_images`) removes it; one that a launch
/// template, an instance or the rollback slot still refers to stays in any case.
///
/// A build that fails leaves the state as it was; the error ends with the end of the build's log. Interrupted, Terraform
/// stops the build. The phases of a build stand in Terraform's log (`TF_LOG_PROVIDER=INFO`).
///
/// Destroying removes the image and its snapshots, unless something still refers to it: then it stays, with a warning that
/// names what. Have one `paas_ami` for a source: two would share the image.
///
/// An import (`dev/acme/ami-0abcdef1234567890`) bakes nothing if the configuration says what the image was baked from:
/// `source_dir` and `triggers` are then only noted in the state.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct AmiModel {
    /// The image: the same as `image_id`.
    #[attr(computed)]
    pub id: Attr<String>,
    /// The infrastructure pipeline: `paas_infrastructure_pipeline`'s `id`, such as `dev/acme`.
    #[attr(required, replace)]
    pub infrastructure_pipeline: Attr<String>,
    /// A folder on this machine with `preInstall.sh` and `install.sh`, to bake from instead of the pipeline's source. What
    /// counts are the files' paths, contents and executable bits; `.git`, `.terraform` and states of Terraform are left
    /// out, symbolic links refused. 100 MB at most; they are kept as an archive in the environment's bucket, below
    /// `bakes/<tenant>/`.
    #[attr(optional)]
    pub source_dir: Attr<String>,
    /// Version of the pipeline's source object in S3 to bake from. Defaults to the newest: each plan looks it up, so an
    /// upload shows as a change. Not with `source_dir`.
    #[attr(optional, computed)]
    pub source_version: Attr<String>,
    /// Any texts that bake another image when they change, such as the month, or the project's settings. They stand in
    /// no image, only their digest does.
    #[attr(optional)]
    pub triggers: Attr<BTreeMap<String, String>>,
    /// The commit that `source_dir` is of: it stands in the tag `paas:commit` of an image that is baked. Another commit
    /// alone bakes nothing. Only with `source_dir`; an uploaded source says its commit in its metadata `commit`.
    #[attr(optional)]
    pub commit: Attr<String>,
    /// How long the provider waits: 60 minutes to bake (the project's `build_timeout` ends a build as well), 10 to
    /// remove an image.
    #[attr(optional)]
    pub timeouts: Attr<Timeouts>,
    /// The image.
    #[attr(computed)]
    pub image_id: Attr<String>,
    /// The image's name.
    #[attr(computed)]
    pub name: Attr<String>,
    /// What the image was baked from: a version of the pipeline's source object, or `sha256:` and the hash of a folder.
    #[attr(computed)]
    pub source: Attr<String>,
    /// The commit in the image's tag `paas:commit`; null where nobody said which.
    #[attr(computed)]
    pub commit_sha: Attr<String>,
    /// CodeBuild's id of the build that baked it, from the tag `paas:build`.
    #[attr(computed)]
    pub build_id: Attr<String>,
    /// When it was made, as EC2 says it: `2026-11-21T16:20:00.000Z`.
    #[attr(computed)]
    pub creation_date: Attr<String>,
    /// Its root device, such as `/dev/xvda`.
    #[attr(computed)]
    pub root_device_name: Attr<String>,
    /// The snapshots it consists of.
    #[attr(computed)]
    pub snapshot_ids: Attr<Vec<String>>,
}

/// What the provider waits for a build. A bake takes minutes; its project's own time-out is an hour, too.
const BAKING: &str = "60m";
/// An image is removed within seconds.
const REMOVING: &str = "10m";

impl AmiModel {
    /// What is known of an image that is yet to be baked.
    pub fn unbaked() -> Self {
        Self {
            id: Attr::Unknown,
            image_id: Attr::Unknown,
            name: Attr::Unknown,
            source: Attr::Unknown,
            commit_sha: Attr::Unknown,
            build_id: Attr::Unknown,
            creation_date: Attr::Unknown,
            root_device_name: Attr::Unknown,
            snapshot_ids: Attr::Unknown,
            ..Self::default()
        }
    }

    /// What an image says of itself.
    pub fn of_image(image: &Image) -> Self {
        let said = |key| Some(image.tag(key)).filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            id: image.id.clone().into(),
            image_id: image.id.clone().into(),
            name: image.name.clone().into(),
            source: said(images::SOURCE).into(),
            commit_sha: said(images::COMMIT).into(),
            build_id: said(images::BUILD).into(),
            creation_date: image.creation_date.clone().into(),
            root_device_name: image.root_device_name.clone().into(),
            snapshot_ids: image.snapshot_ids.clone().into(),
            ..Self::default()
        }
    }

    /// These arguments, with another's image.
    #[must_use]
    pub fn with_image_of(self, image: Self) -> Self {
        let Self { infrastructure_pipeline, source_dir, source_version, triggers, commit, timeouts, .. } =
            self;
        Self { infrastructure_pipeline, source_dir, source_version, triggers, commit, timeouts, ..image }
    }

    /// The same with the version that its image is of.
    #[must_use]
    pub fn as_read(self) -> Self {
        let version = self.source.known().filter(|source| !source.starts_with(HASHED)).cloned();
        Self { source_version: version.into(), ..self }
    }

    /// How long `operation` may take.
    pub fn timeout(&self, operation: Operation) -> Duration {
        let set = self.timeouts.clone().unwrap_or_default();
        let or = |attr: Attr<String>, default: &str| if attr.is_known() { attr } else { default.into() };
        let (create, update) = (or(set.create, BAKING), or(set.update, BAKING));
        Timeouts { create, update, delete: or(set.delete, REMOVING) }.of(operation)
    }
}
