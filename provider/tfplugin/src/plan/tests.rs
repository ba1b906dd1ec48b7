use super::*;
use crate::{
    Attr, Attributes,
    value::Value::{Null, Unknown},
};
use serde_json::json;

/// One attribute of every behaviour, in nested attributes of every nesting.
#[derive(Clone, Default, Attributes)]
struct Model {
    #[attr(required, replace)]
    name: Attr<String>,
    #[attr(optional)]
    note: Attr<String>,
    #[attr(optional, default = 80)]
    port: Attr<i64>,
    #[attr(optional, computed)]
    slot: Attr<i64>,
    #[attr(computed)]
    arn: Attr<String>,
    #[attr(computed, keep)]
    id: Attr<String>,
    #[attr(optional, write_only)]
    secret: Attr<String>,
    #[attr(optional)]
    single: Attr<Inner>,
    #[attr(optional)]
    list: Attr<Vec<Inner>>,
    #[attr(optional)]
    set: Attr<std::collections::BTreeSet<Element>>,
    #[attr(optional)]
    map: Attr<std::collections::BTreeMap<String, Inner>>,
    #[attr(optional, default = Inner { key: "k".into(), ..Inner::default() })]
    filled: Attr<Inner>,
}

#[derive(Clone, Default, Attributes)]
struct Inner {
    #[attr(required)]
    key: Attr<String>,
    #[attr(optional, default = "d")]
    def: Attr<String>,
    #[attr(optional, replace)]
    zone: Attr<String>,
    #[attr(computed, keep)]
    kept: Attr<String>,
    #[attr(optional, write_only)]
    hidden: Attr<String>,
}

#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Attributes)]
struct Element {
    #[attr(required)]
    key: Attr<String>,
    #[attr(computed, keep)]
    kept: Attr<String>,
}

/// A whole object, with null for what `json` leaves out and unknown for `"?"`.
fn value(json: impl std::borrow::Borrow<serde_json::Value>) -> Value {
    fn mark(value: Value) -> Value {
        match value {
            Value::String(text) if text == "?" => Unknown,
            Value::List(items) => Value::List(items.into_iter().map(mark).collect()),
            Value::Map(items) => {
                Value::Map(items.into_iter().map(|(name, item)| (name, mark(item))).collect())
            }
            other => other,
        }
    }
    mark(Value::from_json(json.borrow(), &Model::schema().ty()).unwrap())
}

/// The attributes of a plan that are of interest.
fn plan(config: serde_json::Value, prior: Option<serde_json::Value>) -> Prepared {
    prepare(&Model::schema(), &value(config), &prior.map_or(Null, value))
}

/// A state as it is after an apply of `name = "a"`.
fn applied() -> serde_json::Value {
    json!({
        "name": "a", "port": 80, "slot": 1, "arn": "arn:a", "id": "i-a",
        "filled": { "key": "k", "def": "d", "kept": "kept-k" },
    })
}

fn with(mut base: serde_json::Value, name: &str, item: serde_json::Value) -> serde_json::Value {
    base[name] = item;
    base
}

#[test]
fn create_fills_defaults_and_leaves_computed_values_unknown() {
    let Prepared { planned, replace } = plan(json!({ "name": "a" }), None);
    assert!(replace.is_empty());
    assert_eq!(planned.get("port").as_i64(), Some(80));
    assert_eq!(planned.get("note"), &Null);
    for name in ["slot", "arn", "id"] {
        assert_eq!(planned.get(name), &Unknown, "{name}");
    }
    let filled = planned.get("filled");
    assert_eq!((filled.get("key").as_str(), filled.get("def").as_str()), (Some("k"), Some("d")));
    assert_eq!(filled.get("kept"), &Unknown);
}

#[test]
fn what_is_set_stands() {
    let config = json!({ "name": "a", "port": 81, "slot": 5, "filled": { "key": "own", "def": "e" } });
    let planned = plan(config, None).planned;
    assert_eq!((planned.get("port").as_i64(), planned.get("slot").as_i64()), (Some(81), Some(5)));
    assert_eq!(planned.get("filled").get("key").as_str(), Some("own"));
    assert_eq!(planned.get("filled").get("def").as_str(), Some("e"));
}

