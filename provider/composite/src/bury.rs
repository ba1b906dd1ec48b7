//! The deleting half of an apply: dependants first, as many at once as may be.

use crate::calls::{Calls, Failed};
use crate::walk::{Event, Walk};
use crate::{Call, Error, Object, Record, Staying};

impl<W: Send + Sync> Walk<'_, W> {
    /// Starts the deletions that are due: those a replacement waits for, and all but the spared once every child is ready.
    pub(crate) fn bury(&mut self) {
        if self.all_ready() {
            let dead = self.ledger.dead.iter().map(Record::object);
            self.urgent = dead.filter(|dead| !self.is_spared(dead)).collect();
        } else {
            self.doom();
        }
        let due: Vec<Record> = self
            .ledger
            .dead
            .iter()
            .rev()
            .filter(|dead| self.urgent.contains(&dead.object()))
            .cloned()
            .collect();
        for record in &due {
            let object = record.object();
            if !self.is_halted()
                && self.has_room()
                && !self.deleting.contains(&object)
                && !self.ledger.is_needed(&object)
            {
                self.delete(record.clone());
            }
        }
        // Needs have no cycles, but a ledger comes from outside: better a refused deletion than an apply that ends silently.
        if let (true, false, Some(record)) =
            (self.in_flight.is_empty(), self.is_halted(), due.into_iter().next())
        {
            self.delete(record);
        }
    }

    /// What needs an object that must go has to go as well, unless it is in work: then it is about to let go, or to go.
    fn doom(&mut self) {
        let holds_on = |walk: &Self, record: &Record| {
            record.needs.iter().any(|need| walk.urgent.contains(need))
                && !walk.urgent.contains(&record.object())
        };
        loop {
            let live = &self.ledger.live;
            if let Some(at) = live.iter().position(|live| holds_on(self, live) && self.is_waiting(&live.key))
            {
                self.urgent.insert(self.ledger.live[at].object());
                self.retire(at);
            } else if let Some(dead) = self.ledger.dead.iter().find(|dead| holds_on(self, dead)) {
                self.urgent.insert(dead.object());
            } else {
                break;
            }
        }
    }

    fn delete(&mut self, record: Record) {
        let (run, object) = (self.run, record.object());
        let Some(kind) = run.catalogue.get(&record.kind) else {
            return self.failed(unknown_kind(&record, Call::Delete));
        };
        self.untouched.remove(&object);
        self.deleting.insert(object.clone());
        let may_stay = self.may_stay(&record);
        self.in_flight.push(Box::pin(async move {
            let gone = Calls::new(&run, &record.key, kind, &[]).leaving(may_stay).delete(&record.id).await;
            Event::Deleted { object, gone }
        }));
    }

    pub(crate) fn deleted(&mut self, object: &Object, gone: Result<(), Failed>) {
        self.deleting.remove(object);
        self.urgent.remove(object);
        let at = self
            .ledger
            .dead
            .iter()
            .position(|dead| dead.is(object))
            .expect("it stays in the ledger until gone");
        match gone {
            Ok(()) => {
                self.ledger.dead.remove(at);
                self.spared.remove(object);
                self.staying.retain(|stays| !(stays.kind == object.kind && stays.id == object.id));
            }
            Err(failed) => {
                if failed.error.is_refused() {
                    self.untouched.insert(object.clone());
                }
                let dead = &self.ledger.dead[at];
                if failed.error.is_in_use() && self.may_stay(dead) {
                    let stays = Staying::of(dead, failed.error.to_string());
                    return self.spare([stays]);
                }
                self.failed(failed.of(&dead.key, &dead.kind, Some(&dead.id)));
            }
        }
    }
}

/// A record of a kind that this version doesn't have.
pub(crate) fn unknown_kind(record: &Record, step: Call) -> crate::Failure {
    let text = format!("its kind {:?} is unknown: another version made it, use that one", record.kind);
    Failed { step, error: Error::message(text) }.of(&record.key, &record.kind, Some(&record.id))
}
