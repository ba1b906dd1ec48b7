//! The life of a tenant: with a software pipeline, and without.

use super::{BOUNDARY, Life, MANAGED_POLICY, described_otherwise, with_environment_of_others};
use paas_aws::permissions::ResourceType;
use paas_tests::configuration::TENANT;
use serde_json::json;

#[test]
fn a_tenant_is_planned_and_applied_with_its_policies() {
    let life = Life {
        of: ResourceType::Tenant,
        address: TENANT,
        id: "dev/acme",
        account: || {
            let mut dev = with_environment_of_others();
            let mut tenant = dev.tenant("acme");
            tenant["environment"] = json!("dev");
            tenant["pipeline"] = json!({"alarm_names": ["acme-5xx"]});
            dev.aws.timing(&json!({"auto_scaling_group": {"create": 1.0}})); // its instances are waited for
            dev.declare(TENANT, tenant);
            dev
        },
        drift: |dev| {
            let of = |name: &str| dev.attribute(TENANT, name);
            let rule = of("listener_rule_arns")[0].take();
            dev.by_hand(
                "elbv2",
                "set_rule_priorities",
                &json!({"RulePriorities": [{"RuleArn": rule, "Priority": 7}]}),
            );
            let group = of("autoscaling_group_name");
            dev.by_hand(
                "autoscaling",
                "update_auto_scaling_group",
                &json!({"AutoScalingGroupName": group, "MaxSize": 9}),
            );
            dev.by_hand(
                "autoscaling",
                "detach_load_balancer_target_groups",
                &json!({"AutoScalingGroupName": group, "TargetGroupARNs": [of("target_group_arn")]}),
            );
            dev.by_hand("ssm", "delete_parameter", &json!({"Name": of("parameter_name")}));
            dev.by_hand("logs", "disassociate_kms_key", &json!({"logGroupName": "/paas/paas/dev/acme"}));
            described_otherwise(dev, &of("security_group_id"));
            let anywhere = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
            let shut = json!({"GroupId": of("security_group_id"), "IpPermissions": anywhere});
            dev.by_hand("ec2", "revoke_security_group_egress", &shut);
            let anybody = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]});
            let trust = json!({"RoleName": of("role_name"), "PolicyDocument": anybody.to_string()});
            dev.by_hand("iam", "update_assume_role_policy", &trust);
        },
        changes: |dev| {
            // Somebody's instance refresh is in the way of ours.
            dev.aws.timing(&json!({"instance_refresh": {"step": 4.0}}));
            let group = dev.attribute(TENANT, "autoscaling_group_name");
            dev.by_hand("autoscaling", "start_instance_refresh", &json!({"AutoScalingGroupName": group}));
            let newer = dev.aws.seed_image("web-2");
            let hosts: Vec<String> = (0..7).map(|n| format!("h{n}.dev.example.test")).collect();
            vec![
                json!({
                    "deregistration_delay": 10,
                    "health_check": {"path": "/health"},
                    "hosts": hosts,
                    "image_id": newer,
                    "max_size": 3,
                    "min_size": 2,
                    "permissions_boundary": BOUNDARY,
                    "policy_arns": [MANAGED_POLICY],
                    "tags": {"team": "web"},
                    "target_tracking": {"target_value": 50},
                }),
                json!({
                    "permissions_boundary": null,
                    "pipeline": {"approval": {"comment": "Look first."}, "log_retention_in_days": 7, "trigger": "CLOUDTRAIL"},
                    "policy_arns": null,
                    "port": 8080,
                    "priority": 4711,
                    "tags": null,
                    "target_tracking": null,
                }),
                json!({"pipeline": {"deployment_type": "BLUE_GREEN"}}),
                // The fourth version of the launch template: the first one goes.
                json!({"hosts": hosts[..1], "instance_type": "t3.small", "pipeline": null, "priority": null}),
            ]
        },
    };
    life.live();
}
