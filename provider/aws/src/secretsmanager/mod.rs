//! Secrets Manager: the secrets of a webhook, and what RDS keeps there of a database's master user.

mod secret;

pub use secret::{Secret, SecretOut};

use crate::batch::Batched;
use crate::call::{AwsError, call};
use crate::session::Session;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use serde::Deserialize;
use std::fmt;

/// Cached reads of what secrets are, by name or ARN: never of their values.
#[derive(Clone)]
pub struct Reads {
    secrets: Batched<String, DescribeSecretOutput>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let client = client.clone();
        Self { secrets: Batched::new(1, move |ids| secret::describe(client.clone(), ids)) }
    }
}

/// A database user's name and password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Credentials {
    /// The user's name.
    pub username: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .field("password", &"(sensitive)")
            .finish()
    }
}

/// The credentials in a secret of the form that RDS writes: `{"username": …, "password": …}`; `None` if there is no
/// such secret.
///
/// # Errors
/// AWS refuses, or the secret holds something else; the text tells nothing of its value.
pub async fn credentials(session: &Session, secret_arn: &str) -> Result<Option<Credentials>, AwsError> {
    let request = session.secretsmanager.get_secret_value().secret_id(secret_arn);
    let secret = match call("GetSecretValue", request.send()).await {
        Ok(answer) => answer.secret_string.unwrap_or_default(),
        Err(e) if e.is(&[secret::NOT_FOUND]) => return Ok(None),
        Err(e) => return Err(e),
    };
    parse(&secret).map(Some).ok_or_else(|| {
        let text = format!("secret {secret_arn} doesn't hold a user's name and password as RDS writes them");
        AwsError::ours("GetSecretValue", text)
    })
}

/// The parser's own error would quote the value.
fn parse(secret: &str) -> Option<Credentials> {
    serde_json::from_str(secret).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_that_of_rds() {
        let read = parse(r#"{"username":"admin","password":"p\"w"}"#);
        assert_eq!(read, Some(Credentials { username: "admin".into(), password: "p\"w".into() }));
        assert_eq!(parse(r#"{"username":"admin"}"#), None);
        assert_eq!(parse("hunter2"), None);
    }

    #[test]
    fn no_password_is_shown() {
        let shown = format!("{:?}", Credentials { username: "admin".into(), password: "hunter2".into() });
        assert!(shown.contains("admin") && !shown.contains("hunter2"), "{shown}");
    }
}
