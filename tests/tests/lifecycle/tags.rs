//! Tags: the provider's and the resource's together are shown in `tags_all` and stand on all that can carry tags.

use paas_tests::Configuration;
use paas_tests::configuration::{ENVIRONMENT, TENANT};
use paas_tests::emulator::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Kinds that carry no tags, by AWS's own rules.
const UNTAGGED: [&str; 1] = ["alias"];

fn tagged(dev: &Configuration) -> Vec<Object> {
    let mut objects = dev.aws.inventory();
    objects.retain(|object| !UNTAGGED.contains(&object.kind.as_str()));
    let volumes = dev.look("ec2", "describe_volumes", &json!({}));
    for volume in volumes["Volumes"].as_array().unwrap() {
        let tags = volume["Tags"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        objects.push(Object {
            service: "ec2".into(),
            kind: "volume".into(),
            id: text(&volume["VolumeId"]),
            name: None,
            tags: tags.map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect(),
        });
    }
    objects
}

#[track_caller]
fn assert_tagged(dev: &Configuration, expected: impl Fn(bool) -> BTreeMap<&'static str, &'static str>) {
    let objects = tagged(dev);
    for kind in ["instance", "volume", "auto_scaling_group", "rule", "vpc", "key", "bucket", "role", "trail"]
    {
        assert!(objects.iter().any(|object| object.kind == kind), "no {kind}");
    }
    for object in objects {
        let owner = object.tags.get("paas:owner").unwrap_or_else(|| panic!("whose is {object:?}?"));
        let of_user = |(key, _): &(&String, &String)| {
            !key.starts_with("paas:") && *key != "Name" && !key.starts_with("aws:")
        };
        let tags: BTreeMap<&str, &str> =
            object.tags.iter().filter(of_user).map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(tags, expected(owner == "paas/dev/acme"), "{object:?}");
    }
}

#[test]
fn tags_are_merged_shown_and_set_on_everything() {
    let mut dev = Configuration::with_tenant();
    dev.provider(json!({"default_tags": {"tags": {"company": "initech", "team": "platform"}}}));
    dev.set(TENANT, "tags", json!({"team": "acme"}));
    dev.apply();
    assert_eq!(dev.attribute(ENVIRONMENT, "tags_all"), json!({"company": "initech", "team": "platform"}));
    assert_eq!(dev.attribute(TENANT, "tags_all"), json!({"company": "initech", "team": "acme"}));
    assert_tagged(&dev, |tenant| {
        BTreeMap::from([("company", "initech"), ("team", if tenant { "acme" } else { "platform" })])
    });
    dev.assert_settled();

    dev.provider(json!({"default_tags": {"tags": {"team": "platform", "cost": "42"}}}));
    dev.set(TENANT, "tags", json!(null));
    dev.apply();
    assert_eq!(dev.attribute(TENANT, "tags_all"), json!({"team": "platform", "cost": "42"}));
    assert_tagged(&dev, |_| BTreeMap::from([("team", "platform"), ("cost", "42")]));
    dev.assert_settled();
    dev.end();
}
