//! Attributes declared once: from structs to schemas, and between structs and values.

use crate::{
    Attr, Diagnostic, Type, Value,
    path::Step,
    schema::{Kind, Nesting, Schema},
};
use std::collections::{BTreeMap, BTreeSet};

/// A struct whose fields are attributes. Derive it; see the macro [`Attributes`](macro@crate::Attributes).
pub trait Attributes: AttributeType + Default + Clone + Send + Sync + 'static {
    /// The schema, with the doc comments as descriptions.
    fn schema() -> Schema;

    /// Reads the struct from an object.
    ///
    /// # Errors
    /// An error at the path of the attribute whose value doesn't fit its field.
    fn from_value(value: &Value) -> Result<Self, Diagnostic>;

    /// The struct as an object that carries every attribute.
    fn to_value(&self) -> Value;

    /// The struct with nothing set but the attributes that have a default.
    fn defaults() -> Self {
        Self::from_value(&Self::schema().defaults()).expect("a default has the type of its field")
    }
}

/// What may stand in an [`Attr`].
pub trait AttributeType: Sized {
    /// Its type in the schema.
    fn kind() -> Kind;

    /// Reads a value that is neither null nor unknown. A part that has no place for "unknown" makes the whole unknown.
    ///
    /// # Errors
    /// An error at the path of the part that doesn't fit.
    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic>;

    /// As a value.
    fn write(&self) -> Value;

    /// Reads any value.
    ///
    /// # Errors
    /// An error at the path of the part that doesn't fit.
    fn read(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        match value {
            Value::Null => Ok(Attr::Null),
            Value::Unknown => Ok(Attr::Unknown),
            Value::Dynamic(_, inner) => Self::read(inner),
            known => Self::from_known(known),
        }
    }
}

fn mismatch(expected: &str, found: &Value) -> Diagnostic {
    Diagnostic::error("Wrong type of value", format!("Expected {expected}, found {}.", found.kind()))
}

impl AttributeType for String {
    fn kind() -> Kind {
        Kind::Plain(Type::String)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        match value {
            Value::String(text) => Ok(Attr::Known(text.clone())),
            other => Err(mismatch("a string", other)),
        }
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl AttributeType for bool {
    fn kind() -> Kind {
        Kind::Plain(Type::Bool)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        match value {
            Value::Bool(value) => Ok(Attr::Known(*value)),
            other => Err(mismatch("a bool", other)),
        }
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl AttributeType for i64 {
    fn kind() -> Kind {
        Kind::Plain(Type::Number)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        match value {
            Value::Number(number) => number.as_i64().map(Attr::Known).ok_or_else(|| {
                Diagnostic::error(
                    "Not a whole number",
                    format!("Expected a whole number of 64 bits, found {number}."),
                )
            }),
            other => Err(mismatch("a number", other)),
        }
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }
}

impl AttributeType for f64 {
    fn kind() -> Kind {
        Kind::Plain(Type::Number)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        match value {
            Value::Number(number) => Ok(Attr::Known(number.as_f64())),
            other => Err(mismatch("a number", other)),
        }
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }
}

/// An attribute of any type ([`Type::Dynamic`]).
impl AttributeType for Value {
    fn kind() -> Kind {
        Kind::Plain(Type::Dynamic)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        Ok(Attr::Known(value.clone()))
    }

    fn write(&self) -> Value {
        self.clone()
    }

    fn read(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        Ok(match value {
            Value::Null => Attr::Null,
            Value::Unknown => Attr::Unknown,
            // keeps the type, which a wholly unknown value has too
            known => Attr::Known(known.clone()),
        })
    }
}

/// An element that may be null or unknown on its own: `BTreeMap<String, Attr<String>>`.
impl<T: AttributeType> AttributeType for Attr<T> {
    fn kind() -> Kind {
        T::kind()
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        T::from_known(value).map(Attr::Known)
    }

    fn write(&self) -> Value {
        match self {
            Attr::Known(value) => value.write(),
            Attr::Null => Value::Null,
            Attr::Unknown => Value::Unknown,
        }
    }

    fn read(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        T::read(value).map(Attr::Known)
    }
}

/// A list, of plain values or of nested attributes.
impl<T: AttributeType> AttributeType for Vec<T> {
    fn kind() -> Kind {
        collection(T::kind(), Nesting::List, Type::list)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        let Value::List(items) = value else { return Err(mismatch("a list", value)) };
        let items = items.iter().enumerate();
        elements(items.map(|(i, item)| element(item).map_err(|error| error.under(Step::Index(i)))))
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(T::write).collect())
    }
}

/// A set, of plain values or of nested attributes.
impl<T: AttributeType + Ord> AttributeType for BTreeSet<T> {
    fn kind() -> Kind {
        collection(T::kind(), Nesting::Set, Type::set)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        let Value::List(items) = value else { return Err(mismatch("a set", value)) };
        // the path ends here: the protocol has no way to name an element of a set
        elements(items.iter().map(|item| element(item).map_err(|error| Diagnostic { path: None, ..error })))
    }

    fn write(&self) -> Value {
        Value::set(self.iter().map(T::write).collect())
    }
}

/// A map, of plain values or of nested attributes.
impl<T: AttributeType> AttributeType for BTreeMap<String, T> {
    fn kind() -> Kind {
        collection(T::kind(), Nesting::Map, Type::map)
    }

    fn from_known(value: &Value) -> Result<Attr<Self>, Diagnostic> {
        let Value::Map(items) = value else { return Err(mismatch("a map", value)) };
        elements(items.iter().map(|(key, item)| match element(item) {
            Ok(item) => Ok(item.map(|item| (key.clone(), item))),
            Err(error) => Err(error.under(Step::Key(key.clone()))),
        }))
    }

    fn write(&self) -> Value {
        Value::Map(self.iter().map(|(key, item)| (key.clone(), item.write())).collect())
    }
}

fn collection(element: Kind, nesting: Nesting, plain: fn(Type) -> Type) -> Kind {
    match element {
        Kind::Nested(Nesting::Single, schema) => Kind::Nested(nesting, schema),
        // collections of collections of nested attributes don't exist in the protocol
        other => Kind::Plain(plain(other.ty())),
    }
}

fn element<T: AttributeType>(value: &Value) -> Result<Attr<T>, Diagnostic> {
    match T::read(value)? {
        Attr::Null => {
            Err(Diagnostic::error("Null element", "An element of this collection is null. Leave it out."))
        }
        known_or_unknown => Ok(known_or_unknown),
    }
}

/// One unknown element makes the collection unknown; errors come first.
fn elements<T, C: FromIterator<T>>(
    items: impl Iterator<Item = Result<Attr<T>, Diagnostic>>,
) -> Result<Attr<C>, Diagnostic> {
    let items = items.collect::<Result<Vec<_>, _>>()?;
    Ok(items.into_iter().map(Attr::into_known).collect::<Option<C>>().map_or(Attr::Unknown, Attr::Known))
}

/// What `#[derive(Attributes)]` calls.
#[doc(hidden)]
pub mod derive {
    use super::{Attr, AttributeType, Diagnostic, Step, Value, mismatch};

    /// The object to read fields from.
    pub fn object(value: &Value) -> Result<&Value, Diagnostic> {
        match value {
            Value::Map(_) => Ok(value),
            other => Err(mismatch("an object", other)),
        }
    }

    /// Reads the field of this name.
    pub fn field<T: AttributeType>(object: &Value, name: &str) -> Result<Attr<T>, Diagnostic> {
        T::read(object.get(name)).map_err(|error| error.under(Step::Attribute(name.to_owned())))
    }
}

#[cfg(test)]
mod tests;
