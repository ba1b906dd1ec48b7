//! A tenant's virtual host but for its machines.

use crate::row::{Account, Row, WHOLE, changed, deleted, sorted};
use crate::tags::{ec2_tags, elb_tags, instance_profile_tags, parameter_tags, role_tags};
use composite::Json;
use paas_tests::Emulator;
use serde_json::json;

const ROLE: (&str, &str) = ("role", "role");
const PROFILE: (&str, &str) = ("instance_profile", "instance_profile");
const SECURITY_GROUP: (&str, &str) = ("security_group", "security_group");
const RULES: (&str, &str) = ("security_group_rules", "security_group_rules");
const TARGET_GROUP: (&str, &str) = ("target_group", "target_group");
const RULE: (&str, &str) = ("listener_rule", "listener_rule");
const WILDCARD_RULE: (&str, &str) = ("listener_rule", "listener_rule.wildcard17");
const GROUP: (&str, &str) = ("autoscaling_group", "autoscaling_group");
const POLICY: (&str, &str) = ("scaling_policy", "scaling_policy");
const RECORD: (&str, &str) = ("parameter", "record");

/// A role and a target group of somebody else.
const SPARE: &str = "spare";

/// Makes what the rows need beside the tenant; `vpc_id` is the environment's.
pub fn prepare(aws: &Emulator, vpc_id: &str) {
    let call = |service: &str, operation: &str, params: Json| {
        aws.call(service, operation, &params).expect("the call succeeds");
    };
    let statement =
        json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    call("iam", "create_role", json!({"RoleName": SPARE, "AssumeRolePolicyDocument": trust}));
    call(
        "elbv2",
        "create_target_group",
        json!({"Name": SPARE, "Protocol": "HTTP", "Port": 80, "VpcId": vpc_id}),
    );
}

pub fn rows() -> Vec<Row> {
    [identity(), network(), traffic(), record()].into_iter().flatten().collect()
}

fn identity() -> Vec<Row> {
    vec![
        changed(
            ROLE,
            "without one of its policies",
            &["managed_policy_arns"],
            |a| {
                let arn = a.child.saw["managed_policy_arns"][0].clone();
                a.call("iam", "detach_role_policy", json!({"RoleName": a.id(), "PolicyArn": arn}))
            },
            |a| {
                sorted(a.call("iam", "list_attached_role_policies", json!({"RoleName": a.id()}))["AttachedPolicies"].take())
            },
        ),
        changed(
            ROLE,
            "without its boundary",
            &["permissions_boundary"],
            |a| a.call("iam", "delete_role_permissions_boundary", json!({"RoleName": a.id()})),
            |a| a.call("iam", "get_role", json!({"RoleName": a.id()}))["Role"]["PermissionsBoundary"].take(),
        ),
        role_tags(ROLE),
        changed(
            PROFILE,
            "without its role",
            &["role_name"],
            |a| {
                a.call(
                    "iam",
                    "remove_role_from_instance_profile",
                    json!({"InstanceProfileName": a.id(), "RoleName": a.id_of("role")}),
                )
            },
            profile_role,
        ),
        changed(
            PROFILE,
            "with another role",
            &["role_name"],
            |a| {
                a.call(
                    "iam",
                    "remove_role_from_instance_profile",
                    json!({"InstanceProfileName": a.id(), "RoleName": a.id_of("role")}),
                );
                a.call(
                    "iam",
                    "add_role_to_instance_profile",
                    json!({"InstanceProfileName": a.id(), "RoleName": SPARE}),
                )
            },
            profile_role,
        ),
        instance_profile_tags(PROFILE),
        deleted(PROFILE, &["autoscaling_group", "launch_template", "record", "scaling_policy"], |a| {
            a.call(
                "iam",
                "remove_role_from_instance_profile",
                json!({"InstanceProfileName": a.id(), "RoleName": a.id_of("role")}),
            );
            a.call("iam", "delete_instance_profile", json!({"InstanceProfileName": a.id()}))
        }),
    ]
}

fn profile_role(a: &Account<'_>) -> Json {
    a.call("iam", "get_instance_profile", json!({"InstanceProfileName": a.id()}))["InstanceProfile"]["Roles"]
        .take()
}

fn network() -> Vec<Row> {
    vec![
        ec2_tags(SECURITY_GROUP),
        changed(
            RULES,
            "open to everybody",
            &["ingress"],
            |a| {
                let rule = json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
                a.call(
                    "ec2",
                    "authorize_security_group_ingress",
                    json!({"GroupId": a.id(), "IpPermissions": [rule]}),
                )
            },
            security_group,
        ),
        changed(
            RULES,
            "closed to the load balancer",
            &["ingress"],
            |a| {
                let rules = security_group(a)[0].take();
                a.call(
                    "ec2",
                    "revoke_security_group_ingress",
                    json!({"GroupId": a.id(), "IpPermissions": rules}),
                )
            },
            security_group,
        ),
    ]
}

/// What may come in, and what may go out.
fn security_group(a: &Account<'_>) -> Json {
    let mut group =
        a.call("ec2", "describe_security_groups", json!({"GroupIds": [a.id()]}))["SecurityGroups"][0].take();
    json!([group["IpPermissions"].take(), group["IpPermissionsEgress"].take()])
}

