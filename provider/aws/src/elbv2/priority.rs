//! Which priority a listener rule gets: pure, stable over processes, and without races that matter.
//!
//! A load balancer asks its rules in the order of their priorities, 1 to 50000, and takes the first that matches. So
//! the more specific rule has to come first, whoever made it and whenever. Each class of rules has a band:
//!
//! | numbers | rules |
//! |---|---|
//! | 1 – 999 | never allocated: what operators reserve by default |
//! | 1000 – 13799 | exact hosts with paths, longer paths first: 128 lengths of 100 |
//! | 13800 – 24999 | exact hosts |
//! | 25000 – 49959 | wildcard hosts, longer ones first: 128 lengths of 195, in each those with paths first |
//!
//! Inside its band a rule starts at a slot that a hash of its first host gives, and takes the next free one. "The
//! highest number plus one" would make every two tenants that come at once collide; slots of different hosts rarely do,
//! and those of the same host always, which is how two tenants that claim one host at once find out.
//!
//! A rule stands where its least specific condition belongs, so that it never comes before someone's more specific one.

use super::pattern::{is_wildcard, specificity};
use crate::names;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The numbers that a load balancer knows.
pub const VALID: RangeInclusive<u16> = 1..=50_000;
/// Values of all conditions of one rule together (an ALB quota that isn't adjustable).
pub const VALUES_PER_RULE: usize = 5;
/// `*` and `?` in all values of one rule together (an ALB quota that isn't adjustable).
const WILDCARDS_PER_RULE: usize = 6;

const FIRST: u16 = 1000;
/// A condition's value has at most 128 characters, so there are specificities 0 to 127, and 128 counts as 127.
const LENGTHS: u16 = 128;
const PATHS: u16 = 100;
const EXACT: u16 = FIRST + LENGTHS * PATHS;
const WILDCARD: u16 = 25_000;
const WILDCARDS: u16 = 195;
/// In the band of one wildcard length: so many slots for each of the [`PATH_LENGTHS`], the rest for rules without paths.
const WILDCARD_PATHS: u16 = 12;
const PATH_CLASSES: u16 = 8;
/// Lower bounds of the path lengths that share slots under wildcard hosts.
const PATH_LENGTHS: [u16; PATH_CLASSES as usize] = [64, 32, 24, 16, 12, 8, 4, 0];
const LAST: u16 = WILDCARD + LENGTHS * WILDCARDS - 1;

/// What a rule matches: one of the hosts, and one of the paths if there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions<'a> {
    /// Exact names or patterns.
    pub hosts: &'a BTreeSet<String>,
    /// Patterns; none: every path.
    pub paths: &'a BTreeSet<String>,
}

/// Why a rule can't have these conditions; `None` if it can.
#[must_use]
pub fn refuse(of: Conditions<'_>) -> Option<String> {
    let values = of.hosts.len() + of.paths.len();
    let mut classes = of.hosts.iter().map(|h| class(h));
    if of.hosts.is_empty() {
        return Some("a listener rule needs a host".into());
    }
    if values > VALUES_PER_RULE {
        return Some(format!(
            "a listener rule takes {VALUES_PER_RULE} hosts and paths together, not {values}"
        ));
    }
    let wildcards =
        of.hosts.iter().chain(of.paths).map(|value| value.matches(['*', '?']).count()).sum::<usize>();
    if wildcards > WILDCARDS_PER_RULE {
        let values: Vec<&str> = of.hosts.iter().chain(of.paths).map(String::as_str).collect();
        return Some(format!(
            "{} have {wildcards} wildcards, and a listener rule takes {WILDCARDS_PER_RULE}",
            values.join(", ")
        ));
    }
    let first = classes.next();
    if classes.any(|c| Some(c) != first) {
        let hosts = of.hosts.iter().cloned().collect::<Vec<_>>().join(", ");
        return Some(format!("{hosts} are not equally specific and can't share a listener rule"));
    }
    None
}

