//! Values as JSON, the way Terraform keeps them in state.

use super::{DecodeError, Number, Type, Value};
use serde_json::{Value as Json, json};

impl Value {
    /// Reads a value of type `ty` from JSON. Lenient, as stored state asks for: an object's missing attributes become
    /// null, attributes that the type doesn't know are dropped.
    ///
    /// # Errors
    /// [`DecodeError::Mismatch`] where a value has another shape than its type.
    pub fn from_json(json: &Json, ty: &Type) -> Result<Self, DecodeError> {
        let mismatch = || DecodeError::mismatch(ty, kind(json));
        if json.is_null() {
            return Ok(Self::Null);
        }
        Ok(match ty {
            Type::Bool => Self::Bool(json.as_bool().ok_or_else(mismatch)?),
            Type::String => match json {
                Json::String(text) => Self::String(text.clone()),
                // core writes a string; people's own upgrades may turn a number attribute into a string one
                Json::Number(_) | Json::Bool(_) => Self::String(json.to_string()),
                _ => return Err(mismatch()),
            },
            Type::Number => match json {
                Json::Number(number) => {
                    Self::Number(Number::from_decimal(&number.to_string()).ok_or_else(mismatch)?)
                }
                Json::String(digits) => Self::Number(Number::from_decimal(digits).ok_or_else(mismatch)?),
                _ => return Err(mismatch()),
            },
            Type::List(element) => Self::List(elements(json.as_array().ok_or_else(mismatch)?, element)?),
            Type::Set(element) => Self::set(elements(json.as_array().ok_or_else(mismatch)?, element)?),
            Type::Tuple(types) => {
                let items =
                    json.as_array().filter(|items| items.len() == types.len()).ok_or_else(mismatch)?;
                let items = items.iter().zip(types).enumerate();
                Self::List(
                    items
                        .map(|(i, (item, ty))| Self::from_json(item, ty).map_err(|e| e.under(i)))
                        .collect::<Result<_, _>>()?,
                )
            }
            Type::Map(element) => {
                let items = json.as_object().ok_or_else(mismatch)?.iter();
                let items = items.map(|(key, item)| {
                    Ok((key.clone(), Self::from_json(item, element).map_err(|e| e.under(key))?))
                });
                Self::Map(items.collect::<Result<_, DecodeError>>()?)
            }
            Type::Object(attributes) => {
                let items = json.as_object().ok_or_else(mismatch)?;
                let attributes = attributes.iter().map(|(name, ty)| {
                    let item = items.get(name).unwrap_or(&Json::Null);
                    Ok((name.clone(), Self::from_json(item, ty).map_err(|e| e.under(name))?))
                });
                Self::Map(attributes.collect::<Result<_, DecodeError>>()?)
            }
            Type::Dynamic => {
                let inner = json.get("type").and_then(Type::from_json).ok_or_else(mismatch)?;
                let value = Self::from_json(json.get("value").unwrap_or(&Json::Null), &inner)?;
                if value.is_null() { value } else { Self::Dynamic(Box::new(inner), Box::new(value)) }
            }
        })
    }

    /// The value as JSON, as state keeps it. Unknowns have no JSON form and become null.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Unknown | Self::Null => Json::Null,
            Self::Bool(value) => json!(value),
            Self::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => json!(int),
                (None, float) if number.is_decimal().is_none() => json!(float),
                _ => json!(number.to_string()),
            },
            Self::String(text) => json!(text),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(items) => {
                Json::Object(items.iter().map(|(key, item)| (key.clone(), item.to_json())).collect())
            }
            Self::Dynamic(ty, value) => json!({ "type": ty.to_json(), "value": value.to_json() }),
        }
    }
}

fn elements(items: &[Json], element: &Type) -> Result<Vec<Value>, DecodeError> {
    let items = items.iter().enumerate();
    items.map(|(i, item)| Value::from_json(item, element).map_err(|e| e.under(i))).collect()
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