fn traffic() -> Vec<Row> {
    vec![
        changed(
            TARGET_GROUP,
            "with another health check",
            &["health_check"],
            |a| {
                a.call("elbv2", "modify_target_group", json!({"TargetGroupArn": a.id(), "HealthCheckPath": "/elsewhere", "Matcher": {"HttpCode": "200-499"}}))
            },
            |a| {
                a.call("elbv2", "describe_target_groups", json!({"TargetGroupArns": [a.id()]}))["TargetGroups"][0].take()
            },
        ),
        changed(
            TARGET_GROUP,
            "draining for longer",
            &["deregistration_delay"],
            |a| {
                let attributes = json!([{"Key": "deregistration_delay.timeout_seconds", "Value": "900"}]);
                a.call(
                    "elbv2",
                    "modify_target_group_attributes",
                    json!({"TargetGroupArn": a.id(), "Attributes": attributes}),
                )
            },
            |a| {
                sorted(a.call("elbv2", "describe_target_group_attributes", json!({"TargetGroupArn": a.id()}))["Attributes"].take())
            },
        ),
        elb_tags(TARGET_GROUP),
        changed(
            RULE,
            "at another priority",
            &["priority"],
            |a| {
                a.call(
                    "elbv2",
                    "set_rule_priorities",
                    json!({"RulePriorities": [{"RuleArn": a.id(), "Priority": 1}]}),
                )
            },
            |a| rule(a)["Priority"].take(),
        ),
        changed(
            RULE,
            "for another host",
            &["hosts"],
            |a| {
                let paths =
                    json!({"Field": "path-pattern", "PathPatternConfig": {"Values": a.child.saw["paths"]}});
                let hosts =
                    json!({"Field": "host-header", "HostHeaderConfig": {"Values": ["other.example.com"]}});
                a.call("elbv2", "modify_rule", json!({"RuleArn": a.id(), "Conditions": [hosts, paths]}))
            },
            |a| rule(a)["Conditions"].take(),
        ),
        changed(
            RULE,
            "for another path",
            &["paths"],
            |a| {
                let hosts =
                    json!({"Field": "host-header", "HostHeaderConfig": {"Values": a.child.saw["hosts"]}});
                let paths = json!({"Field": "path-pattern", "PathPatternConfig": {"Values": ["/club/*"]}});
                a.call("elbv2", "modify_rule", json!({"RuleArn": a.id(), "Conditions": [hosts, paths]}))
            },
            |a| rule(a)["Conditions"].take(),
        ),
        // Another band of priorities: the rule is made anew.
        changed(
            RULE,
            "for every path",
            &["paths"],
            |a| {
                let hosts =
                    json!({"Field": "host-header", "HostHeaderConfig": {"Values": a.child.saw["hosts"]}});
                a.call("elbv2", "modify_rule", json!({"RuleArn": a.id(), "Conditions": [hosts]}))
            },
            |a| rule(a)["Conditions"].take(),
        )
        .and(RECORD.1, WHOLE),
        changed(
            RULE,
            "to somebody else's target group",
            &["target_group_arn"],
            |a| {
                let spare = a.call("elbv2", "describe_target_groups", json!({"Names": [SPARE]}))["TargetGroups"][0]["TargetGroupArn"].take();
                a.call(
                    "elbv2",
                    "modify_rule",
                    json!({"RuleArn": a.id(), "Actions": [{"Type": "forward", "TargetGroupArn": spare}]}),
                )
            },
            |a| rule(a)["Actions"].take(),
        ),
        changed(
            RULE,
            "to nowhere",
            &["target_group_arn"],
            |a| {
                let answer = json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}});
                a.call("elbv2", "modify_rule", json!({"RuleArn": a.id(), "Actions": [answer]}))
            },
            |a| rule(a)["Actions"].take(),
        ),
        elb_tags(RULE),
        deleted(RULE, &["record"], |a| a.call("elbv2", "delete_rule", json!({"RuleArn": a.id()}))),
        // A target group can't be deleted while a rule leads to it.
        deleted(TARGET_GROUP, &[GROUP.1, RULE.1, WILDCARD_RULE.1, RECORD.1, POLICY.1], |a| {
            for key in [RULE.1, WILDCARD_RULE.1] {
                a.call("elbv2", "delete_rule", json!({"RuleArn": a.id_of(key)}));
            }
            a.call("elbv2", "delete_target_group", json!({"TargetGroupArn": a.id()}))
        }),
    ]
}

fn rule(a: &Account<'_>) -> Json {
    a.call("elbv2", "describe_rules", json!({"RuleArns": [a.id()]}))["Rules"][0].take()
}

fn record() -> Vec<Row> {
    vec![
        changed(
            RECORD,
            "edited",
            &["value"],
            |a| {
                a.call(
                    "ssm",
                    "put_parameter",
                    json!({"Name": a.id(), "Value": "{}", "Type": "String", "Overwrite": true}),
                )
            },
            |a| a.published().into(),
        ),
        parameter_tags(RECORD),
        deleted(RECORD, &[], |a| a.call("ssm", "delete_parameter", json!({"Name": a.id()}))),
    ]
}
