//! Policy documents as states and plans hold them: half as long as IAM's grammar, and as telling.
//!
//! A document of today's language whose statements have names of their own becomes an object of statements by name, each
//! with its actions by service under `allow` or `deny`, what it is `on`, and its conditions under `when`:
//!
//! ```json
//! {"Read": {"on": "arn:aws:s3:::b/*", "when": {"Bool aws:SecureTransport": "true"}, "allow": "s3:GetObject PutObject"}}
//! ```
//!
//! Every other document, such as one that somebody else wrote, stands there as it is.

use super::Document;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

const VERSION: &str = "2012-10-17";
/// IAM's word, and ours.
const EFFECTS: [(&str, &str); 2] = [("Allow", "allow"), ("Deny", "deny")];
/// The same.
const WORDS: [(&str, &str); 2] = [("Resource", "on"), ("Condition", WHEN)];
const WHEN: &str = "when";

/// For `#[serde(with = …)]`.
pub fn serialize<S: Serializer>(document: &Document, to: S) -> Result<S::Ok, S::Error> {
    shortened(document).serialize(to)
}

/// For `#[serde(with = …)]`. Reads whole documents too.
///
/// # Errors
/// It isn't data.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Document, D::Error> {
    Value::deserialize(from).map(lengthened)
}

/// Documents by name.
pub mod by_name {
    use super::{Deserialize, Deserializer, Document, Serializer, Value, lengthened, shortened};
    use std::collections::BTreeMap;

    /// For `#[serde(with = …)]`.
    pub fn serialize<S: Serializer>(
        documents: &BTreeMap<String, Document>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_map(documents.iter().map(|(name, document)| (name, shortened(document))))
    }

    /// For `#[serde(with = …)]`. Reads whole documents too.
    ///
    /// # Errors
    /// It isn't an object.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Document>, D::Error> {
        let values = BTreeMap::<String, Value>::deserialize(from)?;
        Ok(values.into_iter().map(|(name, value)| (name, lengthened(value))).collect())
    }
}

/// What can't be told back from its short form stays long.
fn shortened(document: &Document) -> Value {
    let short = by_sid(document).filter(|short| lengthened(short.clone()) == *document);
    short.unwrap_or_else(|| document.0.clone())
}

fn by_sid(document: &Document) -> Option<Value> {
    let statements = document.statements().iter().map(|statement| {
        let mut fields = statement.as_object()?.clone();
        let sid = fields.shift_remove("Sid")?.as_str()?.to_owned();
        let effect = fields.shift_remove("Effect")?;
        let (_, verb) = EFFECTS.iter().find(|(word, _)| effect == *word)?;
        let actions = fields.shift_remove("Action")?;
        for (long, short) in WORDS {
            if let Some(value) = fields.shift_remove(long) {
                fields.insert(short.to_owned(), if short == WHEN { flat(value) } else { value });
            }
        }
        fields.insert((*verb).to_owned(), by_service(&actions).unwrap_or(actions));
        Some((sid, Value::Object(fields)))
    });
    statements.collect::<Option<Map<String, Value>>>().filter(|all| !all.is_empty()).map(Value::Object)
}

/// Actions by their service, in one text each; those of one service in one text, `s3:GetObject PutObject`.
fn by_service(actions: &Value) -> Option<Value> {
    let all = actions.as_array().map_or(std::slice::from_ref(actions), Vec::as_slice);
    let mut services = Map::new();
    for action in all {
        let (service, name) = action.as_str()?.split_once(':')?;
        match services.entry(service).or_insert_with(|| "".into()) {
            Value::String(names) if names.is_empty() => name.clone_into(names),
            Value::String(names) => names.extend([" ", name]),
            _ => {}
        }
    }
    if services.len() == 1 {
        let (service, names) = services.into_iter().next()?;
        return Some(format!("{service}:{}", names.as_str()?).into());
    }
    Some(Value::Object(services))
}

/// And back. What is no such text stands as it is.
fn actions(by_service: Value) -> Value {
    let of = |service: &str, names: &str| -> Vec<Value> {
        names.split(' ').map(|name| format!("{service}:{name}").into()).collect()
    };
    match &by_service {
        Value::String(text) => match text.split_once(':') {
            Some((service, names)) => of(service, names).into(),
            None => by_service,
        },
        Value::Object(services) => services
            .iter()
            .flat_map(|(service, names)| of(service, names.as_str().unwrap_or_default()))
            .collect(),
        _ => by_service,
    }
}

/// Conditions by operator and key in one.
fn flat(conditions: Value) -> Value {
    let Value::Object(operators) = conditions else { return conditions };
    let of_operator = |(operator, keys): (String, Value)| match keys {
        Value::Object(keys) => {
            keys.into_iter().map(|(key, values)| (format!("{operator} {key}"), values)).collect::<Vec<_>>()
        }
        other => vec![(operator, other)],
    };
    operators.into_iter().flat_map(of_operator).collect()
}

/// And back. What isn't in one stands as it is.
fn deep(conditions: Value) -> Value {
    let Value::Object(flat) = conditions else { return conditions };
    let mut operators = Map::new();
    for (name, values) in flat {
        match name.split_once(' ') {
            Some((operator, key)) => {
                let keys = operators.entry(operator).or_insert_with(|| Value::Object(Map::new()));
                keys.as_object_mut().map(|keys| keys.insert(key.to_owned(), values));
            }
            None => drop(operators.insert(name, values)),
        }
    }
    Value::Object(operators)
}

