//! The first walk: what would an apply do? Pure and deterministic, so it is tested with tables.

use std::collections::BTreeSet;
use std::fmt;

use indexmap::IndexMap;

use crate::deps::Outs;
use crate::graph::Declaration;
use crate::verdict::{Verdict, judge};
use crate::{Graph, Json, Ledger, Object, Order, Record};

/// What an apply would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The declared children in order, then what is to be deleted, dependants first. A key appears twice when an old
    /// object of that child is still to be deleted.
    pub steps: Vec<Step>,
    /// The exports; `None` is known at apply.
    pub exports: IndexMap<String, Option<Json>>,
    /// `false`: which children there will be isn't known either.
    pub keys_known: bool,
}

/// What an apply would do with one child.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The child's key.
    pub key: String,
    /// [`Child::KIND`](crate::Child::KIND).
    pub kind: String,
    /// What would happen.
    pub action: Action,
    /// The wanted spec; `None` is known at apply, or nothing is wanted.
    pub want: Option<Json>,
    /// The spec as last seen, if there is an object.
    pub saw: Option<Json>,
}

/// What would happen to a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made, or found.
    Create,
    /// It isn't touched: no call at all.
    Keep,
    /// It is changed in place, or finished.
    Update,
    /// A new object takes its place. Names the field that can't change in place, `kind` when the key now means another
    /// kind of child, or `dependency` when it needs an object that has to go first.
    Replace(&'static str),
    /// Kept, updated or replaced, depending on what is known at apply.
    Unsure,
    /// It is deleted.
    Delete,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Create => f.pad("create"),
            Action::Keep => f.pad("keep"),
            Action::Update => f.pad("update"),
            Action::Replace(why) => f.pad(&format!("replace ({why})")),
            Action::Unsure => f.pad("unsure"),
            Action::Delete => f.pad("delete"),
        }
    }
}

impl Plan {
    /// Would an apply do anything?
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.keys_known || self.steps.iter().any(|step| step.action != Action::Keep)
    }

    /// The specs by key after the apply, as [`Ledger::children`] will show them; `None` is known at apply. Says nothing
    /// unless [`keys_known`](Plan::keys_known).
    #[must_use]
    pub fn children(&self) -> IndexMap<String, Option<Json>> {
        let declared = self.steps.iter().filter(|step| step.action != Action::Delete);
        declared
            .map(|step| {
                // A kept child isn't touched, so it goes on looking as it was seen, even where `diff` is lenient.
                let shown = if step.action == Action::Keep { &step.saw } else { &step.want };
                (step.key.clone(), shown.clone())
            })
            .collect()
    }
}

/// Says what an [`apply`](crate::apply) of `graph` would do, given what `ledger` remembers.
#[must_use]
pub fn plan<W>(graph: &Graph<'_, W>, ledger: &Ledger) -> Plan {
    let mut doomed = BTreeSet::new();
    let (mut steps, outs) = loop {
        let pass = pass(graph, ledger, &doomed);
        let more = ledger.dependants(pass.first_to_go);
        if more.is_subset(&doomed) {
            break (pass.steps, pass.outs);
        }
        doomed.extend(more);
    };
    let undeclared = ledger.live.iter().rev().filter(|record| graph.find(&record.key).is_none());
    steps.extend(undeclared.chain(ledger.dead.iter().rev()).map(|record| Step {
        key: record.key.clone(),
        kind: record.kind.clone(),
        action: if graph.keys_known { Action::Delete } else { Action::Unsure },
        want: None,
        saw: Some(record.saw.clone()),
    }));
    let exports = graph
        .evaluate_exports(&outs)
        .map(|(name, value)| (name, value.filter(|_| graph.keys_known)))
        .collect();
    Plan { steps, exports, keys_known: graph.keys_known }
}

struct Pass {
    steps: Vec<Step>,
    outs: Outs,
    /// Objects whose replacement begins with their deletion.
    first_to_go: BTreeSet<Object>,
}

fn pass<W>(graph: &Graph<'_, W>, ledger: &Ledger, doomed: &BTreeSet<Object>) -> Pass {
    let mut pass = Pass { steps: Vec::new(), outs: graph.outs(), first_to_go: BTreeSet::new() };
    for (at, child) in graph.children() {
        graph.settle(&mut pass.outs);
        let record = ledger.live.iter().find(|record| record.key == child.key);
        let step = step(child, record, at, &mut pass.outs, doomed);
        if let (Action::Replace(_), Order::DeleteFirst, Some(record)) =
            (step.action, child.kind.replace(), record)
            && record.kind == child.kind.name()
        {
            pass.first_to_go.insert(record.object());
        }
        pass.steps.push(step);
    }
    graph.settle(&mut pass.outs);
    pass
}

fn step<W>(
    child: &Declaration<'_, W>,
    record: Option<&Record>,
    at: usize,
    outs: &mut Outs,
    doomed: &BTreeSet<Object>,
) -> Step {
    let want = (child.spec)(outs);
    let action = match (&want, record) {
        (_, None) => Action::Create,
        (_, Some(record)) if doomed.contains(&record.object()) => Action::Replace("dependency"),
        (None, Some(record)) => {
            if child.steady && record.kind == child.kind.name() {
                outs.0[at] = record.out.as_ref().and_then(|out| child.kind.out(out));
            }
            Action::Unsure
        }
        (Some(want), Some(record)) => match judge(child.kind, want.as_ref(), record) {
            Verdict::Keep(out) => {
                outs.0[at] = Some(out);
                Action::Keep
            }
            Verdict::Update(out) => {
                outs.0[at] = out;
                Action::Update
            }
            Verdict::Resume => Action::Update,
            Verdict::Replace(why) => Action::Replace(why),
        },
    };
    Step {
        key: child.key.clone(),
        kind: child.kind.name().to_owned(),
        action,
        want: want.map(|want| want.json()),
        saw: record.map(|record| record.saw.clone()),
    }
}
