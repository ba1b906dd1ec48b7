//! The environments: with one NAT gateway and tenants, with a NAT instance, and protected.

use super::{account, count, example};

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
    let refusal = acme.destroy(&[]).expect_errors();
    assert!(refusal.iter().any(|error| error.text().contains("deletion_protection")), "{refusal:?}");
    acme.write("unprotected_override.tf", super::tenants::UNPROTECTED);
    acme.apply(&[]).expect_success();
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
