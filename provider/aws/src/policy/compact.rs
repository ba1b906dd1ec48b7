//! Policy documents as states and plans hold them: half as long as IAM's grammar, and as telling.
//!
//! A document of today's language whose statements have names of their own becomes an object of statements by name, each
//! with its actions under `allow` or `deny`:
//!
//! ```json
//! {"Read": {"Resource": "arn:aws:s3:::b/*", "allow": "s3:GetObject"}}
//! ```
//!
//! Every other document, such as one that somebody else wrote, stands there as it is.

use super::Document;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

const VERSION: &str = "2012-10-17";
/// IAM's word, and ours.
const EFFECTS: [(&str, &str); 2] = [("Allow", "allow"), ("Deny", "deny")];

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
        fields.insert((*verb).to_owned(), actions);
        Some((sid, Value::Object(fields)))
    });
    statements.collect::<Option<Map<String, Value>>>().filter(|all| !all.is_empty()).map(Value::Object)
}

fn lengthened(value: Value) -> Document {
    let Value::Object(by_sid) = &value else { return Document::from(value) };
    let statements = by_sid.iter().map(|(sid, statement)| {
        let mut fields = statement.as_object()?.clone();
        let (effect, actions) =
            EFFECTS.iter().find_map(|(word, verb)| Some((*word, fields.shift_remove(*verb)?)))?;
        fields.insert("Action".into(), actions);
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
            "Read": {"Resource": "arn:aws:s3:::b/*", "allow": ["s3:GetObject", "s3:ListBucket"]},
            "NoHttp": {
                "Principal": {"AWS": "*"},
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
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
}
