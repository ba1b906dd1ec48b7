//! What is wrong in a configuration is told by `terraform validate`: without AWS, at the argument, with what is right.

use crate::assert_says;
use paas_tests::configuration::DATABASE;
use paas_tests::{Workspace, hcl};
use serde_json::{Value, json};

#[test]
fn every_mistake_is_told_at_once_and_at_its_argument() {
    let mistakes: [(&str, Value, &str); 20] = [
        ("environment", json!("Dev"), "lower-case"),
        ("tenant", json!("a--b"), "two in a row"),
        ("name", json!("a-name-that-is-too-long"), "1 to 16 characters"),
        ("engine_version", json!("latest"), "such as \"8.4\" or \"8.4.5\""),
        ("instance_class", json!("db.t4g.tiny"), "db.<family>.<size>"),
        ("allocated_storage", json!(10), "20 to 65536 GiB"),
        ("db_name", json!("my-shop"), "a letter followed by letters, digits and underscores"),
        ("username", json!("rdsadmin"), "a user of RDS's own"),
        ("port", json!(80), "1150 to 65535"),
        ("parameters", json!({"require_secure_transport": "0"}), "nobody talks to the database without TLS"),
        ("backup_retention_period", json!(36), "0 to 35"),
        ("backup_window", json!("03:00-03:10"), "30 minutes at least"),
        ("maintenance_window", json!("sunday:04:00-sunday:05:00"), "ddd:hh24:mi-ddd:hh24:mi"),
        ("performance_insights_enabled", json!(true), "no Performance Insights on db.t4g.micro"),
        ("performance_insights_retention_period", json!(30), "a multiple of 31"),
        ("snapshot_identifier", json!(""), "Leave snapshot_identifier out"),
        ("tags", json!({"paas:owner": "me"}), "set by the provider"),
        ("on_create_failure", json!("ignore"), "none of taint, resume"),
        ("iops", json!(3000), "from 400 GiB on"),
        ("max_allocated_storage", json!(21), "at least 22 GiB"),
    ];
    let workspace = Workspace::offline();
    // Two of them are about storage, which is told about once; and a class with a fault has no Performance Insights.
    let together = ["allocated_storage", "iops", "max_allocated_storage", "instance_class"];
    let sound = json!({"environment": "dev", "tenant": "acme"});
    let check = |arguments: &Value| {
        workspace.write("main.tf", &[hcl::PROVIDER_SOURCE, &hcl::resource(DATABASE, arguments)].concat());
        workspace.validate().expect_errors()
    };
    let mut all = sound.clone();
    for (argument, value, _) in mistakes.iter().filter(|(argument, ..)| !together.contains(argument)) {
        all[*argument] = value.clone();
    }
    let told = check(&all);
    assert_eq!(told.len(), mistakes.len() - together.len(), "{told:?}");
    for (argument, value, says) in &mistakes {
        let mut one = sound.clone();
        one[*argument] = value.clone();
        let told = check(&one);
        assert_eq!(told.len(), 1, "{argument}: {told:?}");
        assert_eq!(told[0].argument(), Some(*argument), "{}", told[0].text());
        assert_says(&told[0].text(), &[says]);
    }
}
