//! What the provider says that it offers.

use super::{Error, proto};
use crate::{
    Path, Step, Type,
    schema::{Attribute, Kind, Nesting, Schema},
};
use proto::{attribute_path::step::Selector, schema::object::NestingMode};
use std::collections::BTreeMap;

/// A schema with its type, made once.
pub(super) struct Shape {
    pub schema: Schema,
    pub ty: Type,
}

pub(super) struct Function {
    pub parameters: Vec<Type>,
    pub variadic: Option<Type>,
    pub returns: Type,
}

pub(super) struct Schemas {
    pub provider: Shape,
    resources: BTreeMap<String, Shape>,
    data_sources: BTreeMap<String, Shape>,
    functions: BTreeMap<String, Function>,
}

impl Schemas {
    pub fn read(response: proto::get_provider_schema::Response) -> Result<Self, Error> {
        let found = super::diagnostics(response.diagnostics);
        if found.has_errors() {
            return Err(Error::Protocol(found.to_string()));
        }
        let shapes = |schemas: std::collections::HashMap<String, proto::Schema>| {
            schemas.into_iter().map(|(name, schema)| Ok((name, shape(schema)?))).collect::<Result<_, Error>>()
        };
        let functions = response.functions.into_iter().map(|(name, it)| Ok((name, function(it)?)));
        Ok(Self {
            provider: shape(response.provider.unwrap_or_default())?,
            resources: shapes(response.resource_schemas)?,
            data_sources: shapes(response.data_source_schemas)?,
            functions: functions.collect::<Result<_, Error>>()?,
        })
    }

    pub fn resource(&self, type_name: &str) -> Result<&Shape, Error> {
        self.resources.get(type_name).ok_or_else(|| Error::Config(format!("no resource type {type_name}")))
    }

    pub fn data_source(&self, type_name: &str) -> Result<&Shape, Error> {
        self.data_sources.get(type_name).ok_or_else(|| Error::Config(format!("no data source {type_name}")))
    }

    pub fn function(&self, name: &str) -> Result<&Function, Error> {
        self.functions.get(name).ok_or_else(|| Error::Config(format!("no function {name}")))
    }
}

fn shape(schema: proto::Schema) -> Result<Shape, Error> {
    let block = schema.block.unwrap_or_default();
    let schema = Schema { description: block.description, attributes: attributes(block.attributes)? };
    Ok(Shape { ty: schema.ty(), schema })
}

fn attributes(attributes: Vec<proto::schema::Attribute>) -> Result<Vec<Attribute>, Error> {
    attributes.into_iter().map(attribute).collect()
}

fn attribute(from: proto::schema::Attribute) -> Result<Attribute, Error> {
    let invalid = |what: &str| Error::Protocol(format!("attribute {}: {what}", from.name));
    let kind = match (from.r#type.is_empty(), from.nested_type) {
        (false, None) => Kind::Plain(ty(&from.r#type)?),
        (true, Some(object)) => {
            let nesting = match object.nesting() {
                NestingMode::Single => Nesting::Single,
                NestingMode::List => Nesting::List,
                NestingMode::Set => Nesting::Set,
                NestingMode::Map => Nesting::Map,
                NestingMode::Invalid => return Err(invalid("no nesting mode")),
            };
            Kind::Nested(
                nesting,
                Schema { description: String::new(), attributes: attributes(object.attributes)? },
            )
        }
        (false, Some(_)) => return Err(invalid("both a type and a nested type")),
        (true, None) => return Err(invalid("neither a type nor a nested type")),
    };
    if !(from.required || from.optional || from.computed) {
        return Err(invalid("nobody sets it"));
    }
    Ok(Attribute {
        required: from.required,
        optional: from.optional,
        computed: from.computed,
        sensitive: from.sensitive,
        write_only: from.write_only,
        ..Attribute::new(from.name, kind, from.description)
    })
}

fn function(from: proto::Function) -> Result<Function, Error> {
    let returns = from.r#return.unwrap_or_default();
    Ok(Function {
        parameters: from
            .parameters
            .iter()
            .map(|parameter| ty(&parameter.r#type))
            .collect::<Result<_, _>>()?,
        variadic: from.variadic_parameter.map(|parameter| ty(&parameter.r#type)).transpose()?,
        returns: ty(&returns.r#type)?,
    })
}

fn ty(bytes: &[u8]) -> Result<Type, Error> {
    let json = serde_json::from_slice(bytes).ok();
    json.and_then(|json| Type::from_json(&json))
        .ok_or_else(|| Error::Protocol(format!("no type: {}", String::from_utf8_lossy(bytes))))
}

pub(super) fn path(path: &proto::AttributePath) -> Path {
    let steps = path.steps.iter().filter_map(|step| {
        Some(match step.selector.as_ref()? {
            Selector::AttributeName(name) => Step::Attribute(name.clone()),
            Selector::ElementKeyString(key) => Step::Key(key.clone()),
            Selector::ElementKeyInt(index) => Step::Index(usize::try_from(*index).unwrap_or_default()),
        })
    });
    steps.collect::<Vec<_>>().into()
}
