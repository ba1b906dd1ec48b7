//! The part of planning that follows from the schema alone. Pure.
//!
//! Terraform proposes a new state too, but knows neither defaults nor what a change makes of computed values; and its
//! proposal follows from the configuration and the prior state, which is what we start from.

use crate::{
    Path, Value,
    schema::{Attribute, Kind, Nesting, Schema},
};

#[derive(Debug, PartialEq)]
pub(crate) struct Prepared {
    pub planned: Value,
    pub replace: Vec<Path>,
}

/// Plans a create (`prior` is null) or an update by the rules of the attributes:
/// - what the configuration says, stands; write-only values are null;
/// - what it leaves out takes its default;
/// - computed values stay while nothing else changes. On a change they are unknown, except those that keep, and those
///   that the user may set but didn't. On create and replacement all of them are unknown.
pub(crate) fn prepare(schema: &Schema, config: &Value, prior: &Value) -> Prepared {
    if prior.is_null() {
        return Prepared { planned: object(schema, config, None, Computed::Reset), replace: Vec::new() };
    }
    let unchanged = object(schema, config, Some(prior), Computed::Stay);
    if unchanged == *prior {
        return Prepared { planned: unchanged, replace: Vec::new() };
    }
    let mut replace = Vec::new();
    replaced(schema, &unchanged, prior, &Path::root(), &mut replace);
    let computed = if replace.is_empty() { Computed::Follow } else { Computed::Reset };
    Prepared { planned: object(schema, config, Some(prior), computed), replace }
}

/// Puts back what a model has no place for. A collection whose elements can't be unknown one by one, such as
/// `BTreeMap<String, String>`, is unknown as a whole once one of them is; Terraform holds the plan to the elements that the
/// configuration has, each with what is known of it.
pub(crate) fn restore(planned: Value, prepared: &Value) -> Value {
    match (planned, prepared) {
        (Value::Unknown, prepared) if !prepared.is_wholly_known() => prepared.clone(),
        (Value::Map(items), Value::Map(prepared)) => {
            let restored = items.into_iter().map(|(key, item)| {
                let item = match prepared.get(&key) {
                    Some(prepared) => restore(item, prepared),
                    None => item,
                };
                (key, item)
            });
            Value::Map(restored.collect())
        }
        (planned, _) => planned,
    }
}

/// What becomes of computed values that the configuration leaves out.
#[derive(Clone, Copy)]
enum Computed {
    /// All stay.
    Stay,
    /// Those of the provider alone become unknown, unless they keep.
    Follow,
    /// All become unknown.
    Reset,
}

fn object(schema: &Schema, config: &Value, prior: Option<&Value>, computed: Computed) -> Value {
    Value::object(schema.attributes.iter().map(|attribute| {
        let prior = prior.map(|prior| prior.get(&attribute.name));
        (&attribute.name, plan(attribute, config.get(&attribute.name), prior, computed))
    }))
}

fn plan(attribute: &Attribute, config: &Value, prior: Option<&Value>, computed: Computed) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    let config = or_default(attribute, config);
    match (config, &attribute.kind) {
        (Value::Null, _) if !attribute.computed => Value::Null,
        (Value::Null, _) => match (prior, computed) {
            (Some(prior), Computed::Stay) => prior.clone(),
            (Some(prior), Computed::Follow) if attribute.keep || attribute.optional => prior.clone(),
            _ => Value::Unknown,
        },
        (Value::Unknown, _) | (_, Kind::Plain(_)) => config.clone(),
        (config, Kind::Nested(nesting, schema)) => nested(*nesting, schema, config, prior, computed),
    }
}

fn or_default<'a>(attribute: &'a Attribute, config: &'a Value) -> &'a Value {
    match (config, &attribute.default) {
        (Value::Null, Some(default)) => default,
        _ => config,
    }
}

