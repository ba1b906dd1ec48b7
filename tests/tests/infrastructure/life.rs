//! From its creation to its end: every argument that changes in place, and what each touches.

use crate::changes::{Change, make};
use crate::{IDLE, PIPELINE, actions, idle, project, variable};
use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use serde_json::{Value, json};

const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const FURTHER_POLICY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const CONFIGURATION: &str = "variable \"image_id\" {}\n";

fn role(dev: &Configuration, name: &str) -> Value {
    let role = dev.look("iam", "get_role", &json!({ "RoleName": name }));
    role["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"].clone()
}

/// The policies that somebody else manages and the role that deploys has.
fn further_policies(dev: &Configuration) -> Value {
    let arn = dev.attribute(PIPELINE, "deploy_role_arn");
    let name = arn.as_str().expect("it deploys").rsplit('/').next().expect("a name");
    let attached = dev.look("iam", "list_attached_role_policies", &json!({ "RoleName": name }));
    let arns =
        attached["AttachedPolicies"].as_array().expect("a list").iter().map(|p| p["PolicyArn"].clone());
    arns.filter(|arn| arn.as_str().is_some_and(|arn| arn.starts_with("arn:aws:iam::aws:"))).collect()
}

/// The boundaries of all the pipeline's roles, each once.
fn boundaries(dev: &Configuration) -> Value {
    let names = ["paas_dev_acme-bake-", "paas_dev_acme-bake-instance-", "paas_dev_acme-deploy-"];
    let region = |name: &str| format!("{name}eu-west-1");
    let mut found: Vec<Value> = names.map(|name| role(dev, &region(name))).to_vec();
    found.dedup();
    found.into()
}

fn bake(dev: &Configuration) -> Value {
    project(dev, &dev.attribute(PIPELINE, "bake_project_name"))
}

fn bake_variable(name: &'static str, dev: &Configuration) -> Value {
    variable(dev, "bake_project_name", name)
}

#[test]
fn a_pipeline_stands_in_its_environment_and_needs_no_tenant() {
    let dev = idle();
    dev.apply();
    dev.assert_settled();
    let attribute = |name: &str| dev.attribute(PIPELINE, name);
    assert_eq!(attribute("id"), "dev/acme");
    assert_eq!(attribute("ready"), true);
    assert_eq!(attribute("source_object_key"), "infrastructure/acme.zip");
    assert_eq!(attribute("source_bucket"), dev.attribute(ENVIRONMENT, "bucket"));
    assert_eq!(attribute("parameter_name"), "/paas/paas/dev/acme/infrastructure_pipeline");
    assert_eq!(attribute("deploy_role_arn"), Value::Null);
    assert_eq!(actions(&dev), json!(["Source", "Bake"]));

    // Builds without privileges, with a role of the tenant's own, and their output in one group.
    let project = bake(&dev);
    assert_eq!(project["environment"]["privilegedMode"], false);
    assert_eq!(project["serviceRole"], attribute("bake_role_arn"));
    assert_eq!(project["source"]["type"], "CODEPIPELINE");
    assert_eq!(project["logsConfig"]["cloudWatchLogs"]["groupName"], attribute("log_group_name"));
    assert_eq!(bake_variable("IMAGE_OWNER", &dev), "paas/dev/acme/machine_image");
    let subnets: Vec<String> =
        serde_json::from_value(dev.attribute(ENVIRONMENT, "natted_subnet_ids")).unwrap();
    assert_eq!(bake_variable("SUBNET_IDS", &dev), subnets.join(","));

    // Scripts that do nothing lie there for the first run.
    let seed = json!({"Bucket": attribute("source_bucket"), "Key": attribute("source_object_key")});
    assert!(dev.look("s3", "head_object", &seed)["ContentLength"].as_u64() > Some(0));

    // Nothing comes into the instances that images are made of.
    let named = json!({"Filters": [{"Name": "group-name", "Values": ["paas_dev_acme_bake"]}]});
    let group = dev.look("ec2", "describe_security_groups", &named)["SecurityGroups"][0].take();
    assert_eq!(group["IpPermissions"], json!([]));
    assert_eq!(group["GroupId"], bake_variable("PKR_VAR_security_group_id", &dev));
    dev.end();
}

