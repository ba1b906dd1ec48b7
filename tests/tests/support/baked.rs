//! What a tenant's infrastructure pipeline leaves in the account: builds, images, instances; and how to wait for them.
//!
//! Without Packer on the PATH nothing can be baked: the tests that need it say so and pass.

use paas_tests::{Configuration, prerequisites};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What an image's tag `paas:owner` says.
pub const OWNER: &str = "paas/dev/acme/machine_image";
/// Whose builds bake.
pub const PROJECT: &str = "paas_dev_acme_bake";

/// Longer than any build takes here, on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(3);
/// Between two looks.
pub const PAUSE: Duration = Duration::from_millis(200);

/// What has the Packer of this machine work on this account: nothing can reach the emulated instances.
pub fn packer(dev: &Configuration) -> Value {
    let version = prerequisites::packer().expect("tests ask before").to_string();
    json!({"version": version, "variables": {"communicator": "none", "endpoint": dev.aws.endpoint()}})
}

/// The images of the tenant.
pub fn images(dev: &Configuration) -> Vec<Value> {
    let owned = json!({"Owners": ["self"], "Filters": [{"Name": "tag:paas:owner", "Values": [OWNER]}]});
    list(dev.look("ec2", "describe_images", &owned)["Images"].take())
}

/// The one image of that id.
#[track_caller]
pub fn image(dev: &Configuration, id: &Value) -> Value {
    let image = images(dev).into_iter().find(|image| image["ImageId"] == *id);
    image.unwrap_or_else(|| panic!("there is no image {id}"))
}

/// A tag of an image.
pub fn tag(image: &Value, key: &str) -> Value {
    let tags = image["Tags"].as_array().into_iter().flatten();
    tags.filter(|tag| tag["Key"] == key).map(|tag| tag["Value"].clone()).next().unwrap_or_default()
}

/// The builds of a project, the newest first.
pub fn builds(dev: &Configuration, project: &str) -> Vec<Value> {
    let ids =
        dev.look("codebuild", "list_builds_for_project", &json!({ "projectName": project }))["ids"].take();
    if list(ids.clone()).is_empty() {
        return vec![];
    }
    let mut builds = list(dev.look("codebuild", "batch_get_builds", &json!({ "ids": ids }))["builds"].take());
    builds.sort_by_key(|build| std::cmp::Reverse(build["buildNumber"].as_i64()));
    builds
}

/// All that a build has printed.
pub fn log(dev: &Configuration, build: &Value) -> String {
    let stream = json!({
        "logGroupName": build["logs"]["groupName"],
        "logStreamName": build["logs"]["streamName"],
        "startFromHead": true,
    });
    let events = list(dev.look("logs", "get_log_events", &stream)["events"].take());
    events.iter().filter_map(|event| event["message"].as_str()).collect()
}

/// What bakes have left running: instances by id, and key pairs by name.
pub fn left(dev: &Configuration) -> Vec<Value> {
    let mut left = instances(dev, OWNER, &["pending", "running", "stopping", "stopped"], "InstanceId");
    let pairs = dev.look("ec2", "describe_key_pairs", &json!({}));
    left.extend(pairs["KeyPairs"].as_array().into_iter().flatten().map(|pair| pair["KeyName"].clone()));
    left
}

/// What the tenant's instances run on: each image once.
pub fn running(dev: &Configuration) -> Vec<Value> {
    let mut images = instances(dev, "paas/dev/acme", &["running"], "ImageId");
    images.dedup();
    images
}

fn instances(dev: &Configuration, owner: &str, states: &[&str], field: &str) -> Vec<Value> {
    let wanted = json!({"Filters": [
        {"Name": "tag:paas:owner", "Values": [owner]},
        {"Name": "instance-state-name", "Values": states},
    ]});
    let found = dev.look("ec2", "describe_instances", &wanted);
    let reservations = found["Reservations"].as_array().into_iter().flatten();
    let instances = reservations.flat_map(|it| it["Instances"].as_array().into_iter().flatten());
    instances.map(|instance| instance[field].clone()).collect()
}

/// Waits until there is something of it.
#[track_caller]
pub fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: it didn't come");
        std::thread::sleep(PAUSE);
    }
}

/// The items of a list; none of what isn't one.
pub fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => vec![],
    }
}
