//! New images and templates reach running instances by an instance refresh, which is waited for.

use paas_tests::Configuration;
use paas_tests::configuration::TENANT;
use serde_json::{Value, json};

/// What the group's running instances were launched from: image and type, each once.
fn running(dev: &Configuration) -> Value {
    let owner = json!([{"Name": "tag:paas:owner", "Values": ["paas/dev/acme"]}, {"Name": "instance-state-name", "Values": ["running"]}]);
    let found = dev.look("ec2", "describe_instances", &json!({ "Filters": owner }));
    let instances =
        found["Reservations"].as_array().unwrap().iter().flat_map(|r| r["Instances"].as_array().unwrap());
    let mut seen: Vec<Value> =
        instances.map(|instance| json!([instance["ImageId"], instance["InstanceType"]])).collect();
    seen.dedup();
    seen.into()
}

/// The group's refreshes, newest first.
fn refreshes(dev: &Configuration) -> Vec<Value> {
    let name = dev.attribute(TENANT, "autoscaling_group_name");
    let found =
        dev.look("autoscaling", "describe_instance_refreshes", &json!({ "AutoScalingGroupName": name }));
    found["InstanceRefreshes"].as_array().unwrap().iter().map(|refresh| refresh["Status"].clone()).collect()
}

#[test]
fn a_new_image_is_rolled_out_and_waited_for() {
    let mut dev = Configuration::with_tenant();
    dev.set(TENANT, "desired_capacity", 2);
    dev.apply();
    assert_eq!(running(&dev), json!([[dev.image, "t3.micro"]]));
    dev.aws.timing(&json!({"instance_refresh": {"step": 0.3}}));
    let newer = dev.aws.seed_image("web-2");
    for (argument, to, children, answer) in [
        (
            "image_id",
            json!(newer),
            vec!["~ autoscaling_group", "~ launch_template", "~ record"],
            json!([[newer, "t3.micro"]]),
        ),
        (
            "instance_type",
            json!("t3.small"),
            vec!["~ autoscaling_group", "~ launch_template", "~ record"],
            json!([[newer, "t3.small"]]),
        ),
        (
            "user_data",
            json!("#!/bin/sh\necho \"hello\"\n"),
            vec!["~ autoscaling_group", "~ launch_template"],
            json!([[newer, "t3.small"]]),
        ),
        (
            "root_volume",
            json!({"size": 32}),
            vec!["~ autoscaling_group", "~ launch_template", "~ record"],
            json!([[newer, "t3.small"]]),
        ),
    ] {
        let before = refreshes(&dev).len();
        dev.set(TENANT, argument, to);
        assert_eq!(dev.planned(TENANT), children, "{argument}");
        dev.terraform.apply_plan().expect_success();
        assert_eq!(running(&dev), answer, "{argument}");
        let done = refreshes(&dev);
        assert_eq!((done.len(), &done[0]), (before + 1, &json!("Successful")), "{argument}");
    }
    dev.assert_settled();
    dev.end();
}

#[test]
fn a_failed_rollout_is_an_error_rolled_back_and_tried_again() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    let (old, newer) = (dev.image.clone(), dev.aws.seed_image("web-2"));
    dev.set(TENANT, "image_id", newer.clone());
    dev.aws.limits(&json!({"instance_refresh_fails": true}));
    let errors = dev.terraform.apply(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let text = errors[0].text();
    for part in [
        "tenant dev/acme",
        "autoscaling_group",
        "instance refresh",
        "Instances failed to become healthy",
        "next apply",
    ] {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert_eq!(running(&dev), json!([[old, "t3.micro"]]));
    assert_eq!(refreshes(&dev), ["RollbackSuccessful"]);

    let planned = dev.planned(TENANT);
    assert!(planned.contains(&"~ autoscaling_group".to_owned()), "{planned:?}");
    dev.aws.limits(&json!({"instance_refresh_fails": false}));
    dev.terraform.apply_plan().expect_success();
    assert_eq!(running(&dev), json!([[newer, "t3.micro"]]));
    dev.assert_settled();
    dev.end();
}
