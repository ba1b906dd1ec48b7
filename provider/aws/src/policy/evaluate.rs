//! What a document decides about a request: AWS's evaluation, as far as our documents use it. For tests.
//!
//! Unknown operators, and elements that our documents don't use, panic: a silent pass would prove nothing.

use super::Document;
use serde_json::Value;
use std::collections::BTreeMap;

/// A request as AWS sees it.
#[derive(Clone)]
pub(crate) struct Request {
    principal: Principal,
    action: String,
    resource: String,
    context: BTreeMap<String, String>,
}

#[derive(Clone)]
enum Principal {
    Aws(String),
    Service(String),
}

#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) enum Decision {
    Allow,
    /// Refused by a statement.
    Deny,
    /// No statement grants it.
    Silent,
}

impl Request {
    /// Of a user or role, with the condition keys that AWS sets for it.
    pub(crate) fn by(arn: &str, action: &str, resource: &str) -> Self {
        let account = arn.split(':').nth(4).unwrap_or_default().to_owned();
        Self::new(Principal::Aws(arn.into()), action, resource)
            .with("aws:PrincipalArn", arn)
            .with("kms:CallerAccount", &account)
            .with("aws:PrincipalIsAWSService", "false")
            .with("aws:SecureTransport", "true")
    }

    /// Of an AWS service.
    pub(crate) fn by_service(name: &str, action: &str, resource: &str) -> Self {
        Self::new(Principal::Service(name.into()), action, resource)
            .with("aws:PrincipalIsAWSService", "true")
            .with("aws:SecureTransport", "true")
    }

    fn new(principal: Principal, action: &str, resource: &str) -> Self {
        Self { principal, action: action.into(), resource: resource.into(), context: BTreeMap::new() }
    }

    /// With a condition key.
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.context.insert(key.to_ascii_lowercase(), value.into());
        self
    }
}

/// What `documents` decide together: one refusal wins over any grant.
pub(crate) fn decide<'a>(documents: impl IntoIterator<Item = &'a Document>, request: &Request) -> Decision {
    let mut decision = Decision::Silent;
    for statement in documents.into_iter().flat_map(Document::statements) {
        if !applies(statement, request) {
            continue;
        }
        match statement["Effect"].as_str() {
            Some("Deny") => return Decision::Deny,
            Some("Allow") => decision = Decision::Allow,
            other => panic!("effect {other:?}"),
        }
    }
    decision
}

fn applies(statement: &Value, request: &Request) -> bool {
    for unused in ["NotAction", "NotResource", "NotPrincipal"] {
        assert!(statement.get(unused).is_none(), "{unused} isn't evaluated");
    }
    let action = texts(&statement["Action"])
        .iter()
        .any(|pattern| like(&pattern.to_ascii_lowercase(), &request.action.to_ascii_lowercase()));
    // A trust policy has no resource: it stands for its role.
    let resource =
        statement.get("Resource").is_none_or(|r| texts(r).iter().any(|p| like(p, &request.resource)));
    // A role's own policy has no principal.
    let principal = statement.get("Principal").is_none_or(|p| includes(p, &request.principal));
    action && resource && principal && conditions(&statement["Condition"], request)
}

fn includes(principals: &Value, who: &Principal) -> bool {
    if texts(&principals["AWS"]).iter().any(|p| p == "*") {
        return true;
    }
    match who {
        Principal::Aws(arn) => texts(&principals["AWS"]).contains(arn),
        Principal::Service(name) => texts(&principals["Service"]).contains(name),
    }
}

fn conditions(block: &Value, request: &Request) -> bool {
    let Some(block) = block.as_object() else { return true };
    block.iter().all(|(operator, keys)| {
        let keys = keys.as_object().expect("an operator holds keys");
        keys.iter()
            .all(|(key, values)| holds(operator, request.context.get(&key.to_ascii_lowercase()), values))
    })
}

/// A missing key fails a positive operator and passes a negated one (and `…IfExists`).
fn holds(operator: &str, seen: Option<&String>, values: &Value) -> bool {
    let values = texts(values);
    // Requests here have one value of each key.
    let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
    if operator == "Null" {
        return values.contains(&seen.is_none().to_string());
    }
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let (operator, negated) = match operator {
        "StringNotEquals" => ("StringEquals", true),
        "StringNotLike" => ("StringLike", true),
        other => (other, false),
    };
    let Some(seen) = seen else { return if_exists || negated };
    let any = values.iter().any(|value| match operator {
        "StringEquals" | "Bool" => value == seen,
        "StringLike" => like(value, seen),
        "ArnEquals" | "ArnLike" => like_arn(value, seen),
        other => panic!("operator {other} isn't evaluated"),
    });
    any != negated
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec![],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => panic!("{other} isn't text"),
    }
}

/// The six parts of an ARN are compared one by one: a `*` doesn't reach over a colon.
fn like_arn(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<_>, Vec<_>) =
        (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    patterns.len() == parts.len() && patterns.iter().zip(&parts).all(|(pattern, part)| like(pattern, part))
}

/// `*` stands for any text, `?` for one character.
fn like(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let (rest, mut characters) = (&pattern[first.len_utf8()..], text.chars());
    match first {
        '*' => like(rest, text) || (characters.next().is_some() && like(pattern, characters.as_str())),
        '?' => characters.next().is_some() && like(rest, characters.as_str()),
        _ => characters.next() == Some(first) && like(rest, characters.as_str()),
    }
}

#[test]
fn patterns() {
    for (pattern, text, matches) in [
        ("s3:Get*", "s3:GetObject", true),
        ("s3:Get*", "s3:PutObject", false),
        ("a?c", "abc", true),
        ("*", "", true),
        ("a*c*", "abbc", true),
    ] {
        assert_eq!(like(pattern, text), matches, "{pattern} {text}");
    }
    assert!(!like_arn("arn:aws:iam::*:role/a", "arn:aws:iam::1:x:role/a"));
}

#[test]
fn a_missing_key_passes_only_negated_and_optional_operators() {
    let values = serde_json::json!("x");
    for (operator, passes) in
        [("StringEquals", false), ("StringNotEquals", true), ("StringEqualsIfExists", true), ("Bool", false)]
    {
        assert_eq!(holds(operator, None, &values), passes, "{operator}");
    }
}
