//! What refers to a composite is left alone by what happens inside it, and follows what changes for it.

use paas_tests::configuration::WEBHOOK;
use paas_tests::hcl::{PROVIDER_SOURCE, resource};
use paas_tests::{Configuration, Emulator, Workspace};
use serde_json::{Value, json};

/// An environment and a tenant in one configuration.
struct Pair {
    environment: Value,
    tenant: Value,
}

impl Pair {
    fn new(aws: &Emulator) -> Self {
        let certificate = aws.seed_certificate("*.dev.example.test");
        let image = aws.seed_image("web-1");
        Self {
            environment: json!({"name": "dev", "cidr_block": "10.0.0.0/16", "certificate_arn": certificate}),
            tenant: json!({
                "environment": "${paas_environment.dev.id}",
                "name": "acme",
                "hosts": ["acme.dev.example.test"],
                "image_id": image,
            }),
        }
    }

    fn write(&self, workspace: &Workspace) {
        let environment = resource("paas_environment.dev", &self.environment);
        let tenant = resource("paas_tenant.acme", &self.tenant);
        workspace.write("main.tf", &[PROVIDER_SOURCE, &environment, &tenant].concat());
    }
}

/// Every one of these makes the environment's record unknown until it is repaired. Its id must not become unknown with
/// it: `environment` can't be changed in place, so every tenant would be planned anew.
#[test]
fn a_repair_of_an_environment_does_not_touch_its_tenants() {
    let aws = Emulator::start();
    let workspace = Workspace::new(&aws);
    Pair::new(&aws).write(&workspace);
    workspace.apply(&[]).expect_success();
    let attributes = workspace.attributes("paas_environment.dev").unwrap();

    let role = attributes["deploy_role_arn"].as_str().unwrap().rsplit('/').next().unwrap();
    let policies = aws.call("iam", "list_role_policies", &json!({"RoleName": role})).unwrap();
    for policy in policies["PolicyNames"].as_array().unwrap() {
        aws.call("iam", "delete_role_policy", &json!({"RoleName": role, "PolicyName": policy})).unwrap();
    }
    let attached = aws.call("iam", "list_attached_role_policies", &json!({"RoleName": role})).unwrap();
    for policy in attached["AttachedPolicies"].as_array().unwrap() {
        let detach = json!({"RoleName": role, "PolicyArn": policy["PolicyArn"]});
        aws.call("iam", "detach_role_policy", &detach).unwrap();
    }
    aws.call("iam", "delete_role", &json!({"RoleName": role})).unwrap();

    let plan = workspace.plan(&[]).expect_success();
    assert_eq!(plan.changes(), [("paas_environment.dev".to_owned(), "update".to_owned())]);
    workspace.apply(&[]).expect_success();
    assert_eq!(workspace.plan(&[]).expect_success().changes(), []);
    workspace.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

/// The tenant is planned before the environment has published its new subnets, and applied after.
#[test]
fn a_tenant_changes_along_with_its_environment() {
    let aws = Emulator::start();
    let workspace = Workspace::new(&aws);
    let mut pair = Pair::new(&aws);
    pair.environment["availability_zones"] = json!(["eu-west-1a", "eu-west-1b"]);
    pair.write(&workspace);
    workspace.apply(&[]).expect_success();
    let group = workspace.attributes("paas_tenant.acme").unwrap()["autoscaling_group_name"].clone();

    pair.environment["availability_zones"] = json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    pair.tenant["instance_type"] = json!("t3.small");
    pair.write(&workspace);
    let changes = workspace.plan(&[]).expect_success().changes();
    let update = |address: &str| (address.to_owned(), "update".to_owned());
    assert_eq!(changes, [update("paas_environment.dev"), update("paas_tenant.acme")]);
    workspace.apply(&[]).expect_success();
    let groups = json!({"AutoScalingGroupNames": [group]});
    let held = aws.call("autoscaling", "describe_auto_scaling_groups", &groups).unwrap();
    let subnets = held["AutoScalingGroups"][0]["VPCZoneIdentifier"].as_str().unwrap().split(',').count();
    assert_eq!(subnets, 3, "the tenant follows into the new zone in the same apply");
    assert_eq!(workspace.plan(&[]).expect_success().changes(), []);
    workspace.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

/// EC2 keeps a group that another one's rule names. A rule of the environment's own goes for it; nobody else's does.
#[test]
fn a_tenant_goes_although_a_database_admits_it() {
    let aws = Emulator::start();
    let workspace = Workspace::new(&aws);
    let mut pair = Pair::new(&aws);
    pair.tenant["timeouts"] = json!({"delete": "5s"});
    pair.write(&workspace);
    workspace.apply(&[]).expect_success();
    let ec2 = |operation: &str, params: &Value| aws.call("ec2", operation, params).unwrap();
    let vpc = workspace.attributes("paas_environment.dev").unwrap()["vpc_id"].clone();
    let tenant = workspace.attributes("paas_tenant.acme").unwrap()["security_group_id"].clone();
    let mysql = json!([
        {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [{"GroupId": tenant}]},
        {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]},
    ]);
    let admitting = |name: &str, owner: &str| {
        let tags =
            json!([{"ResourceType": "security-group", "Tags": [{"Key": "paas:owner", "Value": owner}]}]);
        let group = json!({"GroupName": name, "Description": "-", "VpcId": vpc, "TagSpecifications": tags});
        let id = ec2("create_security_group", &group)["GroupId"].clone();
        ec2("authorize_security_group_ingress", &json!({"GroupId": id, "IpPermissions": mysql}));
        id
    };
    let peers = |id: &Value| {
        let found = ec2("describe_security_groups", &json!({"GroupIds": [id]}));
        let rules = found["SecurityGroups"][0]["IpPermissions"].as_array().unwrap().clone();
        let groups = rules.iter().flat_map(|rule| rule["UserIdGroupPairs"].as_array().unwrap());
        let ranges = rules.iter().flat_map(|rule| rule["IpRanges"].as_array().unwrap());
        (groups.count(), ranges.count())
    };
    let (database, stranger) =
        (admitting("database", "paas/dev/acme/database"), admitting("stranger", "shop/dev"));

    workspace
        .write("main.tf", &[PROVIDER_SOURCE, &resource("paas_environment.dev", &pair.environment)].concat());
    let errors = workspace.apply(&[]).expect_errors();
    assert!(errors[0].text().contains("DependencyViolation"), "{errors:?}");
    assert_eq!(peers(&database), (0, 1), "the rule that names the tenant's group is gone, and no other");
    assert_eq!(peers(&stranger), (1, 1), "somebody else's group is left alone");

    ec2("delete_security_group", &json!({"GroupId": stranger}));
    workspace.apply(&[]).expect_success();
    ec2("delete_security_group", &json!({"GroupId": database}));
    workspace.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

/// GitLab has been told a URL, a token and a function: what is repaired behind them is none of its business.
#[test]
fn a_repair_of_a_webhook_does_not_touch_who_was_told_of_it() {
    let mut dev = Configuration::with_webhook();
    let told = ["id", "url", "token_secret_arn", "function_name", "build_project_name", "parameter_name"];
    let told: Vec<String> = told.iter().map(|name| format!("${{{WEBHOOK}.{name}}}")).collect();
    dev.declare("terraform_data.gitlab", json!({ "input": told }));
    dev.apply();

    let api = dev.attribute(WEBHOOK, "rest_api_id");
    dev.by_hand("apigateway", "delete_stage", &json!({"restApiId": api, "stageName": "v1"}));
    let function = dev.attribute(WEBHOOK, "function_name");
    dev.by_hand("lambda", "delete_function", &json!({ "FunctionName": function }));
    dev.by_hand("ssm", "delete_parameter", &json!({"Name": dev.attribute(WEBHOOK, "parameter_name")}));
    let changes = dev.terraform.plan(&[]).expect_success().changes();
    assert_eq!(changes, [(WEBHOOK.to_owned(), "update".to_owned())]);
    dev.terraform.apply_plan().expect_success();
    dev.assert_settled();

    // Another API has another URL, and only then is there anything to tell.
    dev.by_hand("apigateway", "delete_rest_api", &json!({ "restApiId": api }));
    let changes = dev.terraform.plan(&[]).expect_success().changes();
    assert_eq!(changes.len(), 2, "{changes:?}");
    dev.terraform.apply_plan().expect_success();
    dev.assert_settled();
    dev.end();
}
