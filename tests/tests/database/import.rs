//! A database whose state was lost is taken over as it is.

use crate::{end, resource_id};
use paas_tests::Configuration;
use paas_tests::configuration::DATABASE;
use serde_json::json;
use std::fs;

#[test]
fn an_imported_database_is_the_one_that_was_and_changes_nothing() {
    let mut dev = Configuration::with_database();
    let arguments = json!({
        "environment": "dev", "tenant": "acme", "name": "orders", "engine_version": "8.0", "db_name": "shop",
        "username": "master", "port": 3307, "allocated_storage": 50, "max_allocated_storage": 100,
        "parameters": {"max_connections": "200"}, "backup_window": "12:00-13:00", "tags": {"team": "web"},
        "timeouts": {"create": "1h"},
    });
    let mut first = arguments.clone();
    first["environment"] = json!("${paas_environment.dev.id}");
    first["tenant"] = json!("${paas_tenant.acme.name}");
    dev.declare(DATABASE, first);
    dev.apply();
    dev.assert_settled();
    let before = dev.terraform.attributes(DATABASE).expect("it is in the state");
    let (id, calls) = (resource_id(&dev), dev.aws.counts(0).mutating);

    dev.terraform.run(["state", "rm", DATABASE]).expect_success();
    dev.terraform.import(DATABASE, "dev/acme/orders").expect_success();
    dev.assert_settled();
    assert_eq!(dev.terraform.attributes(DATABASE).expect("it is in the state"), before);
    assert_eq!((dev.aws.counts(0).mutating, resource_id(&dev)), (calls, id), "an import changes nothing");
    end(&mut dev);
}

#[test]
fn what_cannot_be_imported_says_why() {
    let mut dev = Configuration::with_database();
    dev.apply();
    dev.terraform.run(["state", "rm", DATABASE]).expect_success();
    for (id, says) in [
        ("dev/acme/other", "There is no database \"other\" of tenant \"acme\" in environment \"dev\""),
        ("dev/acme", "such as \"dev/acme/database\""),
        ("paas-dev-acme-database", "such as \"dev/acme/database\""),
    ] {
        let refused = dev.terraform.import(DATABASE, id);
        let text = refused.stderr.replace(['│', '\n'], " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!refused.success() && text.contains(says), "{id}: {text}");
    }
    dev.terraform.import(DATABASE, "dev/acme/database").expect_success();
    end(&mut dev);
}

/// Terraform keeps the attributes and loses what the provider remembers when the provider is killed in an update.
#[test]
fn a_database_whose_memory_was_lost_is_found_again_and_stays_protected() {
    let mut dev = Configuration::with_database();
    dev.apply();
    let id = resource_id(&dev);
    let path = dev.terraform.folder().join("terraform.tfstate");
    let mut state: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        if resource["type"] == "paas_database" {
            resource["instances"][0].as_object_mut().unwrap().remove("private");
        }
    }
    fs::write(&path, state.to_string()).unwrap();
    let refused = dev.terraform.plan(&["-destroy", "-refresh=false"]);
    assert!(
        refused.expect_errors().iter().all(|error| error.text().contains("protected")),
        "{}",
        refused.report()
    );
    dev.set(DATABASE, "name", "orders");
    let refused = dev.terraform.plan(&["-refresh=false"]);
    assert_eq!(refused.expect_errors()[0].summary, "A database can't move");
    dev.set(DATABASE, "name", json!(null));
    dev.assert_settled();
    assert_eq!(resource_id(&dev), id);
    end(&mut dev);
}
