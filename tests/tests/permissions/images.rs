//! An image's life in two roles: one plans with the policy for plans, the other bakes and removes with the policy for
//! applies. Without Packer on the PATH nothing can be baked, and the test says so.

use crate::baked::{self, OWNER, PAUSE, PROJECT, builds};
use crate::lives::{leave_to_others, with_environment_of_others};
use crate::roles;
use paas_aws::permissions::{Access, ResourceType};
use paas_tests::terraform::Next;
use paas_tests::{Configuration, prerequisites};
use serde_json::{Value, json};
use std::fs;

const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
const AMI: &str = "paas_ami.acme";

/// With an infrastructure pipeline of somebody else's, whose own first bake is over.
fn with_pipeline_of_others() -> Configuration {
    let mut dev = with_environment_of_others();
    let packer = baked::packer(&dev);
    dev.declare(PIPELINE, json!({"environment": "dev", "tenant": "acme", "packer": packer}));
    dev.apply();
    baked::wait("the pipeline's first bake", || {
        let first = builds(&dev, PROJECT).into_iter().next()?;
        (first["buildStatus"] != "IN_PROGRESS").then_some(())
    });
    leave_to_others(&mut dev, &[PIPELINE]);
    dev
}

/// The folder that is baked from, with this script.
fn write(dev: &Configuration, script: &str) {
    let folder = dev.terraform.folder().join("image");
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::write(folder.join("install.sh"), script).expect("the script can be written");
}

#[test]
fn an_image_is_planned_baked_and_removed_with_its_policies() {
    if prerequisites::packer().is_none() {
        return;
    }
    let mut dev = with_pipeline_of_others();
    let before = dev.aws.inventory();
    let [planner, applier] =
        [Access::Plan, Access::Apply].map(|access| roles::enact(&dev.aws, "paas", access, ResourceType::Ami));
    let expect = |dev: &mut Configuration, action: &str| {
        dev.terraform.set("AWS_ACCESS_KEY_ID", &planner);
        let changes = dev.terraform.plan(&[]).expect_success().changes();
        assert_eq!(changes, [(AMI.to_owned(), action.to_owned())]);
        dev.terraform.set("AWS_ACCESS_KEY_ID", &applier);
        dev.terraform.apply_plan().expect_success();
        dev.terraform.set("AWS_ACCESS_KEY_ID", &planner);
        dev.assert_settled();
    };

    // From what was uploaded, which the pipeline has baked already; then from a folder.
    dev.declare(AMI, json!({"infrastructure_pipeline": "dev/acme"}));
    expect(&mut dev, "create");
    write(&dev, "echo one");
    dev.set(AMI, "source_dir", "image");
    expect(&mut dev, "update");

    // Interrupted, it stops the build and ends what that has begun; a volume lies about, too.
    write(&dev, "echo two");
    dev.aws.timing(&json!({"instance": {"create": 60.0}}));
    dev.terraform.set("AWS_ACCESS_KEY_ID", &applier);
    let mut apply = dev.terraform.start(["apply", "-json", "-auto-approve"]);
    let launched = |dev: &Configuration, build: &Value| {
        let of_build = json!({"Filters": [{"Name": "tag:paas:build", "Values": [build["id"]]}]});
        dev.look("ec2", "describe_instances", &of_build)["Reservations"] != json!([])
    };
    let build = loop {
        assert_ne!(apply.next_line(PAUSE), Next::End, "{}", apply.wait().report());
        let running = builds(&dev, PROJECT).into_iter().find(|build| build["buildStatus"] == "IN_PROGRESS");
        if let Some(build) = running.filter(|build| launched(&dev, build)) {
            break build;
        }
    };
    let tags = json!([{"Key": "paas:owner", "Value": OWNER}, {"Key": "paas:build", "Value": build["id"]}]);
    let volume = json!({
        "AvailabilityZone": "eu-west-1a", "Size": 8, "TagSpecifications": [{"ResourceType": "volume", "Tags": tags}],
    });
    dev.by_hand("ec2", "create_volume", &volume);
    apply.interrupt();
    let errors = apply.wait().expect_errors();
    let says = |part: &str| errors.iter().any(|error| error.text().contains(part));
    assert!(says("the build was stopped") && !says("not authorized"), "{errors:#?}");
    dev.aws.timing(&json!({"instance": {"create": 0.0}}));

    // Nothing that the roles may not do was tried, and the end needs the policy for applies.
    let refused = dev.terraform.set("AWS_ACCESS_KEY_ID", &planner).destroy(&[]).expect_errors();
    assert!(refused.iter().any(|error| error.text().contains("is not authorized to perform")), "{refused:?}");
    dev.terraform.set("AWS_ACCESS_KEY_ID", &applier);
    dev.terraform.destroy(&[]).expect_success();
    let images = |inventory: &[paas_tests::emulator::Object]| {
        inventory.iter().filter(|object| object.kind == "image").count()
    };
    assert_eq!(
        images(&dev.aws.inventory()),
        images(&before),
        "the folder's image is gone, the pipeline's isn't ours"
    );
}
