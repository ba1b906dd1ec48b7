//! Golden files: texts that a user reads, kept in `tests/golden/` and compared with what comes out today.

use crate::root;
use regex_lite::{Captures, Regex};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::sync::LazyLock;

/// Set to anything, it makes every comparison write its file instead.
const UPDATE: &str = "UPDATE_GOLDEN";

/// What differs from run to run, with the word it is shown as. The first that matches at a place wins.
const CHANGING: [(&str, &str); 12] = [
    (
        r"\b(vpc|subnet|igw|rtb|rtbassoc|eipalloc|eipassoc|nat|eni|sg|sgr|lt|i|ami|snap|vol)-[0-9a-f]{8,17}\b",
        "$1",
    ),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "uuid"),
    // The names of target groups end with a digest over their VPC's id, too.
    (r"\b(loadbalancer/app/[^/\s]+|targetgroup/[^/\s]+?)(?:-[0-9a-f]{6})?/[0-9a-f]{16}\b", "$1/elb"),
    (r"\b([a-z]+-[a-z]+)-[0-9a-f]{6}\b", "$1-digest"),
    (r"\b(listener(?:-rule)?/app/[^/\s]+)/[0-9a-f/]{16,}", "$1/elb"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)", "time"),
    (r"https?://(?:127\.0\.0\.1|localhost):\d+", "endpoint"),
    (r"\b127\.0\.0\.1:\d+\b", "endpoint"),
    (r"\brequest [0-9A-Za-z-]{36,}", "request"),
    (r"\b[0-9a-f]{64}\b", "sha256"),
    (r"\b[0-9a-f]{32,40}\b", "digest"),
    (r"[0-9A-Za-z+/]{43}=", "sha256"),
];

/// Fails unless `text`, with what differs from run to run masked, is the content of `tests/golden/<name>.txt`.
/// With `UPDATE_GOLDEN=1` it writes the file instead.
///
/// # Panics
/// The texts differ (the message is a diff of lines), or the file is missing or can't be written.
#[track_caller]
pub fn assert_golden(name: &str, text: &str) {
    let path = root().join("tests/golden").join(format!("{name}.txt"));
    let is = mask(text);
    if env::var_os(UPDATE).is_some() {
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be made");
        fs::write(&path, is).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let was = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("tests/golden/{name}.txt: {error}; {UPDATE}=1 writes it"));
    if let Some(difference) = difference(&was, &is) {
        panic!("tests/golden/{name}.txt differs; if that is right, run again with {UPDATE}=1\n{difference}");
    }
}

fn difference(was: &str, is: &str) -> Option<String> {
    let diff = TextDiff::from_lines(was, is);
    (was != is).then(|| diff.unified_diff().context_radius(3).header("as kept", "as it is").to_string())
}

/// Replaces ids, times and digests by `<vpc-1>`, `<uuid-2>` …: numbered by first appearance, so that two places that
/// hold the same id still show it. Blanks at line ends go.
///
/// # Panics
/// Never: the patterns are sound.
#[must_use]
pub fn mask(text: &str) -> String {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        let alternatives: Vec<String> =
            CHANGING.iter().map(|(pattern, _)| format!("(?:{pattern})")).collect();
        Regex::new(&alternatives.join("|")).expect("the patterns are sound")
    });
    static EACH: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let anchored =
            |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).expect("the patterns are sound");
        CHANGING.iter().map(|(pattern, shown)| (anchored(pattern), *shown)).collect()
    });
    let mut numbers: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let masked = PATTERN.replace_all(text, |found: &Captures<'_>| {
        let id = &found[0];
        let (pattern, shown) =
            EACH.iter().find(|(pattern, _)| pattern.is_match(id)).expect("one of them matched");
        let word = pattern.replace(id, *shown).into_owned();
        let seen = numbers.entry(word.clone()).or_default();
        let next = seen.len() + 1;
        let number = *seen.entry(id.to_owned()).or_insert(next);
        format!("<{word}-{number}>")
    });
    let mut lines: String = masked.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    lines.truncate(lines.trim_end().len());
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ids_keep_their_number_and_names_stay() {
        assert_eq!(
            mask(
                "vpc-0a1b2c3d4e5f60718 vpc-11111111 vpc-0a1b2c3d4e5f60718 subnet-11111111  \npaas-dev-web 10.0.0.0/16"
            ),
            "<vpc-1> <vpc-2> <vpc-1> <subnet-1>\npaas-dev-web 10.0.0.0/16\n"
        );
    }

    #[test]
    fn arns_keep_what_can_be_read() {
        assert_eq!(
            mask("dev-acme-13359b targetgroup/dev-acme-13359b/0123456789abcdef"),
            "<dev-acme-digest-1> <targetgroup/dev-acme/elb-1>\n"
        );
        assert_eq!(
            mask("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/dev-acme/0123456789abcdef"),
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:<targetgroup/dev-acme/elb-1>\n"
        );
        assert_eq!(
            mask(
                "key/11111111-2222-3333-4444-555555555555 at 2026-01-02T03:04:05Z from http://127.0.0.1:4711/x"
            ),
            "key/<uuid-1> at <time-1> from <endpoint-1>/x\n"
        );
    }

    #[test]
    fn a_difference_shows_its_lines_in_context() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        let shown = difference("a\nb\nc\n", "a\nB\nc\n").expect("they differ");
        assert!(shown.contains("\n a\n-b\n+B\n c\n"), "{shown}");
    }
}
