//! What builds may do: their work, and nothing of anybody else's. The emulator holds builds to their roles.

use crate::PIPELINE;
use crate::baked::{self, builds, log, wait};
use crate::deploying::{self, push, stage};
use paas_tests::configuration::ENVIRONMENT;
use serde_json::{Value, json};

/// A buildspec that tries each command, and says which were refused.
fn tries(commands: &[(&str, String)]) -> String {
    let lines: Vec<String> = commands
        .iter()
        .map(|(what, command)| format!("      - if {command} > out 2>&1; then echo '{what} done'; else echo \"{what} refused $(tr '\\n' ' ' < out)\"; fi\n"))
        .collect();
    format!("version: 0.2\nphases:\n  build:\n    commands:\n{}", lines.concat())
}

#[test]
fn a_build_that_tries_more_than_its_work_is_refused() {
    let Some(mut dev) = stage(&json!({})) else { return };
    dev.apply();
    deploying::wait_for(&dev, &deploying::done());
    let bucket = dev.attribute(ENVIRONMENT, "bucket");
    let bucket = bucket.as_str().unwrap();
    let instance =
        dev.by_hand("ec2", "run_instances", &json!({"ImageId": dev.image, "MinCount": 1, "MaxCount": 1}));
    let instance = instance["Instances"][0]["InstanceId"].as_str().unwrap().to_owned();
    let put = json!({"Bucket": bucket, "Key": "terraform/other.tfstate", "Body": "secret"});
    dev.by_hand("s3", "put_object", &put);
    let images = dev.image.clone();
    let role = dev.attribute(PIPELINE, "deploy_role_arn");
    let role = role.as_str().unwrap().rsplit('/').next().unwrap().to_owned();

    let bake = tries(&[
        ("its own log", "echo fine".into()),
        ("the other image", format!("aws ec2 deregister-image --image-id {images}")),
        ("the other instance", format!("aws ec2 terminate-instances --instance-ids {instance}")),
        ("the other state", format!("aws s3 cp s3://{bucket}/terraform/other.tfstate -")),
        ("a release", format!("aws s3 cp out s3://{bucket}/software/acme.zip")),
        (
            "a role",
            format!("aws iam put-role-policy --role-name {role} --policy-name p --policy-document '{{}}'"),
        ),
        (
            "an unowned instance",
            format!("aws ec2 run-instances --image-id {images} --instance-type t3.micro"),
        ),
    ]);
    let deploy = tries(&[
        ("its own state", format!("aws s3 cp s3://{bucket}/terraform/acme.tfstate -")),
        ("the other state", format!("aws s3 cp s3://{bucket}/terraform/other.tfstate -")),
        ("the other instance", format!("aws ec2 terminate-instances --instance-ids {instance}")),
        (
            "its own role",
            format!("aws iam put-role-policy --role-name {role} --policy-name p --policy-document '{{}}'"),
        ),
        ("a user", "aws iam create-user --user-name mallory".into()),
        ("the record of the environment", "aws ssm delete-parameter --name /paas/paas/dev".into()),
    ]);
    let mut wanted = dev.attribute(PIPELINE, "deploy");
    wanted["buildspec"] = deploy.into();
    wanted["configuration"] = Value::Null;
    let bake =
        format!("{bake}      - export IMAGE_ID={images}\nenv:\n  exported-variables:\n    - IMAGE_ID\n");
    dev.set(PIPELINE, "buildspec", bake);
    dev.set(PIPELINE, "deploy", wanted);
    dev.apply();
    push(&dev, "mallory", &[("install.sh", "")]);
    // The newest build of each, once it has tried everything.
    let tried = |project: &str| {
        let build = builds(&dev, project).into_iter().next()?;
        (build["buildStatus"] == "SUCCEEDED")
            .then(|| log(&dev, &build))
            .filter(|said| said.contains("refused"))
    };
    for (project, allowed) in [(baked::PROJECT, "its own log"), (deploying::PROJECT, "its own state")] {
        let said = wait(project, || tried(project));
        assert!(said.contains(&format!("{allowed} done")), "{said}");
        assert_eq!(said.matches(" done\n").count(), 1, "{said}");
        let refused = said
            .lines()
            .filter(|line| !line.contains("Running") && line.contains(" refused "))
            .collect::<Vec<_>>();
        assert_eq!(refused.len(), if project == baked::PROJECT { 6 } else { 5 }, "{said}");
        for line in refused {
            assert!(
                ["AccessDenied", "UnauthorizedOperation", "403"].iter().any(|it| line.contains(it)),
                "{line}"
            );
        }
    }
}
