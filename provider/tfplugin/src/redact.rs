//! Keeps secrets out of logs.

use std::borrow::Cow;

/// What stands in place of a secret.
const REDACTED: &str = "(redacted)";

/// Parts of names whose values are secret, in lower case without separators.
const SECRET_NAMES: [&str; 8] =
    ["password", "secret", "token", "authorization", "credential", "privatekey", "apikey", "signature"];

/// Does the name say that its value is a secret?
pub(crate) fn is_secret_name(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| plain.contains(secret))
}

/// The value of a log field, or of a header.
pub(crate) fn field<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if is_secret_name(name) { Cow::Borrowed(REDACTED) } else { text(value) }
}

/// Free text: hides what follows a secret name (`password=…`, `"token": "…"`, `Authorization: …`), and what looks like
/// an AWS secret key or session token wherever it stands.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut done, mut changed) = (0, false);
    let mut pending_secret = false;
    for (start, word) in words(text) {
        let between = &text[done..start];
        let assigned = between.trim_matches(|c: char| c == '"' || c == '\'' || c == '\\' || c.is_whitespace());
        // still the value: "Authorization: AWS4-HMAC-SHA256 Credential=…" is secret to the end of the line
        if pending_secret && !matches!(assigned, ":" | "=" | "=>") {
            pending_secret = false;
        }
        out.push_str(between);
        if pending_secret || looks_secret(word) {
            out.push_str(REDACTED);
            changed = true;
        } else {
            out.push_str(word);
        }
        done = start + word.len();
        if pending_secret && (word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic") || word.starts_with("AWS4-")) {
            // a scheme, with the secret behind it: the rest of the line goes
            let end = text[done..].find('\n').map_or(text.len(), |end| done + end);
            return Cow::Owned(out + &self::text(&text[end..]));
        }
        pending_secret = is_secret_name(word);
    }
    if changed { Cow::Owned(out + &text[done..]) } else { Cow::Borrowed(text) }
}

/// Runs of the characters that names, base64 and tokens consist of.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '+' | '.' | '%');
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(in_word)?;
        let end = text[start..].find(|c| !in_word(c)).map_or(text.len(), |end| start + end);
        rest = end;
        Some((start, &text[start..end]))
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
            (r#"{"master_password": "hunter2", "n": 1}"#.into(), r#"{"master_password": "(redacted)", "n": 1}"#),
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
            "vpc-0a1b2c3d4e5f67890 is ready",
        ] {
            assert!(matches!(text(plain), Cow::Borrowed(same) if same == plain), "{}", text(plain));
        }
        assert_eq!(field("environment", "dev"), "dev");
    }
}
