//! Write-only attributes (Terraform 1.11): they come with the configuration and never enter plan or state. Terraform's
//! proposals carry them all the same, so they have to be taken out.

use crate::{
    Path, Value,
    schema::{Kind, Nesting, Schema},
};

/// The value with write-only attributes set to null.
pub(crate) fn strip(schema: &Schema, mut value: Value) -> Value {
    if let Value::Map(items) = &mut value {
        for attribute in &schema.attributes {
            let Some(item) = items.get_mut(&attribute.name) else { continue };
            if attribute.write_only {
                *item = Value::Null;
            } else if let Kind::Nested(nesting, schema) = &attribute.kind {
                for object in objects(*nesting, item) {
                    *object = strip(schema, std::mem::take(object));
                }
            }
        }
    }
    value
}

fn objects(nesting: Nesting, value: &mut Value) -> Vec<&mut Value> {
    match (nesting, value) {
        (Nesting::Map, Value::Map(items)) => items.values_mut().collect(),
        (Nesting::List | Nesting::Set, Value::List(items)) => items.iter_mut().collect(),
        (_, single) => vec![single],
    }
}

/// Where write-only attributes have a value.
pub(crate) fn set_paths(schema: &Schema, value: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect(schema, value, &Path::root(), &mut found);
    found
}

fn collect(schema: &Schema, value: &Value, path: &Path, found: &mut Vec<Path>) {
    for attribute in &schema.attributes {
        let (value, path) = (value.get(&attribute.name), path.clone().attribute(&attribute.name));
        match (&attribute.kind, value) {
            (_, Value::Null) => {}
            _ if attribute.write_only => found.push(path),
            (Kind::Nested(Nesting::Map, schema), Value::Map(items)) => {
                for (key, item) in items {
                    collect(schema, item, &path.clone().key(key), found);
                }
            }
            (Kind::Nested(_, schema), Value::List(items)) => {
                for (i, item) in items.iter().enumerate() {
                    collect(schema, item, &path.clone().index(i), found);
                }
            }
            (Kind::Nested(_, schema), single) => collect(schema, single, &path, found),
            _ => {}
        }
    }
}
