//! `data.paas_ami`: the newest image, or that of a commit.

use super::{AMI, PIPELINE, end, from_folder, images, stage, write};
use paas_tests::Configuration;
use serde_json::{Value, json};

/// Declares the data source with these arguments.
fn declare(dev: &Configuration, arguments: &Value) {
    dev.terraform.write("data.tf", &paas_tests::hcl::block("data \"paas_ami\" \"found\"", arguments));
}

#[test]
fn the_newest_is_found_or_that_of_a_commit() {
    let Some(mut dev) = stage() else { return };
    let pipeline = format!("${{{PIPELINE}.id}}");
    let ami = from_folder(&dev, "echo one");
    dev.declare(AMI, ami);
    dev.set(AMI, "commit", "aaa");
    dev.apply();
    let first = dev.attribute(AMI, "image_id");
    // EC2 dates images by the second.
    std::thread::sleep(std::time::Duration::from_secs(1));
    write(&dev, "echo two");
    dev.set(AMI, "commit", "bbb");
    dev.apply();
    let second = dev.attribute(AMI, "image_id");
    assert_eq!(images(&dev).len(), 3, "with the pipeline's own");

    for (commit, image) in [(Value::Null, &second), (json!("aaa"), &first), (json!("bbb"), &second)] {
        declare(&dev, &json!({"infrastructure_pipeline": pipeline, "commit": commit}));
        dev.terraform.apply(&[]).expect_success();
        assert_eq!(dev.attribute("data.paas_ami.found", "image_id"), *image, "{commit}");
    }
    let attributes = [
        "id",
        "name",
        "creation_date",
        "source",
        "commit_sha",
        "build_id",
        "snapshot_ids",
        "root_device_name",
    ];
    for attribute in attributes {
        assert_eq!(
            dev.attribute("data.paas_ami.found", attribute),
            dev.attribute(AMI, attribute),
            "{attribute}"
        );
    }

    let refused = |arguments: Value| {
        declare(&dev, &arguments);
        let errors = dev.terraform.plan(&[]).expect_errors();
        let [error] = &errors[..] else { panic!("{errors:#?}") };
        (error.summary.clone(), error.path().to_owned(), error.text())
    };
    let (summary, path, text) = refused(json!({"infrastructure_pipeline": pipeline, "commit": "ccc"}));
    assert_eq!((summary.as_str(), path.as_str()), ("No image of this commit", "commit"));
    assert!(text.contains("None of the 3 available images of infrastructure pipeline dev/acme"), "{text}");
    let (summary, path, text) = refused(json!({"infrastructure_pipeline": "dev/other"}));
    assert_eq!((summary.as_str(), path.as_str()), ("No image", "infrastructure_pipeline"));
    assert!(text.contains("dev/other of project \"paas\" has no available image in eu-west-1"), "{text}");
    declare(&dev, &json!({"infrastructure_pipeline": pipeline}));
    end(&dev);
}
