//! The naming rule: a regular expression that Python and Rust read alike. The function runs it in Python; here it is checked
//! before anything is made, and what only one of the two knows, or reads otherwise, is refused.

use regex_lite::Regex;

/// The groups that a rule must have.
const GROUPS: [&str; 2] = ["tenant", "kind"];

/// Why a rule can't be used; `None` if it can.
pub fn refuse(rule: &str) -> Option<String> {
    if let Err(why) = common(rule) {
        return Some(why);
    }
    let regex = match Regex::new(rule) {
        Ok(regex) => regex,
        Err(why) => return Some(format!("It is not a regular expression: {why}.")),
    };
    let missing = GROUPS.iter().find(|group| !regex.capture_names().flatten().any(|name| name == **group));
    missing.map(|group| format!("It has no group {group:?}. Write one as (?P<{group}>…)."))
}

/// What was read last, as far as repeating it goes.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// Something that may be repeated.
    Item,
    /// A repetition: `?` after it makes it lazy. Another one is an error in Python, or has a meaning of its own.
    Repetition,
    /// The start, an anchor, or a lazy repetition.
    Nothing,
}

/// Refuses what isn't common to both.
fn common(rule: &str) -> Result<(), String> {
    let mut rest = rule.chars().peekable();
    let mut last = Last::Nothing;
    while let Some(c) = rest.next() {
        last = match c {
            '\\' => escape(rest.next())?,
            '[' => class(&mut rest)?,
            '(' => {
                if rest.next_if_eq(&'?').is_some() {
                    group(&mut rest)?;
                }
                Last::Nothing
            }
            '|' | '^' | '$' => Last::Nothing,
            '?' if last == Last::Repetition => Last::Nothing,
            '*' | '+' | '?' | '{' => {
                if last != Last::Item {
                    return Err(format!("There is nothing that {c:?} could repeat."));
                }
                if c == '{' {
                    rest.by_ref().find(|c| *c == '}').ok_or("A brace isn't closed.")?;
                }
                Last::Repetition
            }
            _ => Last::Item,
        };
    }
    Ok(())
}

/// Classes, the boundary of a word, and punctuation mean the same to both; most other letters don't.
fn escape(escaped: Option<char>) -> Result<Last, String> {
    match escaped {
        Some('b' | 'B') => Ok(Last::Nothing),
        Some(c) if "dDsSwW".contains(c) || c.is_ascii_punctuation() => Ok(Last::Item),
        Some(c) => {
            Err(format!("\"\\{c}\" isn't the same in all kinds of regular expressions. Write it otherwise."))
        }
        None => Err("It ends with a backslash.".into()),
    }
}

/// After `[`. Rust has classes within classes, and operators.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Last, String> {
    rest.next_if_eq(&'^');
    let mut first = true;
    while let Some(c) = rest.next() {
        match c {
            ']' if !first => return Ok(Last::Item),
            '[' => return Err("Write \"\\[\" for a bracket within brackets.".into()),
            '\\' => {
                escape(rest.next())?;
            }
            '&' | '~' | '|' | '-' if rest.peek() == Some(&c) => {
                return Err(format!(
                    "\"{c}{c}\" within brackets isn't the same in all kinds of regular expressions."
                ));
            }
            _ => {}
        }
        first = false;
    }
    Err("A bracket isn't closed.".into())
}

/// After `(?`: a group without a name, or with one.
fn group(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<(), String> {
    if rest.next_if_eq(&':').is_some() {
        return Ok(());
    }
    let is_named = rest.next_if_eq(&'P').is_some() && rest.next_if_eq(&'<').is_some();
    let name: String = rest.by_ref().take_while(|c| *c != '>').collect();
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_named && is_word {
        return Ok(());
    }
    Err("Of groups that begin with \"(?\", only (?:…) and (?P<name>…) are taken: no look-around, no flags, no back-references."
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_read_alike_is_taken() {
        for rule in [
            r"shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)",
            r"^(?:shops|labs)/(?P<tenant>\w{1,32}?)/(?P<kind>[a-z]+)$",
            r"(?P<kind>[^]/]+)/team\.(?P<tenant>[-a-z]*)",
            r"(?P<tenant>a)(?P<kind>b)?",
        ] {
            assert_eq!(refuse(rule), None, "{rule}");
        }
    }

    #[test]
    fn what_one_of_them_reads_otherwise_is_refused() {
        for (start, says) in [
            ("(", "not a regular expression"),
            ("(?=a)", "no look-around"),
            ("(?i)", "no flags"),
            ("(?<a>x)", "(?P<name>…)"),
            ("(?P=tenant)", "no back-references"),
            ("(?P<a.b>x)", "(?P<name>…)"),
            (r"\1", "\"\\1\" isn't the same"),
            (r"\A", "\"\\A\" isn't the same"),
            (r"\p{L}", "\"\\p\" isn't the same"),
            ("a++", "'+' could repeat"),
            ("a**", "'*' could repeat"),
            ("^*", "'*' could repeat"),
            ("a{2}{3}", "'{' could repeat"),
            ("a{2", "A brace isn't closed"),
            ("[[:alpha:]]", "for a bracket within brackets"),
            ("[a-z&&b]", "\"&&\" within brackets"),
            ("[a", "A bracket isn't closed"),
            ("{", "'{' could repeat"),
        ] {
            let rule = format!(
                "{start}{}",
                if start == "a{2" || start == "[a" { "" } else { "(?P<tenant>a)(?P<kind>b)" }
            );
            let told = refuse(&rule).unwrap_or_default();
            assert!(told.contains(says), "{rule}: {told}");
        }
        assert_eq!(refuse("a\\"), Some("It ends with a backslash.".into()));
    }

    #[test]
    fn both_groups_must_be_there() {
        assert_eq!(
            refuse("(?P<kind>a)"),
            Some("It has no group \"tenant\". Write one as (?P<tenant>…).".into())
        );
        assert_eq!(
            refuse("(?P<tenant>a)"),
            Some("It has no group \"kind\". Write one as (?P<kind>…).".into())
        );
    }
}
