//! `data.paas_iam_policy` through Terraform.

use crate::roles::place;
use paas_aws::permissions::ResourceType::{
    Ami, Database, DatabaseCredentials, Environment, GitlabWebhook, InfrastructurePipeline, Tenant,
};
use paas_aws::permissions::{Access, Policy};
use paas_tests::hcl::{PROVIDER_SOURCE, block};
use paas_tests::{Emulator, Workspace};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the data source gives for these arguments, under a provider with these.
fn read(aws: &Emulator, provider: &Value, arguments: &Value) -> Value {
    let workspace = Workspace::new(aws);
    let text = [
        PROVIDER_SOURCE.to_owned(),
        block("provider \"paas\"", provider),
        block("data \"paas_iam_policy\" \"this\"", arguments),
        "output \"this\" {\n  value = data.paas_iam_policy.this\n}\n".to_owned(),
    ];
    workspace.write("main.tf", &text.concat());
    workspace.apply(&[]).expect_success();
    workspace.output("this")
}

#[test]
fn it_gives_the_least_policy_in_one_document_and_in_parts() {
    let aws = Emulator::start();
    let by_default = [Environment, Tenant, InfrastructurePipeline, Ami, Database, GitlabWebhook];
    for (provider, arguments, project, access, of) in [
        (json!({}), json!({"access": "plan"}), "paas", Access::Plan, by_default.to_vec()),
        (json!({"project": "shop"}), json!({"access": "apply"}), "shop", Access::Apply, by_default.to_vec()),
        (
            json!({}),
            json!({"access": "apply", "resources": ["paas_tenant"]}),
            "paas",
            Access::Apply,
            vec![Tenant],
        ),
        (
            json!({}),
            json!({"access": "plan", "resources": ["paas_database", "paas_database_credentials"]}),
            "paas",
            Access::Plan,
            vec![Database, DatabaseCredentials],
        ),
    ] {
        let policy = Policy::least(&place(project), access, &of.into_iter().collect::<BTreeSet<_>>());
        let given = read(&aws, &provider, &arguments);
        assert_eq!(given["json"], policy.document().to_string(), "{arguments}");
        let parts: Vec<String> = policy.documents().iter().map(ToString::to_string).collect();
        assert_eq!(given["documents"], json!(parts), "{arguments}");
    }
    // It is worked out, not read: only the provider's own look at its credentials reaches AWS.
    let asked: Vec<String> = aws.counts(0).by_operation.into_keys().collect();
    assert_eq!(asked, ["sts:GetCallerIdentity"]);
}

#[test]
fn what_makes_no_sense_is_refused_at_its_path() {
    for (arguments, path, says) in [
        (json!({"access": "write"}), "access", "\"write\" is none of plan, apply"),
        (
            json!({"access": "plan", "resources": ["paas_host"]}),
            "resources",
            "\"paas_host\" is none of paas_environment",
        ),
        (json!({"access": "plan", "resources": []}), "resources", "allow nothing"),
    ] {
        let workspace = Workspace::offline();
        let data = block("data \"paas_iam_policy\" \"this\"", &arguments);
        workspace.write("main.tf", &(PROVIDER_SOURCE.to_owned() + &data));
        let errors = workspace.plan(&[]).expect_errors();
        assert_eq!(errors.len(), 1, "{arguments}: {errors:?}");
        assert_eq!(errors[0].path(), path, "{arguments}");
        assert!(errors[0].text().contains(says), "{arguments}: {}", errors[0].text());
    }
}
