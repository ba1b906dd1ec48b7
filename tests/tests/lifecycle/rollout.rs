//! New images and templates reach running instances by an instance refresh, which is waited for.

use paas_tests::Configuration;
use paas_tests::configuration::TENANT;
use paas_tests::emulator::Fault;
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

/// The numbers of the template's versions, oldest first.
fn versions(dev: &Configuration) -> Vec<u64> {
    let template = dev.attribute(TENANT, "launch_template_id");
    let found =
        dev.look("ec2", "describe_launch_template_versions", &json!({ "LaunchTemplateId": template }));
    let listed = found["LaunchTemplateVersions"].as_array().unwrap();
    let mut numbers: Vec<u64> = listed.iter().filter_map(|v| v["VersionNumber"].as_u64()).collect();
    numbers.sort_unstable();
    numbers
}

/// Another image in the configuration, yet to be applied.
fn set_new_image(dev: &mut Configuration) {
    let image = dev.aws.seed_image("web-next");
    dev.set(TENANT, "image_id", image);
}

#[test]
fn of_a_templates_versions_the_newest_three_stay() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    for newest in 2..=11 {
        set_new_image(&mut dev);
        if newest == 6 {
            // No apply fails for what can as well go with the next one.
            let refusal = Fault::error("UnauthorizedOperation", "You may not.", 403);
            dev.aws.faults([refusal.operation("DeleteLaunchTemplateVersions").times(1)]);
        }
        dev.apply();
        let oldest = if newest == 6 { 3 } else { newest.max(3) - 2 };
        assert_eq!(versions(&dev), (oldest..=newest).collect::<Vec<_>>());
    }
    dev.assert_settled();
    dev.end();
}

#[test]
fn what_a_failed_rollout_went_back_to_stays() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    dev.aws.limits(&json!({"instance_refresh_fails": true}));
    for newest in 2..=5 {
        set_new_image(&mut dev);
        assert_eq!(dev.terraform.apply(&[]).expect_errors().len(), 1);
        assert_eq!(versions(&dev), (1..=newest).collect::<Vec<_>>());
    }
    dev.aws.limits(&json!({"instance_refresh_fails": false}));
    dev.apply();
    set_new_image(&mut dev);
    dev.apply();
    assert_eq!(versions(&dev), [4, 5, 6]);
    dev.assert_settled();
    dev.end();
}

#[test]
fn what_either_of_two_slots_launches_stays() {
    let mut dev = Configuration::with_tenant();
    dev.set(TENANT, "pipeline", json!({"deployment_type": "BLUE_GREEN"}));
    dev.apply();
    for slot in ["blue", "green"] {
        for _ in 0..2 {
            set_new_image(&mut dev);
            dev.apply();
        }
        let before = versions(&dev);
        assert_eq!(before.len(), 3);
        let version = json!({"LaunchTemplateId": dev.attribute(TENANT, "launch_template_id"), "Version": before[0].to_string()});
        let pinned =
            json!({"AutoScalingGroupName": format!("paas-dev-acme-{slot}"), "LaunchTemplate": version});
        dev.by_hand("autoscaling", "update_auto_scaling_group", &pinned);
        for stay in [4, 3] {
            set_new_image(&mut dev);
            dev.apply();
            assert_eq!(versions(&dev).len(), stay, "{slot}");
        }
    }
    dev.assert_settled();
    dev.end();
}
