//! The same through real Terraform: what a user reads, and what a program reads.

use paas_tests::{Emulator, Workspace};
use serde_json::{Value as Json, json};

fn configuration(aws: &Emulator) -> String {
    let (certificate, image) = (aws.seed_certificate("*.example.com"), aws.seed_image("web-1"));
    format!(
        r#"
        terraform {{
          required_providers {{
            paas = {{ source = "paas/paas" }}
          }}
        }}

        resource "paas_environment" "dev" {{
          name            = "dev"
          cidr_block      = "10.0.0.0/16"
          certificate_arn = "{certificate}"
        }}

        resource "paas_tenant" "acme" {{
          environment     = paas_environment.dev.id
          name            = "acme"
          hosts           = ["acme.example.com"]
          image_id        = "{image}"
          target_tracking = {{ target_value = 60 }}
        }}
        "#
    )
}

/// What somebody does one afternoon.
fn spoil(aws: &Emulator, dev: &Workspace) {
    let call = |service: &str, operation: &str, params: Json| {
        aws.call(service, operation, &params)
            .unwrap_or_else(|error| panic!("{service} {operation}: {error}"));
    };
    let environment = dev.attributes("paas_environment.dev").expect("it exists");
    let tenant = dev.attributes("paas_tenant.acme").expect("it exists");
    let bucket = json!({"Bucket": environment["bucket"], "VersioningConfiguration": {"Status": "Suspended"}});
    call("s3", "put_bucket_versioning", bucket);
    call("kms", "delete_alias", json!({"AliasName": environment["kms_alias_name"]}));
    call("cloudtrail", "stop_logging", json!({"Name": environment["cloudtrail_arn"]}));
    let priority = json!([{"RuleArn": tenant["listener_rule_arns"][0], "Priority": 7}]);
    call("elbv2", "set_rule_priorities", json!({"RulePriorities": priority}));
    let sizes = json!({"AutoScalingGroupName": tenant["autoscaling_group_name"], "MaxSize": 9});
    call("autoscaling", "update_auto_scaling_group", sizes);
}

#[test]
fn a_user_reads_what_was_changed_by_hand_and_what_an_apply_repairs() {
    let aws = Emulator::start();
    let dev = Workspace::new(&aws);
    dev.write("main.tf", &configuration(&aws));
    dev.apply(&[]).expect_success();
    spoil(&aws, &dev);

    let planned = dev.plan(&[]).expect_success();
    let updated = |address: &str| (address.to_owned(), "update".to_owned());
    assert_eq!(planned.changes(), [updated("paas_environment.dev"), updated("paas_tenant.acme")]);

    let text = dev.plan_text().split_whitespace().collect::<Vec<_>>().join(" ");
    for reads in [
        r#"~ "bucket" = jsonencode( ~ {"#,
        "~ versioning = false -> true",
        "~ enable_logging = false -> true",
        r#"+ "key_alias" = jsonencode( { + key_id ="#,
        "~ max_size = 9 -> 2",
        "- priority = 7",
        "Plan: 0 to add, 2 to change, 0 to destroy.",
    ] {
        assert!(text.contains(reads), "{reads} isn't in: {text}");
    }
    let plan = dev.plan_json();
    let changed = |address: &str| -> Vec<String> {
        let changes = plan["resource_changes"].as_array().expect("a list of changes").iter();
        let change =
            &changes.clone().find(|change| change["address"] == address).expect("it changes")["change"];
        let (before, after) = (change["before"].as_object().unwrap(), change["after"].as_object().unwrap());
        let attributes = after.keys().filter(|name| before[*name] != after[*name]).collect::<Vec<_>>();
        assert_eq!(attributes, ["children"], "{address}");
        let (before, after) = (&before["children"], &after["children"]);
        after.as_object().unwrap().keys().filter(|key| before.get(key) != after.get(key)).cloned().collect()
    };
    assert_eq!(changed("paas_environment.dev"), ["bucket", "cloudtrail", "key_alias"]);
    assert_eq!(changed("paas_tenant.acme"), ["autoscaling_group", "listener_rule"]);

    dev.apply_plan().expect_success();
    assert_eq!(dev.plan(&[]).expect_success().changes(), []);
}
