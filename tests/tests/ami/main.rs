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

use paas_tests::configuration::{ENVIRONMENT, TENANT};
use paas_tests::terraform::{Next, Running};
use paas_tests::{Configuration, prerequisites};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// The infrastructure pipeline.
const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
/// The image.
const AMI: &str = "paas_ami.acme";
/// What its tag `paas:owner` says.
const OWNER: &str = "paas/dev/acme/machine_image";
/// Whose builds bake.
const PROJECT: &str = "paas_dev_acme_bake";

/// Longer than any bake takes here, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(200);

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
        "packer": {"version": "1.6.6", "variables": {"communicator": "none", "endpoint": dev.aws.endpoint()}},
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

/// The images of the pipeline.
fn images(dev: &Configuration) -> Vec<Value> {
    let owned = json!({"Owners": ["self"], "Filters": [{"Name": "tag:paas:owner", "Values": [OWNER]}]});
    list(dev.look("ec2", "describe_images", &owned)["Images"].take())
}

/// The one image of that id.
#[track_caller]
fn image(dev: &Configuration, id: &Value) -> Value {
    let image = images(dev).into_iter().find(|image| image["ImageId"] == *id);
    image.unwrap_or_else(|| panic!("there is no image {id}"))
}

/// A tag of an image.
fn tag(image: &Value, key: &str) -> Value {
    let tags = image["Tags"].as_array().into_iter().flatten();
    tags.filter(|tag| tag["Key"] == key).map(|tag| tag["Value"].clone()).next().unwrap_or_default()
}

/// The builds of the project, the newest first.
fn builds(dev: &Configuration) -> Vec<Value> {
    let ids =
        dev.look("codebuild", "list_builds_for_project", &json!({"projectName": PROJECT}))["ids"].take();
    if list(ids.clone()).is_empty() {
        return vec![];
    }
    let mut builds = list(dev.look("codebuild", "batch_get_builds", &json!({ "ids": ids }))["builds"].take());
    builds.sort_by_key(|build| std::cmp::Reverse(build["buildNumber"].as_i64()));
    builds
}

fn has_ended(build: &Value) -> bool {
    build["buildStatus"] != "IN_PROGRESS"
}

/// The value of a variable that a build was started with.
fn variable(build: &Value, name: &str) -> Value {
    let variables = build["environment"]["environmentVariables"].as_array().into_iter().flatten();
    variables.filter(|it| it["name"] == name).map(|it| it["value"].clone()).next().unwrap_or_default()
}

/// What bakes have left running: instances by id, and key pairs by name.
fn left(dev: &Configuration) -> Vec<Value> {
    let running = json!({"Filters": [
        {"Name": "tag:paas:owner", "Values": [OWNER]},
        {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]},
    ]});
    let found = dev.look("ec2", "describe_instances", &running);
    let reservations = found["Reservations"].as_array().into_iter().flatten();
    let instances = reservations.flat_map(|it| it["Instances"].as_array().into_iter().flatten());
    let mut left: Vec<Value> = instances.map(|instance| instance["InstanceId"].clone()).collect();
    let pairs = dev.look("ec2", "describe_key_pairs", &json!({}));
    left.extend(pairs["KeyPairs"].as_array().into_iter().flatten().map(|pair| pair["KeyName"].clone()));
    left
}

/// What the tenant's instances run on: each image once.
fn running(dev: &Configuration) -> Vec<Value> {
    let of_tenant = json!({"Filters": [
        {"Name": "tag:paas:owner", "Values": ["paas/dev/acme"]},
        {"Name": "instance-state-name", "Values": ["running"]},
    ]});
    let found = dev.look("ec2", "describe_instances", &of_tenant);
    let reservations = found["Reservations"].as_array().into_iter().flatten();
    let instances = reservations.flat_map(|it| it["Instances"].as_array().into_iter().flatten());
    let mut images: Vec<Value> = instances.map(|instance| instance["ImageId"].clone()).collect();
    images.dedup();
    images
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

/// Waits until there is something of it.
#[track_caller]
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: it didn't come");
        std::thread::sleep(PAUSE);
    }
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

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => vec![],
    }
}