#[test]
fn every_argument_changes_in_place_and_touches_what_it_says() {
    let mut dev = idle();
    dev.apply();
    dev.assert_settled();
    let own = dev.image.clone();
    let change = |argument, to, children, ask, answer| Change { argument, to, children, ask, answer };
    let project = &["~ bake_project"];
    let changes = vec![
        change("source_ami", json!(own), project, |dev| bake_variable("PKR_VAR_source_ami", dev), json!(own)),
        change("source_ami", json!(null), project, |dev| bake_variable("PKR_VAR_source_ami", dev), json!("")),
        change(
            "source_ami_filter",
            json!({"name": "base-*", "owner": "self"}),
            project,
            |dev| {
                json!([
                    bake_variable("PKR_VAR_source_ami_name", dev),
                    bake_variable("PKR_VAR_source_ami_owner", dev)
                ])
            },
            json!(["base-*", "self"]),
        ),
        change(
            "instance_type",
            json!("t3.medium"),
            project,
            |dev| bake_variable("PKR_VAR_instance_type", dev),
            json!("t3.medium"),
        ),
        change(
            "root_volume",
            json!({"size": 20, "type": "gp2", "device_name": "/dev/sda1"}),
            project,
            |dev| {
                let of = |name| bake_variable(name, dev);
                json!([of("PKR_VAR_volume_size"), of("PKR_VAR_volume_type"), of("PKR_VAR_device_name")])
            },
            json!(["20", "gp2", "/dev/sda1"]),
        ),
        change(
            "ssh_username",
            json!("ubuntu"),
            project,
            |dev| bake_variable("PKR_VAR_ssh_username", dev),
            json!("ubuntu"),
        ),
        change(
            "install_codedeploy_agent",
            json!(false),
            project,
            |dev| bake_variable("INSTALL_CODEDEPLOY_AGENT", dev),
            json!("false"),
        ),
        change("keep_images", json!(2), project, |dev| bake_variable("KEEP_IMAGES", dev), json!("2")),
        change(
            "packer",
            json!({"version": "1.6.6", "variables": {"communicator": "none"}}),
            &["~ bake_project", "~ bake_role"],
            |dev| json!([bake_variable("PACKER_VERSION", dev), bake_variable("PKR_VAR_communicator", dev)]),
            json!(["1.6.6", "none"]),
        ),
        change(
            "environment_variables",
            json!({"MIRROR": "https://example.test"}),
            project,
            |dev| bake_variable("MIRROR", dev),
            json!("https://example.test"),
        ),
        change(
            "build_image",
            json!("aws/codebuild/standard:7.0"),
            project,
            |dev| bake(dev)["environment"]["image"].clone(),
            json!("aws/codebuild/standard:7.0"),
        ),
        change(
            "compute_type",
            json!("BUILD_GENERAL1_MEDIUM"),
            project,
            |dev| bake(dev)["environment"]["computeType"].clone(),
            json!("BUILD_GENERAL1_MEDIUM"),
        ),
        change(
            "build_timeout",
            json!(30),
            project,
            |dev| json!([bake(dev)["timeoutInMinutes"], bake_variable("PKR_VAR_timeout_minutes", dev)]),
            json!([30, "30"]),
        ),
        change(
            "buildspec",
            json!(null),
            project,
            |dev| json!(bake(dev)["source"]["buildspec"] == dev.attribute(PIPELINE, "bake_buildspec")),
            json!(true),
        ),
        change(
            "packer",
            json!({"version": "1.6.6", "template": "source \"null\" \"nothing\" {}\n"}),
            project,
            |dev| {
                json!(
                    bake(dev)["source"]["buildspec"]
                        .as_str()
                        .unwrap()
                        .contains("source \"null\" \"nothing\" {}")
                )
            },
            json!(true),
        ),
        change(
            "packer",
            json!(null),
            &["~ bake_project", "~ bake_role"],
            |dev| {
                let template = dev.attribute(PIPELINE, "packer_template");
                json!(template.as_str().unwrap().contains("amazon-ebs"))
            },
            json!(true),
        ),
        change(
            "deploy",
            json!({}),
            &[
                "+ deploy_policy.1",
                "+ deploy_policy.2",
                "+ deploy_policy.3",
                "+ deploy_policy.4",
                "+ deploy_project",
                "+ deploy_role",
                "~ pipeline",
            ],
            actions,
            json!(["Source", "Bake", "Deploy"]),
        ),
        change(
            "deploy",
            json!({"approval": {"comment": "Is it good?"}}),
            &["~ pipeline"],
            actions,
            json!(["Source", "Bake", "Plan", "Approval", "Apply"]),
        ),
        change(
            "deploy",
            json!({"configuration": CONFIGURATION, "terraform_version": "1.12.1", "environment_variables": {"TF_LOG": "INFO"}}),
            &["~ deploy_project", "~ pipeline"],
            |dev| {
                let of = |name| variable(dev, "deploy_project_name", name);
                json!([of("CONFIGURATION_FOLDER"), of("TERRAFORM_VERSION"), of("TF_LOG"), of("STATE_KEY")])
            },
            json!(["", "1.12.1", "INFO", "terraform/acme.tfstate"]),
        ),
        change(
            "deploy",
            json!({"buildspec": IDLE}),
            &["~ deploy_project"],
            |dev| {
                let name = dev.attribute(PIPELINE, "deploy_project_name");
                crate::project(dev, &name)["source"]["buildspec"].clone()
            },
            json!(IDLE),
        ),
        change(
            "deploy",
            json!({"policy_arns": [FURTHER_POLICY]}),
            &["~ deploy_project", "~ deploy_role"],
            further_policies,
            json!([FURTHER_POLICY]),
        ),
        change(
            "permissions_boundary",
            json!(BOUNDARY),
            &["~ bake_instance_role", "~ bake_role", "~ deploy_policy.2", "~ deploy_role"],
            boundaries,
            json!([BOUNDARY]),
        ),
        change(
            "permissions_boundary",
            json!(null),
            &["~ bake_instance_role", "~ bake_role", "~ deploy_policy.2", "~ deploy_role"],
            boundaries,
            json!([null]),
        ),
        change(
            "deploy",
            json!(null),
            &[
                "~ pipeline",
                "- deploy_policy.1",
                "- deploy_policy.2",
                "- deploy_policy.3",
                "- deploy_policy.4",
                "- deploy_project",
                "- deploy_role",
            ],
            actions,
            json!(["Source", "Bake"]),
        ),
        change(
            "trigger",
            json!("CLOUDTRAIL"),
            &["~ event_rule"],
            |dev| {
                let name = dev.attribute(PIPELINE, "pipeline_name");
                let rule = dev.look("events", "describe_rule", &json!({ "Name": name }));
                json!(rule["EventPattern"].as_str().unwrap().contains("CloudTrail"))
            },
            json!(true),
        ),
        change(
            "log_retention_in_days",
            json!(7),
            &["~ log_group"],
            |dev| {
                let named = json!({"logGroupNamePrefix": dev.attribute(PIPELINE, "log_group_name")});
                dev.look("logs", "describe_log_groups", &named)["logGroups"][0]["retentionInDays"].clone()
            },
            json!(7),
        ),
        change("timeouts", json!({"update": "1h"}), &[], |_| json!(null), json!(null)),
    ];
    make(&mut dev, PIPELINE, changes);
    dev.end();
}

