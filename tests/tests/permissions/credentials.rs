//! The one role that reads a secret.

use crate::lives::{database, leave_to_others, with_tenant_of_others};
use crate::roles;
use paas_aws::permissions::{Access, ResourceType};
use paas_tests::configuration::DATABASE;
use paas_tests::hcl::{PROVIDER_SOURCE, block};
use serde_json::json;

#[test]
fn credentials_are_read_with_their_policy_and_with_no_other() {
    let mut dev = with_tenant_of_others();
    dev.declare(DATABASE, database("database"));
    dev.apply();
    leave_to_others(&mut dev, &[DATABASE]);
    let opened =
        block("ephemeral \"paas_database_credentials\" \"this\"", &json!({"database": "dev/acme/database"}));
    dev.terraform.write("main.tf", &(PROVIDER_SOURCE.to_owned() + &opened));

    let reader = roles::enact(&dev.aws, "paas", Access::Plan, ResourceType::DatabaseCredentials);
    dev.terraform.set("AWS_ACCESS_KEY_ID", reader);
    let before = dev.aws.mark();
    dev.terraform.plan(&[]).expect_success();
    assert!(dev.aws.counts(before).by_operation.contains_key("secretsmanager:GetSecretValue"));

    let another = roles::enact(&dev.aws, "paas", Access::Apply, ResourceType::Database);
    dev.terraform.set("AWS_ACCESS_KEY_ID", another);
    let refused = dev.terraform.plan(&[]).expect_errors();
    assert!(
        refused.iter().any(|error| error.text().contains("secretsmanager:GetSecretValue")),
        "{refused:?}"
    );
}