#[test]
fn write_only_values_are_null_and_no_change() {
    let config = json!({ "name": "a", "secret": "s" });
    let prepared = plan(config, Some(applied()));
    assert_eq!(prepared.planned, value(applied()));
    let nested = plan(json!({ "name": "a", "single": { "key": "k", "hidden": "h" } }), None).planned;
    assert_eq!(nested.get("single").get("hidden"), &Null);
}

#[test]
fn no_change_plans_the_prior_state() {
    let prepared = plan(json!({ "name": "a" }), Some(applied()));
    assert_eq!(prepared, Prepared { planned: value(applied()), replace: Vec::new() });
}

#[test]
fn an_update_resets_what_follows_and_keeps_the_rest() {
    let planned = plan(json!({ "name": "a", "note": "new" }), Some(applied())).planned;
    assert_eq!(planned.get("arn"), &Unknown);
    assert_eq!((planned.get("id").as_str(), planned.get("slot").as_i64()), (Some("i-a"), Some(1)));
    assert_eq!(planned.get("filled").get("kept").as_str(), Some("kept-k"));
}

#[test]
fn removing_an_argument_returns_to_the_default() {
    let planned = plan(json!({ "name": "a" }), Some(with(applied(), "port", json!(81)))).planned;
    assert_eq!(planned.get("port").as_i64(), Some(80));
}

#[test]
fn a_replacement_resets_everything_computed() {
    let Prepared { planned, replace } = plan(json!({ "name": "b" }), Some(applied()));
    assert_eq!(replace, [Path::from("name")]);
    for name in ["slot", "arn", "id"] {
        assert_eq!(planned.get(name), &Unknown, "{name}");
    }
    assert_eq!(planned.get("filled").get("kept"), &Unknown);
}

#[test]
fn an_unknown_value_replaces_as_it_may_differ() {
    assert_eq!(plan(json!({ "name": "?" }), Some(applied())).replace, [Path::from("name")]);
}

#[test]
fn replacement_paths_reach_into_nested_attributes() {
    let inner = |zone: &str| json!({ "key": "k", "def": "d", "kept": "x", "zone": zone });
    let config = |zone: &str| json!({ "key": "k", "zone": zone });
    for (name, prior, config, path) in [
        ("single", inner("a"), config("b"), Path::from("single").attribute("zone")),
        ("list", json!([inner("a")]), json!([config("b")]), Path::from("list").index(0).attribute("zone")),
        (
            "map",
            json!({ "m": inner("a") }),
            json!({ "m": config("b") }),
            Path::from("map").key("m").attribute("zone"),
        ),
    ] {
        let prepared = plan(with(json!({ "name": "a" }), name, config), Some(with(applied(), name, prior)));
        assert_eq!(prepared.replace, [path]);
    }
}

#[test]
fn a_nested_object_that_comes_or_goes_is_an_update() {
    let single = json!({ "key": "k", "def": "d", "kept": "x", "zone": "a" });
    let gone = plan(json!({ "name": "a" }), Some(with(applied(), "single", single)));
    assert_eq!((gone.planned.get("single"), gone.replace), (&Null, Vec::new()));
    let comes = plan(json!({ "name": "a", "single": { "key": "k", "zone": "a" } }), Some(applied()));
    assert_eq!((comes.planned.get("single").get("kept"), comes.replace), (&Unknown, Vec::new()));
}

/// The planned `kept` of each element, by its `key`.
fn kept(planned: &Value, name: &str) -> Vec<(String, Value)> {
    let Value::List(items) = planned.get(name) else { panic!("{planned:?}") };
    items
        .iter()
        .map(|item| (item.get("key").as_str().unwrap().to_owned(), item.get("kept").clone()))
        .collect()
}

