//! A tenant: every argument that changes in place, and the rules that its hosts are spread over.

use crate::changes::{Change, make};
use paas_tests::Configuration;
use paas_tests::configuration::TENANT;
use serde_json::{Value, json};

const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const FURTHER_POLICY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

fn target_group(dev: &Configuration, field: &str) -> Value {
    let arn = dev.attribute(TENANT, "target_group_arn");
    dev.look("elbv2", "describe_target_groups", &json!({ "TargetGroupArns": [arn] }))["TargetGroups"][0]
        [field]
        .take()
}

fn deregistration_delay(dev: &Configuration) -> Value {
    let arn = dev.attribute(TENANT, "target_group_arn");
    let found = dev.look("elbv2", "describe_target_group_attributes", &json!({ "TargetGroupArn": arn }));
    let attributes = found["Attributes"].as_array().unwrap();
    attributes.iter().find(|a| a["Key"] == "deregistration_delay.timeout_seconds").unwrap()["Value"].clone()
}

/// The conditions of each listener rule, in the order of the rules.
fn conditions(dev: &Configuration) -> Value {
    let arns = dev.attribute(TENANT, "listener_rule_arns");
    let rules = dev.look("elbv2", "describe_rules", &json!({ "RuleArns": arns }));
    let values = |rule: &Value, field: &str| {
        let conditions = rule["Conditions"].as_array().unwrap();
        let mut found: Vec<String> = conditions
            .iter()
            .filter(|condition| condition["Field"] == field)
            .flat_map(|condition| condition["Values"].as_array().unwrap())
            .map(|value| value.as_str().unwrap().replace(".dev.example.test", ""))
            .collect();
        found.sort();
        found
    };
    let find = |arn: &Value| {
        rules["Rules"].as_array().unwrap().iter().find(|rule| rule["RuleArn"] == *arn).unwrap().clone()
    };
    let one = |arn: &Value| {
        let rule = find(arn);
        json!([values(&rule, "host-header"), values(&rule, "path-pattern")])
    };
    arns.as_array().unwrap().iter().map(one).collect()
}

fn priority(dev: &Configuration) -> Value {
    let arns = dev.attribute(TENANT, "listener_rule_arns");
    let rules = dev.look("elbv2", "describe_rules", &json!({ "RuleArns": arns }));
    rules["Rules"][0]["Priority"].clone()
}

/// Fewest, most and wanted instances, and the grace period.
fn sizes(dev: &Configuration) -> Value {
    let name = dev.attribute(TENANT, "autoscaling_group_name");
    let found =
        dev.look("autoscaling", "describe_auto_scaling_groups", &json!({ "AutoScalingGroupNames": [name] }));
    let group = &found["AutoScalingGroups"][0];
    json!([group["MinSize"], group["MaxSize"], group["DesiredCapacity"], group["HealthCheckGracePeriod"]])
}

/// The metrics that the group is scaled by, with their targets.
fn scaling(dev: &Configuration) -> Value {
    let name = dev.attribute(TENANT, "autoscaling_group_name");
    let found = dev.look("autoscaling", "describe_policies", &json!({ "AutoScalingGroupName": name }));
    let policies = found["ScalingPolicies"].as_array().unwrap().iter();
    policies
        .map(|policy| {
            let tracking = &policy["TargetTrackingConfiguration"];
            json!([
                tracking["PredefinedMetricSpecification"]["PredefinedMetricType"],
                tracking["TargetValue"]
            ])
        })
        .collect()
}

/// The ports that the load balancer may reach.
fn open_ports(dev: &Configuration) -> Value {
    let id = dev.attribute(TENANT, "security_group_id");
    let found = dev.look("ec2", "describe_security_groups", &json!({ "GroupIds": [id] }));
    let rules = found["SecurityGroups"][0]["IpPermissions"].as_array().unwrap().iter();
    rules.map(|rule| rule["FromPort"].clone()).collect()
}

fn role(dev: &Configuration) -> Value {
    let name = dev.attribute(TENANT, "role_name");
    let role = dev.look("iam", "get_role", &json!({ "RoleName": name }));
    let attached = dev.look("iam", "list_attached_role_policies", &json!({ "RoleName": name }));
    let arns: Value =
        attached["AttachedPolicies"].as_array().unwrap().iter().map(|p| p["PolicyArn"].clone()).collect();
    json!([role["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"], arns])
}

fn hosts(names: impl IntoIterator<Item = usize>) -> Value {
    names.into_iter().map(|n| json!(format!("h{n}.dev.example.test"))).collect()
}

