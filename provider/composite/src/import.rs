//! A fourth walk, for a composite whose ledger is elsewhere or lost: finds its children and reads them, changes nothing.

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use crate::calls::{Calls, Failed, Found, wired};
use crate::{Failure, Graph, Ledger, Outs, Record, Refreshed, Run};

/// Writes the ledger of what is there of `graph`, [`Run::parallel`] children at once.
///
/// A child that is not there has no record, and neither has one that depends on it: the next plan makes them.
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
            Ok(None) => {}
            Ok(Some(Found { id, saw, out })) => {
                walk.outs.0[at] = child.kind.out(&out);
                let needs = graph.needs(at, &ledger);
                let (key, kind) = (child.key.clone(), child.kind.name().to_owned());
                ledger.live.push(Record { key, kind, id, saw, out: Some(out), needs });
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

/// What became of the look for the child at a node.
type Look = (usize, Result<Option<Found>, Failed>);

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
            self.in_flight.push(Box::pin(async move {
                (at, Calls::new(&run, &child.key, child.kind, &[]).locate(want.as_ref()).await)
            }));
        }
        Ok(())
    }
}
