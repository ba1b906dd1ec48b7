//! The three secrets: given by write-only arguments, checked without a word of what is in them, and handed to the children
//! that hold them.

use super::model::GitlabWebhookModel;
use crate::shared::validate_range;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paas_aws::world::Sensitive;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tfplugin::{Attr, Diagnostics};

/// The keys of the children that hold the secrets.
pub const TOKEN: &str = "token_secret";
pub const SIGNING_TOKEN: &str = "signing_token_secret";
pub const CREDENTIALS: &str = "credentials_secret";

/// The fewest characters of a token, and bytes of a signing token: the function takes no shorter ones.
const SHORTEST: usize = 16;
/// How a signing token begins (Standard Webhooks).
const SIGNING_PREFIX: &str = "whsec_";

/// A write-only argument with its version.
struct Given<'a> {
    argument: &'static str,
    version_argument: &'static str,
    child: &'static str,
    value: &'a Attr<String>,
    version: &'a Attr<i64>,
    /// Why a value can't be used.
    refuse: fn(&str) -> Option<&'static str>,
}

fn given(config: &GitlabWebhookModel) -> [Given<'_>; 3] {
    [
        Given {
            argument: "token_wo",
            version_argument: "token_wo_version",
            child: TOKEN,
            value: &config.token_wo,
            version: &config.token_wo_version,
            refuse: refuse_token,
        },
        Given {
            argument: "signing_token_wo",
            version_argument: "signing_token_wo_version",
            child: SIGNING_TOKEN,
            value: &config.signing_token_wo,
            version: &config.signing_token_wo_version,
            refuse: refuse_signing_token,
        },
        Given {
            argument: "credentials_wo",
            version_argument: "credentials_wo_version",
            child: CREDENTIALS,
            value: &config.credentials_wo,
            version: &config.credentials_wo_version,
            refuse: refuse_credentials,
        },
    ]
}

/// The values, for the children that get them.
pub fn values(config: &GitlabWebhookModel) -> BTreeMap<String, Sensitive> {
    let known = |given: Given<'_>| {
        Some((given.child.to_owned(), Sensitive::new(given.value.known()?.trim().to_owned())))
    };
    given(config).into_iter().filter_map(known).collect()
}

/// Reports a value without its version and the other way round, values that can't be used, and two sources of credentials.
/// What isn't known yet, such as any variable while Terraform validates, may turn out to be null.
pub fn validate(config: &GitlabWebhookModel, diagnostics: &mut Diagnostics) {
    for Given { argument, version_argument, value, version, refuse, .. } in given(config) {
        if value.known().is_some() && version.is_null() {
            let detail = format!(
                "Terraform can't see whether {argument} has changed: set {version_argument}, too, to another number with each new value."
            );
            diagnostics.error(argument, "Version missing", detail);
        }
        if value.is_null() && version.known().is_some() {
            let detail = format!("There is no value of this version: set {argument}, too, or neither.");
            diagnostics.error(version_argument, "Value missing", detail);
        }
        validate_range(version_argument, version, 0..=i64::MAX, diagnostics);
        if let Some(why) = value.known().and_then(|value| refuse(value.trim())) {
            diagnostics.error(argument, "Invalid value", why);
        }
    }
    let Attr::Known(arn) = &config.credentials_secret_arn else { return };
    if config.credentials_wo.known().is_some() || config.credentials_wo_version.known().is_some() {
        diagnostics.error(
            "credentials_secret_arn",
            "Two sources of credentials",
            "Set credentials_wo, which is kept in a secret made here, or credentials_secret_arn, which is a secret of your own.",
        );
    }
    if !is_secret(arn) {
        let detail = format!(
            "{arn:?} is not the ARN of a secret, such as \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf\"."
        );
        diagnostics.error("credentials_secret_arn", "Invalid secret", detail);
    }
}

fn is_secret(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(7, ':').collect();
    matches!(&parts[..], ["arn", _, "secretsmanager", region, account, "secret", name]
        if !region.is_empty() && account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())
            && !name.is_empty() && !name.contains([' ', ':']))
}

fn refuse_token(token: &str) -> Option<&'static str> {
    (token.len() < SHORTEST || !token.bytes().all(|b| b.is_ascii_graphic())).then_some(
        "A token has at least 16 characters: letters, digits and punctuation (ASCII), without spaces. The function takes no other.",
    )
}

