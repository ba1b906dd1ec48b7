//! What refers to a composite is left alone by what happens inside it.

use paas_tests::hcl::{PROVIDER_SOURCE, resource};
use paas_tests::{Emulator, Workspace};
use serde_json::json;

/// Every one of these makes the environment's record unknown until it is repaired. Its id must not become unknown with
/// it: `environment` can't be changed in place, so every tenant would be planned anew.
#[test]
fn a_repair_of_an_environment_does_not_touch_its_tenants() {
    let aws = Emulator::start();
    let certificate = aws.seed_certificate("*.dev.example.test");
    let image = aws.seed_image("web-1");
    let workspace = Workspace::new(&aws);
    let environment = json!({"name": "dev", "cidr_block": "10.0.0.0/16", "certificate_arn": certificate});
    let tenant = json!({
        "environment": "${paas_environment.dev.id}",
        "name": "acme",
        "hosts": ["acme.dev.example.test"],
        "image_id": image,
    });
    workspace.write(
        "main.tf",
        &[
            PROVIDER_SOURCE,
            &resource("paas_environment.dev", &environment),
            &resource("paas_tenant.acme", &tenant),
        ]
        .concat(),
    );
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