fn lengthened(value: Value) -> Document {
    let Value::Object(by_sid) = &value else { return Document::from(value) };
    let statements = by_sid.iter().map(|(sid, statement)| {
        let mut fields = statement.as_object()?.clone();
        let (effect, allowed) =
            EFFECTS.iter().find_map(|(word, verb)| Some((*word, fields.shift_remove(*verb)?)))?;
        for (long, short) in WORDS {
            if let Some(value) = fields.shift_remove(short) {
                fields.insert(long.to_owned(), if short == WHEN { deep(value) } else { value });
            }
        }
        fields.insert("Action".into(), actions(allowed));
        fields.insert("Effect".into(), effect.into());
        fields.insert("Sid".into(), sid.as_str().into());
        Some(Value::Object(fields))
    });
    match statements.collect::<Option<Vec<Value>>>() {
        Some(statements) if !statements.is_empty() => {
            Document::from(json!({ "Statement": statements, "Version": VERSION }))
        }
        _ => Document::from(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Statement, document};
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Spec {
        #[serde(with = "crate::policy::compact")]
        one: Document,
        #[serde(with = "crate::policy::compact::by_name")]
        more: BTreeMap<String, Document>,
    }

    fn survives(document: &Document) -> Value {
        let spec = Spec { one: document.clone(), more: BTreeMap::from([("a".into(), document.clone())]) };
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<Spec>(&text).unwrap(), spec, "{text}");
        let mut value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["one"], value["more"]["a"]);
        value["one"].take()
    }

    #[test]
    fn statements_stand_under_their_names() {
        let policy = document(vec![
            Statement::allow("Read").actions(&["s3:GetObject", "s3:ListBucket"]).resource("arn:aws:s3:::b/*"),
            Statement::deny("NoHttp").anyone().actions(&["s3:*"]).when(
                "Bool",
                "aws:SecureTransport",
                ["false"],
            ),
        ]);
        let short = json!({
            "Read": {"on": "arn:aws:s3:::b/*", "allow": "s3:GetObject ListBucket"},
            "NoHttp": {
                "Principal": {"AWS": "*"},
                "when": {"Bool aws:SecureTransport": "false"},
                "deny": "s3:*",
            },
        });
        assert_eq!(survives(&policy), short);
    }

    #[test]
    fn what_somebody_else_wrote_stands_as_it_is() {
        let statement = |more: Value| {
            let mut fields = json!({"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "*"});
            for (name, value) in more.as_object().unwrap() {
                fields[name] = value.clone();
            }
            fields.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            fields
        };
        let plain = statement(json!({}));
        for (what, document) in [
            ("another version", json!({"Version": "2008-10-17", "Statement": [plain]})),
            ("no version", json!({"Statement": [plain]})),
            ("an id", json!({"Version": VERSION, "Id": "x", "Statement": [plain]})),
            ("no statement", json!({"Version": VERSION, "Statement": []})),
            ("one name twice", json!({"Version": VERSION, "Statement": [plain, plain]})),
            ("no name", json!({"Version": VERSION, "Statement": [statement(json!({"Sid": null}))]})),
            (
                "no actions",
                json!({"Version": VERSION, "Statement": [statement(json!({"Action": null, "NotAction": "a:*"}))]}),
            ),
            (
                "no such effect",
                json!({"Version": VERSION, "Statement": [statement(json!({"Effect": "Maybe"}))]}),
            ),
            ("no document", json!("*")),
        ] {
            let document = Document::from(document);
            assert_eq!(survives(&document), document.0, "{what}");
        }
    }

    #[test]
    fn a_spec_with_whole_documents_is_read() {
        let policy = document(vec![Statement::allow("A").actions(&["s3:*"]).resource("*")]);
        let spec: Spec = serde_json::from_value(json!({"one": policy, "more": {"a": policy}})).unwrap();
        assert_eq!(spec, Spec { one: policy.clone(), more: BTreeMap::from([("a".into(), policy)]) });
    }

    #[test]
    fn every_condition_and_action_comes_back() {
        let policy = |more: Value| {
            let mut statement = json!({"Sid": "A", "Effect": "Allow", "Resource": "*"});
            statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Document::from(json!({"Version": VERSION, "Statement": [statement]}))
        };
        let conditions = json!({
            "StringEquals": {"kms:ViaService": "s3", "aws:PrincipalTag/a b": ["x", "y"]},
            "Null": {"s3:x": "true"},
        });
        let short = json!({
            "A": {
                "on": "*",
                "when": {
                    "Null s3:x": "true",
                    "StringEquals aws:PrincipalTag/a b": ["x", "y"],
                    "StringEquals kms:ViaService": "s3",
                },
                "allow": {"ec2": "RunInstances", "ssm": "GetParameter GetParameters"},
            },
        });
        let actions = json!(["ssm:GetParameters", "ec2:RunInstances", "ssm:GetParameter"]);
        assert_eq!(survives(&policy(json!({"Action": actions, "Condition": conditions}))), short);
        for actions in ["*", "s3:*", ""] {
            assert_eq!(survives(&policy(json!({"Action": actions})))["A"]["allow"], actions);
        }
        for strange in [json!({"Action": "s3:no such"}), json!({"Action": "*", "Condition": "none"})] {
            survives(&policy(strange));
        }
    }

    #[test]
    fn what_earlier_providers_shortened_is_read() {
        let policy = document(vec![
            Statement::allow("Read")
                .actions(&["s3:GetObject", "s3:ListBucket"])
                .resource("arn:aws:s3:::b/*")
                .when("Bool", "aws:SecureTransport", ["true"]),
        ]);
        let earlier = json!({
            "Read": {
                "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                "Resource": "arn:aws:s3:::b/*",
                "allow": ["s3:GetObject", "s3:ListBucket"],
            },
        });
        assert_eq!(lengthened(earlier), policy);
    }
}
