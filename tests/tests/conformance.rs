//! What is read back is what was wanted: after an apply the next plan is empty, for every child of every variant.

#[path = "support/stage.rs"]
mod stage;
#[path = "support/variants.rs"]
mod variants;

use serde_json::json;
use stage::{
    DATABASE, ENVIRONMENT, GITLAB_WEBHOOK, INFRASTRUCTURE_PIPELINE, Resource, Stage, TENANT, changes,
};
use tfplugin::client::Action;

async fn conforms(
    stage: &Stage,
    type_name: &'static str,
    (what, config): (&str, serde_json::Value),
) -> Resource {
    eprintln!("{type_name}: {what}");
    let mut made = stage.create(type_name, config).await;
    stage.expect_no_change(&mut made, what).await;
    made
}

#[tokio::test]
async fn every_environment_is_read_back_as_it_was_wanted() {
    let stage = Stage::new(variants::provider_settings());
    for variant in variants::environments(&stage.aws) {
        let environment = conforms(&stage, ENVIRONMENT, variant).await;
        assert!(environment.ledger().dead.is_empty());
    }
}

#[tokio::test]
async fn every_tenant_is_read_back_as_it_was_wanted() {
    let stage = Stage::new(variants::provider_settings());
    let environment = variants::plain_environment(&stage.aws);
    stage.create(ENVIRONMENT, environment).await;
    for variant in variants::tenants(&stage.aws) {
        conforms(&stage, TENANT, variant).await;
    }
}

/// From each variant to the next one: what an update leaves is read back as wanted too.
#[tokio::test]
async fn a_tenant_that_becomes_another_one_is_read_back_as_it_is_wanted() {
    let stage = Stage::new(variants::provider_settings());
    let environment = variants::plain_environment(&stage.aws);
    stage.create(ENVIRONMENT, environment).await;
    let mut variants = variants::tenants(&stage.aws);
    variants.rotate_left(1);
    let first = variants[0].1["name"].clone();
    let mut tenant = conforms(&stage, TENANT, variants.remove(0)).await;
    for (what, mut config) in variants {
        config["name"] = first.clone();
        tenant.config = config;
        let plan = stage.plan(&tenant).await;
        assert_eq!(plan.action, Action::Update, "{what}: {:?}", changes(&plan));
        stage.apply(&mut tenant, plan).await;
        stage.expect_no_change(&mut tenant, what).await;
    }
}

async fn with_a_tenant() -> Stage {
    let stage = Stage::new(variants::provider_settings());
    stage.create(ENVIRONMENT, variants::plain_environment(&stage.aws)).await;
    let (_, tenant) = variants::tenants(&stage.aws).remove(0);
    stage.create(TENANT, tenant).await;
    stage
}

#[tokio::test]
async fn every_database_is_read_back_as_it_was_wanted() {
    let stage = with_a_tenant().await;
    for variant in variants::databases() {
        conforms(&stage, DATABASE, variant).await;
    }
}

/// At once, and noted for the maintenance window.
#[tokio::test]
async fn a_database_that_becomes_another_one_is_read_back_as_it_is_wanted() {
    for at_once in [true, false] {
        let stage = with_a_tenant().await;
        let (first, mut others) = (variants::databases().remove(0), variants::databases());
        let mut database = conforms(&stage, DATABASE, first).await;
        for (what, config) in others.iter_mut().skip(1) {
            config["name"] = database.config.get("name").cloned().unwrap_or_default();
            config["apply_immediately"] = json!(at_once);
            database.config = config.clone();
            let plan = stage.plan(&database).await;
            assert_eq!(plan.action, Action::Update, "{what}: {:?}", changes(&plan));
            stage.apply(&mut database, plan).await;
            stage.expect_no_change(&mut database, what).await;
        }
    }
}

/// An environment for pipelines whose builds never get to work: what they do is for other suites.
async fn with_idle_builds() -> Stage {
    let stage = Stage::new(variants::provider_settings());
    stage.aws.timing(&json!({"build": {"provisioning": 3600}}));
    stage.create(ENVIRONMENT, variants::plain_environment(&stage.aws)).await;
    stage
}

#[tokio::test]
async fn every_infrastructure_pipeline_is_read_back_as_it_was_wanted() {
    let stage = with_idle_builds().await;
    for variant in variants::infrastructure_pipelines(&stage.aws) {
        conforms(&stage, INFRASTRUCTURE_PIPELINE, variant).await;
    }
}

#[tokio::test]
async fn an_infrastructure_pipeline_that_becomes_another_one_is_read_back_as_it_is_wanted() {
    let stage = with_idle_builds().await;
    let mut variants = variants::infrastructure_pipelines(&stage.aws);
    // The last step takes everything away again.
    variants.push(variants[0].clone());
    let first = variants.remove(0);
    let mut pipeline = conforms(&stage, INFRASTRUCTURE_PIPELINE, first).await;
    for (what, mut config) in variants {
        config["tenant"] = pipeline.config["tenant"].clone();
        pipeline.config = config;
        let plan = stage.plan(&pipeline).await;
        assert_eq!(plan.action, Action::Update, "{what}: {:?}", changes(&plan));
        stage.apply(&mut pipeline, plan).await;
        stage.expect_no_change(&mut pipeline, what).await;
    }
}

async fn with_an_environment() -> Stage {
    let stage = Stage::new(variants::provider_settings());
    stage.create(ENVIRONMENT, variants::plain_environment(&stage.aws)).await;
    stage
}

#[tokio::test]
async fn every_webhook_is_read_back_as_it_was_wanted() {
    let stage = with_an_environment().await;
    for variant in variants::gitlab_webhooks() {
        conforms(&stage, GITLAB_WEBHOOK, variant).await;
    }
}

#[tokio::test]
async fn a_webhook_that_becomes_another_one_is_read_back_as_it_is_wanted() {
    let stage = with_an_environment().await;
    let mut variants = variants::gitlab_webhooks();
    // The last step takes everything away again.
    variants.push(variants[0].clone());
    let first = variants.remove(0);
    let mut webhook = conforms(&stage, GITLAB_WEBHOOK, first).await;
    for (what, mut config) in variants {
        config["name"] = webhook.config["name"].clone();
        webhook.config = config;
        let plan = stage.plan(&webhook).await;
        assert_eq!(plan.action, Action::Update, "{what}: {:?}", changes(&plan));
        stage.apply(&mut webhook, plan).await;
        stage.expect_no_change(&mut webhook, what).await;
    }
}

/// The tags that a user sees in a plan are those that AWS holds, default tags included.
#[tokio::test]
async fn default_tags_are_on_everything() {
    let stage = Stage::new(variants::provider_settings());
    let environment = variants::plain_environment(&stage.aws);
    let made = stage.create(ENVIRONMENT, environment).await;
    let tags = made.state.value.get("tags_all").to_json();
    assert_eq!(tags, json!({"cost-centre": "42", "team": "platform"}));
    for object in stage.aws.inventory() {
        let untaggable = ["alias"].contains(&object.kind.as_str());
        let has = |key: &str, value: &str| object.tags.get(key).is_some_and(|tag| tag == value);
        assert!(untaggable || (has("cost-centre", "42") && has("paas:owner", "shop/e1")), "{object:?}");
    }
}
