//! Layer 2 on an emulated account: what its builds have to be told here, and how to take away what they leave.

use crate::emulator::REGION;
use crate::{Emulator, Error, Workspace, prerequisites, provider};
use serde_json::{Value, json};
use std::fs;

/// What an emulated account asks for: nobody can log in to its instances, Packer has to be told where it is, and Terraform
/// finds the provider in no registry. In the syntax of the module `infrastructure-pipeline`'s arguments.
pub struct Baking {
    /// `packer`: the version on the PATH, without a login, at the account's endpoint.
    pub bake: String,
    /// Of `deploy`: the version of Terraform on the PATH, with the built provider.
    pub deploy: String,
}

impl Baking {
    /// None without Packer: it has been said then what is left out.
    ///
    /// # Errors
    /// Terraform is missing, or the provider doesn't build.
    pub fn of(aws: &Emulator) -> Result<Option<Self>, Error> {
        let Some(packer) = prerequisites::packer() else { return Ok(None) };
        let (terraform, mirror) = (prerequisites::terraform()?, provider::mirror()?);
        let bake = format!(
            "packer = {{ version = \"{packer}\", variables = {{ communicator = \"none\", endpoint = \"{}\" }} }}\n",
            aws.endpoint()
        );
        let deploy = format!(
            "terraform_version = \"{terraform}\"\nenvironment_variables = {{ TF_CLI_CONFIG_FILE = \"{}\", \
             TF_CLI_ARGS_init = \"-backend-config=use_path_style=true\" }}\n",
            mirror.display()
        );
        Ok(Some(Self { bake, deploy }))
    }

    /// The override of a call of the module `tenant` that makes it work here, with further arguments of `deploy`.
    #[must_use]
    pub fn of_tenant(&self, call: &str, deploy: &str) -> String {
        let Self { bake, deploy: here } = self;
        format!(
            "module \"{call}\" {{\ninfrastructure_pipeline = {{\n{bake}deploy = {{\n{here}{deploy}}}\n}}\n}}\n"
        )
    }
}

/// What a pipeline deployed, as a root module of its own: its configuration and its state, as the README of the module
/// `tenant` says. `Terraform destroy` takes the variable `image_id`, any image.
///
/// # Errors
/// The provider doesn't build, or `terraform init` fails.
///
/// # Panics
/// The outputs `configuration` and `state` of `tenant` are missing, or the folder can't be written.
pub fn deployed(tenant: &Workspace) -> Result<Workspace, Error> {
    let folder = tenant.home().join("deployed");
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut deployed = tenant.sibling("modules/tenant").at(&folder);
    let (configuration, state) = (tenant.output("configuration"), tenant.output("state"));
    let (bucket, key) = place(state.as_str().expect("there is a state"));
    deployed.write("main.tf.json", configuration.as_str().expect("there is a configuration"));
    let terraform = json!({"terraform": {
        "required_providers": {"paas": {"source": "paas/paas"}},
        "backend": {"s3": {
            "bucket": bucket, "key": key, "region": REGION, "use_lockfile": true, "use_path_style": true
        }}
    }});
    deployed.write("terraform.tf.json", &terraform.to_string());
    deployed.set("TF_CLI_CONFIG_FILE", provider::mirror()?);
    // Terraform itself reads and writes the state: not with a key of the provider's.
    deployed.set("AWS_ACCESS_KEY_ID", "AKIAOPERATOR00000000");
    let initialised = deployed.run(["init", "-no-color"]);
    if initialised.success() { Ok(deployed) } else { Err(Error::new(initialised.report())) }
}

/// What the builds of all infrastructure pipelines printed, in the order of time within each.
///
/// # Panics
/// The account refuses.
#[must_use]
pub fn said(aws: &Emulator) -> String {
    let call = |operation: &str, params: Value| {
        aws.call("logs", operation, &params).unwrap_or_else(|error| panic!("{operation}: {error}"))
    };
    let groups = call("describe_log_groups", json!({}));
    let names = groups["logGroups"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|group| group["logGroupName"].as_str());
    let mut lines = vec![];
    for name in names.filter(|name| name.ends_with("/infrastructure")) {
        let events = call("filter_log_events", json!({ "logGroupName": name }));
        let messages =
            events["events"].as_array().into_iter().flatten().filter_map(|event| event["message"].as_str());
        lines.extend(messages.map(|line| line.trim_end().to_owned()));
    }
    lines.join("\n")
}

/// Bucket and key of `s3://BUCKET/KEY`.
///
/// # Panics
/// It is no such place.
#[must_use]
pub fn place(uri: &str) -> (&str, &str) {
    uri.strip_prefix("s3://")
        .and_then(|uri| uri.split_once('/'))
        .unwrap_or_else(|| panic!("{uri:?} is no place in S3"))
}

/// Takes away the baked images, which outlive what made them, and their snapshots.
///
/// # Panics
/// The account refuses.
pub fn remove_images(aws: &Emulator) {
    let call = |operation: &str, params: Value| {
        aws.call("ec2", operation, &params).unwrap_or_else(|error| panic!("{operation}: {error}"))
    };
    let baked = json!({"Owners": ["self"], "Filters": [{"Name": "tag-key", "Values": ["paas:owner"]}]});
    for image in call("describe_images", baked)["Images"].as_array().into_iter().flatten() {
        let _ = call("deregister_image", json!({"ImageId": image["ImageId"]}));
        let devices = image["BlockDeviceMappings"].as_array().into_iter().flatten();
        for snapshot in devices.map(|device| &device["Ebs"]["SnapshotId"]).filter(|id| id.is_string()) {
            let _ = call("delete_snapshot", json!({ "SnapshotId": snapshot }));
        }
    }
}
