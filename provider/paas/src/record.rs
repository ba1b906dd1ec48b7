//! The published record: how layers find each other without sharing Terraform state.
//!
//! Every composite publishes one SSM parameter, `/paas/<project>/<environment>` or one below it per tenant: its
//! arguments, so that it can be imported, and its outputs, so that others can use them. It is created with
//! `Overwrite=false`: two teams can't claim one name.

pub mod database;
pub mod environment;
pub mod gitlab_webhook;
pub mod infrastructure_pipeline;
pub mod tenant;

use crate::names::EnvironmentNames;
use composite::Json;
use paas_aws::digested::Digested;
use paas_aws::ssm::{self, Depth};
use paas_aws::world::Part;
use paas_aws::{Owner, Session};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tfplugin::{Attributes, Diagnostic, Value};

/// The version of the record's form.
const VERSION: u32 = 1;

/// The key of the child that is the record.
pub const CHILD: &str = "record";

/// A record of one composite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record<O> {
    version: u32,
    /// The arguments that differ from their defaults, by attribute name. None is secret.
    pub arguments: Json,
    /// What others may use; none while the composite is being made: the name is claimed, no more.
    pub outputs: Option<O>,
}

impl<O: Serialize + DeserializeOwned> Record<O> {
    /// A record to publish.
    pub fn new(arguments: Json, outputs: Option<O>) -> Self {
        Self { version: VERSION, arguments, outputs }
    }

    /// As the parameter's value: JSON.
    pub fn to_text(&self) -> Digested {
        Digested::of(serde_json::to_vec(self).expect("a record is plain data"))
    }

    /// Reads a parameter's value.
    ///
    /// # Errors
    /// It was written by a newer provider, or isn't a record.
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostic> {
        let record: Self =
            serde_json::from_str(text).map_err(|error| unreadable(name, &error.to_string()))?;
        if record.version != VERSION {
            return Err(unreadable(
                name,
                &format!("it has version {}, this provider knows {VERSION}", record.version),
            ));
        }
        Ok(record)
    }
}

fn unreadable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        "A published record can't be read",
        format!(
            "The SSM parameter {name} was written by another version of the provider, or by someone else: {why}."
        ),
    )
}

/// Reads the record in the parameter `name`; `None` if there is none.
///
/// # Errors
/// AWS refuses, or the record is another version's.
pub async fn fetch<O: Serialize + DeserializeOwned>(
    session: &Session,
    name: &str,
) -> Result<Option<Record<O>>, Diagnostic> {
    let found = ssm::parameter(session, name)
        .await
        .map_err(|error| Diagnostic::error("Can't read a published record", format!("{name}: {error}")))?;
    found.map(|text| Record::parse(name, &text)).transpose()
}

/// Who lives in an environment: its tenants, their databases and pipelines, by the records below its own.
///
/// # Errors
/// AWS refuses.
pub async fn inhabitants(session: &Session, environment: &str) -> Result<Vec<Owner>, Diagnostic> {
    let path = EnvironmentNames { project: &session.project, environment }.parameter();
    let found = ssm::parameters_below(session, &path, Depth::All).await;
    let found = found
        .map_err(|error| Diagnostic::error("Can't list what lives in the environment", error.to_string()))?;
    let inhabitant = |parameter: &String| {
        let mut below = parameter.strip_prefix(&path)?.trim_matches('/').split('/');
        let tenant = below.next()?;
        Some(match below.next() {
            None => Owner::tenant(&session.project, environment, tenant),
            Some(part) => Owner::tenant(&session.project, environment, tenant).part(Part::named(part)),
        })
    };
    Ok(found.keys().filter_map(inhabitant).collect())
}

/// Says that the records of these owners will probably be read in this run, as they are where a run has many tenants.
pub fn expect<'o>(session: &Session, owners: impl Iterator<Item = &'o str>) {
    ssm::expect(session, owners.map(|path| format!("/paas/{path}")));
}

/// The arguments of `model` that were set and differ from their defaults, without those in `without` (`name`, or
/// `name.part` for a part of one); `None` while one isn't known.
pub fn arguments<M: Attributes>(model: &M, without: &[&str]) -> Option<Json> {
    let (schema, values) = (M::schema(), model.to_value());
    let mut kept = serde_json::Map::new();
    for attribute in &schema.attributes {
        let value = values.get(&attribute.name);
        let argument = attribute.required || attribute.optional;
        if !argument || without.contains(&attribute.name.as_str()) || value.is_null() {
            continue;
        }
        if !value.is_wholly_known() {
            return None;
        }
        if attribute.default.as_ref() != Some(value) {
            kept.insert(attribute.name.clone(), value.to_json());
        }
    }
    for (name, part) in without.iter().filter_map(|path| path.split_once('.')) {
        kept.get_mut(name).and_then(Json::as_object_mut).and_then(|parts| parts.remove(part));
    }
    Some(Json::Object(kept))
}

/// A model out of recorded arguments, defaults filled in.
///
/// # Errors
/// An argument has another type than this provider's.
pub fn recalled<M: Attributes>(name: &str, arguments: &Json) -> Result<M, Diagnostic> {
    let schema = M::schema();
    let Value::Map(mut values) = M::defaults().to_value() else { unreachable!("a model is an object") };
    for (key, json) in arguments.as_object().into_iter().flatten() {
        // An attribute that a later provider dropped says nothing any more.
        let Some(attribute) = schema.attribute(key) else { continue };
        let value = Value::from_json(json, &attribute.kind.ty())
            .map_err(|e| unreadable(name, &format!("{key}: {e}")))?;
        values.insert(key.clone(), value);
    }
    M::from_value(&Value::Map(values))
}
