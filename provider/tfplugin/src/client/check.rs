//! What Terraform's core demands of a provider's answers.

use super::Error;
use crate::{
    Path, Type, Value,
    schema::{Attribute, Kind, Nesting, Schema},
};

fn broken<T>(path: &Path, what: impl std::fmt::Display) -> Result<T, Error> {
    let at = if path.is_root() { String::new() } else { format!("{path}: ") };
    Err(Error::Protocol(format!("{at}{what}")))
}

/// A plan: where the configuration says something, the plan says the same, or what was there before; what it leaves out
/// only a computed attribute may have.
pub(super) fn plan(schema: &Schema, prior: &Value, config: &Value, planned: &Value) -> Result<(), Error> {
    planned_object(schema, prior, config, planned, &Path::root())
}

fn planned_object(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
) -> Result<(), Error> {
    for attribute in &schema.attributes {
        let name = &attribute.name;
        let path = path.clone().attribute(name);
        planned_attribute(attribute, prior.get(name), config.get(name), planned.get(name), &path)?;
    }
    Ok(())
}

fn planned_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
) -> Result<(), Error> {
    if attribute.write_only {
        return if planned.is_null() { Ok(()) } else { broken(path, "a write-only value in the plan") };
    }
    if planned == config || (config.is_null() && attribute.computed) {
        return Ok(());
    }
    // a provider may keep the prior value where it means the same
    if planned == prior && !prior.is_null() && !config.is_null() {
        return Ok(());
    }
    match (&attribute.kind, config, planned) {
        (Kind::Nested(Nesting::Single, schema), Value::Map(_), Value::Map(_)) => {
            planned_object(schema, prior, config, planned, path)
        }
        (Kind::Nested(Nesting::Map, schema), Value::Map(config), Value::Map(planned))
            if config.keys().eq(planned.keys()) =>
        {
            config.iter().zip(planned.values()).try_for_each(|((key, config), planned)| {
                planned_object(schema, prior.get(key), config, planned, &path.clone().key(key))
            })
        }
        (Kind::Nested(Nesting::List, schema), Value::List(config), Value::List(planned))
            if config.len() == planned.len() =>
        {
            config.iter().zip(planned).enumerate().try_for_each(|(i, (config, planned))| {
                let prior = match prior {
                    Value::List(items) => items.get(i).unwrap_or(&Value::Null),
                    _ => &Value::Null,
                };
                planned_object(schema, prior, config, planned, &path.clone().index(i))
            })
        }
        (Kind::Nested(Nesting::Set, schema), Value::List(config), Value::List(planned))
            if config.len() == planned.len() =>
        {
            let allowed = |planned: &Value| {
                config
                    .iter()
                    .any(|config| planned_object(schema, &Value::Null, config, planned, path).is_ok())
            };
            if planned.iter().all(allowed) {
                Ok(())
            } else {
                broken(path, "an element of the planned set isn't configured")
            }
        }
        _ => broken(path, format!("planned {planned:?}, configured {config:?}, before {prior:?}")),
    }
}

/// An applied state: what was known in the plan is the same.
pub(super) fn applied(ty: &Type, planned: &Value, state: &Value) -> Result<(), Error> {
    compatible(ty, planned, state, &Path::root())
}

fn compatible(ty: &Type, planned: &Value, actual: &Value, path: &Path) -> Result<(), Error> {
    match (ty, planned, actual) {
        (_, Value::Unknown, _) => Ok(()),
        (Type::Object(types), Value::Map(_), Value::Map(_)) => types.iter().try_for_each(|(name, ty)| {
            compatible(ty, planned.get(name), actual.get(name), &path.clone().attribute(name))
        }),
        (Type::Map(ty), Value::Map(planned), Value::Map(actual)) if planned.keys().eq(actual.keys()) => {
            planned.iter().try_for_each(|(key, planned)| {
                compatible(ty, planned, actual.get(key).unwrap_or(&Value::Null), &path.clone().key(key))
            })
        }
        (Type::List(ty), Value::List(planned), Value::List(actual)) if planned.len() == actual.len() => {
            planned.iter().zip(actual).enumerate().try_for_each(|(i, (planned, actual))| {
                compatible(ty, planned, actual, &path.clone().index(i))
            })
        }
        (Type::Set(ty), Value::List(planned), Value::List(actual)) => {
            let fits = |planned: &Value, actual: &Value| compatible(ty, planned, actual, path).is_ok();
            let all = planned.iter().all(|planned| actual.iter().any(|actual| fits(planned, actual)))
                && actual.iter().all(|actual| planned.iter().any(|planned| fits(planned, actual)));
            if all { Ok(()) } else { broken(path, format!("planned {planned:?}, applied {actual:?}")) }
        }
        _ if planned == actual => Ok(()),
        _ => broken(path, format!("planned {planned:?}, applied {actual:?}")),
    }
}

/// A state: no unknown and no write-only values.
pub(super) fn state(schema: &Schema, state: &Value) -> Result<(), Error> {
    if !state.is_wholly_known() {
        return broken(&Path::root(), format!("unknown values in the state: {state:?}"));
    }
    match crate::write_only::set_paths(schema, state).first() {
        Some(path) => broken(path, "a write-only value in the state"),
        None => Ok(()),
    }
}
