//! Patterns of host and path conditions: `*` stands for any characters, also none, `?` for exactly one.
//!
//! Hosts are compared without regard to case, paths with it: as load balancers do.

/// Whether it has a `*` or `?`.
#[must_use]
pub fn is_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// How specific it is: the length of the shortest text that it matches, so `?` counts and `*` doesn't.
///
/// A pattern that matches only part of what another matches is never the less specific one.
#[must_use]
pub fn specificity(pattern: &str) -> u16 {
    u16::try_from(pattern.chars().filter(|c| *c != '*').count()).unwrap_or(u16::MAX)
}

/// Whether two host patterns are the same to a load balancer.
#[must_use]
pub fn same_host(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Whether `general` matches every host that `special` matches, and more.
#[must_use]
pub fn covers_host(general: &str, special: &str) -> bool {
    !same_host(general, special)
        && covers(&chars(&general.to_ascii_lowercase()), &chars(&special.to_ascii_lowercase()))
}

/// Whether some path is matched by both.
#[must_use]
pub fn paths_meet(a: &str, b: &str) -> bool {
    meet(&chars(a), &chars(b))
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Matches `special` against `general` as a text, in which a `*` is something that only a `*` can match.
fn covers(general: &[char], special: &[char]) -> bool {
    table(general, special, |g, s| match (g, s) {
        ('*', _) => Step::Stay,
        (_, '*') => Step::Differ,
        ('?', _) => Step::Pass,
        (g, s) if g == s => Step::Pass,
        _ => Step::Differ,
    })
}

/// Whether the languages of two patterns have a text in common.
fn meet(a: &[char], b: &[char]) -> bool {
    // From the ends: whether what is left of both can still come together.
    let mut below = vec![false; b.len() + 1];
    for i in (0..=a.len()).rev() {
        let mut row = vec![false; b.len() + 1];
        for j in (0..=b.len()).rev() {
            row[j] = match (a.get(i), b.get(j)) {
                (None, None) => true,
                (Some('*'), other) => below[j] || (other.is_some() && row[j + 1]),
                (other, Some('*')) => row[j + 1] || (other.is_some() && below[j]),
                (Some(x), Some(y)) => (x == y || *x == '?' || *y == '?') && below[j + 1],
                _ => false,
            };
        }
        below = row;
    }
    below[0]
}

enum Step {
    /// Both go on.
    Pass,
    /// The pattern's `*` takes none or more of the text.
    Stay,
    Differ,
}

fn table(pattern: &[char], text: &[char], step: impl Fn(char, char) -> Step) -> bool {
    let mut below = vec![false; text.len() + 1];
    below[text.len()] = true;
    for p in pattern.iter().rev() {
        let mut row = vec![false; text.len() + 1];
        row[text.len()] = *p == '*' && below[text.len()];
        for j in (0..text.len()).rev() {
            row[j] = match step(*p, text[j]) {
                Step::Pass => below[j + 1],
                Step::Stay => below[j] || row[j + 1],
                Step::Differ => false,
            };
        }
        below = row;
    }
    below[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_what_it_matches_and_narrower_wildcards() {
        for (general, special, covered) in [
            ("*.example.test", "shop.example.test", true),
            ("*.example.test", "SHOP.Example.test", true),
            ("*.example.test", "a.b.example.test", true),
            ("*.example.test", "*.shop.example.test", true),
            ("*.example.test", "?.example.test", true),
            ("?.example.test", "*.example.test", false),
            ("?.example.test", "a.example.test", true),
            ("?.example.test", "ab.example.test", false),
            ("*.shop.example.test", "*.example.test", false),
            ("*.example.test", "example.test", false),
            ("*", "example.test", true),
            ("shop*.test", "shop.test", true),
            ("*.example.test", "*.EXAMPLE.test", false),
            ("shop.example.test", "shop.example.test", false),
            ("*.example.test", "shop.other.test", false),
        ] {
            assert_eq!(covers_host(general, special), covered, "{general} over {special}");
        }
    }

    #[test]
    fn what_is_covered_is_never_less_specific() {
        let hosts =
            ["*", "*.test", "?.test", "a.test", "*.a.test", "b.a.test", "?.a.test", "**.test", "a*.test"];
        for general in hosts {
            for special in hosts {
                if covers_host(general, special) {
                    assert!(specificity(special) >= specificity(general), "{general} over {special}");
                }
            }
        }
    }

    #[test]
    fn paths_meet_where_a_request_could_match_both() {
        for (a, b, both) in [
            ("/api/*", "/api/v2/*", true),
            ("/api/*", "/static/*", false),
            ("/api/*", "/api", false),
            ("/api*", "/api", true),
            ("*", "/anything", true),
            ("/a*b", "/ab*", true),
            ("/a*c", "/ab*d", false),
            ("/a?c", "/abc", true),
            ("/a?c", "/ac", false),
            ("/Api", "/api", false),
            ("/x", "/x", true),
            ("", "*", true),
        ] {
            assert_eq!(paths_meet(a, b), both, "{a} and {b}");
            assert_eq!(paths_meet(b, a), both, "{b} and {a}");
        }
    }

    #[test]
    fn specificity_counts_what_must_be_there() {
        for (pattern, length) in [("*", 0), ("*.a.test", 7), ("?.a.test", 8), ("a.test", 6), ("/api/*", 5)] {
            assert_eq!(specificity(pattern), length, "{pattern}");
        }
        assert!(is_wildcard("*.a") && is_wildcard("?.a") && !is_wildcard("a"));
    }
}
