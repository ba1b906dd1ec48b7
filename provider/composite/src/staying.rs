//! What was to go and stays, since others use it. They may be waiting for this very apply to end before they can let go.

use futures::future::BoxFuture;
use futures::{StreamExt, stream};

use crate::bury::unknown_kind;
use crate::calls::Calls;
use crate::walk::Walk;
use crate::{Call, Failure, Id, Object, Record, Run};

/// A child that is declared no more, and whose object others use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staying {
    /// The child's key.
    pub key: String,
    /// [`Child::KIND`](crate::Child::KIND).
    pub kind: String,
    /// The object's id.
    pub id: Id,
    /// Who uses it, as [`Child::users`](crate::Child::users) or a refused deletion says.
    pub users: String,
}

impl Staying {
    pub(crate) fn of(record: &Record, users: String) -> Self {
        let Record { key, kind, id, .. } = record.clone();
        Self { key, kind, id, users }
    }
}

type Answer = Result<Option<Staying>, Failure>;

async fn ask<W: Send + Sync>(record: Record, run: Run<'_, W>) -> Answer {
    let Some(kind) = run.catalogue.get(&record.kind) else {
        return Err(unknown_kind(&record, Call::Delete));
    };
    let users = Calls::new(&run, &record.key, kind, &[]).users(&record.id).await;
    let users = users.map_err(|failed| failed.of(&record.key, &record.kind, Some(&record.id)))?;
    Ok(users.map(|users| Staying::of(&record, users)))
}

impl<W: Send + Sync> Walk<'_, W> {
    /// Asks, before anything is changed, who uses what is declared no more: what serves it can then be kept, too.
    pub(crate) async fn survey(&mut self) {
        let going: Vec<Record> =
            self.ledger.dead.iter().filter(|record| !self.is_declared(record)).cloned().collect();
        let run = self.run;
        let questions: Vec<BoxFuture<'_, Answer>> =
            going.into_iter().map(|record| Box::pin(ask(record, run)) as _).collect();
        let answers: Vec<Answer> = stream::iter(questions).buffered(run.parallel.max(1)).collect().await;
        for answer in answers {
            match answer {
                Ok(stays) => self.spare(stays),
                Err(failure) => self.failed(failure),
            }
        }
    }

    /// May it be left to others who use it? Not where all is to go, and not while a replacement may be waiting for it.
    pub(crate) fn may_stay(&self, record: &Record) -> bool {
        !self.destroys && !self.is_declared(record) && self.all_ready()
    }

    pub(crate) fn is_spared(&self, object: &Object) -> bool {
        self.spared.contains(object)
    }

    /// Leaves objects to those who use them, with all that is to go and hangs together with them: what they need, what
    /// needs them, and so on.
    pub(crate) fn spare(&mut self, stays: impl IntoIterator<Item = Staying>) {
        for stays in stays {
            self.spared.insert(Object { kind: stays.kind.clone(), id: stays.id.clone() });
            self.staying.push(stays);
        }
        loop {
            let (spared, rest): (Vec<&Record>, Vec<&Record>) =
                self.ledger.dead.iter().partition(|dead| self.is_spared(&dead.object()));
            let hangs_on = |record: &Record, other: &Record| record.needs.iter().any(|need| other.is(need));
            let more = rest.into_iter().filter(|record| {
                spared.iter().any(|spared| hangs_on(record, spared) || hangs_on(spared, record))
            });
            let more: Vec<Object> = more.map(Record::object).collect();
            if more.is_empty() {
                break;
            }
            self.spared.extend(more);
        }
    }
}
