//! Terraform's values: what crosses the wire, without the wire's encodings.

mod json;
mod msgpack;
mod number;
mod types;

use std::{cmp::Ordering, collections::BTreeMap};

pub use number::Number;
pub use types::Type;

/// A value of Terraform's language.
///
/// The shape is fixed by a [`Type`]; the value itself carries none, except where the schema leaves the type open
/// ([`Type::Dynamic`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Not known before apply.
    Unknown,
    /// Not set.
    #[default]
    Null,
    /// `bool`
    Bool(bool),
    /// `number`
    Number(Number),
    /// `string`
    String(String),
    /// `list`, `set` or `tuple`. The elements of a set are sorted, so that equal sets are equal here.
    List(Vec<Value>),
    /// `map` or `object`. An object's missing attributes count as null.
    Map(BTreeMap<String, Value>),
    /// A value whose type stands beside it, because the schema says [`Type::Dynamic`].
    Dynamic(Box<Type>, Box<Value>),
}

impl Value {
    /// An object or map from its attributes.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Is this null?
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// Is this value itself unknown? Parts of a known value may be: see [`Value::is_wholly_known`].
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Dynamic(_, value) => value.is_unknown(),
            _ => false,
        }
    }

    /// Neither the value nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(items) => items.iter().all(Self::is_wholly_known),
            Self::Map(items) => items.values().all(Self::is_wholly_known),
            Self::Dynamic(_, value) => value.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// The attribute or map element of this name; null where there is none.
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Self::Map(items) => items.get(name).unwrap_or(&Self::Null),
            Self::Dynamic(_, value) => value.get(name),
            Self::Unknown => &Self::Unknown,
            _ => &Self::Null,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Dynamic(_, value) => value.as_str(),
            _ => None,
        }
    }

    /// A number that is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            Self::Dynamic(_, value) => value.as_i64(),
            _ => None,
        }
    }

    /// The same value with every unknown part set to null, as state must be.
    #[must_use]
    pub fn without_unknowns(self) -> Self {
        match self {
            Self::Unknown => Self::Null,
            Self::List(items) => Self::List(items.into_iter().map(Self::without_unknowns).collect()),
            Self::Map(items) => {
                Self::Map(items.into_iter().map(|(name, value)| (name, value.without_unknowns())).collect())
            }
            Self::Dynamic(ty, value) => match value.without_unknowns() {
                Self::Null => Self::Null,
                value => Self::Dynamic(ty, Box::new(value)),
            },
            known => known,
        }
    }

    /// What kind of value this is, for error messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Dynamic(_, value) => value.kind(),
        }
    }

    /// A total order, used to keep sets sorted.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.order(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) => a
                .iter()
                .zip(b)
                .map(|(a, b)| a.order(b))
                .find(|order| order.is_ne())
                .unwrap_or_else(|| a.len().cmp(&b.len())),
            (Self::Map(a), Self::Map(b)) => a
                .iter()
                .zip(b)
                .map(|((ka, a), (kb, b))| ka.cmp(kb).then_with(|| a.order(b)))
                .find(|order| order.is_ne())
                .unwrap_or_else(|| a.len().cmp(&b.len())),
            (Self::Dynamic(_, a), Self::Dynamic(_, b)) => a.order(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Null => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Map(_) => 6,
            Self::Dynamic(..) => 7,
        }
    }

    /// The elements of a set in their order here, each once.
    pub(crate) fn set(mut items: Vec<Value>) -> Self {
        items.sort_by(Self::order);
        // two unknowns may become two different elements
        items.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::List(items)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

/// Why bytes or JSON are no value of the expected type.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end early or are no msgpack.
    #[error("malformed msgpack: {0}")]
    Msgpack(String),
    /// The text is no JSON.
    #[error("malformed JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The value has another shape than its type.
    #[error("{at}expected {expected}, found {found}")]
    Mismatch {
        /// Where, as `a.b: `, or empty at the root.
        at: String,
        /// The type that was asked for.
        expected: String,
        /// What stood there.
        found: String,
    },
}

impl DecodeError {
    pub(crate) fn mismatch(expected: &Type, found: impl Into<String>) -> Self {
        Self::Mismatch { at: String::new(), expected: expected.to_string(), found: found.into() }
    }

    /// Says that the error lies under the named element.
    pub(crate) fn under(self, name: impl std::fmt::Display) -> Self {
        match self {
            Self::Mismatch { at, expected, found } => {
                let at = if at.is_empty() { format!("{name}: ") } else { format!("{name}.{at}") };
                Self::Mismatch { at, expected, found }
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
