//! A fourth walk, for a composite whose ledger is elsewhere or lost: finds its children and reads them, changes nothing.

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use crate::calls::{Calls, Failed, Found, wired};
use crate::deps::Outs;
use crate::kind::Spec;
use crate::{Diff, Failure, Graph, Kind, Ledger, Record, Refreshed, Run};

/// Writes the ledger of what is there of `graph`, [`Run::parallel`] children at once.
///
/// A child that is not there has no record, and neither has one that depends on it: the next plan makes them. Of a child
/// that is there twice, because a replacement broke off, one object is live and the others are dead.
pub async fn import<W: Send + Sync>(graph: &Graph<'_, W>, run: Run<'_, W>) -> Refreshed {
    let mut walk = Walk {
        graph,
        run,
        outs: graph.outs(),
        started: vec![false; graph.nodes.len()],
        in_flight: FuturesUnordered::new(),
    };
    let (mut ledger, mut failures) = (Ledger::default(), Vec::<Failure>::new());
    let mut cancelled = false;
    loop {
        if failures.is_empty() && !run.cancel.is_cancelled() {
            failures.extend(walk.start().err());
        }
        let Some((at, found)) = walk.in_flight.next().await else { break };
        let child = graph.at(at);
        match found {
            Ok(found) => {
                walk.outs.0[at] = found.first().and_then(|live| child.kind.out(&live.out));
                let needs = graph.possible_needs(at, &ledger);
                let (key, kind) = (&child.key, child.kind.name());
                let mut records = found.into_iter().map(|Found { id, saw, out }| Record {
                    key: key.clone(),
                    kind: kind.to_owned(),
                    id,
                    saw,
                    out: Some(out),
                    needs: needs.clone(),
                });
                ledger.live.extend(records.next());
                ledger.dead.extend(records);
            }
            Err(failed) if failed.error.is_cancelled() => cancelled = true,
            Err(failed) => failures.push(failed.of(&child.key, child.kind.name(), None)),
        }
    }
    ledger.live.sort_by_key(|record| graph.find(&record.key));
    Refreshed { ledger, failures, cancelled: cancelled || run.cancel.is_cancelled() }
}

struct Walk<'r, W: 'static> {
    graph: &'r Graph<'r, W>,
    run: Run<'r, W>,
    outs: Outs,
    started: Vec<bool>,
    in_flight: FuturesUnordered<BoxFuture<'r, Look>>,
}

/// What became of the look for the child at a node: its objects, the one that is of use first.
type Look = (usize, Result<Vec<Found>, Failed>);

impl<W: Send + Sync> Walk<'_, W> {
    /// Looks for every child whose spec is known by now.
    fn start(&mut self) -> Result<(), Failure> {
        for (at, child) in self.graph.children() {
            if self.started[at] || self.in_flight.len() >= self.run.parallel.max(1) {
                continue;
            }
            let want = wired(|| {
                self.graph.settle(&mut self.outs);
                (child.spec)(&self.outs)
            });
            let Some(want) = want.map_err(|failed| failed.of(&child.key, child.kind.name(), None))? else {
                continue;
            };
            self.started[at] = true;
            let run = self.run;
            self.in_flight
                .push(Box::pin(async move { (at, all(run, &child.key, child.kind, want.as_ref()).await) }));
        }
        Ok(())
    }
}

/// Looks until nothing more is found.
async fn all<W: Send + Sync>(
    run: Run<'_, W>,
    key: &str,
    kind: &'static Kind<W>,
    want: &dyn Spec<W>,
) -> Result<Vec<Found>, Failed> {
    let (mut all, mut seen) = (Vec::<Found>::new(), Vec::new());
    while let Some(found) = Calls::new(&run, key, kind, &seen).locate(want).await? {
        seen.push(found.id.clone());
        all.push(found);
    }
    all.sort_by_key(|found| matches!(want.diff(&found.saw), Some(Diff::Replace(_))));
    Ok(all)
}
