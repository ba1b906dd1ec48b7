//! What a user reads, kept word for word in `tests/golden/`. A change of the provider that changes it shows up as a
//! difference there; `UPDATE_GOLDEN=1 cargo test -p paas-tests --test golden` keeps the new words.

use paas_tests::configuration::{DATABASE, ENVIRONMENT, TENANT};
use paas_tests::emulator::Fault;
use paas_tests::golden::assert_golden;
use paas_tests::terraform::Output;
use paas_tests::{Configuration, Workspace};
use serde_json::json;

const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
const WEBHOOK: &str = "paas_gitlab_webhook.shared";

/// The text of a plan.
fn planned(dev: &Configuration) -> String {
    dev.terraform.plan(&[]).expect_success();
    dev.terraform.plan_text()
}

/// The errors of a run that fails, as Terraform prints them.
fn errors(output: &Output) -> String {
    assert!(!output.success(), "{}", output.report());
    let from = output.stderr.find("Error: ").unwrap_or_else(|| panic!("{}", output.report()));
    output.stderr[from..].to_owned()
}

#[test]
fn an_environment_is_planned_and_updated() {
    let mut dev = Configuration::with_environment();
    assert_golden("environment_create", &planned(&dev));
    dev.apply();
    dev.set(ENVIRONMENT, "idle_timeout", 120);
    dev.set(ENVIRONMENT, "enable_cloudtrail", false);
    assert_golden("environment_update", &planned(&dev));
}

#[test]
fn a_tenant_is_planned_drifts_is_updated_fails_and_is_replaced() {
    let mut dev = Configuration::with_environment();
    dev.apply();
    let tenant = dev.tenant("acme");
    dev.declare(TENANT, tenant);
    assert_golden("tenant_create", &planned(&dev));
    dev.apply();

    let target_group = dev.attribute(TENANT, "target_group_arn");
    let _ = dev.look(
        "elbv2",
        "modify_target_group",
        &json!({"TargetGroupArn": target_group, "HealthCheckPath": "/changed-by-hand"}),
    );
    let rule = dev.attribute(TENANT, "listener_rule_arns")[0].take();
    let _ = dev.look("elbv2", "delete_rule", &json!({ "RuleArn": rule }));
    assert_golden("tenant_drift", &planned(&dev));
    dev.apply();

    let newer = dev.aws.seed_image("web-2");
    dev.set(TENANT, "image_id", newer);
    assert_golden("tenant_update", &planned(&dev));
    dev.aws.limits(&json!({"instance_refresh_fails": true}));
    assert_golden("tenant_apply_error", &errors(&dev.terraform.run(["apply", "-no-color", "-auto-approve"])));

    dev.set(TENANT, "name", "umbrella");
    assert_golden("tenant_replace", &planned(&dev));

    // Another team's tenant, and an environment that is taken out of its own configuration.
    dev.terraform.run(["state", "rm", TENANT]).expect_success();
    dev.remove(TENANT);
    dev.remove(ENVIRONMENT);
    assert_golden("environment_destroy_refused", &errors(&dev.terraform.run(["plan", "-no-color"])));
}

#[test]
fn a_tenant_with_a_pipeline_is_planned_and_gets_two_slots() {
    let mut dev = Configuration::with_environment();
    dev.apply();
    let mut tenant = dev.tenant("acme");
    tenant["pipeline"] = json!({"approval": {"comment": "Is it good?"}});
    dev.declare(TENANT, tenant);
    assert_golden("tenant_pipeline_create", &planned(&dev));
    dev.apply();
    dev.set(
        TENANT,
        "pipeline",
        json!({"deployment_type": "BLUE_GREEN", "approval": {"comment": "Is it good?"}}),
    );
    assert_golden("tenant_blue_green", &planned(&dev));
}

