//! The public traits have associated types; here they are made into trait objects over [`Value`](crate::Value)s, so that
//! the rpc layer can keep them in tables.

mod data_source;
mod ephemeral;
mod function;
mod provider;
mod resource;

use crate::{Attributes, Diagnostics, Type, Value, schema::Schema};
use futures::future::BoxFuture;

pub(crate) use data_source::{DynDataSource, ErasedDataSource};
pub(crate) use ephemeral::{DynEphemeral, ErasedEphemeral};
pub(crate) use function::{DynFunction, ErasedFunction};
pub(crate) use provider::{DynProvider, ErasedProvider};
pub(crate) use resource::{ApplyValue, DynResource, ErasedResource, PlanValue};

/// A schema with its type, made once.
pub(crate) struct Shape {
    pub schema: Schema,
    pub ty: Type,
}

impl Shape {
    fn of<M: Attributes>() -> Self {
        let schema = M::schema();
        Self { ty: schema.ty(), schema }
    }
}

/// Reads a configuration for `validate`; a value that doesn't fit is a diagnostic like any other.
fn validate<M: Attributes>(config: &Value, validate: impl FnOnce(&M, &mut Diagnostics)) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    match M::from_value(config) {
        Ok(config) => validate(&config, &mut diagnostics),
        Err(error) => diagnostics.push(error),
    }
    diagnostics
}

/// Reads a model that may be null.
fn optional<M: Attributes>(value: &Value) -> Result<Option<M>, Diagnostics> {
    if value.is_null() { Ok(None) } else { Ok(Some(M::from_value(value)?)) }
}

/// What goes into state: no unknowns, no write-only values.
fn state<M: Attributes>(schema: &Schema, model: Option<M>) -> Value {
    model.map_or(Value::Null, |model| crate::write_only::strip(schema, model.to_value().without_unknowns()))
}

type Pending<'a, T> = BoxFuture<'a, T>;
