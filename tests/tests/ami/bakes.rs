//! An image from a push, and one from a folder that the tenant follows in the same apply.

use super::{
    AMI, OWNER, PIPELINE, TENANT, builds, end, fresh, from_folder, image, images, left, running, stage, tag,
};
use super::{has_ended, tenant, variable, wait, write};
use paas_tests::Configuration;
use serde_json::{Value, json};
use std::slice;

/// Uploads the tenant's repository with what its metadata say; gives the version.
fn push(dev: &Configuration, script: &str, commit: &str) -> Value {
    let (bucket, key) =
        (dev.attribute(PIPELINE, "source_bucket"), dev.attribute(PIPELINE, "source_object_key"));
    dev.aws.push(&bucket, &key, &[("install.sh", script)], &json!({ "commit": commit }))["VersionId"].take()
}

#[test]
fn a_push_shows_in_the_plan_and_is_baked() {
    let Some(mut dev) = stage() else { return };
    // What the pipeline has baked of its own first source is taken.
    let before = builds(&dev).len();
    dev.declare(AMI, json!({"infrastructure_pipeline": format!("${{{PIPELINE}.id}}")}));
    dev.apply();
    let first = dev.attribute(AMI, "image_id");
    assert_eq!(builds(&dev).len(), before, "no build of its own");
    assert_eq!(images(&dev).len(), 1);
    assert_eq!(dev.attribute(AMI, "commit_sha"), Value::Null);
    let version = dev.attribute(AMI, "source");
    assert_eq!(dev.attribute(AMI, "source_version"), version);
    dev.assert_settled();

    let pushed = push(&dev, "echo hello", "4f1c2d7");
    let plan = dev.terraform.plan(&[]).expect_success();
    assert_eq!(plan.changes(), [(AMI.to_owned(), "update".to_owned())]);
    let change = &dev.terraform.plan_json()["resource_changes"];
    let change = change.as_array().unwrap().iter().find(|it| it["address"] == AMI).unwrap()["change"].clone();
    assert_eq!(
        (&change["after_unknown"]["image_id"], &change["after_unknown"]["id"]),
        (&json!(true), &json!(true))
    );
    let told = dev.terraform.folder().join("told.log");
    dev.terraform.set("TF_LOG_PROVIDER", "INFO").set("TF_LOG_PATH", &told);
    dev.apply();
    let told = std::fs::read_to_string(told).expect("Terraform wrote it");
    for phase in ["PRE_BUILD", "BUILD", "POST_BUILD"] {
        let is_told = |line: &str| line.contains("the build is in this phase") && line.contains(phase);
        assert!(told.lines().any(is_told), "{phase} is not in: {told}");
    }

    let second = dev.attribute(AMI, "image_id");
    assert_ne!(second, first);
    let baked = image(&dev, &second);
    assert_eq!(dev.attribute(AMI, "id"), second);
    for (attribute, tagged) in
        [("source", "paas:source"), ("commit_sha", "paas:commit"), ("build_id", "paas:build")]
    {
        assert_eq!(dev.attribute(AMI, attribute), tag(&baked, tagged), "{attribute}");
    }
    assert_eq!(dev.attribute(AMI, "source"), pushed);
    assert_eq!(dev.attribute(AMI, "commit_sha"), "4f1c2d7");
    assert_eq!(dev.attribute(AMI, "name"), baked["Name"]);
    assert_eq!(dev.attribute(AMI, "creation_date"), baked["CreationDate"]);
    assert_eq!(dev.attribute(AMI, "root_device_name"), baked["RootDeviceName"]);
    let snapshots: Vec<Value> = baked["BlockDeviceMappings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["Ebs"]["SnapshotId"].clone())
        .collect();
    assert_eq!(dev.attribute(AMI, "snapshot_ids"), json!(snapshots));
    assert_eq!((tag(&baked, "paas:owner"), tag(&baked, "paas:triggers")), (json!(OWNER), json!("")));
    // The pipeline bakes the push, too, unless it came so late that Terraform's build was the one.
    wait("the pipeline's build", || builds(&dev).iter().all(has_ended).then_some(()));
    image(&dev, &first); // it is left to retention
    assert_eq!(left(&dev), [] as [Value; 0]);
    dev.assert_settled();

    // Back to the version before: its image is there still.
    let before = builds(&dev).len();
    dev.set(AMI, "source_version", version);
    dev.apply();
    assert_eq!((dev.attribute(AMI, "image_id"), builds(&dev).len()), (first, before));
    dev.assert_settled();

    // Deregistered by hand: it is baked again.
    dev.by_hand(
        "ec2",
        "deregister_image",
        &json!({"ImageId": dev.attribute(AMI, "image_id"), "DeleteAssociatedSnapshots": true}),
    );
    assert_eq!(dev.terraform.plan(&[]).expect_success().changes(), [(AMI.to_owned(), "create".to_owned())]);
    dev.apply();
    assert_eq!(
        tag(&image(&dev, &dev.attribute(AMI, "image_id")), "paas:source"),
        dev.attribute(AMI, "source_version")
    );
    end(&dev);
}

#[test]
fn a_changed_script_is_rolled_out_by_the_apply_that_bakes_it() {
    let Some(mut dev) = fresh() else { return };
    let ami = from_folder(&dev, "echo one");
    dev.declare(AMI, ami);
    dev.set(AMI, "commit", "4f1c2d7");
    let tenant = tenant(&dev);
    dev.declare(TENANT, tenant);
    // Environment, pipeline, image and tenant by one apply.
    dev.apply();
    wait("the pipeline's own first bake", || {
        (builds(&dev).len() == 2 && builds(&dev).iter().all(has_ended)).then_some(())
    });
    let first = dev.attribute(AMI, "image_id");
    let source = dev.attribute(AMI, "source");
    assert_eq!(running(&dev), slice::from_ref(&first));
    assert_eq!(
        (dev.attribute(AMI, "source_version"), dev.attribute(AMI, "commit_sha")),
        (Value::Null, json!("4f1c2d7"))
    );
    let baked = image(&dev, &first);
    assert_eq!((tag(&baked, "paas:source"), tag(&baked, "paas:commit")), (source.clone(), json!("4f1c2d7")));
    dev.assert_settled();

    write(&dev, "echo two");
    let plan = dev.terraform.plan(&[]).expect_success();
    assert_eq!(
        plan.changes(),
        [(AMI.to_owned(), "update".to_owned()), (TENANT.to_owned(), "update".to_owned())]
    );
    dev.apply();
    let second = dev.attribute(AMI, "image_id");
    assert_ne!(second, first);
    assert_eq!(running(&dev), slice::from_ref(&second));
    dev.assert_settled();

    // Another commit of the same content bakes nothing.
    let before = builds(&dev).len();
    dev.set(AMI, "commit", "9e0b8c6");
    dev.apply();
    assert_eq!((dev.attribute(AMI, "image_id"), builds(&dev).len()), (second.clone(), before));

    // Back to what was: its image is taken.
    write(&dev, "echo one");
    dev.apply();
    assert_eq!((dev.attribute(AMI, "image_id"), builds(&dev).len()), (first.clone(), before));
    assert_eq!(running(&dev), slice::from_ref(&first));

    // Other triggers bake the same content again.
    dev.set(AMI, "triggers", json!({"month": "2026-12"}));
    dev.apply();
    let third = dev.attribute(AMI, "image_id");
    let baked = image(&dev, &third);
    assert_eq!(tag(&baked, "paas:source"), source);
    assert_eq!(tag(&baked, "paas:triggers"), variable(&builds(&dev)[0], "TRIGGERS"));
    assert_ne!((tag(&baked, "paas:triggers"), &third), (json!(""), &first));
    dev.assert_settled();

    // An import is told what the image is of, and bakes nothing.
    dev.terraform.run(["state", "rm", AMI]).expect_success();
    dev.terraform.import(AMI, &format!("dev/acme/{}", third.as_str().unwrap())).expect_success();
    let before = builds(&dev).len();
    let plan = dev.terraform.plan(&[]).expect_success();
    assert_eq!(
        plan.changes(),
        [(AMI.to_owned(), "update".to_owned())],
        "source_dir, triggers and commit alone"
    );
    assert_eq!(dev.attribute(AMI, "image_id"), third);
    dev.apply();
    assert_eq!((dev.attribute(AMI, "image_id"), builds(&dev).len()), (third, before));
    dev.assert_settled();
    end(&dev);
}
