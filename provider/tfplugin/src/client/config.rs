//! Configurations from JSON, as strict as Terraform's language.

use super::Error;
use crate::{
    DecodeError, Type, Value,
    schema::{Attribute, Kind, Nesting, Schema},
};
use serde_json::Value as Json;

/// A configuration value that stands for "not known yet".
pub const UNKNOWN: &str = "\u{1}unknown";

/// The configuration object, with null for what is left out.
pub(super) fn value(json: &Json, schema: &Schema) -> Result<Value, Error> {
    object(json, schema, "")
}

fn object(json: &Json, schema: &Schema, at: &str) -> Result<Value, Error> {
    let items =
        json.as_object().ok_or_else(|| Error::Config(format!("{at}: expected an object, found {json}")))?;
    if let Some(stray) = items.keys().find(|name| schema.attribute(name).is_none()) {
        return Err(Error::Config(format!("no argument {at}{stray}")));
    }
    let attributes = schema.attributes.iter().map(|attribute| {
        let json = items.get(&attribute.name).unwrap_or(&Json::Null);
        Ok((&attribute.name, argument(json, attribute, &format!("{at}{}", attribute.name))?))
    });
    Ok(Value::object(attributes.collect::<Result<Vec<_>, Error>>()?))
}

fn argument(json: &Json, attribute: &Attribute, at: &str) -> Result<Value, Error> {
    if json.is_null() && attribute.required {
        return Err(Error::Config(format!("missing argument {at}")));
    }
    if !json.is_null() && !attribute.required && !attribute.optional {
        return Err(Error::Config(format!("{at} is for the provider to set")));
    }
    if json.is_null() || json == UNKNOWN {
        return Ok(if json.is_null() { Value::Null } else { Value::Unknown });
    }
    match &attribute.kind {
        Kind::Plain(ty) => typed(json, ty).map_err(|error| Error::Config(format!("{at}: {error}"))),
        Kind::Nested(Nesting::Single, schema) => object(json, schema, &format!("{at}.")),
        Kind::Nested(Nesting::Map, schema) => {
            let items = json.as_object().ok_or_else(|| Error::Config(format!("{at}: expected an object")))?;
            let items = items
                .iter()
                .map(|(key, item)| Ok((key.clone(), object(item, schema, &format!("{at}[{key}]."))?)));
            Ok(Value::Map(items.collect::<Result<_, Error>>()?))
        }
        Kind::Nested(nesting, schema) => {
            let items = json.as_array().ok_or_else(|| Error::Config(format!("{at}: expected a list")))?;
            let items = items.iter().map(|item| object(item, schema, &format!("{at}[].")));
            let items = items.collect::<Result<Vec<_>, Error>>()?;
            Ok(if *nesting == Nesting::Set { Value::set(items) } else { Value::List(items) })
        }
    }
}

/// A value of a plain type, unknown parts included. A value for [`Type::Dynamic`] gets the type of its literal.
pub(super) fn typed(json: &Json, ty: &Type) -> Result<Value, DecodeError> {
    if json == UNKNOWN {
        return Ok(Value::Unknown);
    }
    match (ty, json) {
        (Type::List(element), Json::Array(items)) => {
            items.iter().map(|item| typed(item, element)).collect::<Result<_, _>>().map(Value::List)
        }
        (Type::Set(element), Json::Array(items)) => {
            items.iter().map(|item| typed(item, element)).collect::<Result<_, _>>().map(Value::set)
        }
        (Type::Map(element), Json::Object(items)) => {
            let items = items.iter().map(|(key, item)| Ok((key.clone(), typed(item, element)?)));
            items.collect::<Result<_, DecodeError>>().map(Value::Map)
        }
        (Type::Dynamic, json) => {
            let ty = literal_type(json);
            Ok(match Value::from_json(json, &ty)? {
                Value::Null => Value::Null,
                value => Value::Dynamic(Box::new(ty), Box::new(value)),
            })
        }
        _ => Value::from_json(json, ty),
    }
}

fn literal_type(json: &Json) -> Type {
    match json {
        Json::Null => Type::Dynamic,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(_) => Type::String,
        Json::Array(items) => Type::Tuple(items.iter().map(literal_type).collect()),
        Json::Object(items) => Type::object(items.iter().map(|(name, item)| (name, literal_type(item)))),
    }
}
