//! A build that doesn't end with an image: an error with the end of its log, nothing left running, and everything else
//! as it was.

use super::{AMI, PIPELINE, TENANT, building, builds, end, from_folder, has_ended, left, running, stage};
use super::{pipeline, tenant, write};
use paas_tests::Configuration;
use paas_tests::terraform::{Diagnostic, Output};
use serde_json::{Value, json};
use std::slice;

/// The error of an apply that was to bake; nothing else has gone wrong, and nothing has changed.
#[track_caller]
fn refusal(dev: &Configuration, failed: &Output, before: &Value) -> Diagnostic {
    let errors = failed.expect_errors();
    let [error] = &errors[..] else { panic!("{errors:#?}") };
    assert_eq!(error.address.as_deref(), Some(AMI), "{error:?}");
    assert!(builds(dev).iter().all(has_ended));
    assert_eq!(left(dev), [] as [Value; 0]);
    assert_eq!(dev.attribute(AMI, "image_id"), *before);
    assert_eq!(running(dev), slice::from_ref(before));
    error.clone()
}

#[track_caller]
fn assert_says(error: &Diagnostic, summary: &str, says: &[&str]) {
    assert_eq!(error.summary, summary);
    let text = error.text();
    for part in says {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

/// Denies the builds' role an action, as an organisation's policy may.
fn deny(dev: &Configuration, action: &str) {
    let document =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": action, "Resource": "*"}});
    let policy =
        json!({"RoleName": role(dev), "PolicyName": "denied", "PolicyDocument": document.to_string()});
    dev.by_hand("iam", "put_role_policy", &policy);
}

fn allow(dev: &Configuration) {
    dev.by_hand("iam", "delete_role_policy", &json!({"RoleName": role(dev), "PolicyName": "denied"}));
}

fn role(dev: &Configuration) -> String {
    let arn = dev.attribute(PIPELINE, "bake_role_arn");
    arn.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[test]
fn what_fails_leaves_nothing_but_an_error() {
    let Some(mut dev) = stage() else { return };
    let ami = from_folder(&dev, "echo one");
    dev.declare(AMI, ami);
    let tenant = tenant(&dev);
    dev.declare(TENANT, tenant);
    dev.apply();
    let before = dev.attribute(AMI, "image_id");

    // A slip in a script.
    write(&dev, "echo one\nif true; then\n");
    let failed = refusal(&dev, &dev.terraform.apply(&[]), &before);
    assert_says(
        &failed,
        "The image wasn't baked (dev/acme)",
        &["status FAILED in phase PRE_BUILD", "install.sh: line 3: syntax error", "Nothing is baked"],
    );

    // What EC2 refuses Packer. The drift of the role would be mended, so nothing else is looked at.
    write(&dev, "echo two");
    for action in ["ec2:RunInstances", "ec2:CreateImage"] {
        deny(&dev, action);
        let failed = dev.terraform.apply(&["-refresh=false"]);
        let failed = refusal(&dev, &failed, &before);
        let operation = action.trim_start_matches("ec2:");
        assert_says(
            &failed,
            "The image wasn't baked (dev/acme)",
            &["status FAILED in phase BUILD", "UnauthorizedOperation", operation],
        );
        allow(&dev);
    }

    // Stopped by somebody, with an instance there.
    dev.aws.timing(&json!({"instance": {"create": 60.0}}));
    let apply = building(&dev);
    super::wait("the build's instance", || (!left(&dev).is_empty()).then_some(()));
    dev.by_hand("codebuild", "stop_build", &json!({"id": builds(&dev)[0]["id"]}));
    let failed = refusal(&dev, &apply.wait(), &before);
    assert_says(&failed, "The image wasn't baked (dev/acme)", &["status STOPPED", "Its log is stream"]);

    // Longer than Terraform waits.
    dev.set(AMI, "timeouts", json!({"update": "5s"}));
    let failed = refusal(&dev, &dev.terraform.apply(&[]), &before);
    assert_says(&failed, "Baking took too long (dev/acme)", &["Raise it", "status STOPPED"]);
    dev.set(AMI, "timeouts", Value::Null);

    // Longer than the project gives a build: five minutes of a second.
    dev.aws.timing(&json!({"build": {"minute": 1.0}}));
    dev.set(PIPELINE, "build_timeout", 5);
    let failed = refusal(&dev, &dev.terraform.apply(&[]), &before);
    assert_says(&failed, "The image wasn't baked (dev/acme)", &["status TIMED_OUT"]);
    dev.aws.timing(&json!({"build": {"minute": 60.0}, "instance": {"create": 0.0}}));

    // The next good one works.
    dev.apply();
    let after = dev.attribute(AMI, "image_id");
    assert_ne!(after, before);
    assert_eq!((running(&dev), left(&dev)), (vec![after], vec![]));
    dev.assert_settled();
    end(&dev);
}

/// A buildspec of the tenant's own: one without an image, and one that leaves an instance.
#[test]
fn a_buildspec_without_an_image_is_an_error() {
    let Some(mut dev) = stage() else { return };
    let ami = from_folder(&dev, "echo one");
    dev.declare(AMI, ami);
    let tenant = tenant(&dev);
    dev.declare(TENANT, tenant);
    dev.apply();
    let before = dev.attribute(AMI, "image_id");

    let buildspec =
        |command: &str| format!("version: 0.2\nphases:\n  build:\n    commands:\n      - {command}\n");
    let mut own = pipeline(&dev);
    own["buildspec"] = json!(buildspec("echo all is well"));
    dev.declare(PIPELINE, own.clone());
    write(&dev, "echo two");
    let failed = refusal(&dev, &dev.terraform.apply(&[]), &before);
    assert_says(
        &failed,
        "There is no image (dev/acme)",
        &["it has exported no variable IMAGE_ID", "exported-variables", "all is well"],
    );

    let launch = [
        "aws ec2 run-instances --image-id $BASE --instance-type t3.small",
        "--subnet-id ${SUBNET_IDS%%,*} --security-group-ids $PKR_VAR_security_group_id",
        "--iam-instance-profile Name=$PKR_VAR_iam_instance_profile",
        "--block-device-mappings \"DeviceName=/dev/xvda,Ebs={Encrypted=true,KmsKeyId=$PKR_VAR_kms_key_id}\"",
        "--tag-specifications",
        "\"ResourceType=instance,Tags=[{Key=paas:owner,Value=$IMAGE_OWNER},{Key=paas:build,Value=$CODEBUILD_BUILD_ID}]\"",
        "\"ResourceType=volume,Tags=[{Key=paas:owner,Value=$IMAGE_OWNER},{Key=paas:build,Value=$CODEBUILD_BUILD_ID}]\"",
        "> /dev/null && echo launched && false",
    ]
    .join(" ");
    own["buildspec"] = json!(buildspec(&json!(launch).to_string()).replace("${", "$${").replace("%{", "%%{"));
    own["environment_variables"] = json!({"BASE": dev.image});
    dev.declare(PIPELINE, own);
    let failed = refusal(&dev, &dev.terraform.apply(&[]), &before);
    assert_says(&failed, "The image wasn't baked (dev/acme)", &["status FAILED in phase BUILD", "launched"]);

    let own = pipeline(&dev);
    dev.declare(PIPELINE, own);
    dev.apply();
    assert_ne!(dev.attribute(AMI, "image_id"), before);
    dev.assert_settled();
    end(&dev);
}
