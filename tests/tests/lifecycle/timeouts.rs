//! Time-outs: the error names what was waited for, the state keeps what exists, and nothing is made twice.

use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use serde_json::json;

#[test]
fn a_create_that_takes_too_long_is_resumed_after_untaint() {
    let mut dev = Configuration::with_environment();
    dev.set(ENVIRONMENT, "timeouts", json!({"create": "8s"}));
    dev.aws.timing(&json!({"nat_gateway": {"create": 20.0}}));
    let errors = dev.terraform.apply(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let text = errors[0].text();
    for part in [
        "environment dev",
        "child nat_gateway.eu-west-1a",
        "to become available",
        "`timeouts`",
        "terraform untaint",
    ] {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert!(dev.attribute(ENVIRONMENT, "vpc_id").is_string());

    dev.terraform.run(["untaint", ENVIRONMENT]).expect_success();
    dev.apply();
    let made = dev.aws.counts(0).by_operation;
    for (operation, times) in [
        ("ec2:CreateVpc", 1),
        ("ec2:CreateSubnet", 9),
        ("ec2:AllocateAddress", 1),
        ("ec2:CreateNatGateway", 1),
        ("kms:CreateKey", 1),
        ("s3:CreateBucket", 1),
        ("elbv2:CreateLoadBalancer", 1),
    ] {
        assert_eq!(made.get(operation), Some(&times), "{operation}");
    }
    dev.assert_settled();
    dev.end();
}

#[test]
fn an_update_and_a_destroy_that_take_too_long_go_on_with_the_next() {
    let mut dev = Configuration::with_tenant();
    dev.set(TENANT, "timeouts", json!({"update": "2s", "delete": "2s"}));
    dev.apply();
    let newer = dev.aws.seed_image("web-2");
    dev.set(TENANT, "image_id", newer);
    dev.aws.timing(&json!({"instance_refresh": {"step": 3600.0}}));
    let text = dev.terraform.apply(&[]).expect_errors()[0].text();
    for part in ["tenant dev/acme", "child autoscaling_group", "instance refresh", "`timeouts`"] {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert!(!text.contains("untaint"), "an update taints nothing: {text}");

    dev.aws.timing(&json!({"auto_scaling_group": {"delete": 4.0}}));
    dev.remove(TENANT);
    let text = dev.terraform.apply(&[]).expect_errors()[0].text();
    for part in ["tenant dev/acme", "child autoscaling_group", "to be gone", "`timeouts`"] {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert_eq!(dev.attribute(TENANT, "id"), "dev/acme");
    dev.aws.timing(&json!({"auto_scaling_group": {"delete": 0.0}}));
    std::thread::sleep(std::time::Duration::from_secs(3));
    dev.end();
}
