//! Ctrl-C in the middle of an apply, as a shell sends it: to Terraform and its provider together.

use paas_tests::configuration::{DATABASE, ENVIRONMENT, WEBHOOK};
use paas_tests::emulator::Fault;
use paas_tests::terraform::{Diagnostic, Next};
use paas_tests::{Configuration, Emulator, Workspace};
use serde_json::json;
use std::time::Duration;

/// Applies, and interrupts that once it has called this operation: the errors that Terraform ends with.
fn interrupted(dev: &Workspace, aws: &Emulator, operation: &str) -> Vec<Diagnostic> {
    let mut running = dev.start(["apply", "-json", "-auto-approve"]);
    while aws.calls(0).iter().all(|call| call.operation != operation) {
        assert_ne!(running.next_line(Duration::from_millis(100)), Next::End, "{}", running.wait().report());
    }
    assert_eq!(running.providers().len(), 1);
    running.interrupt();
    running.wait().expect_errors()
}

#[test]
fn an_interrupted_create_keeps_what_exists_and_goes_on_from_it() {
    let aws = Emulator::start();
    let certificate = aws.seed_certificate("*.dev.example.test");
    let dev = Workspace::new(&aws);
    dev.write(
        "main.tf",
        &format!(
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
              force_destroy   = true
            }}
            "#
        ),
    );
    aws.timing(&json!({"nat_gateway": {"create": 8.0}})); // time enough to press Ctrl-C

    let errors = interrupted(&dev, &aws, "CreateNatGateway");
    assert!(errors.iter().any(|error| error.text().contains("terraform untaint")), "{errors:?}");
    let kept = dev.attributes("paas_environment.dev").expect("the state holds what exists");
    assert_eq!(kept["name"], "dev");

    dev.run(["untaint", "paas_environment.dev"]).expect_success();
    dev.apply(&[]).expect_success();
    assert_eq!(aws.counts(0).by_operation["ec2:CreateVpc"], 1);
    assert_eq!(dev.attributes("paas_environment.dev").expect("it is there")["id"], "dev");
    assert_eq!(dev.plan(&[]).expect_success().changes(), []);
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

/// RDS goes on making the instance while nobody waits for it. It isn't made a second time, and not made anew either.
#[test]
fn an_interrupted_database_is_waited_for_by_the_next_apply() {
    let mut dev = Configuration::with_tenant();
    dev.apply();
    let database = dev.database();
    dev.declare(DATABASE, database);
    dev.aws.timing(&json!({"db_instance": {"create": 8.0}}));
    let errors = interrupted(&dev.terraform, &dev.aws, "CreateDBInstance");
    assert!(errors.iter().any(|error| error.text().contains("terraform untaint")), "{errors:?}");
    assert_eq!(dev.attribute(DATABASE, "name"), "database");

    let refused = dev.terraform.plan(&[]).expect_errors();
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert_eq!(refused[0].summary, "The database is protected");
    assert!(refused[0].text().contains("run terraform untaint"), "{}", refused[0].text());

    dev.terraform.run(["untaint", DATABASE]).expect_success();
    dev.apply();
    assert_eq!(dev.aws.counts(0).by_operation["rds:CreateDBInstance"], 1);
    assert_eq!(dev.attribute(DATABASE, "ready"), true);
    dev.assert_settled();
    dev.set(DATABASE, "deletion_protection", false);
    dev.set(DATABASE, "skip_final_snapshot", true);
    dev.apply();
    dev.end();
}

/// Nothing of it takes long: what was under way is finished, and what comes after it is left to the next apply.
#[test]
fn an_interrupted_infrastructure_pipeline_goes_on_from_what_exists() {
    const PIPELINE: &str = "paas_infrastructure_pipeline.acme";
    let mut dev = Configuration::with_environment();
    dev.apply();
    let idle = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo nothing is baked\n";
    let pipeline =
        json!({"environment": format!("${{{ENVIRONMENT}.id}}"), "tenant": "acme", "buildspec": idle});
    dev.declare(PIPELINE, pipeline);
    dev.aws.faults([Fault::latency(3000).operation("CreateProject")]); // time enough to press Ctrl-C
    let before = dev.aws.counts(0).by_operation.get("codepipeline:CreatePipeline").copied();
    let errors = interrupted(&dev.terraform, &dev.aws, "CreateInstanceProfile");
    assert!(errors.iter().any(|error| error.text().contains("terraform untaint")), "{errors:?}");
    assert_eq!(dev.aws.counts(0).by_operation.get("codepipeline:CreatePipeline").copied(), before);
    assert_eq!(dev.attribute(PIPELINE, "ready"), false);
    dev.aws.clear_faults();

    let groups = dev.aws.counts(0).by_operation["logs:CreateLogGroup"];
    dev.terraform.run(["untaint", PIPELINE]).expect_success();
    dev.apply();
    let calls = dev.aws.counts(0).by_operation;
    assert_eq!((calls["codebuild:CreateProject"], calls["logs:CreateLogGroup"]), (1, groups));
    assert_eq!(dev.attribute(PIPELINE, "ready"), true);
    dev.assert_settled();
    dev.end();
}

/// Lambda goes on making the function while nobody waits for it.
#[test]
fn an_interrupted_webhook_goes_on_from_what_exists() {
    let dev = Configuration::with_webhook();
    dev.aws.timing(&json!({"function": {"create": 8.0}}));
    let errors = interrupted(&dev.terraform, &dev.aws, "CreateFunction");
    assert!(errors.iter().any(|error| error.text().contains("terraform untaint")), "{errors:?}");
    assert_eq!(dev.attribute(WEBHOOK, "ready"), false);

    dev.terraform.run(["untaint", WEBHOOK]).expect_success();
    dev.apply();
    let calls = dev.aws.counts(0).by_operation;
    assert_eq!((calls["lambda:CreateFunction"], calls["secretsmanager:CreateSecret"]), (1, 1));
    assert_eq!(dev.attribute(WEBHOOK, "ready"), true);
    dev.assert_settled();
    dev.end();
}
