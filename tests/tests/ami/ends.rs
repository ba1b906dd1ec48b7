//! The end of an image: with its snapshots, or not at all while something needs it.

use super::{AMI, TENANT, end, from_folder, image, images, stage, tenant, write};
use serde_json::{Value, json};

#[test]
fn an_image_in_use_stays_and_one_that_nobody_needs_goes_with_its_snapshots() {
    let Some(mut dev) = stage() else { return };
    let ami = from_folder(&dev, "echo one");
    dev.declare(AMI, ami.clone());
    let on_it = tenant(&dev);
    dev.declare(TENANT, on_it);
    dev.apply();
    let used = dev.attribute(AMI, "image_id");
    let name = image(&dev, &used)["Name"].as_str().unwrap().to_owned();

    // The tenant stays on it, by its id.
    dev.set(TENANT, "image_id", used.clone());
    dev.remove(AMI);
    let applied = dev.apply();
    let warnings: Vec<_> =
        applied.diagnostics().into_iter().filter(|it| it.summary == "The image stays").collect();
    let [warning] = &warnings[..] else { panic!("{:#?}", applied.diagnostics()) };
    for part in [used.as_str().unwrap(), &name, "instance i-", "version 1 of launch template", "dev/acme"] {
        assert!(warning.text().contains(part), "{part:?} is not in: {}", warning.text());
    }
    assert_eq!(dev.terraform.attributes(AMI), None, "Terraform forgets it");
    image(&dev, &used);

    // Another one, which nobody uses.
    write(&dev, "echo two");
    dev.declare(AMI, ami);
    dev.apply();
    let unused = dev.attribute(AMI, "image_id");
    let snapshots = dev.attribute(AMI, "snapshot_ids");
    assert_eq!(snapshots.as_array().map(Vec::len), Some(1), "{snapshots}");
    dev.remove(AMI);
    let applied = dev.apply();
    assert!(applied.diagnostics().is_empty(), "{:#?}", applied.diagnostics());
    assert!(images(&dev).iter().all(|image| image["ImageId"] != unused));
    let filter = json!({"Filters": [{"Name": "snapshot-id", "Values": snapshots}]});
    assert_eq!(dev.look("ec2", "describe_snapshots", &filter)["Snapshots"], json!([]));

    // All at once: the tenant goes first, so that its image is in nobody's way.
    let again = json!({"infrastructure_pipeline": "dev/acme", "source_dir": "image"});
    dev.declare(AMI, again);
    dev.set(TENANT, "image_id", format!("${{{AMI}.image_id}}"));
    dev.apply();
    let last = dev.attribute(AMI, "image_id");
    dev.terraform.destroy(&[&format!("-target={AMI}")]).expect_success();
    assert!(images(&dev).iter().all(|image| image["ImageId"] != last));
    assert_eq!(dev.terraform.attributes(TENANT), None::<Value>);
    end(&dev);
}