#[test]
fn elements_of_a_list_continue_where_they_agree() {
    let prior = json!([{ "key": "x", "def": "d", "kept": "kx" }, { "key": "y", "def": "d", "kept": "ky" }]);
    let of = |config| {
        plan(json!({ "name": "a", "list": config }), Some(with(applied(), "list", prior.clone()))).planned
    };
    let same_then_new = of(json!([{ "key": "x" }, { "key": "y" }, { "key": "z" }]));
    assert_eq!(
        kept(&same_then_new, "list"),
        [("x".into(), "kx".into()), ("y".into(), "ky".into()), ("z".into(), Unknown)]
    );
    // an element before the others: by index alone, it would take over what belongs to x
    let inserted = of(json!([{ "key": "new" }, { "key": "x" }]));
    assert_eq!(kept(&inserted, "list"), [("new".into(), Unknown), ("x".into(), Unknown)]);
}

#[test]
fn elements_of_a_set_are_matched_by_what_they_say() {
    let prior = json!([{ "key": "a", "kept": "ka" }, { "key": "c", "kept": "kc" }]);
    let config = json!({ "name": "a", "set": [{ "key": "b" }, { "key": "c" }] });
    let planned = plan(config, Some(with(applied(), "set", prior))).planned;
    let mut kept = kept(&planned, "set");
    kept.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(kept, [("b".into(), Unknown), ("c".into(), "kc".into())]);
}

#[test]
fn elements_of_a_map_continue_under_their_key() {
    let prior = json!({ "one": { "key": "x", "def": "d", "kept": "kx" } });
    let config = json!({ "name": "a", "map": { "one": { "key": "changed" }, "two": { "key": "x" } } });
    let planned = plan(config, Some(with(applied(), "map", prior))).planned;
    assert_eq!(planned.get("map").get("one").get("kept").as_str(), Some("kx"));
    assert_eq!(planned.get("map").get("two").get("kept"), &Unknown);
}

#[test]
fn unknown_nested_attributes_stay_unknown() {
    let planned = plan(json!({ "name": "a", "single": { "key": "?" } }), None).planned;
    assert_eq!(planned.get("single").get("key"), &Unknown);
    let mut config = value(json!({ "name": "a" }));
    if let Value::Map(items) = &mut config {
        items.insert("list".into(), Unknown);
    }
    assert_eq!(prepare(&Model::schema(), &config, &Null).planned.get("list"), &Unknown);
}

/// A map of plain values has no place for one that isn't known.
#[test]
fn elements_that_are_not_known_yet_stay_beside_those_that_are() {
    #[derive(Clone, Default, Attributes)]
    struct Labelled {
        #[attr(optional)]
        labels: Attr<std::collections::BTreeMap<String, String>>,
        #[attr(optional)]
        nested: Attr<Named>,
        #[attr(computed)]
        arn: Attr<String>,
    }
    #[derive(Clone, Default, Attributes)]
    struct Named {
        #[attr(optional)]
        names: Attr<Vec<String>>,
    }
    let half = || Value::object([("a", Value::from("x")), ("b", Unknown)]);
    let config = Value::object([
        ("labels", half()),
        ("nested", Value::object([("names", Value::List(vec![Unknown, "n".into()]))])),
        ("arn", Null),
    ]);
    let prepared = prepare(&Labelled::schema(), &config, &Null).planned;
    let model = Labelled::from_value(&prepared).unwrap();
    assert!(model.labels.is_unknown());
    let known = Labelled { arn: "made".into(), ..model };
    let restored = restore(known.to_value(), &prepared);
    assert_eq!(restored.get("labels"), &half());
    assert_eq!(restored.get("nested"), config.get("nested"));
    assert_eq!(restored.get("arn"), &Value::from("made"));
}

#[test]
fn write_only_values_that_are_set_are_found_anywhere() {
    let config = value(json!({
        "name": "a", "secret": "s", "list": [{ "key": "k" }, { "key": "l", "hidden": "h" }],
        "map": { "m": { "key": "k", "hidden": "h" } },
    }));
    let paths: Vec<_> =
        crate::write_only::set_paths(&Model::schema(), &config).iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["secret", "list[1].hidden", "map[\"m\"].hidden"]);
}