/// Plans each object of a nested attribute, with the prior object that it continues, if that can be told.
fn nested(
    nesting: Nesting,
    schema: &Schema,
    config: &Value,
    prior: Option<&Value>,
    computed: Computed,
) -> Value {
    let element = |config: &Value, prior: Option<&Value>| match config {
        Value::Unknown => Value::Unknown,
        config => object(schema, config, prior.filter(|prior| !prior.is_null()), computed),
    };
    match (nesting, config) {
        (Nesting::Map, Value::Map(items)) => {
            let prior = |key: &str| prior.map(|prior| prior.get(key));
            Value::Map(items.iter().map(|(key, item)| (key.clone(), element(item, prior(key)))).collect())
        }
        (Nesting::List, Value::List(items)) => {
            let prior = |index: usize, item| {
                elements(prior).get(index).filter(|prior| continues(schema, item, prior))
            };
            Value::List(items.iter().enumerate().map(|(i, item)| element(item, prior(i, item))).collect())
        }
        (Nesting::Set, Value::List(items)) => {
            let prior = |item| elements(prior).iter().find(|prior| continues(schema, item, prior));
            Value::set(items.iter().map(|item| element(item, prior(item))).collect())
        }
        (_, config) => element(config, prior),
    }
}

fn elements(prior: Option<&Value>) -> &[Value] {
    match prior {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// Is `prior` what became of `config`? It is if they agree on all that the user set. Only then may an element of a list
/// or set take over the computed values: the same index says nothing once an element was inserted before it.
fn continues(schema: &Schema, config: &Value, prior: &Value) -> bool {
    schema.attributes.iter().filter(|attribute| !attribute.write_only).all(|attribute| {
        let (config, prior) =
            (or_default(attribute, config.get(&attribute.name)), prior.get(&attribute.name));
        match (config, prior, &attribute.kind) {
            (Value::Null, _, _) if attribute.computed => true,
            (Value::Map(_), Value::Map(_), Kind::Nested(Nesting::Single, schema)) => {
                continues(schema, config, prior)
            }
            (Value::Map(config), Value::Map(prior), Kind::Nested(Nesting::Map, schema)) => {
                config.len() == prior.len()
                    && config
                        .iter()
                        .all(|(key, item)| prior.get(key).is_some_and(|prior| continues(schema, item, prior)))
            }
            (Value::List(config), Value::List(prior), Kind::Nested(nesting, schema))
                if config.len() == prior.len() =>
            {
                let mut pairs = config.iter().zip(prior);
                match nesting {
                    Nesting::Set => {
                        config.iter().all(|item| prior.iter().any(|prior| continues(schema, item, prior)))
                    }
                    _ => pairs.all(|(item, prior)| continues(schema, item, prior)),
                }
            }
            (config, prior, _) => config == prior,
        }
    })
}

/// Collects the paths of changed attributes that force a replacement.
fn replaced(schema: &Schema, planned: &Value, prior: &Value, path: &Path, found: &mut Vec<Path>) {
    for attribute in &schema.attributes {
        let (planned, prior) = (planned.get(&attribute.name), prior.get(&attribute.name));
        if planned == prior {
            continue;
        }
        let path = path.clone().attribute(&attribute.name);
        if attribute.replace {
            found.push(path);
            continue;
        }
        match (&attribute.kind, planned, prior) {
            (Kind::Nested(Nesting::Single, schema), Value::Map(_), Value::Map(_)) => {
                replaced(schema, planned, prior, &path, found);
            }
            (Kind::Nested(Nesting::Map, schema), Value::Map(planned), Value::Map(prior)) => {
                for (key, planned, prior) in
                    planned.iter().filter_map(|(key, item)| Some((key, item, prior.get(key)?)))
                {
                    replaced(schema, planned, prior, &path.clone().key(key), found);
                }
            }
            (Kind::Nested(Nesting::List, schema), Value::List(planned), Value::List(prior)) => {
                for (i, (planned, prior)) in planned.iter().zip(prior).enumerate() {
                    replaced(schema, planned, prior, &path.clone().index(i), found);
                }
            }
            // an element of a set can't be followed, so a set that changes and has such an attribute counts as a whole
            (Kind::Nested(Nesting::Set, schema), _, _)
                if schema.attributes.iter().any(|inner| inner.replace) =>
            {
                found.push(path);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