#[test]
fn a_database_is_planned_drifts_and_is_not_destroyed() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    let mut database = dev.database();
    database["db_name"] = json!("shop");
    database["parameters"] = json!({"max_connections": "200"});
    dev.declare(DATABASE, database);
    assert_golden("database_create", &planned(&dev));
    dev.apply();

    // Somebody lets the world in.
    let everyone = json!([{
        "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    }]);
    let group = dev.attribute(DATABASE, "security_group_id");
    let opened = json!({"GroupId": group, "IpPermissions": everyone});
    let _ = dev.look("ec2", "authorize_security_group_ingress", &opened);
    assert_golden("database_drift", &planned(&dev));
    dev.apply();

    dev.remove(DATABASE);
    assert_golden("database_destroy_refused", &errors(&dev.terraform.run(["plan", "-no-color"])));
}

/// With an environment that is yet to be made: names and ids aren't known, and the plan says which children there will be.
#[test]
fn an_infrastructure_pipeline_is_planned_updated_and_leaves_its_images() {
    let mut dev = Configuration::with_environment();
    let deploy = json!({"approval": {"comment": "Is it good?"}});
    let environment = format!("${{{ENVIRONMENT}.id}}");
    let pipeline = json!({"environment": environment, "tenant": "acme", "deploy": deploy});
    dev.declare(PIPELINE, pipeline);
    dev.terraform.plan(&[]).expect_success();
    let plan = dev.terraform.plan_json();
    let changes = plan["resource_changes"].as_array().expect("a list");
    let made = changes.iter().find(|change| change["address"] == PIPELINE).expect("it is planned");
    let children = made["change"]["after_unknown"]["children"].as_object().expect("keys are known");
    for key in ["bake_project", "bake_role", "deploy_policy.1", "deploy_project", "pipeline", "record"] {
        assert_eq!(children[key], true, "{key}: {children:?}");
    }

    dev.remove(PIPELINE);
    dev.apply();
    let idle = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo nothing is baked\n";
    let pipeline = json!({
        "environment": environment, "tenant": "acme", "buildspec": idle,
        "deploy": {"buildspec": idle, "approval": {"comment": "Is it good?"}},
    });
    dev.declare(PIPELINE, pipeline);
    assert_golden("infrastructure_pipeline_create", &planned(&dev));
    dev.apply();

    // Somebody lets the bake's builds do what they like.
    let project = dev.attribute(PIPELINE, "bake_project_name");
    let found = dev.look("codebuild", "batch_get_projects", &json!({ "names": [project] }));
    let mut environment = found["projects"][0]["environment"].clone();
    environment["privilegedMode"] = json!(true);
    dev.by_hand("codebuild", "update_project", &json!({"name": project, "environment": environment}));
    assert_golden("infrastructure_pipeline_drift", &planned(&dev));
    dev.apply();

    dev.set(PIPELINE, "instance_type", "t3.large");
    dev.set(PIPELINE, "keep_images", 2);
    assert_golden("infrastructure_pipeline_update", &planned(&dev));
    dev.apply();

    let tags = json!([{"Key": "paas:owner", "Value": "paas/dev/acme/machine_image"}]);
    dev.by_hand("ec2", "create_tags", &json!({"Resources": [dev.image], "Tags": tags}));
    dev.remove(PIPELINE);
    let output = dev.terraform.run(["plan", "-no-color"]).expect_success();
    let warning = output.stdout.find("Warning: Images").unwrap_or_else(|| panic!("{}", output.report()));
    assert_golden("infrastructure_pipeline_destroy", &output.stdout[warning..]);
}

/// Without any environment: a webhook needs none, and says which it misses.
#[test]
fn a_webhook_is_planned_drifts_and_is_updated() {
    let mut shared = Configuration::empty();
    let webhook = json!({
        "gitlab_host": "gitlab.example.test",
        "allowed_repositories": ["shops/*"],
        "naming_rule": "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)",
        "credentials_wo": "an access token of GitLab's",
        "credentials_wo_version": 1,
    });
    shared.declare(WEBHOOK, webhook.clone());
    assert_golden("gitlab_webhook_create", &planned(&shared));
    let output = shared.terraform.run(["plan", "-no-color"]).expect_success();
    let warning =
        output.stdout.find("Warning: Environments").unwrap_or_else(|| panic!("{}", output.report()));
    let warning = output.stdout[warning..].split("\n\n─").next().unwrap_or_default();
    assert_golden("gitlab_webhook_missing_environments", warning);
    shared.apply();

    // Somebody takes another branch for production.
    let function = shared.attribute(WEBHOOK, "function_name");
    let found = shared.look("lambda", "get_function_configuration", &json!({ "FunctionName": function }));
    let mut variables = found["Environment"].clone();
    variables["Variables"]["BRANCHES"] = json!(r#"{"anything":"production"}"#);
    shared.by_hand(
        "lambda",
        "update_function_configuration",
        &json!({"FunctionName": function, "Environment": variables}),
    );
    assert_golden("gitlab_webhook_drift", &planned(&shared));
    shared.apply();

    shared.set(WEBHOOK, "branches", json!({"main": "production"}));
    shared.set(WEBHOOK, "token_wo", "0123456789abcdef");
    shared.set(WEBHOOK, "token_wo_version", 1);
    shared.set(WEBHOOK, "throttling_rate_limit", 5);
    assert_golden("gitlab_webhook_update", &planned(&shared));
}

/// What a team reads that never saw the provider: its tenant through the module `tenant`, with pipeline and database.
#[test]
fn another_teams_tenant_is_planned_and_breaks_off() {
    let dev = Configuration::with_environment();
    dev.apply();
    let mut acme = Workspace::new(&dev.aws).of("examples/tenants/acme");
    acme.variable("image_id", &dev.image);
    acme.get().expect_success();
    acme.plan(&[]).expect_success();
    assert_golden("module_tenant_create", &acme.plan_text());

    let full =
        Fault::error("LimitExceededException", "You have reached the maximum number of pipelines", 400);
    dev.aws.faults([full.operation("CreatePipeline")]);
    let output = acme.run(["apply", "-no-color", "-auto-approve"]);
    let warning = output.stdout.find("Warning: tenant").unwrap_or_else(|| panic!("{}", output.report()));
    assert_golden("module_tenant_broken_off", &format!("{}\n{}", &output.stdout[warning..], errors(&output)));
}

/// The same of a tenant that its infrastructure pipeline deploys, and of one whose images an apply bakes.
#[test]
fn baked_tenants_are_planned() {
    let dev = Configuration::with_environment();
    dev.apply();
    for (example, name) in
        [("bakery", "module_tenant_baked_create"), ("studio", "module_infrastructure_pipeline_create")]
    {
        let tenant = Workspace::new(&dev.aws).of(&format!("examples/tenants/{example}"));
        tenant.get().expect_success();
        tenant.plan(&[]).expect_success();
        assert_golden(name, &tenant.plan_text());
    }
}
