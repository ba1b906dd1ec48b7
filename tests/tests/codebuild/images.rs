//! Images: whose they are, what needs them, how they go, and what builds leave beside them.

use crate::account::{Account, Provider, images_owner};
use paas_aws::ec2::images::{self, Reference};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

const TENANT: &str = "paas/dev/acme";
const BUILD: &str = "paas_dev_acme_bake:1";

fn tags(pairs: &[(&str, &str)]) -> Json {
    pairs.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

impl Account {
    fn instance(&self, image: &str, carried: &[(&str, &str)]) -> String {
        let mut params = json!({"ImageId": image, "MinCount": 1, "MaxCount": 1});
        if !carried.is_empty() {
            params["TagSpecifications"] = json!([{"ResourceType": "instance", "Tags": tags(carried)}]);
        }
        text(&self.call("ec2", "run_instances", params)["Instances"][0]["InstanceId"])
    }

    /// An image as a build makes one, of an instance that goes again.
    fn image(&self, name: &str) -> String {
        let instance = self.instance(&self.aws.seed_image(&format!("base of {name}")), &[]);
        let carried = tags(&[("paas:owner", &images_owner()), ("paas:source", name), ("paas:build", BUILD)]);
        let tagged = |kind: &str| json!({"ResourceType": kind, "Tags": carried});
        let specifications = [tagged("image"), tagged("snapshot")];
        let params = json!({"InstanceId": instance, "Name": name, "TagSpecifications": specifications});
        let image = text(&self.call("ec2", "create_image", params)["ImageId"]);
        self.call("ec2", "terminate_instances", json!({"InstanceIds": [instance]}));
        image
    }

    fn template(&self, name: &str, owner: &str, image: &str) -> String {
        let specification =
            json!([{"ResourceType": "launch-template", "Tags": tags(&[("paas:owner", owner)])}]);
        let params = json!({"LaunchTemplateName": name, "LaunchTemplateData": {"ImageId": image}, "TagSpecifications": specification});
        text(&self.call("ec2", "create_launch_template", params)["LaunchTemplate"]["LaunchTemplateId"])
    }

    fn newer_version(&self, template: &str, image: &str) {
        let params = json!({"LaunchTemplateId": template, "LaunchTemplateData": {"ImageId": image}});
        self.call("ec2", "create_launch_template_version", params);
    }

    fn snapshots(&self) -> BTreeSet<String> {
        let of_bakes = json!([{"Name": "tag:paas:owner", "Values": [images_owner()]}]);
        let found = self.call("ec2", "describe_snapshots", json!({"Filters": of_bakes}));
        found["Snapshots"].as_array().into_iter().flatten().map(|s| text(&s["SnapshotId"])).collect()
    }
}

async fn names(provider: &Provider) -> Vec<String> {
    let found = images::of_owner(&provider.world, &images_owner()).await.unwrap();
    found.into_iter().map(|image| image.name).collect()
}

#[tokio::test]
async fn an_owners_images_come_newest_first() {
    let account = Account::new();
    let provider = account.provider().await;
    let _somebodys = account.aws.seed_image("somebody's");
    for name in ["one", "two", "three"] {
        account.image(name);
    }
    assert_eq!(names(&provider).await, ["three", "two", "one"]);
    let image = images::of_owner(&provider.world, &images_owner()).await.unwrap().remove(0);
    assert_eq!((image.tag(images::SOURCE), image.tag(images::BUILD)), ("three", BUILD));
    assert_eq!((image.tag(images::COMMIT), image.state.as_str()), ("", images::AVAILABLE));
    assert!(image.creation_date.contains('T') && !image.root_device_name.is_empty(), "{image:?}");
    assert_eq!(images::get(&provider.world, &image.id).await.unwrap(), Some(image));
    assert_eq!(images::get(&provider.world, "ami-0123456789abcdef0").await.unwrap(), None);
}

#[tokio::test]
async fn an_image_goes_with_its_snapshots_and_nothing_else() {
    let account = Account::new();
    let provider = account.provider().await;
    let (old, new) = (account.image("old"), account.image("new"));
    let image = images::get(&provider.world, &old).await.unwrap().expect("it is there");
    let kept = images::get(&provider.world, &new).await.unwrap().expect("it is there").snapshot_ids;
    assert_eq!(image.snapshot_ids.len(), 1);
    let mark = account.aws.mark();
    for _ in 0..2 {
        images::remove(&provider.world, &image).await.unwrap();
    }
    assert_eq!(account.changes(mark), ["DeregisterImage", "DeregisterImage"], "one call takes both");
    assert_eq!(names(&provider).await, ["new"]);
    assert_eq!(account.snapshots(), kept.into_iter().collect());
}

#[tokio::test]
async fn everything_that_needs_an_image_is_seen() {
    let account = Account::new();
    let provider = account.provider().await;
    let [first, second, booted, ended, theirs, past, unused] =
        ["first", "second", "booted", "ended", "theirs", "past", "unused"].map(|name| account.image(name));
    // The tenant may go back to any version of its templates; of the others, only what would be launched counts.
    let own = account.template("acme-blue", TENANT, &first);
    account.newer_version(&own, &second);
    let other = account.template("other", "paas/dev/other", &past);
    let instance = account.instance(&booted, &[]);
    let terminated = account.instance(&ended, &[]);
    account.call("ec2", "terminate_instances", json!({"InstanceIds": [terminated]}));
    account.newer_version(&other, &theirs);
    let default = json!({"LaunchTemplateId": other, "DefaultVersion": "2"});
    account.call("ec2", "modify_launch_template", default);

    let all = [&first, &second, &booted, &ended, &theirs, &past, &unused].map(Clone::clone);
    let users = images::users(&provider.world, TENANT, &all).await.unwrap();
    let version = |name: &str, number| BTreeSet::from([Reference::TemplateVersion(name.to_owned(), number)]);
    assert_eq!(users.get(&first), Some(&version("acme-blue", 1)));
    assert_eq!(users.get(&second), Some(&version("acme-blue", 2)));
    assert_eq!(users.get(&booted), Some(&BTreeSet::from([Reference::Instance(instance)])));
    assert_eq!(users.get(&theirs), Some(&version("other", 2)));
    assert_eq!(users.len(), 4, "{users:?}");
    let of_one = images::users(&provider.world, TENANT, std::slice::from_ref(&first)).await.unwrap();
    assert_eq!(of_one.keys().collect::<Vec<_>>(), [&first]);
    assert_eq!(
        of_one[&first].first().map(ToString::to_string).as_deref(),
        Some("version 1 of launch template acme-blue")
    );
}

#[tokio::test]
async fn what_a_build_has_left_goes_and_nothing_of_another() {
    let account = Account::new();
    let provider = account.provider().await;
    let (owner, image) = (images_owner(), account.aws.seed_image("base"));
    let others = [("paas:owner", owner.as_str()), ("paas:build", "paas_dev_acme_bake:2")];
    for carried in [&[("paas:owner", owner.as_str()), ("paas:build", BUILD)], &others] {
        account.instance(&image, carried);
        let key = json!([{"ResourceType": "key-pair", "Tags": tags(carried)}]);
        account.call("ec2", "create_key_pair", json!({"KeyName": carried[1].1, "TagSpecifications": key}));
        let volume = json!([{"ResourceType": "volume", "Tags": tags(carried)}]);
        let params = json!({"AvailabilityZone": "eu-west-1a", "Size": 8, "TagSpecifications": volume});
        account.call("ec2", "create_volume", params);
    }
    // As a Packer leaves it that tags no key pair.
    let own = "paas-dev-acme-20260131120000-1";
    account.call("ec2", "create_key_pair", json!({"KeyName": own}));
    for _ in 0..2 {
        images::sweep_instances(&provider.world, &owner, BUILD).await.unwrap();
    }
    let left = |operation: &str, what: &str, id: &str| {
        let by_build = |build: &str| {
            let of_build = json!([{"Name": "tag:paas:build", "Values": [build]}]);
            let found = account.call("ec2", operation, json!({"Filters": of_build}));
            let found = found[what].as_array().cloned().unwrap_or_default();
            found.iter().filter(|object| object.get(id).is_some()).count()
        };
        (by_build(BUILD), by_build(others[1].1))
    };
    let named = json!({"Filters": [{"Name": "key-name", "Values": [own]}]});
    assert_eq!(account.call("ec2", "describe_key_pairs", named)["KeyPairs"], json!([]));
    assert_eq!(left("describe_key_pairs", "KeyPairs", "KeyPairId"), (0, 1));
    assert_eq!(left("describe_volumes", "Volumes", "VolumeId"), (0, 1));
    let running = |build: &str| {
        let of_build = json!([{"Name": "tag:paas:build", "Values": [build]}, {"Name": "instance-state-name", "Values": ["running"]}]);
        let found = account.call("ec2", "describe_instances", json!({"Filters": of_build}));
        found["Reservations"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((running(BUILD), running(others[1].1)), (0, 1));
}
