//! What a rule may collide with: the rules that others have on the same listener. Pure.

use super::pattern::{covers_host, paths_meet, same_host};
use super::priority::{self, Conditions, is_reserved};
use super::rules::SeenRule;

/// A listener's rules as one owner sees them.
///
/// Rules of the same owner never conflict: they all lead to the same target group. Rules that carry no owner at all are
/// the operators'; inside the reserved bands they may match whatever they like.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours<'a> {
    /// Who asks: the value of the tag `paas:owner`.
    pub owner: &'a str,
    /// The priorities that operators keep for themselves, first and last.
    pub reserved: &'a [(u16, u16)],
    /// All rules of the listener, ours too.
    pub seen: &'a [SeenRule],
}

impl<'a> Neighbours<'a> {
    /// Why these hosts and paths can't be ours: someone else's rule has one of the hosts, letter for letter, with no
    /// paths or paths that meet ours. A wildcard over someone's exact host is no conflict, nor the other way round.
    #[must_use]
    pub fn taken(&self, of: Conditions<'_>) -> Option<String> {
        self.claims(of).next().map(|(rule, host)| already(rule, host))
    }

    /// As [`taken`](Self::taken), but only by a rule that is asked before `priority`, so that ours never matches.
    ///
    /// Two tenants that claim one host at the same moment can't see each other beforehand. Afterwards both can, and of
    /// the two it is the one whose rule comes later that has lost.
    #[must_use]
    pub fn overtaken(&self, priority: u16, of: Conditions<'_>) -> Option<String> {
        self.claims(of).find(|(rule, _)| rule.priority < priority).map(|(rule, host)| already(rule, host))
    }

    /// Why a rule of ours with these conditions can't stand at `priority`: reserved, taken, before someone's more
    /// specific rule that it would shadow, or behind someone's wildcard that would shadow it.
    #[must_use]
    pub fn misplaced(&self, priority: u16, of: Conditions<'_>) -> Option<String> {
        if !priority::VALID.contains(&priority) {
            let (first, last) = (priority::VALID.start(), priority::VALID.end());
            return Some(format!("priority {priority} is not between {first} and {last}"));
        }
        if let Some((first, last)) = self.reserved.iter().find(|band| is_reserved(priority, &[**band])) {
            return Some(format!("priority {priority} lies in the reserved band {first} to {last}"));
        }
        if let Some(rule) = self.at(priority) {
            return Some(format!("priority {priority} is taken by {} ({})", rule.holder(), rule.arn));
        }
        let (after, before) = (self.last_shadowed(of), self.first_shadowing(of));
        if let Some((rule, host, theirs)) = after.filter(|(rule, ..)| rule.priority > priority) {
            return Some(format!(
                "priority {priority} would put {host} before {theirs} of {}, which has priority {}",
                rule.holder(),
                rule.priority
            ));
        }
        let (rule, host, theirs) = before.filter(|(rule, ..)| rule.priority < priority)?;
        Some(format!(
            "priority {priority} would put {host} behind {theirs} of {}, which has priority {} and takes all its requests",
            rule.holder(),
            rule.priority
        ))
    }

    /// The number for a rule of ours that has none set: the first of its [slots](priority::slots) that is free and in
    /// the right place.
    ///
    /// # Errors
    /// A text that says what is in the way, when there is none.
    pub fn allocate(&self, of: Conditions<'_>) -> Result<u16, String> {
        let after = self.last_shadowed(of).map_or(0, |(rule, ..)| rule.priority);
        let before = self.first_shadowing(of);
        let end = before.map_or(u16::MAX, |(rule, ..)| rule.priority);
        let free = |number: &u16| after < *number && *number < end && self.at(*number).is_none();
        priority::slots(of, self.reserved).find(free).ok_or_else(|| match before {
            Some((rule, host, theirs)) => format!(
                "no priority is free for {host}: it would have to come before {theirs} of {}, which has priority {end}; \
                 set a `priority`, or have that one moved",
                rule.holder()
            ),
            None => "no listener-rule priority is free; set a `priority` or shrink `reserved_priorities`".into(),
        })
    }

    /// The rule with that number, whoever holds it.
    #[must_use]
    pub fn at(&self, priority: u16) -> Option<&'a SeenRule> {
        self.seen.iter().find(|rule| rule.priority == priority)
    }

    fn claims<'b>(&self, of: Conditions<'b>) -> impl Iterator<Item = (&'a SeenRule, &'b str)> {
        self.others().filter(move |rule| meet(of, rule.conditions())).filter_map(move |rule| {
            let host =
                of.hosts.iter().find(|mine| rule.hosts.iter().any(|theirs| same_host(mine, theirs)))?;
            Some((rule, host.as_str()))
        })
    }

    /// Of the others' rules that ours would shadow, the one with the highest number; and the two hosts.
    fn last_shadowed<'b>(&self, of: Conditions<'b>) -> Option<(&'a SeenRule, &'b str, &'a str)> {
        self.tenants()
            .filter(|rule| meet(of, rule.conditions()))
            .filter_map(|rule| {
                let (mine, theirs) = pair(of, rule, covers_host)?;
                Some((rule, mine, theirs))
            })
            .max_by_key(|(rule, ..)| rule.priority)
    }

    /// Of the others' rules that would shadow ours, the one with the lowest number; and the two hosts.
    fn first_shadowing<'b>(&self, of: Conditions<'b>) -> Option<(&'a SeenRule, &'b str, &'a str)> {
        self.tenants()
            .filter(|rule| meet(of, rule.conditions()))
            .filter_map(|rule| {
                let (mine, theirs) = pair(of, rule, |mine, theirs| covers_host(theirs, mine))?;
                Some((rule, mine, theirs))
            })
            .min_by_key(|(rule, ..)| rule.priority)
    }

    /// Everyone else's rules but the operators' own.
    fn others(&self) -> impl Iterator<Item = &'a SeenRule> {
        let Self { owner, reserved, seen } = *self;
        seen.iter().filter(move |rule| match rule.owner() {
            Some(theirs) => theirs != owner,
            None => !is_reserved(rule.priority, reserved),
        })
    }

    fn tenants(&self) -> impl Iterator<Item = &'a SeenRule> {
        self.others().filter(|rule| rule.owner().is_some())
    }
}

fn already(rule: &SeenRule, host: &str) -> String {
    match rule.owner() {
        Some(_) => format!(
            "host {host} already belongs to {} (listener rule with priority {})",
            rule.holder(),
            rule.priority
        ),
        None => format!("host {host} is already in {} (priority {})", rule.holder(), rule.priority),
    }
}

/// Whether a request of one host could match the paths of both.
fn meet(a: Conditions<'_>, b: Conditions<'_>) -> bool {
    a.paths.is_empty()
        || b.paths.is_empty()
        || a.paths.iter().any(|x| b.paths.iter().any(|y| paths_meet(x, y)))
}

fn pair<'a, 'b>(
    of: Conditions<'b>,
    rule: &'a SeenRule,
    holds: impl Fn(&str, &str) -> bool,
) -> Option<(&'b str, &'a str)> {
    of.hosts.iter().find_map(|mine| {
        let theirs = rule.hosts.iter().find(|theirs| holds(mine, theirs))?;
        Some((mine.as_str(), theirs.as_str()))
    })
}

#[cfg(test)]
#[path = "conflicts_tests.rs"]
mod tests;