fn refuse_signing_token(token: &str) -> Option<&'static str> {
    let key = token.strip_prefix(SIGNING_PREFIX).and_then(|key| STANDARD.decode(key).ok());
    key.is_none_or(|key| key.len() < SHORTEST).then_some(
        "A signing token is \"whsec_\" and the base64 of at least 16 bytes, as GitLab shows it when it makes one.",
    )
}

/// Git takes credentials line by line.
fn refuse_credentials(credentials: &str) -> Option<&'static str> {
    let is_line = |text: &str| !text.is_empty() && !text.contains(char::is_control);
    let fits = if credentials.starts_with('{') {
        let told: Json = serde_json::from_str(credentials).unwrap_or_default();
        let password = told.get("password").and_then(Json::as_str);
        password.is_some_and(is_line)
            && told.get("username").is_none_or(|name| name.as_str().is_some_and(is_line))
    } else {
        is_line(credentials)
    };
    (!fits).then_some(
        "Credentials are a token of GitLab, in one line, or a JSON object with the texts username and password.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_their_form() {
        let key = format!("whsec_{}", STANDARD.encode([7; 32]));
        for (refuse, value, fits) in [
            (refuse_token as fn(&str) -> Option<&'static str>, "0123456789abcdef", true),
            (refuse_token, "glpat-!\"#$%&'()*+,", true),
            (refuse_token, "0123456789abcde", false),
            (refuse_token, "0123456789 abcdef", false),
            (refuse_token, "0123456789abcdéf", false),
            (refuse_signing_token, &key, true),
            (refuse_signing_token, &key[6..], false),
            (refuse_signing_token, "whsec_c2hvcnQ=", false),
            (refuse_signing_token, "whsec_?", false),
            (refuse_credentials, "glpat-x", true),
            (refuse_credentials, r#"{"username": "ci", "password": "x"}"#, true),
            (refuse_credentials, r#"{"password": "x"}"#, true),
            (refuse_credentials, "", false),
            (refuse_credentials, "a\nb", false),
            (refuse_credentials, r#"{"username": "ci"}"#, false),
            (refuse_credentials, r#"{"username": 1, "password": "x"}"#, false),
            (refuse_credentials, r#"{"password": "x\ny"}"#, false),
            (refuse_credentials, "{", false),
        ] {
            assert_eq!(refuse(value).is_none(), fits, "{value}");
        }
    }

    #[test]
    fn what_may_be_null_in_the_end_is_no_mistake() {
        let refused = |config: GitlabWebhookModel| {
            let mut diagnostics = Diagnostics::default();
            validate(&config, &mut diagnostics);
            diagnostics.has_errors()
        };
        let own =
            || Attr::Known("arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf".to_owned());
        for (value, version, own, wrong) in [
            (Attr::Unknown, Attr::Null, Attr::Null, false),
            (Attr::Null, Attr::Unknown, Attr::Null, false),
            (Attr::Unknown, Attr::Unknown, own(), false),
            (Attr::Unknown, Attr::Known(1), Attr::Null, false),
            (Attr::Known("glpat-x".to_owned()), Attr::Unknown, Attr::Null, false),
            (Attr::Known("glpat-x".to_owned()), Attr::Null, Attr::Null, true),
            (Attr::Null, Attr::Known(1), Attr::Null, true),
            (Attr::Unknown, Attr::Known(1), own(), true),
        ] {
            let what = format!("{value:?} {version:?} {own:?}");
            let config = GitlabWebhookModel {
                credentials_wo: value,
                credentials_wo_version: version,
                credentials_secret_arn: own,
                ..GitlabWebhookModel::default()
            };
            assert_eq!(refused(config), wrong, "{what}");
        }
    }

    #[test]
    fn children_get_the_values_that_are_known() {
        let config = GitlabWebhookModel {
            token_wo: " 0123456789abcdef\n".into(),
            credentials_wo: Attr::Unknown,
            ..GitlabWebhookModel::default()
        };
        let values = values(&config);
        assert_eq!(values.len(), 1);
        assert_eq!(values[TOKEN].reveal(), "0123456789abcdef");
    }
}
