//! The keys of a tenant's listener rules.
//!
//! How hosts and paths are spread over rules is ELBv2's business; here each rule gets a key that stays the same while
//! hosts are only added at the end, so that a plan shows what changes and nothing else.

use paas_aws::elbv2::{Conditions, pattern, priority};
use std::collections::{BTreeMap, BTreeSet};

/// The conditions of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// `listener_rule` for exact hosts, `listener_rule.wildcard13` for wildcards with 13 literal characters; then
    /// `.2` and so on.
    pub key: String,
    /// Hosts of one specificity.
    pub hosts: BTreeSet<String>,
    /// Paths; none means all.
    pub paths: BTreeSet<String>,
}

impl Part {
    /// For checks against others' rules.
    #[must_use]
    pub fn conditions(&self) -> Conditions<'_> {
        Conditions { hosts: &self.hosts, paths: &self.paths }
    }
}

/// The rules for `hosts` and `paths`.
#[must_use]
pub fn parts(hosts: &[String], paths: &[String]) -> Vec<Part> {
    let mut counts = BTreeMap::<String, usize>::new();
    priority::split(hosts, paths)
        .into_iter()
        .map(|(hosts, paths)| {
            let class = class(&hosts);
            let n = counts.entry(class.clone()).and_modify(|n| *n += 1).or_insert(1);
            let key = if *n == 1 { class } else { format!("{class}.{n}") };
            Part { key, hosts, paths }
        })
        .collect()
}

fn class(hosts: &BTreeSet<String>) -> String {
    match hosts.first().filter(|host| pattern::is_wildcard(host)) {
        Some(host) => format!("listener_rule.wildcard{}", pattern::specificity(host)),
        None => "listener_rule".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(items: &[&str]) -> Vec<String> {
        items.iter().map(|s| (*s).to_owned()).collect()
    }

    fn keys(hosts: &[&str]) -> Vec<String> {
        parts(&owned(hosts), &[]).into_iter().map(|part| part.key).collect()
    }

    #[test]
    fn a_host_added_at_the_end_leaves_the_other_rules_alone() {
        let mut hosts: Vec<String> = (0..7).map(|i| format!("h{i}.example.com")).collect();
        let before = parts(&hosts, &[]);
        hosts.push("h7.example.com".into());
        let after = parts(&hosts, &[]);
        assert_eq!(before[0], after[0]);
        assert_eq!(before[1].key, after[1].key);
        assert_eq!(after.len(), 2);
    }

    #[test]
    fn rules_are_named_after_their_class() {
        assert_eq!(
            keys(&["shop.example.com", "*.shop.example.com"]),
            ["listener_rule", "listener_rule.wildcard17"]
        );
        assert_eq!(
            keys(&["*.shop.example.com", "shop.example.com"]),
            ["listener_rule.wildcard17", "listener_rule"]
        );
    }
}
