//! A tenant through the module `tenant`: a create that breaks off, and the application that finds its database.

use super::repository::{Application, FakeMySql, repository};
use super::{account, count, example};
use paas_tests::emulator::{Fault, REGION};
use paas_tests::prerequisites;
use serde_json::{Value, json};
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Whoever wants the database gone says so first; and this one leaves no snapshot, so that nothing is left.
pub const UNPROTECTED: &str =
    "module \"acme\" {\n  database = { deletion_protection = false, skip_final_snapshot = true }\n}\n";

/// The account's quota of pipelines is used up.
fn no_pipelines() -> Fault {
    Fault::error("LimitExceededException", "Too many pipelines", 400).operation("CreatePipeline")
}

#[test]
fn a_tenant_that_breaks_off_is_red_and_goes_on_with_the_next_apply() {
    let (aws, certificate, image) = account();
    let mut dev = example(&aws, "environments/dev");
    dev.variable("certificate_arn", certificate).variable("image_id", image);
    let acme = dev.sibling("examples/tenants/acme");
    acme.get().expect_success();
    dev.apply(&["-target", "module.environment"]).expect_success();

    aws.faults([no_pipelines()]);
    let errors = acme.apply(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].text().contains("terraform apply goes on from here"), "{errors:?}");
    assert_eq!((count(&aws, "auto_scaling_group"), count(&aws, "db_instance")), (1, 0));

    aws.clear_faults();
    let mut changes = acme.plan(&[]).expect_success().changes();
    changes.sort();
    let of = |name: &str| format!("module.acme.module.software_pipeline[0].{name}");
    assert_eq!(
        changes,
        [(of("paas_database.this[0]"), "create".into()), (of("paas_tenant.this"), "update".into())]
    );
    acme.apply_plan().expect_success();
    assert_eq!((count(&aws, "auto_scaling_group"), count(&aws, "db_instance")), (1, 1));
    assert_eq!(acme.plan(&[]).expect_success().changes(), []);

    // What is half-made can be taken away as well.
    acme.write("unprotected_override.tf", UNPROTECTED);
    acme.apply(&[]).expect_success();
    acme.destroy(&[]).expect_success();
    aws.faults([no_pipelines()]);
    let _ = acme.apply(&[]).expect_errors();
    aws.clear_faults();
    acme.destroy(&[]).expect_success();
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

#[test]
fn the_application_finds_its_database_and_tells_no_secret() {
    let (aws, certificate, image) = account();
    let mut dev = example(&aws, "environments/dev");
    dev.variable("certificate_arn", certificate).variable("image_id", image);
    let acme = dev.sibling("examples/tenants/acme");
    acme.get().expect_success();
    dev.apply(&["-target", "module.environment"]).expect_success();
    acme.apply(&[]).expect_success();
    let database = acme.output("database");

    // The repository as it is goes through the pipeline.
    let uri = acme.output("source_uri");
    let (bucket, key) = uri.as_str().unwrap().strip_prefix("s3://").unwrap().split_once('/').unwrap();
    let appspec = fs::read_to_string(repository().join("appspec.yml")).unwrap();
    let release = aws.upload(&json!(bucket), &json!(key), &[("appspec.yml", &appspec)]);
    let serves = || aws.releases().values().any(|served| served.revision["etag"] == release);
    let until = Instant::now() + Duration::from_secs(30);
    while !serves() {
        assert!(Instant::now() < until, "not in 30 seconds: {:?}", aws.releases());
        sleep(Duration::from_millis(100));
    }

    // The emulated account has no MySQL: the record as it is, but for the address of a stand-in.
    let call = |service: &str, operation: &str, params: &Value| {
        aws.call(service, operation, params).unwrap_or_else(|error| panic!("{operation}: {error}"))
    };
    let published = call("ssm", "get_parameter", &json!({"Name": database["parameter_name"]}));
    let mut record: Value = serde_json::from_str(published["Parameter"]["Value"].as_str().unwrap()).unwrap();
    assert_eq!(record["outputs"]["address"], database["address"]);
    let mysql = FakeMySql::listen("8.4.5");
    record["outputs"]["address"] = json!("127.0.0.1");
    record["outputs"]["port"] = json!(mysql.port);
    call(
        "ssm",
        "put_parameter",
        &json!({"Name": "/stand-in", "Type": "String", "Value": record.to_string()}),
    );

    let mut environment = aws.environment();
    environment.extend([
        ("DATABASE_PARAMETER", "/stand-in".into()),
        ("AWS_DEFAULT_REGION", REGION.into()),
        // Not the provider's: what it may call is another matter.
        ("AWS_ACCESS_KEY_ID", "AKIAINSTANCE00000000".into()),
    ]);
    let tools = prerequisites::emulator_python().unwrap().parent().unwrap().display().to_string();
    let application = Application::start(&environment, Some(&tools));
    let (status, text) = application.get("/database");
    assert_eq!(status, 200, "{text}");
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        told,
        json!({"address": "127.0.0.1", "port": mysql.port, "username": "admin", "version": "8.4.5"})
    );
    let secret = json!({"SecretId": database["master_user_secret_arn"]});
    let secret = call("secretsmanager", "get_secret_value", &secret)["SecretString"].take();
    let secret: Value = serde_json::from_str(secret.as_str().unwrap()).unwrap();
    assert_eq!(secret["username"], "admin");
    assert!(!application.end().contains(secret["password"].as_str().unwrap()));
}
