//! The third walk: what became of what we know? Reads every child, changes nothing.

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream;

use crate::bury::unknown_kind;
use crate::calls::Calls;
use crate::{Call, Failure, Ledger, Record, Run};

/// What was seen.
#[derive(Debug)]
pub struct Refreshed {
    /// What is there, as it is there. What could not be read stays as it was.
    pub ledger: Ledger,
    /// What could not be read.
    pub failures: Vec<Failure>,
    /// Was the run cancelled before all was read?
    pub cancelled: bool,
}

/// Reads every live object, [`Run::parallel`] at once. The record of one that is gone goes too, so that the next plan
/// makes it anew. Half-made and dead ones are the next apply's matter and stay.
pub async fn refresh<W: Send + Sync>(ledger: Ledger, run: Run<'_, W>) -> Refreshed {
    let reads: Vec<BoxFuture<'_, Read>> =
        ledger.live.into_iter().map(|record| Box::pin(read(record, run)) as _).collect();
    let reads: Vec<Read> = stream::iter(reads).buffered(run.parallel.max(1)).collect().await;
    let mut refreshed = Refreshed {
        ledger: Ledger { live: Vec::new(), dead: ledger.dead },
        failures: Vec::new(),
        cancelled: false,
    };
    for read in reads {
        refreshed.ledger.live.extend(read.record);
        refreshed.cancelled |= read.cancelled;
        refreshed.failures.extend(read.failure);
    }
    refreshed
}

#[derive(Default)]
struct Read {
    record: Option<Record>,
    failure: Option<Failure>,
    cancelled: bool,
}

async fn read<W: Send + Sync>(record: Record, run: Run<'_, W>) -> Read {
    if run.cancel.is_cancelled() {
        return Read { record: Some(record), cancelled: true, ..Read::default() };
    }
    let Some(kind) = run.catalogue.get(&record.kind) else {
        let failure = unknown_kind(&record, Call::Read);
        return Read { record: Some(record), failure: Some(failure), ..Read::default() };
    };
    if record.out.is_none() {
        return Read { record: Some(record), ..Read::default() };
    }
    match Calls::new(&run, &record.key, kind, &[]).read(&record.id).await {
        Ok(None) => Read::default(),
        Ok(Some((saw, out))) => {
            Read { record: Some(Record { saw, out: Some(out), ..record }), ..Read::default() }
        }
        Err(failed) if failed.error.is_cancelled() => {
            Read { record: Some(record), cancelled: true, ..Read::default() }
        }
        Err(failed) => {
            let failure = failed.of(&record.key, &record.kind, Some(&record.id));
            Read { record: Some(record), failure: Some(failure), cancelled: false }
        }
    }
}
