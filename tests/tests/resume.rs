//! `on_create_failure = "resume"`: a create that breaks off leaves what exists, untainted, and the next apply goes on.

use paas_tests::configuration::{ENVIRONMENT, WEBHOOK};
use paas_tests::emulator::Fault;
use paas_tests::terraform::{Diagnostic, Next};
use paas_tests::{Configuration, hcl};
use serde_json::json;
use std::time::Duration;

const TENANT: &str = "paas_tenant.acme";

/// An applied environment, and a tenant yet to be made that resumes; `lifecycle` goes into its block.
fn stage(lifecycle: &str) -> Configuration {
    let stage = Configuration::with_environment();
    stage.apply();
    let mut tenant = stage.tenant("acme");
    tenant["on_create_failure"] = json!("resume");
    let block = hcl::resource(TENANT, &tenant);
    let block = block.trim_end().trim_end_matches('}');
    stage.terraform.write("tenant.tf", &format!("{block}{lifecycle}\n}}\n"));
    stage
}

/// The group can't be made, for whatever reason.
fn no_group() -> Fault {
    Fault::error("ValidationError", "You have reached a limit", 400).operation("CreateAutoScalingGroup")
}

fn is_tainted(stage: &Configuration) -> bool {
    let state = stage.terraform.state();
    let resources = state["values"]["root_module"]["resources"].as_array().expect("there are resources");
    let tenant = resources.iter().find(|resource| resource["address"] == TENANT).expect("it is there");
    tenant["tainted"] == true
}

