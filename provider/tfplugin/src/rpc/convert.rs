//! Between our types and the generated ones.

use super::proto;
use crate::{DecodeError, Diagnostic, Diagnostics, FunctionError, Path, Severity, Step, Type, Value};
use proto::attribute_path::step::Selector;

/// Reads a value of type `ty`. An absent message is null.
pub(crate) fn decode(value: Option<&proto::DynamicValue>, ty: &Type) -> Result<Value, Diagnostic> {
    let decoded = match value {
        Some(value) if !value.msgpack.is_empty() => Value::from_msgpack(&value.msgpack, ty),
        Some(value) if !value.json.is_empty() => serde_json::from_slice(&value.json)
            .map_err(DecodeError::from)
            .and_then(|json| Value::from_json(&json, ty)),
        _ => Ok(Value::Null),
    };
    decoded.map_err(|error| Diagnostic::error("Unreadable value", error.to_string()))
}

/// Writes a value of type `ty`.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<proto::DynamicValue, Diagnostic> {
    match value.to_msgpack(ty) {
        Ok(msgpack) => Ok(proto::DynamicValue { msgpack, json: Vec::new() }),
        Err(error) => {
            let detail =
                format!("A value doesn't fit the schema: {error}. Please report this to its developers.");
            Err(Diagnostic::error("The provider has a bug", detail))
        }
    }
}

pub(crate) fn diagnostics(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(proto::Diagnostic::from).collect()
}

impl From<Diagnostic> for proto::Diagnostic {
    fn from(diagnostic: Diagnostic) -> Self {
        let severity = match diagnostic.severity {
            Severity::Error => proto::diagnostic::Severity::Error,
            Severity::Warning => proto::diagnostic::Severity::Warning,
        };
        let path = diagnostic.path.filter(|path| !path.is_root());
        let mut detail = diagnostic.detail;
        // Terraform shows the line of a top-level attribute; of one further in, just the resource. So we say it.
        if let Some(nested) = path.as_ref().filter(|path| path.steps().len() > 1) {
            let gap = if detail.is_empty() { "" } else { "\n\n" };
            detail = format!("{detail}{gap}Attribute: {nested}");
        }
        let attribute = path.as_ref().map(Into::into);
        Self { severity: severity.into(), summary: diagnostic.summary, detail, attribute }
    }
}

impl From<&Path> for proto::AttributePath {
    fn from(path: &Path) -> Self {
        let steps = path.steps().iter().map(|step| {
            let selector = match step {
                Step::Attribute(name) => Selector::AttributeName(name.clone()),
                Step::Key(key) => Selector::ElementKeyString(key.clone()),
                Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
            };
            proto::attribute_path::Step { selector: Some(selector) }
        });
        Self { steps: steps.collect() }
    }
}

impl From<FunctionError> for proto::FunctionError {
    fn from(error: FunctionError) -> Self {
        Self { text: error.text, function_argument: error.argument }
    }
}
