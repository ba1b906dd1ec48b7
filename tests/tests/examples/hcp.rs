//! `examples/hcp-terraform`, as far as it goes without HCP Terraform and without hashicorp/aws: the tenant with a local
//! state, and what the roles may do and who may become them. Not seen here: `roles/roles.tf` but for its format, and a run
//! of HCP Terraform.

use super::{account, example};
use paas_tests::hcl::PROVIDER_SOURCE;
use paas_tests::{Workspace, root};
use serde_json::{Value, json};
use std::fs;

/// The part that needs hashicorp/aws.
pub const ROLES: &str = "examples/hcp-terraform/roles";

/// IAM's quota of a managed policy, in characters without white space.
const MANAGED_POLICY: usize = 6144;

#[test]
fn the_tenant_comes_up_in_an_environment_that_it_knows_by_name() {
    let (aws, certificate, image) = account();
    let mut staging = example(&aws, "environments/staging");
    staging.variable("certificate_arn", certificate).variable("image_id", image);
    staging.variable("environment", "staging").variable("hosts", "[\"acme.staging.example.test\"]");
    staging.variable("account_id", "123456789012");
    staging.apply(&[]).expect_success();

    let tenant = staging.sibling("examples/hcp-terraform/tenant");
    tenant.get().expect_success();
    let versions = fs::read_to_string(tenant.folder().join("versions.tf")).unwrap();
    let (before, cloud) = versions.split_once("  cloud {\n").expect("it has a cloud block");
    let (cloud, after) = cloud.split_once("\n  }\n").expect("the block ends");
    assert!(cloud.contains("organization = ") && cloud.contains("workspaces {"), "{cloud}");
    tenant.write("versions.tf", &format!("{before}{after}"));
    tenant.apply(&[]).expect_success();
    assert_eq!(tenant.plan(&[]).expect_success().changes(), []);

    let mut another = tenant.sibling("examples/hcp-terraform/tenant");
    another.variable("account_id", "210987654321");
    let refusal = another.plan(&[]).expect_errors();
    assert!(refusal[0].text().contains("123456789012"), "{refusal:?}");

    tenant.write("unprotected_override.tf", super::tenants::UNPROTECTED);
    tenant.apply(&[]).expect_success();
    tenant.destroy(&[]).expect_success();
    staging.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

#[test]
fn plans_and_applies_become_different_roles_with_policies_that_iam_takes() {
    let (aws, _, _) = account();
    let mut roles = Workspace::new(&aws);
    for file in ["policies.tf", "variables.tf"] {
        roles.write(file, &fs::read_to_string(root().join(ROLES).join(file)).unwrap());
    }
    let outputs = "output \"subjects\" {\n  value = local.subjects\n}\noutput \"documents\" {\n  value = local.documents\n}\n";
    roles.write("versions.tf", &format!("{PROVIDER_SOURCE}provider \"paas\" {{}}\n{outputs}"));
    roles
        .variable("organization", "example")
        .variable("project", "tenants")
        .variable("workspace", "acme-dev");
    roles.apply(&[]).expect_success();

    let subject =
        |phase: &str| format!("organization:example:project:tenants:workspace:acme-dev:run_phase:{phase}");
    assert_eq!(roles.output("subjects"), json!({"plan": subject("plan"), "apply": subject("apply")}));

    let documents = roles.output("documents");
    let documents = documents.as_object().unwrap();
    let mut writes = 0;
    for (name, entry) in documents {
        let text = entry["document"].as_str().unwrap();
        assert!(text.len() <= MANAGED_POLICY, "{name} has {} characters", text.len());
        aws.call("iam", "create_policy", &json!({"PolicyName": name, "PolicyDocument": text}))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let document: Value = serde_json::from_str(text).unwrap();
        let creates = document["Statement"].as_array().unwrap().iter().filter(|statement| {
            let actions =
                statement["Action"].as_array().cloned().unwrap_or(vec![statement["Action"].clone()]);
            actions.iter().any(|action| action.as_str().unwrap().contains(":Create"))
        });
        let creates = creates.count();
        assert!(entry["phase"] == "apply" || creates == 0, "a plan creates nothing: {name}");
        writes += creates;
    }
    assert!(writes > 0 && documents.contains_key("plan-1"), "{:?}", documents.keys());
}
