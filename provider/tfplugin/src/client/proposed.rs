//! The proposed new state, as Terraform's core computes it: the configuration, with the prior values of computed
//! attributes that it leaves out.

use crate::{
    Value,
    schema::{Attribute, Kind, Nesting, Schema},
};

pub(super) fn proposed(schema: &Schema, prior: &Value, config: &Value) -> Value {
    Value::object(schema.attributes.iter().map(|attribute| {
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        (&attribute.name, attribute_value(attribute, prior, config))
    }))
}

fn attribute_value(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    match (&attribute.kind, config) {
        (kind, Value::Null) if attribute.computed => {
            // a nested value that the user must have set can't be the provider's choice
            if attribute.optional && was_set_by_user(kind, prior) { Value::Null } else { prior.clone() }
        }
        (_, Value::Null | Value::Unknown) | (Kind::Plain(_), _) => config.clone(),
        (Kind::Nested(nesting, schema), _) => nested(*nesting, schema, prior, config),
    }
}

fn nested(nesting: Nesting, schema: &Schema, prior: &Value, config: &Value) -> Value {
    let element = |prior: &Value, config: &Value| match config {
        Value::Unknown | Value::Null => config.clone(),
        config => proposed(schema, prior, config),
    };
    match (nesting, config) {
        (Nesting::Map, Value::Map(items)) => Value::Map(
            items.iter().map(|(key, config)| (key.clone(), element(prior.get(key), config))).collect(),
        ),
        (Nesting::List, Value::List(items)) => {
            let prior = elements(prior);
            let items = items.iter().enumerate();
            Value::List(
                items.map(|(i, config)| element(prior.get(i).unwrap_or(&Value::Null), config)).collect(),
            )
        }
        (Nesting::Set, Value::List(items)) => {
            let mut left: Vec<&Value> = elements(prior).iter().collect();
            let items = items.iter().map(|config| {
                let found = left.iter().position(|prior| continues(schema, prior, config));
                let prior = found.map_or(&Value::Null, |found| left.swap_remove(found));
                element(prior, config)
            });
            Value::set(items.collect())
        }
        (_, config) => element(prior, config),
    }
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// May `prior` have come from this configuration? Then they agree where the configuration says something.
fn continues(schema: &Schema, prior: &Value, config: &Value) -> bool {
    schema.attributes.iter().all(|attribute| {
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        match (&attribute.kind, config) {
            (_, Value::Null) => attribute.computed || prior.is_null(),
            (Kind::Nested(Nesting::Single, schema), Value::Map(_)) => continues(schema, prior, config),
            _ => prior == config,
        }
    })
}

fn was_set_by_user(kind: &Kind, prior: &Value) -> bool {
    let Kind::Nested(nesting, schema) = kind else { return false };
    let objects: Vec<&Value> = match (nesting, prior) {
        (Nesting::Map, Value::Map(items)) => items.values().collect(),
        (_, Value::List(items)) => items.iter().collect(),
        (_, single) => vec![single],
    };
    objects.iter().any(|object| {
        schema.attributes.iter().any(|attribute| {
            let value = object.get(&attribute.name);
            !value.is_null() && (!attribute.computed || was_set_by_user(&attribute.kind, value))
        })
    })
}
