//! Import, moved addresses and older state: what Terraform knows changes, and nothing else does.

#[path = "support/earlier.rs"]
mod earlier;
#[path = "support/estate.rs"]
mod estate;
#[path = "support/stage.rs"]
mod stage;
#[path = "support/variants.rs"]
mod variants;

use estate::{Estate, create_all};
use paas_aws::permissions::Access;
use paas_tests::{Emulator, Workspace, root};
use serde_json::{Value as Json, json};
use stage::{
    DATABASE, ENVIRONMENT, GITLAB_WEBHOOK, INFRASTRUCTURE_PIPELINE, Resource, Stage, TENANT, changes,
};
use std::fs;
use tfplugin::Value;
use tfplugin::client::Action;

/// Imports the resource of this id; nothing but reads may happen.
async fn imported(stage: &Stage, type_name: &'static str, id: &str, config: Json) -> Resource {
    let before = stage.aws.counts(0).mutating;
    let provider = stage.provider_for(Access::Plan, type_name).await;
    let outcome = provider.import(type_name, id).await.unwrap();
    assert!(outcome.diagnostics.is_empty(), "{id}: {:?}", outcome.diagnostics);
    assert_eq!(stage.aws.counts(0).mutating, before, "an import changes nothing");
    Resource { type_name, config, state: outcome.state.expect("it was found") }
}

/// Made, then imported as if its state had been lost: the state is the same, and the plan is empty.
async fn comes_back(stage: &Stage, type_name: &'static str, (what, config): (&str, Json)) {
    eprintln!("{type_name}: {what}");
    let mut made = stage.create(type_name, config.clone()).await;
    stage.expect_no_change(&mut made, what).await;
    let id = made.state.value.get("id").as_str().expect("it has an id").to_owned();
    let mut imported = imported(stage, type_name, &id, config).await;
    assert_eq!(imported.state.value, made.state.value, "{what}");
    assert_eq!(imported.ledger(), made.ledger(), "{what}");
    stage.expect_no_change(&mut imported, what).await;
}

#[tokio::test]
async fn every_environment_can_be_imported() {
    let stage = Stage::new(variants::provider_settings());
    for variant in variants::environments(&stage.aws) {
        comes_back(&stage, ENVIRONMENT, variant).await;
    }
}

#[tokio::test]
async fn every_tenant_can_be_imported() {
    let stage = Stage::new(variants::provider_settings());
    let environment = variants::plain_environment(&stage.aws);
    stage.create(ENVIRONMENT, environment).await;
    for variant in variants::tenants(&stage.aws) {
        comes_back(&stage, TENANT, variant).await;
    }
}

#[tokio::test]
async fn every_database_can_be_imported() {
    let stage = Stage::new(variants::provider_settings());
    stage.create(ENVIRONMENT, variants::plain_environment(&stage.aws)).await;
    let (_, tenant) = variants::tenants(&stage.aws).remove(0);
    stage.create(TENANT, tenant).await;
    for variant in variants::databases() {
        comes_back(&stage, DATABASE, variant).await;
    }
}

#[tokio::test]
async fn every_infrastructure_pipeline_can_be_imported() {
    let stage = Stage::new(variants::provider_settings());
    // Builds that never get to work.
    stage.aws.timing(&json!({"build": {"provisioning": 3600}}));
    stage.create(ENVIRONMENT, variants::plain_environment(&stage.aws)).await;
    for variant in variants::infrastructure_pipelines(&stage.aws) {
        comes_back(&stage, INFRASTRUCTURE_PIPELINE, variant).await;
    }
}

#[tokio::test]
async fn every_webhook_can_be_imported() {
    let stage = Stage::new(variants::provider_settings());
    stage.create(ENVIRONMENT, variants::plain_environment(&stage.aws)).await;
    for variant in variants::gitlab_webhooks() {
        comes_back(&stage, GITLAB_WEBHOOK, variant).await;
    }
}

/// A configuration that says something else changes what it says, and no other child.
#[tokio::test]
async fn after_an_import_a_plan_shows_what_the_configuration_says_otherwise() {
    let stage = Stage::new(json!({}));
    let mut config = variants::plain_environment(&stage.aws);
    stage.create(ENVIRONMENT, config.clone()).await;
    config["idle_timeout"] = json!(90);
    let found = imported(&stage, ENVIRONMENT, "e1", config).await;
    let plan = stage.plan(&found).await;
    assert_eq!(plan.action, Action::Update);
    let changed = changes(&plan);
    assert_eq!(changed.keys().collect::<Vec<_>>(), ["load_balancer", "record"]);
    assert_eq!(changed["load_balancer"].iter().collect::<Vec<_>>(), ["idle_timeout"]);
}