#[test]
fn every_argument_changes_in_place_and_touches_what_it_says() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    dev.assert_settled();
    let change = |argument, to, children, ask, answer| Change { argument, to, children, ask, answer };
    let check: fn(&Configuration) -> Value = |dev| target_group(dev, "HealthCheckPath");
    let group = &["~ autoscaling_group"];
    let role_only = &["~ role"];
    let changes = vec![
        change("health_check", json!({"path": "/health"}), &["~ target_group"], check, json!("/health")),
        change("health_check", json!(null), &["~ target_group"], check, json!("/")),
        change("deregistration_delay", json!(10), &["~ target_group"], deregistration_delay, json!("10")),
        change("max_size", json!(4), group, sizes, json!([1, 4, 1, 300])),
        change("min_size", json!(2), group, sizes, json!([2, 4, 2, 300])),
        change("desired_capacity", json!(3), group, sizes, json!([2, 4, 3, 300])),
        change("desired_capacity", json!(null), group, sizes, json!([2, 4, 3, 300])),
        change("health_check_grace_period", json!(30), group, sizes, json!([2, 4, 3, 30])),
        change(
            "target_tracking",
            json!({"target_value": 50}),
            &["+ scaling_policy"],
            scaling,
            json!([["ASGAverageCPUUtilization", 50.0]]),
        ),
        change(
            "target_tracking",
            json!({"predefined_metric_type": "ALBRequestCountPerTarget", "target_value": 1000}),
            &["~ scaling_policy"],
            scaling,
            json!([["ALBRequestCountPerTarget", 1000.0]]),
        ),
        change("target_tracking", json!(null), &["- scaling_policy"], scaling, json!([])),
        change("policy_arns", json!([FURTHER_POLICY]), role_only, role, json!([null, [FURTHER_POLICY]])),
        change("permissions_boundary", json!(BOUNDARY), role_only, role, json!([BOUNDARY, [FURTHER_POLICY]])),
        change("permissions_boundary", json!(null), role_only, role, json!([null, [FURTHER_POLICY]])),
        change("policy_arns", json!(null), role_only, role, json!([null, []])),
        change(
            "port",
            json!(8080),
            &["~ autoscaling_group", "~ listener_rule", "~ security_group_rules", "~ target_group"],
            open_ports,
            json!([8080]),
        ),
        change(
            "protocol",
            json!("HTTPS"),
            &["~ autoscaling_group", "~ listener_rule", "~ target_group"],
            |dev| target_group(dev, "Protocol"),
            json!("HTTPS"),
        ),
        change("paths", json!(["/api/*"]), &["~ listener_rule"], conditions, json!([[["acme"], ["/api/*"]]])),
        change("paths", json!(null), &["~ listener_rule"], conditions, json!([[["acme"], []]])),
        change("priority", json!(4711), &["~ listener_rule"], priority, json!("4711")),
        change("instance_refresh", json!({"min_healthy_percentage": 50}), &[], |_| json!(null), json!(null)),
        change("timeouts", json!({"update": "1h"}), &[], |_| json!(null), json!(null)),
    ];
    make(&mut dev, TENANT, changes);
    dev.end();
}

#[test]
fn twelve_hosts_stand_in_three_rules_and_a_host_touches_only_its_own() {
    let mut dev = Configuration::with_tenant();
    dev.set(TENANT, "hosts", hosts(0..12));
    dev.apply();
    let rule = |names: &[usize]| {
        let mut names: Vec<String> = names.iter().map(|n| format!("h{n}")).collect();
        names.sort();
        json!([names, []])
    };
    let (first, second) = (rule(&[0, 1, 2, 3, 4]), rule(&[5, 6, 7, 8, 9]));
    assert_eq!(conditions(&dev), json!([first, second, rule(&[10, 11])]));
    let kept = |dev: &Configuration| dev.attribute(TENANT, "priorities").as_array().unwrap()[..2].to_vec();
    let priorities = kept(&dev);
    let add =
        |to, children, rules| Change { argument: "hosts", to, children, ask: conditions, answer: rules };
    let changes = vec![
        add(hosts(0..13), &["~ listener_rule.3"], json!([first, second, rule(&[10, 11, 12])])),
        add(hosts(0..11), &["~ listener_rule.3"], json!([first, second, rule(&[10])])),
        add(hosts(0..10), &["- listener_rule.3"], json!([first, second])),
        add(hosts(0..11), &["+ listener_rule.3"], json!([first, second, rule(&[10])])),
    ];
    make(&mut dev, TENANT, changes);
    assert_eq!(kept(&dev), priorities);
    dev.end();
}
