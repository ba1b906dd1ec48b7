//! Policy documents of IAM, KMS and S3: built, compared by meaning, written as JSON.

pub mod compact;
#[cfg(test)]
pub(crate) mod evaluate;
mod statement;

pub use statement::Statement;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;
use std::str::FromStr;

/// A policy document in its normal form, so that `==` compares what two documents mean.
///
/// AWS gives a document back otherwise than it got it: IAM writes an account id among the principals as that
/// account's root ARN, S3 turns lists of one into plain strings, and lists come in any order. The normal form has
/// a list of statements; actions, resources, principals and condition values sorted, and plain where there is one;
/// condition values as text; keys in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Document(Value);

/// A document of the current policy language, version 2012-10-17.
#[must_use]
pub fn document(statements: Vec<Statement>) -> Document {
    let statements: Vec<Value> = statements.into_iter().map(Value::from).collect();
    Document::from(json!({ "Statement": statements, "Version": "2012-10-17" }))
}

impl Document {
    /// The statements, each in its normal form.
    #[must_use]
    pub fn statements(&self) -> &[Value] {
        self.0.get("Statement").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

impl From<Value> for Document {
    fn from(value: Value) -> Self {
        let Value::Object(mut fields) = value else { return Self(value) };
        if let Some(statements) = fields.remove("Statement") {
            let statements = match statements {
                Value::Array(list) => list,
                one => vec![one],
            };
            fields.insert("Statement".into(), statements.into_iter().map(statement).collect());
        }
        Self(sorted(fields))
    }
}

impl FromStr for Document {
    type Err = serde_json::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str::<Value>(text).map(Self::from)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self::from)
    }
}

fn statement(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let normal = fields.into_iter().filter_map(|(key, value)| {
        let value = match key.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => values(value),
            "Principal" | "NotPrincipal" => principals(value),
            "Condition" => conditions(value)?,
            _ => value,
        };
        Some((key, value))
    });
    sorted(normal.collect())
}

/// `"*"` and `{"AWS": "*"}` are the same principal to AWS, as are an account's id and its root's ARN.
fn principals(value: Value) -> Value {
    let Value::Object(kinds) = value else { return principals(json!({ "AWS": value })) };
    let kinds = kinds.into_iter().map(|(kind, names)| {
        let names = match names {
            Value::Array(list) => Value::Array(list.into_iter().map(root).collect()),
            one => root(one),
        };
        (kind, values(names))
    });
    sorted(kinds.collect())
}

fn root(principal: Value) -> Value {
    match principal.as_str() {
        Some(id) if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) => {
            Value::String(format!("arn:aws:iam::{id}:root"))
        }
        _ => principal,
    }
}

/// `None` for a condition block that asks for nothing.
fn conditions(value: Value) -> Option<Value> {
    let Value::Object(operators) = value else { return Some(value) };
    let operators: Map<String, Value> = operators
        .into_iter()
        .filter_map(|(operator, keys)| match keys {
            Value::Object(keys) if keys.is_empty() => None,
            Value::Object(keys) => {
                Some((operator, sorted(keys.into_iter().map(|(k, v)| (k, values(v))).collect())))
            }
            other => Some((operator, other)),
        })
        .collect();
    (!operators.is_empty()).then(|| sorted(operators))
}

/// Sorted text without repetition; plain where there is one.
fn values(value: Value) -> Value {
    let Value::Array(list) = value else { return text(value) };
    let mut list: Vec<Value> = list.into_iter().map(text).collect();
    list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    list.dedup();
    if list.len() == 1 { list.remove(0) } else { Value::Array(list) }
}

fn text(value: Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        other => other,
    }
}

fn sorted(fields: Map<String, Value>) -> Value {
    let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    Value::Object(fields.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(statement: &Value) -> Document {
        Document::from(json!({ "Version": "2012-10-17", "Statement": [statement] }))
    }

    #[test]
    fn documents_that_mean_the_same_are_equal() {
        for (a, b) in [
            (json!({"Action": "s3:GetObject"}), json!({"Action": ["s3:GetObject"]})),
            (json!({"Action": ["b:X", "a:Y", "b:X"]}), json!({"Action": ["a:Y", "b:X"]})),
            (
                json!({"Principal": {"AWS": "111122223333"}}),
                json!({"Principal": {"AWS": ["arn:aws:iam::111122223333:root"]}}),
            ),
            (json!({"Principal": "*"}), json!({"Principal": {"AWS": "*"}})),
            (
                json!({"Condition": {"Bool": {"aws:SecureTransport": false}}}),
                json!({"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}}),
            ),
            (json!({"Effect": "Allow", "Condition": {}}), json!({"Effect": "Allow"})),
            (json!({"Effect": "Allow", "Action": "*"}), json!({"Action": "*", "Effect": "Allow"})),
        ] {
            assert_eq!(one(&a), one(&b));
            assert_eq!(one(&a).to_string(), one(&b).to_string(), "and are written alike");
        }
    }

    #[test]
    fn documents_that_differ_are_not() {
        for (a, b) in [
            (json!({"Effect": "Allow"}), json!({"Effect": "Deny"})),
            (json!({"Action": "s3:GetObject"}), json!({"NotAction": "s3:GetObject"})),
            (json!({"Principal": {"AWS": "*"}}), json!({"Principal": {"Service": "*"}})),
            (
                json!({"Condition": {"StringEquals": {"a": "1"}}}),
                json!({"Condition": {"StringLike": {"a": "1"}}}),
            ),
        ] {
            assert_ne!(one(&a), one(&b));
        }
    }

    #[test]
    fn a_lone_statement_is_a_list_of_one() {
        let lone: Document = r#"{"Statement": {"Effect": "Allow"}}"#.parse().unwrap();
        assert_eq!(lone.statements().len(), 1);
    }

    #[test]
    fn a_document_survives_json() {
        let policy = document(vec![Statement::allow("A").actions(&["s3:*"]).resource("*")]);
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&text).unwrap(), policy);
        assert_eq!(policy.to_string().parse::<Document>().unwrap(), policy);
    }
}
