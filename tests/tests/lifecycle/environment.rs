//! An environment: every argument that changes in place. What concerns its network is in `network.rs`.

use crate::changes::{Change, make};
use paas_tests::Configuration;
use paas_tests::configuration::ENVIRONMENT;
use serde_json::{Value, json};

const ROLES: &[&str] = &[
    "~ deploy_role",
    "~ events_role",
    "~ infrastructure_pipeline_role",
    "~ log_delivery_role",
    "~ software_pipeline_role",
];
const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

/// An attribute of the load balancer, under AWS's name.
fn balancer(dev: &Configuration, name: &str) -> Value {
    let arn = dev.attribute(ENVIRONMENT, "load_balancer_arn");
    let found = dev.look("elbv2", "describe_load_balancer_attributes", &json!({ "LoadBalancerArn": arn }));
    let attributes = found["Attributes"].as_array().unwrap();
    attributes.iter().find(|attribute| attribute["Key"] == name).unwrap()["Value"].clone()
}

fn https_listener(dev: &Configuration) -> Value {
    let arn = dev.attribute(ENVIRONMENT, "https_listener_arn");
    dev.look("elbv2", "describe_listeners", &json!({ "ListenerArns": [arn] }))["Listeners"][0].take()
}

/// ARNs of the listener's certificates besides the default one.
fn additional_certificates(dev: &Configuration) -> Value {
    let arn = dev.attribute(ENVIRONMENT, "https_listener_arn");
    let found = dev.look("elbv2", "describe_listener_certificates", &json!({ "ListenerArn": arn }));
    let further = found["Certificates"].as_array().unwrap().iter().filter(|one| one["IsDefault"] != true);
    further.map(|one| one["CertificateArn"].clone()).collect()
}

/// The ranges that may reach the load balancer on port 443.
fn sources(dev: &Configuration) -> Value {
    let id = dev.attribute(ENVIRONMENT, "load_balancer_security_group_id");
    let found = dev.look("ec2", "describe_security_groups", &json!({ "GroupIds": [id] }));
    let rules = found["SecurityGroups"][0]["IpPermissions"].as_array().unwrap();
    let https = rules.iter().find(|rule| rule["FromPort"] == 443).unwrap();
    https["IpRanges"].as_array().unwrap().iter().map(|range| range["CidrIp"].clone()).collect()
}

/// What the published record says of an argument.
fn recorded(dev: &Configuration, argument: &str) -> Value {
    let parameter = dev.look("ssm", "get_parameter", &json!({ "Name": "/paas/paas/dev" }));
    let record: Value = serde_json::from_str(parameter["Parameter"]["Value"].as_str().unwrap()).unwrap();
    record["arguments"][argument].clone()
}

/// The permissions boundaries of the environment's roles, each once.
fn boundaries(dev: &Configuration) -> Value {
    let roles = dev.aws.inventory().into_iter().filter(|object| object.kind == "role");
    let boundary = |name: String| {
        let role = dev.look("iam", "get_role", &json!({ "RoleName": name }));
        role["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"].clone()
    };
    let mut found: Vec<Value> = roles.filter_map(|role| role.name).map(boundary).collect();
    found.dedup();
    found.into()
}

/// Whether the trail records, the days that its log group keeps events, and how many grants the bucket policy gives it.
fn trail(dev: &Configuration) -> Value {
    let arn = dev.attribute(ENVIRONMENT, "cloudtrail_arn");
    let records = arn
        .as_str()
        .map(|arn| dev.look("cloudtrail", "get_trail_status", &json!({ "Name": arn }))["IsLogging"].clone());
    let groups = dev.look("logs", "describe_log_groups", &json!({}));
    let policy =
        dev.look("s3", "get_bucket_policy", &json!({"Bucket": dev.attribute(ENVIRONMENT, "bucket")}));
    let grants = policy["Policy"].as_str().unwrap().matches("cloudtrail.amazonaws.com").count();
    json!([records, groups["logGroups"][0]["retentionInDays"], grants])
}

fn expiration(dev: &Configuration) -> Value {
    let bucket = json!({"Bucket": dev.attribute(ENVIRONMENT, "bucket")});
    let found = dev.look("s3", "get_bucket_lifecycle_configuration", &bucket);
    let rules = found["Rules"].as_array().unwrap();
    let logs = rules.iter().find(|rule| rule["Filter"]["Prefix"] == "logs/").unwrap();
    logs["Expiration"]["Days"].clone()
}

