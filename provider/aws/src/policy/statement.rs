//! A statement, built field by field.

use serde_json::{Map, Value, json};

/// One statement of a policy document.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement(Map<String, Value>);

impl Statement {
    /// Grants. `sid` names the statement in the document: letters and digits only (IAM's rule).
    #[must_use]
    pub fn allow(sid: &str) -> Self {
        Self::new("Allow", sid)
    }

    /// Refuses, whatever else grants.
    #[must_use]
    pub fn deny(sid: &str) -> Self {
        Self::new("Deny", sid)
    }

    fn new(effect: &str, sid: &str) -> Self {
        let mut fields = Map::new();
        fields.insert("Effect".into(), effect.into());
        fields.insert("Sid".into(), sid.into());
        Self(fields)
    }

    /// Its name in the document.
    #[must_use]
    pub fn sid(&self) -> &str {
        self.0["Sid"].as_str().unwrap_or_default()
    }

    /// For everyone: narrow it with conditions.
    #[must_use]
    pub fn anyone(self) -> Self {
        self.set("Principal", json!({ "AWS": "*" }))
    }

    /// For an AWS account, user or role by ARN.
    #[must_use]
    pub fn aws(self, arn: &str) -> Self {
        self.set("Principal", json!({ "AWS": arn }))
    }

    /// For an AWS service, such as `cloudtrail.amazonaws.com`.
    #[must_use]
    pub fn service(self, name: &str) -> Self {
        self.set("Principal", json!({ "Service": name }))
    }

    /// The actions, such as `s3:GetObject`.
    #[must_use]
    pub fn actions(self, actions: &[&str]) -> Self {
        self.set("Action", json!(actions))
    }

    /// The one resource.
    #[must_use]
    pub fn resource(self, arn: impl Into<String>) -> Self {
        self.resources([arn])
    }

    /// The resources.
    #[must_use]
    pub fn resources<S: Into<String>>(self, arns: impl IntoIterator<Item = S>) -> Self {
        let arns: Vec<String> = arns.into_iter().map(Into::into).collect();
        self.set("Resource", json!(arns))
    }

    /// Only where `key` compares to one of `values` under `operator`, such as `StringEquals`.
    #[must_use]
    pub fn when<S: Into<String>>(
        mut self,
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        self.0.entry("Condition").or_insert_with(|| json!({}))[operator][key] = json!(values);
        self
    }

    fn set(mut self, field: &str, value: Value) -> Self {
        self.0.insert(field.into(), value);
        self
    }
}

impl From<Statement> for Value {
    fn from(statement: Statement) -> Self {
        Self::Object(statement.0)
    }
}