/// A child that is gone when its composite is imported is made by the next apply.
#[tokio::test]
async fn what_is_missing_at_import_is_made_anew() {
    let stage = Stage::new(json!({}));
    let config = variants::plain_environment(&stage.aws);
    stage.create(ENVIRONMENT, config.clone()).await;
    stage.aws.call("kms", "delete_alias", &json!({"AliasName": "alias/paas-e1"})).unwrap();
    let mut found = imported(&stage, ENVIRONMENT, "e1", config).await;
    let plan = stage.plan(&found).await;
    assert_eq!(changes(&plan).keys().collect::<Vec<_>>(), ["key_alias"]);
    stage.apply(&mut found, plan).await;
    stage.expect_no_change(&mut found, "the import").await;
}

#[tokio::test]
async fn what_cannot_be_imported_says_why() {
    let stage = Stage::new(json!({}));
    let config = variants::plain_environment(&stage.aws);
    stage.create(ENVIRONMENT, config).await;
    let foreign = json!({"Name": "/paas/paas/other", "Value": "{\"version\": 2}", "Type": "String"});
    stage.aws.call("ssm", "put_parameter", &foreign).unwrap();
    let provider = stage.provider().await;
    for (type_name, id, says) in [
        (ENVIRONMENT, "nowhere", &["No such environment", "\"nowhere\"", "/paas/paas/nowhere"][..]),
        (ENVIRONMENT, "e1/acme", &["Not an environment's id", "\"e1/acme\""]),
        (ENVIRONMENT, "", &["Not an environment's id"]),
        (ENVIRONMENT, "other", &["can't be read", "/paas/paas/other"]),
        (TENANT, "e1/nobody", &["No such tenant", "\"nobody\"", "\"e1\""]),
        (TENANT, "acme", &["Not a tenant's id", "\"dev/acme\""]),
        (TENANT, "e1/", &["Not a tenant's id"]),
        (TENANT, "e1/a/b", &["Not a tenant's id"]),
        (INFRASTRUCTURE_PIPELINE, "e1/nobody", &["No such infrastructure pipeline", "\"nobody\"", "\"e1\""]),
        (INFRASTRUCTURE_PIPELINE, "acme", &["\"dev/acme\""]),
        (GITLAB_WEBHOOK, "nothing", &["No such webhook", "\"nothing\"", "/paas/paas/gitlab_webhook/nothing"]),
        (GITLAB_WEBHOOK, "paas/gitlab", &["Not a webhook's id", "\"paas/gitlab\""]),
    ] {
        let refused = provider.import(type_name, id).await.unwrap();
        assert!(refused.state.is_none(), "{id}");
        let [error] = &refused.diagnostics.iter().collect::<Vec<_>>()[..] else {
            panic!("{type_name} {id}: {:?}", refused.diagnostics)
        };
        let text = error.to_string();
        assert!(says.iter().all(|part| text.contains(part)), "{type_name} {id:?}: {text}");
    }
}

/// A root module with one environment and one tenant, under these names in the configuration.
fn configuration(aws: &Emulator, environment: &str, tenant: &str) -> String {
    let (certificate, image) = (aws.seed_certificate("*.example.com"), aws.seed_image("web-1"));
    format!(
        r#"
        terraform {{
          required_providers {{
            paas = {{ source = "paas/paas" }}
          }}
        }}

        resource "paas_environment" "{environment}" {{
          name            = "dev"
          cidr_block      = "10.0.0.0/16"
          certificate_arn = "{certificate}"
          tags            = {{ team = "web" }}
        }}

        resource "paas_tenant" "{tenant}" {{
          environment = paas_environment.{environment}.id
          name        = "acme"
          hosts       = ["acme.example.com"]
          image_id    = "{image}"
          user_data   = "echo hello"
        }}
        "#
    )
}

