//! Every example, applied and destroyed by real Terraform.

use paas_tests::{Emulator, Workspace, root};
use std::fs;

/// An account with what the examples ask for.
fn account() -> (Emulator, String, String) {
    let aws = Emulator::start();
    let certificate = aws.seed_certificate("*.dev.example.test");
    let image = aws.seed_image("web-1");
    (aws, certificate, image)
}

fn example(aws: &Emulator, path: &str) -> Workspace {
    let workspace = Workspace::new(aws).of(&format!("examples/{path}"));
    workspace.get().expect_success();
    workspace
}

fn count(aws: &Emulator, kind: &str) -> usize {
    aws.inventory().iter().filter(|object| object.kind == kind).count()
}

#[test]
fn examples_are_formatted_and_valid() {
    let all = Workspace::offline().of("examples");
    all.run(["fmt", "-check", "-diff", "-recursive"]).expect_success();
    for folder in ["environments", "tenants"] {
        for entry in fs::read_dir(root().join("examples").join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let example = all.sibling(&format!("examples/{folder}/{name}"));
            example.get().expect_success();
            example.validate().expect_success();
        }
    }
}

#[test]
fn a_development_environment_with_two_tenants_and_another_teams() {
    let (aws, certificate, image) = account();
    let mut dev = example(&aws, "environments/dev");
    dev.variable("certificate_arn", certificate).variable("image_id", image);
    let acme = dev.sibling("examples/tenants/acme");
    acme.get().expect_success();

    dev.apply(&[]).expect_success();
    acme.apply(&[]).expect_success();
    assert_eq!(acme.output("urls"), serde_json::json!(["https://acme.dev.example.test/"]));
    assert_eq!(acme.output("load_balancer_dns_name"), dev.output("load_balancer_dns_name"));
    assert_eq!(count(&aws, "auto_scaling_group"), 3);
    assert_eq!(count(&aws, "nat_gateway"), 1);
    assert_eq!(dev.plan(&[]).expect_success().changes(), []);
    assert_eq!(acme.plan(&[]).expect_success().changes(), []);

    let refusal = dev.destroy(&[]).expect_errors();
    assert!(refusal.iter().any(|error| error.text().contains("acme")), "{refusal:?}");
    acme.destroy(&[]).expect_success();
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

#[test]
fn a_staging_environment_with_a_nat_instance() {
    let (aws, certificate, _) = account();
    let mut staging = example(&aws, "environments/staging");
    staging.variable("certificate_arn", certificate);
    staging.apply(&[]).expect_success();
    assert_eq!((count(&aws, "nat_gateway"), count(&aws, "instance")), (0, 1));
    assert_eq!(staging.plan(&[]).expect_success().changes(), []);
    staging.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

#[test]
fn a_production_environment_that_is_protected() {
    let (aws, certificate, _) = account();
    let mut production = example(&aws, "environments/production");
    production.variable("certificate_arn", certificate);
    production.apply(&[]).expect_success();
    assert_eq!(count(&aws, "nat_gateway"), 3);
    assert_eq!(production.plan(&[]).expect_success().changes(), []);

    let refusal = production.destroy(&[]).expect_errors();
    assert!(refusal.iter().any(|error| error.text().contains("deletion_protection")), "{refusal:?}");
    assert_eq!(count(&aws, "nat_gateway"), 3);

    production
        .write("unprotected_override.tf", "module \"environment\" {\n  deletion_protection = false\n}\n");
    production.apply(&[]).expect_success();
    production.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}
