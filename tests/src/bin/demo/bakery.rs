//! Layer 2: `examples/tenants/bakery`, whose own pipeline bakes its machine image with Packer and deploys it with Terraform.

use crate::{Progress, Stop, release};
use paas_tests::baking::{Baking, deployed, place, remove_images, said};
use paas_tests::emulator::CallError;
use paas_tests::{Emulator, Error, Workspace};
use serde_json::{Value, json};
use std::path::Path;

/// The tenant's Auto Scaling group and launch template.
const NAME: &str = "paas-dev-bakery";
/// Lines of the builds' log that a failure shows.
const END: usize = 30;

/// Applied, and deployed by its pipeline's first run.
pub struct Bakery<'a> {
    aws: &'a Emulator,
    workspace: Workspace,
    pipeline: String,
}

impl<'a> Bakery<'a> {
    /// Applies the example, and waits until its pipeline has deployed the tenant.
    ///
    /// # Errors
    /// Terraform or the pipeline fails; Ctrl-C.
    pub fn apply(
        aws: &'a Emulator,
        workspace: Workspace,
        baking: &Baking,
        progress: &Progress<'_>,
    ) -> Result<Self, Stop> {
        workspace.write("here_override.tf", &baking.of_tenant("bakery", ""));
        progress.terraform(&workspace, &["get"])?;
        progress.terraform(&workspace, &["apply", "-auto-approve", "-json"])?;
        let pipeline = text(&workspace.output("infrastructure_pipeline_name"));
        let bakery = Self { aws, workspace, pipeline };
        bakery.follow(progress, "")?;
        Ok(bakery)
    }

    /// Puts scripts where images come from, and waits for the image; tells what became of the instances.
    ///
    /// # Errors
    /// The pipeline fails; Ctrl-C.
    pub fn push(&self, repository: &Path, progress: &Progress<'_>) -> Result<String, Stop> {
        let (first, before) = (self.image()?, release::run(self.aws, &self.pipeline)?);
        let read = |name: &str| {
            let path = repository.join(name);
            std::fs::read_to_string(&path).map_err(|error| Error::new(format!("{}: {error}", path.display())))
        };
        let (pre_install, install) = (read("preInstall.sh")?, read("install.sh")?);
        let uri = self.scripts_uri();
        let (bucket, key) = place(&uri);
        let files = [("preInstall.sh", pre_install.as_str()), ("install.sh", install.as_str())];
        let _ = self.aws.upload(&json!(bucket), &json!(key), &files);
        progress.tell(Some(format!("  uploaded to {uri}")));
        self.follow(progress, &before)?;
        Ok(format!(
            "{NAME}  launches {} (before: {first}), {} of its instances run it",
            self.image()?,
            self.running()?
        ))
    }

    /// Where the scripts of its image go: `s3://BUCKET/KEY`.
    pub fn scripts_uri(&self) -> String {
        text(&self.workspace.output("scripts_uri"))
    }

    /// Has its pipeline deploy the tenant with these hosts, a list in HCL, from the next push on.
    ///
    /// # Errors
    /// Terraform fails; Ctrl-C.
    pub fn take_hosts(&mut self, hosts: &str, progress: &Progress<'_>) -> Result<(), Stop> {
        self.workspace.variable("hosts", hosts);
        progress.terraform(&self.workspace, &["apply", "-auto-approve", "-json"])
    }

    /// Destroys the tenant, its pipeline and its images.
    ///
    /// # Errors
    /// Terraform fails; Ctrl-C.
    pub fn destroy(&self, progress: &Progress<'_>) -> Result<(), Stop> {
        let image = format!("image_id={}", self.image()?);
        progress
            .terraform(&deployed(&self.workspace)?, &["destroy", "-auto-approve", "-json", "-var", &image])?;
        progress.terraform(&self.workspace, &["destroy", "-auto-approve", "-json"])?;
        remove_images(self.aws);
        Ok(())
    }

    /// Waits for the run after `before`; where it fails, the end of the builds' log says why.
    fn follow(&self, progress: &Progress<'_>, before: &str) -> Result<(), Stop> {
        let done = release::follow(self.aws, &self.pipeline, progress, before);
        done.map(drop).map_err(|stop| match stop {
            Stop::Failed(error) => {
                let said = said(self.aws);
                // What follows is the whole command once more.
                let before =
                    said.rsplit_once("Command did not exit successfully").map_or(said.as_str(), |(b, _)| b);
                let lines: Vec<&str> = before.lines().collect();
                let end = lines[lines.len().saturating_sub(END)..].join("\n");
                Stop::Failed(Error::new(format!("{error}\n{end}")))
            }
            stop @ Stop::Interrupted => stop,
        })
    }

    /// The image of the launch template's newest version.
    fn image(&self) -> Result<String, Stop> {
        let newest = json!({"LaunchTemplateName": NAME, "Versions": ["$Latest"]});
        let versions = self.ask("describe_launch_template_versions", &newest)?;
        Ok(text(&versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]["ImageId"]))
    }

    fn running(&self) -> Result<usize, Stop> {
        let filters = json!({"Filters": [
            {"Name": "image-id", "Values": [self.image()?]},
            {"Name": "instance-state-name", "Values": ["running"]},
            {"Name": "tag:aws:autoscaling:groupName", "Values": [NAME]},
        ]});
        let found = self.ask("describe_instances", &filters)?;
        let reservations = found["Reservations"].as_array().into_iter().flatten();
        Ok(reservations.filter_map(|one| one["Instances"].as_array()).map(Vec::len).sum())
    }

    fn ask(&self, operation: &str, params: &Value) -> Result<Value, Stop> {
        let failed = |error: CallError| Error::new(format!("the emulated account refuses: {error}"));
        Ok(self.aws.call("ec2", operation, params).map_err(failed)?)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
