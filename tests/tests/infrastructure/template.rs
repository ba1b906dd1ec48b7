//! The template that the provider renders is one that Packer takes.

use crate::{PIPELINE, idle};
use paas_tests::{Configuration, prerequisites};
use std::fs;
use std::process::Command;

/// What the builds tell the template, as far as it has no default.
const TOLD: &[(&str, &str)] = &[
    ("build", "paas_dev_acme_bake:1"),
    ("iam_instance_profile", "bake"),
    ("image_name", "paas-dev-acme-1"),
    ("kms_key_id", "arn:aws:kms:eu-west-1:123456789012:key/k"),
    ("owner", "paas/dev/acme/machine_image"),
    ("region", "eu-west-1"),
    ("scripts", "."),
    ("security_group_id", "sg-1"),
    ("subnet_id", "subnet-1"),
];

/// `packer validate` as the bake runs it with a Packer of that age; what it says against the template.
fn refused(dev: &Configuration, template: &str, variables: &[(&str, &str)]) -> Option<String> {
    let folder = dev.terraform.folder().join("template");
    fs::create_dir_all(&folder).unwrap();
    let of_this_age = |line: &&str| !line.ends_with("# since 1.7");
    let template: Vec<&str> = template.lines().filter(of_this_age).collect();
    fs::write(folder.join("image.pkr.hcl"), template.join("\n") + "\n").unwrap();
    let mut validate = Command::new("packer");
    validate.current_dir(&folder).arg("validate").env("CHECKPOINT_DISABLE", "1");
    for (name, value) in TOLD.iter().chain(variables) {
        validate.arg("-var").arg(format!("{name}={value}"));
    }
    let answer = validate.arg(".").output().expect("Packer is there");
    let said = [answer.stdout, answer.stderr].concat();
    (!answer.status.success()).then(|| String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn packer_takes_the_rendered_template() {
    if prerequisites::packer().is_none() {
        return;
    }
    let mut dev = idle();
    dev.set(PIPELINE, "buildspec", serde_json::Value::Null);
    // The text is known before there is anything of the pipeline.
    dev.terraform.plan(&[]).expect_success();
    let planned = dev.terraform.plan_json();
    let changes = planned["resource_changes"].as_array().unwrap();
    let change = changes.iter().find(|it| it["address"] == PIPELINE).unwrap();
    let template = change["change"]["after"]["packer_template"].as_str().expect("it is known").to_owned();

    let image = ("source_ami", "ami-0123456789abcdef0");
    for variables in [
        &[][..],
        &[image],
        &[("communicator", "none"), ("endpoint", "http://127.0.0.1:1")],
        &[("volume_type", "gp2"), ("tags", r#"{"team":"web"}"#)],
    ] {
        assert_eq!(refused(&dev, &template, variables), None, "{variables:?}");
    }
    // It looks: a template without a type of instance isn't taken.
    let broken = template.replace("instance_type               = var.instance_type", "");
    assert_ne!(broken, template);
    assert!(refused(&dev, &broken, &[]).is_some_and(|said| said.contains("instance_type")));
}