#[test]
fn the_next_apply_goes_on_in_place() {
    let stage = stage("");
    stage.aws.faults([no_group()]);
    let broken = stage.terraform.apply(&[]).expect_success();
    let warnings = broken.diagnostics();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let text = warnings[0].text();
    for part in ["can't create autoscaling_group", "You have reached a limit", "`ready` is false", "goes on"]
    {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    assert!(!is_tainted(&stage));
    assert_eq!(stage.attribute(TENANT, "ready"), json!(false));
    assert_eq!(stage.attribute(TENANT, "id"), json!(null), "what depends on it must not take it for whole");
    assert_ne!(stage.attribute(TENANT, "target_group_arn"), json!(null), "what is known is told");

    stage.aws.clear_faults();
    let before = stage.aws.counts(0).by_operation["elbv2:CreateTargetGroup"];
    assert_eq!(stage.terraform.plan(&[]).expect_success().changes(), [(TENANT.into(), "update".into())]);
    stage.apply();
    assert_eq!(stage.attribute(TENANT, "ready"), json!(true));
    assert_eq!(stage.attribute(TENANT, "id"), json!("dev/acme"));
    assert_eq!(stage.aws.counts(0).by_operation["elbv2:CreateTargetGroup"], before, "nothing is made twice");
    stage.assert_settled();
    stage.end();
}

#[test]
fn a_postcondition_makes_the_run_fail_and_destroys_nothing() {
    let stage = stage(
        "  lifecycle {\n    postcondition {\n      condition     = self.ready\n      error_message = \"acme is not ready\"\n    }\n  }\n",
    );
    stage.aws.faults([no_group()]);
    let errors = stage.terraform.apply(&[]).expect_errors();
    assert!(errors.iter().any(|error| error.text().contains("acme is not ready")), "{errors:?}");
    assert!(!is_tainted(&stage));

    // A second failure is an update's: an error, and nothing is lost by it either.
    let errors = stage.terraform.apply(&[]).expect_errors();
    assert!(errors.iter().any(|error| error.text().contains("You have reached a limit")), "{errors:?}");
    assert!(!is_tainted(&stage));
    assert_eq!(stage.attribute(TENANT, "ready"), json!(false));

    stage.aws.clear_faults();
    stage.apply();
    assert_eq!(stage.attribute(TENANT, "ready"), json!(true));
    stage.assert_settled();
    stage.end();
}

#[test]
fn an_interrupted_create_is_no_error() {
    let stage = stage("");
    stage.aws.timing(&json!({"auto_scaling_group": {"create": 8.0}}));
    let mut running = stage.terraform.start(["apply", "-json", "-auto-approve"]);
    while stage.aws.calls(0).iter().all(|call| call.operation != "CreateAutoScalingGroup") {
        assert_ne!(running.next_line(Duration::from_millis(100)), Next::End, "{}", running.wait().report());
    }
    running.interrupt();
    let text = running.wait().report();
    assert!(text.contains("interrupted"), "{text}");
    assert!(!is_tainted(&stage));
    assert_eq!(stage.attribute(TENANT, "ready"), json!(false));
    stage.apply();
    assert_eq!(stage.aws.counts(0).by_operation["autoscaling:CreateAutoScalingGroup"], 1);
    stage.assert_settled();
    stage.end();
}

/// Half-made, it can be destroyed like anything else.
#[test]
fn what_is_not_ready_can_be_destroyed() {
    let stage = stage("");
    stage.aws.faults([no_group()]);
    stage.terraform.apply(&[]).expect_success();
    stage.aws.clear_faults();
    stage.end();
}

/// Nothing was made: there is nothing to resume, and the error stays one.
#[test]
fn what_never_began_is_an_error() {
    let stage = stage("");
    stage.aws.faults([Fault::error("AccessDeniedException", "no", 400).operation("PutParameter")]);
    let errors = stage.terraform.apply(&[]).expect_errors();
    assert!(errors.iter().any(|error| error.text().contains("PutParameter")), "{errors:?}");
    assert!(stage.terraform.attributes(TENANT).is_none());
    assert!(stage.terraform.attributes(ENVIRONMENT).is_some());
    stage.aws.clear_faults();
    stage.apply();
    stage.end();
}

#[test]
fn an_infrastructure_pipeline_goes_on_in_place_too() {
    const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
    let mut stage = Configuration::with_environment();
    stage.apply();
    let idle = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo nothing is baked\n";
    let pipeline = json!({
        "environment": format!("${{{ENVIRONMENT}.id}}"), "tenant": "acme", "buildspec": idle,
        "deploy": {"buildspec": idle}, "on_create_failure": "resume",
    });
    stage.declare(PIPELINE, pipeline);
    let full =
        Fault::error("LimitExceededException", "You have reached the maximum number of pipelines", 400);
    stage.aws.faults([full.operation("CreatePipeline")]);
    let broken = stage.terraform.apply(&[]).expect_success();
    let warnings = broken.diagnostics();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let text = warnings[0].text();
    for part in ["can't create pipeline", "You have reached the maximum", "`ready` is false", "goes on"] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    assert_eq!(stage.attribute(PIPELINE, "ready"), json!(false));
    assert_eq!(stage.attribute(PIPELINE, "id"), json!(null), "what depends on it must not take it for whole");
    assert_eq!(stage.attribute(PIPELINE, "bake_project_name"), json!("paas_dev_acme_bake"));

    stage.aws.clear_faults();
    stage.apply();
    let calls = stage.aws.counts(0).by_operation;
    assert_eq!(calls["codebuild:CreateProject"], 2, "nothing is made twice");
    assert_eq!(stage.attribute(PIPELINE, "ready"), json!(true));
    assert_eq!(stage.attribute(PIPELINE, "id"), json!("dev/acme"));
    stage.assert_settled();
    stage.end();
}

#[test]
fn a_webhook_goes_on_in_place_too() {
    let mut stage = Configuration::with_webhook();
    stage.set(WEBHOOK, "on_create_failure", "resume");
    let full = Fault::error("CodeStorageExceededException", "Code storage limit exceeded.", 400);
    stage.aws.faults([full.operation("CreateFunction")]);
    let broken = stage.terraform.apply(&[]).expect_success().diagnostics();
    let text = broken.iter().map(Diagnostic::text).find(|text| text.contains("can't create function"));
    let text = text.unwrap_or_else(|| panic!("no warning tells of it: {broken:?}"));
    for part in ["Code storage limit exceeded", "`ready` is false", "goes on"] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    assert_eq!(stage.attribute(WEBHOOK, "ready"), json!(false));
    assert_eq!(stage.attribute(WEBHOOK, "url"), json!(null), "nobody is to call what isn't there");
    assert_ne!(stage.attribute(WEBHOOK, "token_secret_arn"), json!(null), "what is known is told");

    stage.aws.clear_faults();
    stage.apply();
    let calls = stage.aws.counts(0).by_operation;
    assert_eq!((calls["secretsmanager:CreateSecret"], calls["codebuild:CreateProject"]), (1, 1));
    assert_eq!(stage.attribute(WEBHOOK, "ready"), json!(true));
    stage.assert_settled();
    stage.end();
}
