//! Schemas as the protocol has them.

use super::proto::{self, StringKind};
use crate::{
    Parameter, Signature, Type,
    schema::{Attribute, Kind, Nesting, Schema},
};
use proto::schema::object::NestingMode;

pub(crate) fn schema(schema: &Schema, version: i64) -> proto::Schema {
    let block = proto::schema::Block {
        version,
        attributes: schema.attributes.iter().map(attribute).collect(),
        description: schema.description.clone(),
        description_kind: StringKind::Markdown.into(),
        ..Default::default()
    };
    proto::Schema { version, block: Some(block) }
}

fn attribute(attribute: &Attribute) -> proto::schema::Attribute {
    // core refuses an attribute that has both a type and a nested type
    let (ty, nested_type) = match &attribute.kind {
        Kind::Plain(plain) => (type_bytes(plain), None),
        Kind::Nested(nesting, schema) => (Vec::new(), Some(object(*nesting, schema))),
    };
    proto::schema::Attribute {
        name: attribute.name.clone(),
        r#type: ty,
        nested_type,
        description: attribute.description.clone(),
        description_kind: StringKind::Markdown.into(),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.clone().unwrap_or_default(),
    }
}

fn object(nesting: Nesting, schema: &Schema) -> proto::schema::Object {
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    let attributes = schema.attributes.iter().map(attribute).collect();
    proto::schema::Object { attributes, nesting: nesting.into(), ..Default::default() }
}

pub(crate) fn function(signature: &Signature) -> proto::Function {
    proto::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(proto::function::Return { r#type: type_bytes(&signature.returns) }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

fn parameter(parameter: &Parameter) -> proto::function::Parameter {
    proto::function::Parameter {
        name: parameter.name.clone(),
        r#type: type_bytes(&parameter.ty),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.clone(),
        description_kind: StringKind::Markdown.into(),
    }
}

fn type_bytes(ty: &Type) -> Vec<u8> {
    ty.to_json().to_string().into_bytes()
}
