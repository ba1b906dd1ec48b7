//! Keeps secrets out of logs.

use std::borrow::Cow;

/// What stands in place of a secret.
const REDACTED: &str = "(redacted)";

/// Ends of names whose values are secret, in lower case without separators.
const SECRET_NAMES: [&str; 12] = [
    "password",
    "passphrase",
    "secret",
    "secretstring",
    "token",
    "authorization",
    "credential",
    "credentials",
    "accesskey",
    "privatekey",
    "apikey",
    "signature",
];

/// In front of a secret in an `Authorization` header.
const SCHEMES: [&str; 3] = ["Bearer", "Basic", "AWS4-HMAC-SHA256"];

/// Does the name say that its value is a secret?
fn is_secret_name(name: &str) -> bool {
    // ExpiredToken, InvalidClientTokenId: what follows such an error code is the message
    if ["Expired", "Invalid", "Missing"].iter().any(|error| name.starts_with(error)) {
        return false;
    }
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| plain.ends_with(secret))
}

/// The value of a log field.
pub(crate) fn field<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if is_secret_name(name) { Cow::Borrowed(REDACTED) } else { text(value) }
}

/// Free text: hides what follows a secret name (`password=…`, `"token": "…"`, `Authorization: …`), and what looks like
/// an AWS secret key or session token wherever it stands.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    let mut safe = String::new();
    let (mut done, mut after_secret_name) = (0, false);
    for (start, word) in words(text) {
        if start < done {
            continue;
        }
        let gap = &text[done..start];
        let is_value = after_secret_name && is_assignment(gap);
        safe.push_str(gap);
        done = start + word.len();
        if is_value && SCHEMES.contains(&word) {
            // the secret follows, in several parts: the rest of the line goes
            done += text[done..].find('\n').unwrap_or(text.len() - done);
        }
        safe.push_str(if is_value || looks_secret(word) { REDACTED } else { word });
        after_secret_name = is_secret_name(word);
    }
    safe.push_str(&text[done..]);
    if safe == text { Cow::Borrowed(text) } else { Cow::Owned(safe) }
}

/// What stands between a name and its value, in any notation.
fn is_assignment(gap: &str) -> bool {
    let sign = gap.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\'));
    matches!(sign, ":" | "=" | "=>")
}

/// Runs of the characters that names, base64 and tokens consist of.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '+' | '.' | '%');
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(in_word)?;
        let end = text[start..].find(|c| !in_word(c)).map_or(text.len(), |end| start + end);
        rest = end;
        // a full stop belongs to the sentence
        Some((start, text[start..end].trim_end_matches('.')))
    })
}

/// An AWS secret access key has 40 characters of base64, a session token hundreds. A hash in hexadecimal has no capital
/// letters, and a path has dots or dashes.
fn looks_secret(word: &str) -> bool {
    let base64 = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'));
    let mixed = word.bytes().any(|byte| byte.is_ascii_uppercase())
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
        && word.bytes().any(|byte| byte.is_ascii_digit());
    base64 && mixed && (word.len() == 40 || word.len() >= 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    #[test]
    fn secrets_are_redacted() {
        let session = "IQoJb3JpZ2luX2VjE".repeat(12);
        for (raw, safe) in [
            (format!("key {KEY} used"), "key (redacted) used"),
            (format!("session {session}."), "session (redacted)."),
            ("password=hunter2 user=joe".into(), "password=(redacted) user=joe"),
            (
                r#"{"master_password": "hunter2", "n": 1}"#.into(),
                r#"{"master_password": "(redacted)", "n": 1}"#,
            ),
            (r#"{\"SessionToken\":\"abc\"}"#.into(), r#"{\"SessionToken\":\"(redacted)\"}"#),
            ("Authorization: Bearer abc.def\nHost: x".into(), "Authorization: (redacted)\nHost: x"),
            (
                "authorization: AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=ff\nnext".into(),
                "authorization: (redacted)\nnext",
            ),
            ("GET /?X-Amz-Security-Token=abc%2F&a=b".into(), "GET /?X-Amz-Security-Token=(redacted)&a=b"),
        ] {
            assert_eq!(text(&raw), safe);
        }
        assert_eq!(field("aws_secret_access_key", "short"), REDACTED);
        assert_eq!(field("x-amz-security-token", "short"), REDACTED);
    }

    #[test]
    fn everything_else_stays() {
        for plain in [
            "arn:aws:iam::123456789012:role/paas-dev-software-pipeline-with-a-long-name",
            "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
            "the token was refused",
            "ExpiredToken: The security token has expired",
            "InvalidClientTokenId: The security token is invalid",
            "vpc-0a1b2c3d4e5f67890 is ready",
        ] {
            assert!(matches!(text(plain), Cow::Borrowed(same) if same == plain), "{}", text(plain));
        }
        assert_eq!(field("environment", "dev"), "dev");
    }
}
