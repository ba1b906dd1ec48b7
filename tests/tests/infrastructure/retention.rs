//! Which images stay.

use crate::PIPELINE;
use crate::baked::{OWNER, PROJECT, builds, images, list, wait};
use crate::deploying::stage;
use paas_tests::Configuration;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How many bakes there are, and how many images are to stay.
const BAKES: usize = 30;
const KEPT: usize = 3;

/// Bakes the source once more, as anybody may who starts a build of the project; gives the image.
fn bake(dev: &Configuration) -> Value {
    let text = |name: &str| dev.attribute(PIPELINE, name).as_str().unwrap().to_owned();
    let location = format!("{}/{}", text("source_bucket"), text("source_object_key"));
    let started = dev.by_hand(
        "codebuild",
        "start_build",
        &json!({
            "projectName": PROJECT,
            "sourceTypeOverride": "S3",
            "sourceLocationOverride": location,
            "artifactsOverride": {"type": "NO_ARTIFACTS"},
        }),
    );
    let id = &started["build"]["id"];
    let build = wait("the end of the build", || {
        builds(dev, PROJECT).into_iter().find(|it| it["id"] == *id && it["buildStatus"] != "IN_PROGRESS")
    });
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{}", crate::baked::log(dev, &build));
    let exported = list(build["exportedEnvironmentVariables"].clone());
    exported.into_iter().find(|it| it["name"] == "IMAGE_ID").expect("an image")["value"].clone()
}

fn ids(images: &[Value]) -> BTreeSet<String> {
    images.iter().map(|image| image["ImageId"].as_str().unwrap().to_owned()).collect()
}

/// The snapshots that the tenant's images consist of, and any that are left of images that went.
fn snapshots(dev: &Configuration) -> Vec<Value> {
    let owned = json!({"Filters": [{"Name": "tag:paas:owner", "Values": [OWNER]}]});
    list(dev.look("ec2", "describe_snapshots", &owned)["Snapshots"].take())
}

#[test]
fn of_thirty_bakes_the_newest_stay_and_whatever_is_in_use() {
    let Some(mut dev) = stage(&json!({})) else { return };
    // Images alone; what uses them is made by hand.
    dev.set(PIPELINE, "deploy", Value::Null);
    dev.set(PIPELINE, "keep_images", KEPT);
    dev.apply();
    wait("the first image", || (images(&dev).len() == 1).then_some(()));
    wait("the end of its build", || (builds(&dev, PROJECT)[0]["buildStatus"] == "SUCCEEDED").then_some(()));

    let mut baked: Vec<Value> = (0..3).map(|_| bake(&dev)).collect();
    let [launched, in_template, in_old_version] = [0, 1, 2].map(|n: usize| baked[n].clone());
    // One is what an instance runs on; one is in a template of somebody else; one is in an older version of the
    // tenant's own, as that of a slot to go back to.
    dev.by_hand("ec2", "run_instances", &json!({"ImageId": launched, "MinCount": 1, "MaxCount": 1}));
    let data = |image: &Value| json!({ "ImageId": image });
    let other = json!({"LaunchTemplateName": "other", "LaunchTemplateData": data(&in_template)});
    dev.by_hand("ec2", "create_launch_template", &other);
    let tags = json!([{"ResourceType": "launch-template", "Tags": [{"Key": "paas:owner", "Value": "paas/dev/acme"}]}]);
    let own = json!({"LaunchTemplateName": "own", "LaunchTemplateData": data(&in_old_version), "TagSpecifications": tags});
    dev.by_hand("ec2", "create_launch_template", &own);
    let newer = json!({"LaunchTemplateName": "own", "LaunchTemplateData": {"ImageId": dev.image}});
    dev.by_hand("ec2", "create_launch_template_version", &newer);
    dev.by_hand(
        "ec2",
        "modify_launch_template",
        &json!({"LaunchTemplateName": "own", "DefaultVersion": "2"}),
    );

    // Two side by side, which is no different from two pushes, and the last ones in turn, to know their order.
    while baked.len() < BAKES - KEPT {
        baked.extend(std::thread::scope(|scope| {
            [(); 2].map(|()| scope.spawn(|| bake(&dev))).map(|one| one.join().expect("it ends"))
        }));
    }
    baked.extend((0..KEPT).map(|_| bake(&dev)));
    assert!(baked.len() >= BAKES);
    let newest = baked[baked.len() - KEPT..].iter();
    let expected: BTreeSet<String> = newest
        .chain([&launched, &in_template, &in_old_version])
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids(&images(&dev)), expected);
    // With an image go its snapshots, and no other's.
    let held: BTreeSet<String> = images(&dev)
        .iter()
        .flat_map(|image| list(image["BlockDeviceMappings"].clone()))
        .filter_map(|device| device["Ebs"]["SnapshotId"].as_str().map(str::to_owned))
        .collect();
    let there: BTreeSet<String> =
        snapshots(&dev).iter().map(|snapshot| snapshot["SnapshotId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(there, held);
}
