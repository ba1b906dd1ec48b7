//! A tenant's machines: the launch template, the Auto Scaling group and its policy, and what can't go without them.

use crate::row::{Account, Row, changed, deleted, sorted};
use crate::tags::{ec2_tags, group_tags};
use composite::Json;
use serde_json::json;

const SECURITY_GROUP: (&str, &str) = ("security_group", "security_group");
const RULES: (&str, &str) = ("security_group_rules", "security_group_rules");
const TARGET_GROUP: (&str, &str) = ("target_group", "target_group");
const TEMPLATE: (&str, &str) = ("launch_template", "launch_template");
const GROUP: (&str, &str) = ("autoscaling_group", "autoscaling_group");
const POLICY: (&str, &str) = ("scaling_policy", "scaling_policy");
const RECORD: (&str, &str) = ("parameter", "record");

pub fn rows() -> Vec<Row> {
    vec![
        changed(
            TEMPLATE,
            "with another default version",
            &["instance_type", "user_data"],
            |a| {
                let data = json!({"InstanceType": "t3.large", "UserData": "IyEvYmluL3NoCg=="});
                let made = a.call(
                    "ec2",
                    "create_launch_template_version",
                    json!({"LaunchTemplateId": a.id(), "SourceVersion": "1", "LaunchTemplateData": data}),
                );
                let number = made["LaunchTemplateVersion"]["VersionNumber"].to_string();
                a.call(
                    "ec2",
                    "modify_launch_template",
                    json!({"LaunchTemplateId": a.id(), "DefaultVersion": number}),
                )
            },
            |a| contents(a, a.id(), &json!("$Default")),
        ),
        ec2_tags(TEMPLATE),
        changed(
            GROUP,
            "with other sizes",
            &["max_size", "min_size"],
            |a| {
                a.call(
                    "autoscaling",
                    "update_auto_scaling_group",
                    json!({"AutoScalingGroupName": a.id(), "MinSize": 1, "MaxSize": 9}),
                )
            },
            |a| json!([group(a)["MinSize"], group(a)["MaxSize"]]),
        ),
        changed(
            GROUP,
            "with another capacity",
            &["desired_capacity"],
            |a| {
                a.call(
                    "autoscaling",
                    "set_desired_capacity",
                    json!({"AutoScalingGroupName": a.id(), "DesiredCapacity": 3}),
                )
            },
            |a| group(a)["DesiredCapacity"].take(),
        ),
        changed(
            GROUP,
            "in one zone",
            &["subnet_ids"],
            |a| {
                let subnet = a.child.saw["subnet_ids"][0].clone();
                a.call(
                    "autoscaling",
                    "update_auto_scaling_group",
                    json!({"AutoScalingGroupName": a.id(), "VPCZoneIdentifier": subnet}),
                )
            },
            |a| {
                let group = group(a);
                let subnets = group["VPCZoneIdentifier"].as_str().unwrap_or_default().split(',');
                sorted(subnets.collect())
            },
        ),
        changed(
            GROUP,
            "with EC2's health checks",
            &["health_check_grace_period", "health_check_type"],
            |a| {
                a.call("autoscaling", "update_auto_scaling_group", json!({"AutoScalingGroupName": a.id(), "HealthCheckType": "EC2", "HealthCheckGracePeriod": 17}))
            },
            |a| json!([group(a)["HealthCheckType"], group(a)["HealthCheckGracePeriod"]]),
        ),
        changed(
            GROUP,
            "out of its target group",
            &["target_group_arns"],
            |a| {
                a.call(
                    "autoscaling",
                    "detach_load_balancer_target_groups",
                    json!({"AutoScalingGroupName": a.id(), "TargetGroupARNs": [a.id_of(TARGET_GROUP.1)]}),
                )
            },
            |a| group(a)["TargetGroupARNs"].take(),
        ),
        changed(
            GROUP,
            "launching another version",
            &["template_digest"],
            |a| {
                let template = a.id_of(TEMPLATE.1);
                let made = a.call("ec2", "create_launch_template_version", json!({"LaunchTemplateId": template, "SourceVersion": "1", "LaunchTemplateData": {"InstanceType": "t3.large"}}));
                let version = json!({"LaunchTemplateId": template, "Version": made["LaunchTemplateVersion"]["VersionNumber"].to_string()});
                a.call(
                    "autoscaling",
                    "update_auto_scaling_group",
                    json!({"AutoScalingGroupName": a.id(), "LaunchTemplate": version}),
                )
            },
            |a| contents(a, &a.id_of(TEMPLATE.1), &group(a)["LaunchTemplate"]["Version"]),
        ),
        changed(
            GROUP,
            "launching whatever is newest",
            &["template_digest"],
            |a| {
                let version = json!({"LaunchTemplateId": a.id_of(TEMPLATE.1), "Version": "$Latest"});
                a.call(
                    "autoscaling",
                    "update_auto_scaling_group",
                    json!({"AutoScalingGroupName": a.id(), "LaunchTemplate": version}),
                )
            },
            |a| contents(a, &a.id_of(TEMPLATE.1), &group(a)["LaunchTemplate"]["Version"]),
        ),
        group_tags(GROUP),
        changed(
            POLICY,
            "with another target",
            &["target_value"],
            |a| {
                let metric = json!({"PredefinedMetricType": "ASGAverageCPUUtilization"});
                let tracking = json!({"PredefinedMetricSpecification": metric, "TargetValue": 95.0});
                let name = a.spec("name");
                a.call("autoscaling", "put_scaling_policy", json!({"AutoScalingGroupName": a.id_of(GROUP.1), "PolicyName": name, "PolicyType": "TargetTrackingScaling", "TargetTrackingConfiguration": tracking}))
            },
            |a| {
                let found =
                    a.call("autoscaling", "describe_policies", json!({"PolicyNames": [a.spec("name")]}));
                found["ScalingPolicies"][0]["TargetTrackingConfiguration"]["TargetValue"].clone()
            },
        ),
        deleted(POLICY, &[], |a| {
            a.call(
                "autoscaling",
                "delete_policy",
                json!({"AutoScalingGroupName": a.id_of(GROUP.1), "PolicyName": a.spec("name")}),
            )
        }),
        deleted(GROUP, &[POLICY.1, RECORD.1], delete_group),
        // The instances are in the security group, and were launched from the template.
        deleted(SECURITY_GROUP, &[GROUP.1, TEMPLATE.1, POLICY.1, RECORD.1, RULES.1], |a| {
            delete_group(a);
            a.call("ec2", "delete_security_group", json!({"GroupId": a.id()}))
        }),
        deleted(TEMPLATE, &[GROUP.1, POLICY.1, RECORD.1], |a| {
            a.call("ec2", "delete_launch_template", json!({"LaunchTemplateId": a.id()}))
        }),
    ]
}

fn delete_group(a: &Account<'_>) -> Json {
    a.call(
        "autoscaling",
        "delete_auto_scaling_group",
        json!({"AutoScalingGroupName": a.id_of(GROUP.1), "ForceDelete": true}),
    )
}

/// What a version of a launch template holds: versions of the same contents are as good as each other.
fn contents(a: &Account<'_>, template: &str, version: &Json) -> Json {
    let one = json!({"LaunchTemplateId": template, "Versions": [version]});
    a.call("ec2", "describe_launch_template_versions", one)["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        .take()
}

fn group(a: &Account<'_>) -> Json {
    let found =
        a.call("autoscaling", "describe_auto_scaling_groups", json!({"AutoScalingGroupNames": [a.id()]}));
    found["AutoScalingGroups"][0].clone()
}
