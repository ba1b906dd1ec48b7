//! A state as earlier providers wrote it: every child spelled out, and private state that is JSON, deflated.

use crate::stage::Resource;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use paas_tests::root;
use regex_lite::{Captures, Regex};
use serde_json::Value as Json;
use std::fs;
use std::io::Write;
use tfplugin::Value;

/// The form of private state: its first byte.
const FORM: u8 = 2;

/// The same resource with such a state. What differs from run to run stands in the fixture by the name of an attribute of
/// these resources, `<tenant.image_id>`.
pub fn state(resource: &Resource, others: &[(&str, &Resource)]) -> Resource {
    let path = root().join(format!("tests/fixtures/{}.children-v0.json", resource.type_name));
    let children: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let children = children.as_object().unwrap().iter();
    let shown = children.map(|(key, spec)| (key.clone(), Value::String(filled(spec, resource, others))));

    let mut earlier = resource.clone();
    let Value::Map(attributes) = &mut earlier.state.value else { unreachable!("a state is an object") };
    attributes.insert("children".into(), Value::Map(shown.collect()));
    let mut ledger = resource.ledger();
    ledger.live.iter_mut().for_each(|record| record.saw = Json::Null);
    let mut deflated = DeflateEncoder::new(vec![FORM], Compression::best());
    deflated.write_all(&serde_json::to_vec(&ledger).unwrap()).unwrap();
    earlier.state.private = deflated.finish().unwrap();
    earlier
}

/// A spec as compact JSON, with the data that its placeholders stand for.
fn filled(spec: &Json, resource: &Resource, others: &[(&str, &Resource)]) -> String {
    let value = |name: &str| -> Json {
        if let Some((owner, attribute)) = name.split_once('.') {
            let (_, owner) = others.iter().find(|(name, _)| *name == owner).expect("a resource of that name");
            return owner.state.value.get(attribute).to_json();
        }
        let shown = resource.state.value.get("children");
        let (key, field) = match name {
            "template_digest" => ("autoscaling_group", "template_digest"),
            "target_group_name" => ("target_group", "name"),
            _ => panic!("nothing is called {name}"),
        };
        let spec: Json = serde_json::from_str(shown.get(key).as_str().expect("it is shown")).unwrap();
        spec[field].clone()
    };
    let placeholder = Regex::new("\"<([a-z_.]+)>\"").expect("the pattern is sound");
    placeholder
        .replace_all(&spec.to_string(), |found: &Captures<'_>| value(&found[1]).to_string())
        .into_owned()
}