/// Splits hosts and paths into rules: hosts of one class each, [`VALUES_PER_RULE`] at most, as few rules as can be.
///
/// Keeps the order within a class, so a host or path that is appended disturbs the last rules only.
#[must_use]
pub fn split(hosts: &[String], paths: &[String]) -> Vec<(BTreeSet<String>, BTreeSet<String>)> {
    let mut classes: Vec<(Option<u16>, Vec<&String>)> = vec![];
    for host in hosts {
        let class = class(host);
        match classes.iter_mut().find(|(c, _)| *c == class) {
            Some((_, of_class)) => of_class.push(host),
            None => classes.push((class, vec![host])),
        }
    }
    let mut rules = vec![];
    for (_, hosts) in classes {
        let per_rule = paths_per_rule(hosts.len(), paths.len());
        for some_hosts in hosts.chunks(VALUES_PER_RULE - per_rule) {
            let some_hosts: BTreeSet<String> = some_hosts.iter().copied().cloned().collect();
            if paths.is_empty() {
                rules.push((some_hosts, BTreeSet::new()));
                continue;
            }
            rules.extend(paths.chunks(per_rule).map(|p| (some_hosts.clone(), p.iter().cloned().collect())));
        }
    }
    rules
}

/// Every host has to meet every path: the division of a rule's values that needs the fewest rules.
fn paths_per_rule(hosts: usize, paths: usize) -> usize {
    let rules = |per_rule: usize| hosts.div_ceil(VALUES_PER_RULE - per_rule) * paths.div_ceil(per_rule);
    if paths == 0 { 0 } else { (1..VALUES_PER_RULE).min_by_key(|p| rules(*p)).unwrap_or(1) }
}

/// None for an exact host, else the wildcard's length. Hosts of one class may share a rule.
fn class(host: &str) -> Option<u16> {
    is_wildcard(host).then(|| specificity(host).min(LENGTHS - 1))
}

/// The numbers of the rule's class.
#[must_use]
pub fn band(of: Conditions<'_>) -> RangeInclusive<u16> {
    let shortest = |of: &BTreeSet<String>| of.iter().map(|p| specificity(p)).min();
    let path = shortest(of.paths).map(|length| length.min(LENGTHS - 1));
    let wildcard = of.hosts.iter().filter_map(|h| class(h)).min();
    let (start, slots) = match (wildcard, path) {
        (None, Some(path)) => (FIRST + (LENGTHS - 1 - path) * PATHS, PATHS),
        (None, None) => (EXACT, WILDCARD - EXACT),
        (Some(host), path) => {
            let start = WILDCARD + (LENGTHS - 1 - host) * WILDCARDS;
            match path.and_then(|path| (0..).zip(PATH_LENGTHS).find(|(_, bound)| path >= *bound)) {
                Some((class, _)) => (start + class * WILDCARD_PATHS, WILDCARD_PATHS),
                None => (start + PATH_CLASSES * WILDCARD_PATHS, WILDCARDS - PATH_CLASSES * WILDCARD_PATHS),
            }
        }
    };
    start..=start + slots - 1
}

/// All numbers that the rule may get, best first: its band from the hashed slot on and round, then, for a band that is
/// full, the numbers behind it and the ones before it. Those in `reserved` (first and last) are left out.
pub fn slots<'a>(of: Conditions<'_>, reserved: &'a [(u16, u16)]) -> impl Iterator<Item = u16> + use<'a> {
    let (start, end) = band(of).into_inner();
    let first = of.hosts.iter().map(|h| h.to_ascii_lowercase()).min().unwrap_or_default();
    let begin = start + hash(&first, end - start + 1);
    (begin..=end)
        .chain(start..begin)
        .chain(end + 1..=LAST)
        .chain((FIRST..start).rev())
        .filter(|number| !is_reserved(*number, reserved))
}

/// A number below `size`, the same in every process.
fn hash(text: &str, size: u16) -> u16 {
    let digits = names::digest(&[text], 8);
    let number = u32::from_str_radix(&digits, 16).expect("hexadecimal digits");
    u16::try_from(number % u32::from(size)).expect("less than the size")
}

/// Whether operators keep that number for themselves.
#[must_use]
pub fn is_reserved(number: u16, reserved: &[(u16, u16)]) -> bool {
    reserved.iter().any(|(first, last)| (*first..=*last).contains(&number))
}

#[cfg(test)]
#[path = "priority_tests.rs"]
mod tests;