/// What a plan warns of, one line each.
fn warnings(dev: &Configuration) -> Vec<String> {
    let told = dev.terraform.plan(&[]).expect_success().diagnostics().into_iter();
    let warnings = told.filter(|one| one.severity == "warning");
    warnings.map(|one| format!("{}: {}", one.summary, one.detail)).collect()
}

/// Images outlive what baked them. So does what the pipeline deployed, and the state in which alone Terraform knows of it.
#[test]
fn a_destroy_says_what_stays() {
    let mut dev = idle();
    dev.set(PIPELINE, "deploy", json!({"buildspec": IDLE}));
    let tenant = dev.tenant("acme");
    dev.declare(TENANT, tenant);
    dev.apply();
    let tags = json!([{"Key": "paas:owner", "Value": "paas/dev/acme/machine_image"}]);
    dev.by_hand("ec2", "create_tags", &json!({"Resources": [dev.image], "Tags": tags}));
    dev.remove(PIPELINE);
    let [images] = &warnings(&dev)[..] else { panic!("{:?}", warnings(&dev)) };
    assert!(images.starts_with("Images stay: One image stays") && images.contains(&dev.image), "{images}");

    // As if a run of the pipeline had deployed it.
    let state = json!({"Bucket": dev.attribute(PIPELINE, "source_bucket"), "Key": "terraform/acme.tfstate"});
    dev.by_hand("s3", "put_object", &state);
    let [first, second] = &warnings(&dev)[..] else { panic!("{:?}", warnings(&dev)) };
    let tenant = if first.starts_with("The tenant") { first } else { second };
    assert!(tenant.starts_with("The tenant stays: Tenant \"acme\" of environment \"dev\" stays"), "{tenant}");
    assert!(tenant.contains("/terraform/acme.tfstate"), "{tenant}");
    dev.apply();
    dev.assert_settled();
}
