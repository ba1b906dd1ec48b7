//! Drift: whatever somebody changes or deletes behind Terraform's back, in any kind of child, the next plan shows it
//! under `children`, exactly it, and the next apply repairs it.

#![allow(clippy::too_many_lines, reason = "a table is as long as its rows")]

#[path = "../support/stage.rs"]
mod stage;

mod audit;
mod database;
mod entrance;
mod gitlab_webhook;
mod infrastructure;
mod machines;
mod network;
mod pipeline;
mod roles;
mod row;
mod storage;
mod tags;
mod tenant;
mod terraform;

use row::Row;
use serde_json::{Value as Json, json};
use stage::{DATABASE, ENVIRONMENT, GITLAB_WEBHOOK, INFRASTRUCTURE_PIPELINE, Resource, Stage, TENANT};
use std::collections::BTreeSet;

/// In seconds.
const A_YEAR: f64 = 31_536_000.0;

async fn environment(stage: &Stage, name: &str, more: Json) -> Resource {
    let certificates =
        [stage.aws.seed_certificate("*.example.com"), stage.aws.seed_certificate("*.example.org")];
    let mut config = json!({
        "name": name,
        "cidr_block": "10.0.0.0/16",
        "certificate_arn": certificates[0],
        "additional_certificate_arns": [certificates[1]],
        "tags": {"team": "web"},
    });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut made = stage.create(ENVIRONMENT, config).await;
    stage.expect_no_change(&mut made, "create").await;
    made
}

async fn run(stage: &Stage, mut resource: Resource, rows: impl IntoIterator<Item = Row>) {
    for row in rows {
        row.run(stage, &mut resource).await;
    }
}

#[tokio::test]
async fn network_with_a_nat_gateway() {
    let stage = Stage::new(json!({}));
    let dev = environment(&stage, "dev", json!({})).await;
    run(&stage, dev, network::with_gateway()).await;
}

#[tokio::test]
async fn network_with_a_nat_instance() {
    let stage = Stage::new(json!({}));
    let dev = environment(&stage, "dev", json!({"nat": {"type": "instance"}, "internal": true})).await;
    run(&stage, dev, network::with_instance()).await;
}

#[tokio::test]
async fn foundation() {
    let stage = Stage::new(json!({}));
    let dev = environment(&stage, "dev", json!({})).await;
    storage::prepare(&stage.aws);
    let rows = [storage::rows(), audit::rows(), roles::rows()];
    run(&stage, dev, rows.into_iter().flatten()).await;
}

#[tokio::test]
async fn entrance() {
    let stage = Stage::new(json!({}));
    let dev = environment(&stage, "dev", json!({})).await;
    run(&stage, dev, entrance::rows()).await;
}

#[tokio::test]
async fn tenant() {
    let stage = Stage::new(json!({}));
    let dev = environment(&stage, "dev", json!({})).await;
    let config = json!({
        "environment": "dev",
        "name": "acme",
        "hosts": ["acme.example.com", "*.acme.example.com"],
        "paths": ["/shop/*"],
        "image_id": stage.aws.seed_image("web-1"),
        "min_size": 2,
        "max_size": 4,
        "desired_capacity": 2,
        "target_tracking": {"target_value": 60},
        "policy_arns": ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"],
        "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
        "tags": {"team": "web"},
    });
    let mut acme = stage.create(TENANT, config).await;
    stage.expect_no_change(&mut acme, "create").await;
    tenant::prepare(&stage.aws, &row::child(&dev, "vpc").id);
    run(&stage, acme, tenant::rows().into_iter().chain(machines::rows())).await;
}

#[tokio::test]
async fn software_pipeline() {
    let stage = Stage::new(json!({}));
    environment(&stage, "dev", json!({})).await;
    let config = json!({
        "environment": "dev",
        "name": "acme",
        "hosts": ["acme.example.com"],
        "image_id": stage.aws.seed_image("web-1"),
        "pipeline": {"alarm_names": ["acme-5xx"]},
        "tags": {"team": "web"},
    });
    let mut acme = stage.create(TENANT, config).await;
    stage.expect_no_change(&mut acme, "create").await;
    run(&stage, acme, pipeline::rows()).await;
}

