//! What became of a push in the end: images, the instances that run them, and what these serve.

use super::super::{ask, list, tag, text};
use super::{Fact, short};
use crate::Emulator;
use serde_json::{Value, json};

/// Of all images, groups and deployments.
pub(super) fn facts(aws: &Emulator) -> Vec<Fact> {
    [of_images(aws), of_groups(aws), of_releases(aws)].concat()
}

/// The images that were baked.
fn of_images(aws: &Emulator) -> Vec<Fact> {
    let baked = json!({"Owners": ["self"], "Filters": [{"Name": "tag-key", "Values": ["paas:owner"]}]});
    let images = list(ask(aws, "ec2", "describe_images", &baked)["Images"].take());
    let told = |image: &Value| {
        let (commit, owner) = (tag(image, "paas:commit"), tag(image, "paas:owner"));
        let encrypted = image["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] == true;
        let how = if encrypted { ", encrypted" } else { "" };
        let of =
            if commit.is_empty() { "no commit".to_owned() } else { format!("commit {}", short(&commit)) };
        let (id, state) = (text(&image["ImageId"]), text(&image["State"]));
        Fact::new("EC2", format!("image {id} of {of} of {owner}: {state}{how}"))
    };
    images.iter().map(told).collect()
}

/// Of all Auto Scaling groups the instances, and their refreshes.
fn of_groups(aws: &Emulator) -> Vec<Fact> {
    let groups = ask(aws, "autoscaling", "describe_auto_scaling_groups", &json!({}));
    let mut facts = vec![];
    for group in groups["AutoScalingGroups"].as_array().into_iter().flatten() {
        let name = text(&group["AutoScalingGroupName"]);
        let of_group = json!({ "AutoScalingGroupName": name });
        let refreshes = ask(aws, "autoscaling", "describe_instance_refreshes", &of_group);
        facts.extend(refreshes["InstanceRefreshes"].as_array().into_iter().flatten().map(|refresh| {
            let (id, status) = (text(&refresh["InstanceRefreshId"]), text(&refresh["Status"]));
            let done = refresh["PercentageComplete"].as_u64().unwrap_or_default();
            let what = format!("{name} instance refresh {}: {status}, {done} %", short(&id));
            Fact::new("Auto Scaling", what).failed(status == "Failed")
        }));
        facts.extend(group["Instances"].as_array().into_iter().flatten().map(|instance| {
            let (id, state) = (text(&instance["InstanceId"]), text(&instance["LifecycleState"]));
            let version = text(&instance["LaunchTemplate"]["Version"]);
            Fact::new("Auto Scaling", format!("{name} instance {id} of template version {version}: {state}"))
        }));
    }
    facts
}

/// Deployments, and what the instances serve.
fn of_releases(aws: &Emulator) -> Vec<Fact> {
    let ids = list(ask(aws, "codedeploy", "list_deployments", &json!({}))["deployments"].take());
    let mut facts = vec![];
    for id in ids {
        let of = json!({ "deploymentId": id });
        let told = ask(aws, "codedeploy", "get_deployment", &of)["deploymentInfo"].take();
        let (group, status) = (text(&told["deploymentGroupName"]), text(&told["status"]));
        let what = format!("{group} deployment {}: {status}", text(&id));
        let at = told.get("completeTime").unwrap_or(&told["createTime"]);
        facts.push(Fact::new("CodeDeploy", what).failed(status == "Failed").at(at));
    }
    let serves = aws.releases().into_iter().map(|(id, release)| {
        Fact::new(
            "CodeDeploy",
            format!("instance {id} serves the release of deployment {}", release.deployment),
        )
    });
    facts.extend(serves);
    facts
}
