use super::*;
use crate::{Attributes, Path};

/// A door.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
struct Door {
    /// What it is called.
    ///
    /// In two paragraphs.
    #[attr(required, replace)]
    name: Attr<String>,
    #[attr(optional, default = ["brass", "steel"])]
    keys: Attr<BTreeSet<String>>,
    #[attr(optional, computed)]
    width: Attr<i64>,
    #[attr(optional, sensitive, write_only, deprecated = "Use `keys`.")]
    r#type: Attr<String>,
    #[attr(optional)]
    locks: Attr<Vec<Lock>>,
    #[attr(optional)]
    labels: Attr<BTreeMap<String, Attr<String>>>,
    #[attr(computed, keep)]
    id: Attr<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Attributes)]
struct Lock {
    #[attr(optional, default = 1.5)]
    depth: Attr<f64>,
    #[attr(optional)]
    codes: Attr<Vec<i64>>,
}

fn door(attributes: &[(&str, Value)]) -> Result<Door, Diagnostic> {
    Door::from_value(&Value::object(attributes.iter().cloned()))
}

#[test]
fn the_schema_says_what_the_struct_says() {
    let schema = Door::schema();
    assert_eq!(schema.description, "A door.");
    let of = |name: &str| schema.attribute(name).unwrap();
    assert_eq!(of("name").description, "What it is called.\n\nIn two paragraphs.");
    assert!(of("name").required && of("name").replace && !of("name").computed);
    assert!(of("keys").optional && of("keys").computed, "the provider fills defaults in");
    assert_eq!(of("keys").default, Some(vec!["brass".into(), "steel".into()].into()));
    assert!(of("width").optional && of("width").computed && of("width").default.is_none());
    assert!(of("type").write_only && of("type").sensitive);
    assert_eq!(of("type").deprecated.as_deref(), Some("Use `keys`."));
    assert!(of("id").computed && of("id").keep && !of("id").optional);
    assert!(matches!(&of("locks").kind, Kind::Nested(Nesting::List, lock) if lock.attributes.len() == 2));
    assert_eq!(of("labels").kind, Kind::Plain(Type::map(Type::String)));
}

#[test]
fn structs_make_the_round_trip() {
    let door = Door {
        name: "front".into(),
        width: Attr::Unknown,
        locks: vec![Lock { depth: 0.5.into(), codes: vec![1, 2].into() }].into(),
        labels: BTreeMap::from([("a".into(), Attr::Unknown), ("b".into(), "x".into())]).into(),
        ..Door::defaults()
    };
    assert_eq!(door.keys.known().unwrap().len(), 2);
    assert_eq!(Door::from_value(&door.to_value()), Ok(door));
}

#[test]
fn an_unknown_element_makes_a_plain_collection_unknown() {
    assert!(door(&[("keys", vec!["a".into(), Value::Unknown].into())]).unwrap().keys.is_unknown());
    // each attribute of a nested object is known or unknown by itself
    let lock = Value::object([("depth", Value::Unknown), ("codes", vec![Value::Unknown].into())]);
    let locks = door(&[("locks", vec![lock].into())]).unwrap().locks.into_known().unwrap();
    assert!(locks[0].depth.is_unknown() && locks[0].codes.is_unknown());
}

#[test]
fn errors_carry_the_path_of_the_nested_attribute() {
    let lock = |codes: Vec<Value>| Value::object([("codes", codes.into())]);
    let locks = |codes| door(&[("locks", vec![lock(vec![]), lock(codes)].into())]).unwrap_err();
    let path = Path::from("locks").index(1).attribute("codes").index(0);
    assert_eq!(locks(vec![0.5.into()]).path, Some(path.clone()));
    let null = locks(vec![Value::Null]);
    assert_eq!((null.summary.as_str(), null.path), ("Null element", Some(path)));
    // elements of a set have no path of their own
    let key = door(&[("keys", vec![1.into()].into())]).unwrap_err();
    assert_eq!(key.path, Some(Path::from("keys")));
    assert_eq!(key.detail, "Expected a string, found number.");
}
