//! The life of an infrastructure pipeline, whose project goes while a build of it runs.

use super::{BOUNDARY, Life, MANAGED_POLICY, with_environment_of_others};
use paas_aws::permissions::ResourceType;
use paas_tests::Configuration;
use paas_tests::emulator::Fault;
use serde_json::json;

const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
/// The project that bakes its images.
const BAKE: &str = "paas_dev_acme_bake";

/// What a build that still runs has left when its project goes: an instance, a volume, a key pair.
fn leave_a_build(dev: &Configuration) {
    let buildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - sleep 600\n";
    let started = dev.by_hand(
        "codebuild",
        "start_build",
        &json!({
            "projectName": BAKE, "sourceTypeOverride": "NO_SOURCE", "buildspecOverride": buildspec,
            "artifactsOverride": {"type": "NO_ARTIFACTS"},
        }),
    );
    let of_build = |kind: &str| {
        let tags = json!([
            {"Key": "paas:owner", "Value": "paas/dev/acme/machine_image"},
            {"Key": "paas:build", "Value": started["build"]["id"]},
        ]);
        json!([{"ResourceType": kind, "Tags": tags}])
    };
    let one = json!({"ImageId": dev.image, "MinCount": 1, "MaxCount": 1, "TagSpecifications": of_build("instance")});
    dev.by_hand("ec2", "run_instances", &one);
    let volume =
        json!({"AvailabilityZone": "eu-west-1a", "Size": 8, "TagSpecifications": of_build("volume")});
    dev.by_hand("ec2", "create_volume", &volume);
    dev.by_hand(
        "ec2",
        "create_key_pair",
        &json!({"KeyName": "of-a-build", "TagSpecifications": of_build("key-pair")}),
    );
}

#[test]
fn an_infrastructure_pipeline_is_planned_and_applied_with_its_policies() {
    let life = Life {
        of: ResourceType::InfrastructurePipeline,
        address: PIPELINE,
        id: "dev/acme",
        account: || {
            let mut dev = with_environment_of_others();
            // Its own first run never begins, and builds never get to work.
            dev.aws.timing(&json!({"pipeline_action": {"run": 31_536_000}, "build": {"provisioning": 3600}}));
            let pipeline =
                json!({"environment": "dev", "tenant": "acme", "source_ami": dev.image, "deploy": {}});
            dev.declare(PIPELINE, pipeline);
            dev
        },
        drift: |dev| {
            let of = |name: &str| dev.attribute(PIPELINE, name);
            let buildspec = json!({"type": "CODEPIPELINE", "buildspec": "version: 0.2"});
            let other = json!({"name": of("bake_project_name"), "source": buildspec});
            dev.by_hand("codebuild", "update_project", &other);
            let source = json!({"Bucket": of("source_bucket"), "Key": of("source_object_key")});
            dev.by_hand("s3", "delete_object", &source);
            dev.by_hand("ssm", "delete_parameter", &json!({"Name": of("parameter_name")}));
            dev.by_hand("logs", "disassociate_kms_key", &json!({"logGroupName": of("log_group_name")}));
            dev.by_hand("events", "disable_rule", &json!({"Name": of("pipeline_name")}));
            // Where nobody may list the account's roles and policies, each is read by itself.
            let denied = Fault::error("AccessDenied", "Denied by a service control policy.", 403);
            dev.aws.faults([denied.operation("GetAccountAuthorizationDetails")]);
        },
        changes: |dev| {
            dev.aws.clear_faults();
            leave_a_build(dev);
            let other = dev.aws.seed_image("base-2");
            vec![
                json!({
                    "deploy": {"approval": {"comment": "Look first."}, "policy_arns": [MANAGED_POLICY]},
                    "instance_type": "t3.large",
                    "log_retention_in_days": 7,
                    "permissions_boundary": BOUNDARY,
                    "source_ami": other,
                    "tags": {"team": "web"},
                    "trigger": "CLOUDTRAIL",
                }),
                json!({"deploy": null, "permissions_boundary": null, "source_ami": null, "tags": null}),
            ]
        },
    };
    life.live();
}