#[test]
fn import_moved_and_older_state_through_terraform() {
    let aws = Emulator::start();
    let dev = Workspace::new(&aws);
    let text = configuration(&aws, "dev", "acme");
    dev.write("main.tf", &text);
    dev.apply(&[]).expect_success();
    let mutating = aws.counts(0).mutating;

    // The state is lost; both are imported, one by the command and one by a block.
    fs::remove_file(dev.folder().join("terraform.tfstate")).unwrap();
    dev.import("paas_environment.dev", "dev").expect_success();
    dev.write("import.tf", "import {\n  to = paas_tenant.acme\n  id = \"dev/acme\"\n}\n");
    dev.apply(&[]).expect_success();
    fs::remove_file(dev.folder().join("import.tf")).unwrap();
    assert_eq!(dev.plan(&[]).expect_success().changes(), []);

    // The resources get other names in the configuration.
    let renamed = text.replace("paas_environment.dev", "paas_environment.main");
    let renamed = renamed.replace("\"paas_environment\" \"dev\"", "\"paas_environment\" \"main\"");
    dev.write("main.tf", &renamed.replace("\"paas_tenant\" \"acme\"", "\"paas_tenant\" \"shop\""));
    dev.write(
        "moved.tf",
        "moved {\n  from = paas_environment.dev\n  to = paas_environment.main\n}\n\
         moved {\n  from = paas_tenant.acme\n  to = paas_tenant.shop\n}\n",
    );
    dev.apply(&[]).expect_success();
    assert_eq!(dev.plan(&[]).expect_success().changes(), []);
    assert!(dev.attributes("paas_tenant.shop").is_some() && dev.attributes("paas_tenant.acme").is_none());

    // An older provider wrote the state: it had an attribute more, and lacked some of today's.
    let path = dev.folder().join("terraform.tfstate");
    let mut state: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        let attributes = resource["instances"][0]["attributes"].as_object_mut().unwrap();
        attributes.insert("retired_argument".into(), json!("old"));
        for younger in ["idle_timeout", "kms_alias_name", "deregistration_delay", "priorities", "tags_all"] {
            attributes.remove(younger);
        }
    }
    fs::write(&path, state.to_string()).unwrap();
    dev.apply(&[]).expect_success();
    assert_eq!(dev.attributes("paas_environment.main").unwrap()["idle_timeout"], 60);
    assert_eq!(dev.plan(&[]).expect_success().changes(), []);

    assert_eq!(aws.counts(0).mutating, mutating, "none of this is AWS's business");
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

/// States as version 0 of the schemas wrote them, with an attribute that is no more and without some that came later.
#[tokio::test]
async fn stored_states_of_version_0_load() {
    let stage = Stage::new(json!({}));
    let provider = stage.provider().await;
    for (type_name, younger) in [(ENVIRONMENT, "log_expiration_days"), (TENANT, "target_tracking")] {
        let path = root().join(format!("tests/fixtures/{type_name}.state-v0.json"));
        let stored: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let loaded = provider.upgrade(type_name, 0, &stored).await.unwrap();
        assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        let loaded = loaded.state.expect("it loads").value.to_json();
        for (name, value) in stored.as_object().unwrap() {
            let expected = if name == "retired_argument" { None } else { Some(value) };
            assert_eq!(loaded.get(name), expected, "{type_name}.{name}");
        }
        assert!(stored.get(younger).is_none() && loaded[younger].is_null(), "{type_name}.{younger}");
    }
}

/// `children` as earlier providers showed it, and private state as they wrote it: nothing changes, with a refresh or
/// without, and a change does what its plan showed.
#[tokio::test]
async fn states_of_earlier_providers_change_nothing() {
    let estate = Estate::set();
    let stage = &estate.stage;
    let provider = stage.provider().await;
    let environment = create_all(&provider, [estate.environment()]).await.remove(0);
    let tenant = create_all(&provider, [estate.tenant(0)]).await.remove(0);
    let database = create_all(&provider, [Estate::database(0)]).await.remove(0);
    let others = [("environment", &environment), ("tenant", &tenant), ("database", &database)];
    for (resource, argument, to) in
        [(&tenant, "health_check_grace_period", json!(60)), (&database, "backup_retention_period", json!(8))]
    {
        let mut earlier = earlier::state(resource, &others);
        assert_ne!(earlier.state.value, resource.state.value);
        assert_eq!(earlier.plan_alone(&provider).await.action, Action::NoOp, "{argument}");
        stage.expect_no_change(&mut earlier.clone(), "a refresh of what an earlier provider wrote").await;

        earlier.config[argument] = to;
        let plan = earlier.plan_alone(&provider).await;
        assert_eq!(plan.action, Action::Update);
        let planned = plan.planned.get("children").clone();
        stage.apply(&mut earlier, plan).await;
        let shown = earlier.state.value.get("children");
        let Value::Map(planned) = planned else { panic!("the children are known: {planned:?}") };
        for (key, spec) in planned.iter().filter(|(_, spec)| !spec.is_unknown()) {
            assert_eq!(shown.get(key), spec, "{key}");
        }
        stage.expect_no_change(&mut earlier, "a change").await;
    }
}
