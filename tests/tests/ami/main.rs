//! `paas_ami` and `data.paas_ami` under real Terraform, with real builds and real Packer on the emulated account: from a
//! push, from a folder, rolled out in the same apply; what fails, is stopped, interrupted or killed; the image's end.
//!
//! Without Packer on the PATH nothing can be baked: the tests that need it say so and pass.

mod bakes;
mod ends;
mod failures;
mod found;
mod interrupted;
mod refused;

#[path = "../support/baked.rs"]
#[allow(dead_code, reason = "what fails is told by Terraform here, not by the builds' logs")]
mod baked;

use baked::{OWNER, PATIENCE, PAUSE, PROJECT, image, images, left, running, tag, wait};

use paas_tests::configuration::{ENVIRONMENT, TENANT};
use paas_tests::terraform::{Next, Running};
use paas_tests::{Configuration, prerequisites};
use serde_json::{Value, json};
use std::fs;
use std::time::Instant;

/// The infrastructure pipeline.
const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
/// The image.
const AMI: &str = "paas_ami.acme";

/// An environment with an infrastructure pipeline, applied, whose own first bake is over; none without Packer.
fn stage() -> Option<Configuration> {
    let dev = fresh()?;
    dev.apply();
    // A new pipeline starts by itself.
    wait("the pipeline's first build", || builds(&dev).first().is_some_and(has_ended).then_some(()));
    Some(dev)
}

/// The same, yet to be applied.
fn fresh() -> Option<Configuration> {
    prerequisites::packer()?;
    let mut dev = Configuration::with_environment();
    let pipeline = pipeline(&dev);
    dev.declare(PIPELINE, pipeline);
    Some(dev)
}

/// What a pipeline must have, and what has Packer work on this account: nothing can reach the emulated instances.
fn pipeline(dev: &Configuration) -> Value {
    json!({
        "environment": format!("${{{ENVIRONMENT}.id}}"),
        "tenant": "acme",
        "packer": baked::packer(dev),
    })
}

/// The image of the folder `image`, which holds this `install.sh`.
fn from_folder(dev: &Configuration, script: &str) -> Value {
    write(dev, script);
    json!({"infrastructure_pipeline": format!("${{{PIPELINE}.id}}"), "source_dir": "image"})
}

/// Writes `install.sh` into the folder `image` of the root module.
fn write(dev: &Configuration, script: &str) {
    let folder = dev.terraform.folder().join("image");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("install.sh"), script).unwrap();
}

/// The tenant, on the image.
fn tenant(dev: &Configuration) -> Value {
    let mut tenant = dev.tenant("acme");
    tenant["image_id"] = json!(format!("${{{AMI}.image_id}}"));
    tenant
}

fn has_ended(build: &Value) -> bool {
    build["buildStatus"] != "IN_PROGRESS"
}

/// The value of a variable that a build was started with.
fn variable(build: &Value, name: &str) -> Value {
    let variables = build["environment"]["environmentVariables"].as_array().into_iter().flatten();
    variables.filter(|it| it["name"] == name).map(|it| it["value"].clone()).next().unwrap_or_default()
}

/// The builds that bake, the newest first.
fn builds(dev: &Configuration) -> Vec<Value> {
    baked::builds(dev, PROJECT)
}

/// Starts an apply, and waits until a build of its own runs.
fn building(dev: &Configuration) -> Running {
    let before = builds(dev).len();
    let mut apply = dev.terraform.start(["apply", "-json", "-auto-approve"]);
    let began = Instant::now();
    while builds(dev).len() == before {
        assert!(began.elapsed() < PATIENCE, "no build was started");
        assert_ne!(apply.next_line(PAUSE), Next::End, "{}", apply.wait().report());
    }
    apply
}

/// Destroys everything, then the images that stay and what they consist of, and checks that nothing else is left.
#[track_caller]
fn end(dev: &Configuration) {
    dev.terraform.destroy(&[]).expect_success();
    for image in images(dev) {
        let whole = json!({"ImageId": image["ImageId"], "DeleteAssociatedSnapshots": true});
        dev.by_hand("ec2", "deregister_image", &whole);
    }
    assert_eq!(dev.aws.inventory(), []);
}
