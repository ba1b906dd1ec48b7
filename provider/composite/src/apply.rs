//! The second walk: makes what is declared, then buries what is not. Destroy is the apply of no graph.

use indexmap::IndexMap;

use crate::calls::wired;
use crate::walk::Walk;
use crate::{Failure, Graph, Json, Ledger, Run, Staying};

/// How far an apply came.
#[derive(Debug)]
pub struct Applied {
    /// What exists now, whatever happened.
    pub ledger: Ledger,
    /// The exports that are known.
    pub exports: IndexMap<String, Json>,
    /// What went wrong. More than one, when several children were in work at once.
    pub failures: Vec<Failure>,
    /// What was to go and stays, since others use it.
    pub staying: Vec<Staying>,
    /// Was the run cancelled before all was done?
    pub cancelled: bool,
    /// How many of the declared children are as wanted; on destroy, how many of the objects are gone.
    pub ready: usize,
    /// Of how many.
    pub total: usize,
}

impl Applied {
    /// Is everything as declared?
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.failures.is_empty() && self.staying.is_empty() && !self.cancelled
    }
}

/// Brings the cloud in line with `graph`, or deletes everything if there is none.
///
/// Never fails: it says how far it came, and the ledger holds all that exists. Children run as soon as what they depend
/// on is ready, [`Run::parallel`] at once. What is declared no more and used by others is left to them. After a failure
/// nothing new starts and what is in work is finished; after a cancellation every child stops at its next safe point.
pub async fn apply<W: Send + Sync>(graph: Option<&Graph<'_, W>>, ledger: Ledger, run: Run<'_, W>) -> Applied {
    let nothing = Graph::new();
    let mut walk = Walk::new(graph.unwrap_or(&nothing), ledger, run);
    walk.destroys = graph.is_none();
    let before = walk.objects();
    walk.walk().await;

    let (ready, total) = if graph.is_some() { walk.readiness() } else { (before - walk.objects(), before) };
    let cancelled = walk.was_cancelled();
    let (ledger, mut failures, staying) = walk.finish();
    let exports = wired(|| graph.unwrap_or(&nothing).exports(&ledger)).unwrap_or_else(|failed| {
        failures.push(failed.of("exports", "", None));
        IndexMap::new()
    });
    Applied { ledger, exports, failures, staying, cancelled, ready, total }
}
