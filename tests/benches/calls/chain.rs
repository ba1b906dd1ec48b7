//! The critical path of an apply: the longest chain of calls that wait for each other.
//!
//! The provider's log says which call was made for which child and when; the ledger says which child needs which. Calls
//! of one child that overlap count once. A chain is the calls before the first child, then those of one child after the
//! other along the needs: with endless parallelism and no work but AWS's, the apply takes as long as the longest chain.

use composite::{Ledger, Record};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Times in the log are those of writing it: a little late.
const LATE: Duration = Duration::from_millis(5);

/// Which calls a chain is made of.
#[derive(Clone, Copy, PartialEq)]
pub enum Which {
    /// All that were made.
    All,
    /// Those that change something: no provider can do without them.
    Writes,
}

/// The longest chain: children, and how many of its calls each made one after the other.
#[derive(Clone, Default)]
pub struct Chain(Vec<(String, u32)>);

impl Chain {
    /// Of the apply that `log` tells of, with `latency` in every call; `ledger` is what the provider remembers afterwards.
    pub fn longest(log: &str, ledger: &Ledger, latency: Duration, which: Which) -> Self {
        let mut calls: BTreeMap<Option<String>, Vec<Call>> = BTreeMap::new();
        for call in log.lines().filter_map(|line| Call::parse(line, latency, which)) {
            calls.entry(call.child.clone()).or_default().push(call);
        }
        let depths: BTreeMap<_, _> = calls.into_iter().map(|(child, calls)| (child, depth(calls))).collect();
        let records = &ledger.live;
        let mut to: BTreeMap<String, Self> = BTreeMap::new();
        while to.len() < records.len() {
            let before = to.len();
            for record in records {
                let key = record.key.clone();
                let needs = needs(record, records);
                if !to.contains_key(&key) && needs.iter().all(|need| to.contains_key(need)) {
                    let mut chain =
                        needs.iter().map(|need| to[need].clone()).max_by_key(Self::calls).unwrap_or_default();
                    let own = depths.get(&Some(key.clone())).copied().unwrap_or_default();
                    chain.0.push((key.clone(), own));
                    to.insert(key, chain);
                }
            }
            assert!(to.len() > before, "needs have no cycle");
        }
        let mut whole = to.into_values().max_by_key(Self::calls).unwrap_or_default();
        whole.0.insert(0, ("plan and claim".into(), depths.get(&None).copied().unwrap_or_default()));
        whole
    }

    /// How many calls it has.
    pub fn calls(&self) -> u32 {
        self.0.iter().map(|(_, calls)| calls).sum()
    }

    /// How long it takes where each call takes `latency`.
    pub fn takes(&self, latency: Duration) -> Duration {
        latency * self.calls()
    }

    /// `vpc 3, public_subnet.eu-west-1a 2, …`
    pub fn text(&self) -> String {
        let parts: Vec<String> = self.0.iter().map(|(child, calls)| format!("{child} {calls}")).collect();
        parts.join(", ")
    }
}

/// One call: for which child (none: before all of them), and when.
struct Call {
    child: Option<String>,
    begin: OffsetDateTime,
    end: OffsetDateTime,
}

impl Call {
    /// A line of the log that tells of a call, or of a wait for a call that was made for several children at once.
    fn parse(line: &str, latency: Duration, which: Which) -> Option<Self> {
        let line: Value = serde_json::from_str(line).ok()?;
        let is_write = || {
            let operation = line["operation"].as_str().unwrap_or_default();
            !["Describe", "Get", "List"].iter().any(|verb| operation.starts_with(verb))
        };
        let counts = match line["@message"].as_str()? {
            // Of a call for several, each of them tells for itself.
            "called" => line["batch"] != true && (which == Which::All || is_write()),
            "read together" => which == Which::All,
            _ => false,
        };
        let end = OffsetDateTime::parse(line["@timestamp"].as_str()?, &Rfc3339).ok().filter(|_| counts)?;
        // Pages are noted when they are there, as if they took no time.
        let took = Duration::from_millis(line["milliseconds"].as_u64()?).max(latency);
        Some(Self { child: line["key"].as_str().map(str::to_owned), begin: end - took, end })
    }
}

/// How many of the calls came one after the other: the most that don't overlap.
fn depth(mut calls: Vec<Call>) -> u32 {
    calls.sort_by_key(|call| call.end);
    let mut last: Option<OffsetDateTime> = None;
    let mut count = 0;
    for call in calls {
        if last.is_none_or(|last| call.begin + LATE >= last) {
            last = Some(call.end);
            count += 1;
        }
    }
    count
}

/// The keys of the children that a child needs.
fn needs(record: &Record, all: &[Record]) -> Vec<String> {
    let holders = record.needs.iter().filter_map(|need| all.iter().find(|other| other.object() == *need));
    holders.map(|other| other.key.clone()).collect()
}