#[test]
fn every_argument_changes_in_place_and_touches_what_it_says() {
    let mut dev = Configuration::with_environment();
    dev.apply();
    dev.assert_settled();
    let change = |argument, to, children, ask, answer| Change { argument, to, children, ask, answer };
    let first = dev.certificate.clone();
    let (second, third) =
        (dev.aws.seed_certificate("*.second.test"), dev.aws.seed_certificate("*.third.test"));
    let newer = "ELBSecurityPolicy-TLS13-1-3-2021-06";
    let timeout: fn(&Configuration) -> Value = |dev| balancer(dev, "idle_timeout.timeout_seconds");
    let protected: fn(&Configuration) -> Value = |dev| balancer(dev, "deletion_protection.enabled");
    let changes = vec![
        change("idle_timeout", json!(120), &["~ load_balancer"], timeout, json!("120")),
        change("idle_timeout", json!(null), &["~ load_balancer"], timeout, json!("60")),
        change(
            "ssl_policy",
            json!(newer),
            &["~ https_listener"],
            |dev| https_listener(dev)["SslPolicy"].take(),
            json!(newer),
        ),
        change(
            "additional_certificate_arns",
            json!([second]),
            &["~ https_listener"],
            additional_certificates,
            json!([second]),
        ),
        change(
            "certificate_arn",
            json!(third),
            &["~ https_listener"],
            |dev| https_listener(dev)["Certificates"][0]["CertificateArn"].take(),
            json!(third),
        ),
        change(
            "additional_certificate_arns",
            json!([second, first]),
            &["~ https_listener"],
            |dev| json!(additional_certificates(dev).as_array().unwrap().len()),
            json!(2),
        ),
        change(
            "additional_certificate_arns",
            json!(null),
            &["~ https_listener"],
            additional_certificates,
            json!([]),
        ),
        change(
            "ingress_cidr_blocks",
            json!(["203.0.113.0/24"]),
            &["~ load_balancer_security_group_rules"],
            sources,
            json!(["203.0.113.0/24"]),
        ),
        change(
            "ingress_cidr_blocks",
            json!(null),
            &["~ load_balancer_security_group_rules"],
            sources,
            json!(["0.0.0.0/0"]),
        ),
        change("deletion_protection", json!(true), &["~ load_balancer"], protected, json!("true")),
        change("deletion_protection", json!(null), &["~ load_balancer"], protected, json!("false")),
        change(
            "enable_cloudtrail",
            json!(false),
            &["~ bucket_policy", "- cloudtrail", "- log_delivery_role", "- log_group"],
            trail,
            json!([null, null, 0]),
        ),
        change(
            "enable_cloudtrail",
            json!(true),
            &["+ cloudtrail", "+ log_delivery_role", "+ log_group", "~ bucket_policy"],
            trail,
            json!([true, 3, 2]),
        ),
        change("cloudtrail_retention_in_days", json!(7), &["~ log_group"], trail, json!([true, 7, 2])),
        change("log_expiration_days", json!(30), &["~ bucket"], expiration, json!(30)),
        change("permissions_boundary", json!(BOUNDARY), ROLES, boundaries, json!([BOUNDARY])),
        change("permissions_boundary", json!(null), ROLES, boundaries, json!([null])),
        change(
            "reserved_priorities",
            json!([{"from": 1, "to": 99}]),
            &[],
            |dev| recorded(dev, "reserved_priorities"),
            json!([{"from": 1, "to": 99}]),
        ),
        change(
            "deletion_window_in_days",
            json!(7),
            &[],
            |dev| recorded(dev, "deletion_window_in_days"),
            json!(7),
        ),
        change("force_destroy", json!(null), &[], |dev| recorded(dev, "force_destroy"), json!(null)),
        change(
            "timeouts",
            json!({"update": "1h"}),
            &[],
            |dev| recorded(dev, "timeouts")["update"].take(),
            json!("1h"),
        ),
    ];
    make(&mut dev, ENVIRONMENT, changes);

    let _ = dev.look(
        "s3",
        "put_object",
        &json!({"Bucket": dev.attribute(ENVIRONMENT, "bucket"), "Key": "software/acme.zip"}),
    );
    let refusal = dev.terraform.destroy(&[]).expect_errors();
    assert!(refusal[0].text().contains("force_destroy"), "{}", refusal[0].text());
    dev.set(ENVIRONMENT, "force_destroy", true);
    dev.apply();
    dev.end();
}