#[tokio::test]
async fn database() {
    let stage = Stage::new(json!({}));
    environment(&stage, "dev", json!({})).await;
    let image = stage.aws.seed_image("web-1");
    let tenant =
        json!({"environment": "dev", "name": "acme", "hosts": ["acme.example.com"], "image_id": image});
    stage.create(TENANT, tenant).await;
    let config = json!({
        "environment": "dev",
        "tenant": "acme",
        "instance_class": "db.t4g.medium",
        "parameters": {"max_connections": "200"},
        "apply_immediately": true,
        "tags": {"team": "web"},
    });
    let mut database = stage.create(DATABASE, config).await;
    stage.expect_no_change(&mut database, "create").await;
    run(&stage, database, database::rows()).await;
}

/// Its builds never begin, so what is there is what Terraform has made.
#[tokio::test]
async fn infrastructure_pipeline() {
    let stage = Stage::new(json!({}));
    stage.aws.timing(&json!({"pipeline_action": {"run": A_YEAR}}));
    environment(&stage, "dev", json!({})).await;
    let config = json!({
        "environment": "dev",
        "tenant": "acme",
        "deploy": {"approval": {}},
        "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
        "tags": {"team": "web"},
    });
    let mut acme = stage.create(INFRASTRUCTURE_PIPELINE, config).await;
    stage.expect_no_change(&mut acme, "create").await;
    infrastructure::prepare(&stage.aws);
    run(&stage, acme, infrastructure::rows()).await;
}

#[tokio::test]
async fn gitlab_webhook() {
    let stage = Stage::new(json!({}));
    environment(&stage, "dev", json!({})).await;
    let config = json!({
        "gitlab_host": "gitlab.example.com",
        "branches": {"dev": "dev"},
        "allowed_repositories": ["shops/*"],
        "naming_rule": "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)",
        "signing_token_wo": "whsec_c2l4dGVlbiBieXRlcyBhbmQgbW9yZQ==",
        "signing_token_wo_version": 1,
        "credentials_wo": "glpat-0123456789",
        "credentials_wo_version": 1,
        "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
        "tags": {"team": "web"},
    });
    let mut webhook = stage.create(GITLAB_WEBHOOK, config).await;
    stage.expect_no_change(&mut webhook, "create").await;
    gitlab_webhook::prepare(&stage.aws);
    run(&stage, webhook, gitlab_webhook::rows()).await;
}

/// A VPC can't be deleted while anything is in it, and an environment's holds everything; nor can the groups that a
/// database uses. Of a database that is gone a plan warns: the suite `database` tells what.
const INDELIBLE: [&str; 4] = ["db_instance", "db_parameter_group", "db_subnet_group", "vpc"];
/// Any object is as good as the seed.
const UNCHANGEABLE: [&str; 1] = ["seed_object"];

#[test]
fn every_kind_of_the_catalogue_is_changed_and_deleted() {
    let rows = [
        network::with_gateway(),
        network::with_instance(),
        storage::rows(),
        audit::rows(),
        roles::rows(),
        entrance::rows(),
        tenant::rows(),
        machines::rows(),
        pipeline::rows(),
        database::rows(),
        infrastructure::rows(),
        gitlab_webhook::rows(),
    ];
    let kinds = |deletions: bool| -> BTreeSet<&str> {
        rows.iter().flatten().filter(|row| row.is_deletion() == deletions).map(|row| row.kind).collect()
    };
    let all: BTreeSet<&str> = paas_aws::CATALOGUE.kinds().iter().map(|kind| kind.name()).collect();
    assert_eq!(&kinds(false) | &BTreeSet::from(UNCHANGEABLE), all);
    assert_eq!(&kinds(true) | &BTreeSet::from(INDELIBLE), all);
}
