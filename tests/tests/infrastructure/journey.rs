//! From a push to running instances: source, image, deployment, each with the real tool.

use crate::baked::{builds, image, images, left, log, running, tag, wait};
use crate::deploying::{self, done, object, push, stage, wait_for};
use paas_tests::configuration::ENVIRONMENT;
use serde_json::json;

const INSTALL: (&str, &str) = ("install.sh", "#!/bin/bash\necho installed\n");

#[test]
fn a_push_ends_with_the_group_on_a_new_image() {
    let Some(dev) = stage(&json!({})) else { return };
    let began = dev.aws.mark();
    dev.apply();

    // A new pipeline starts by itself, on scripts that do nothing: the tenant comes up before the first push.
    wait_for(&dev, &done());
    let first = images(&dev);
    assert_eq!(first.len(), 1);
    wait("instances on the first image", || (running(&dev) == [first[0]["ImageId"].clone()]).then_some(()));

    let version = push(&dev, "c0ffee1", &[INSTALL])["VersionId"].clone();
    let baked = wait("the second image", || {
        images(&dev).into_iter().find(|image| tag(image, "paas:source") == version)
    });
    // The stages may still stand as the first run left them.
    wait("the group on the new image alone", || (running(&dev) == [baked["ImageId"].clone()]).then_some(()));
    wait_for(&dev, &done());

    // The image leads back to the commit, is encrypted with the environment's key, and no copy was made of it.
    let baked = image(&dev, &baked["ImageId"]);
    assert_eq!(tag(&baked, "paas:commit"), "c0ffee1");
    assert_eq!(tag(&baked, "paas:base-image"), dev.image.as_str());
    let snapshot = &baked["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"];
    let found = dev.look("ec2", "describe_snapshots", &json!({ "SnapshotIds": [snapshot] }));
    let snapshot = &found["Snapshots"][0];
    assert_eq!(snapshot["Encrypted"], true);
    assert_eq!(snapshot["KmsKeyId"], dev.attribute(ENVIRONMENT, "kms_key_arn"));
    let calls = dev.aws.calls(began);
    let copies = calls.iter().filter(|call| ["CopyImage", "CopySnapshot"].contains(&call.operation.as_str()));
    assert_eq!(copies.count(), 0);
    let of_builds: Vec<String> = dev.aws.own_calls().into_iter().map(|call| call.operation).collect();
    assert!(of_builds.iter().any(|operation| operation == "CreateImage"), "{of_builds:?}");
    assert!(of_builds.iter().all(|operation| !operation.starts_with("Copy")), "{of_builds:?}");
    assert_eq!(left(&dev), [] as [serde_json::Value; 0], "nothing of the bakes runs on");

    // The deployment: the plan is in the log, state lies in the environment's bucket, and nobody holds its lock.
    let deployed = &builds(&dev, deploying::PROJECT)[0];
    let said = log(&dev, deployed);
    let provider = format!("Installed paas/paas v{}", env!("CARGO_PKG_VERSION"));
    let planned = "# paas_tenant.acme will be updated in-place";
    for expected in [&provider, planned, "Apply complete! Resources: 0 added, 1 changed"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(object(&dev, "terraform/acme.tfstate").is_some());
    assert!(object(&dev, "terraform/acme.tfstate.tflock").is_none());

    dev.assert_settled();
}
