//! The driver of an apply. It alone holds the ledger; the children's calls are futures that report back to it, so every
//! step is recorded before the next begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use crate::calls::{Calls, Failed, Made, wired};
use crate::deps::Outs;
use crate::graph::Declaration;
use crate::kind::Spec;
use crate::verdict::{Verdict, judge};
use crate::{Call, Diff, Error, Failure, Graph, Id, Json, Ledger, Object, Order, Record, Run, Staying};

pub(crate) struct Walk<'r, W: 'static> {
    graph: &'r Graph<'r, W>,
    pub(crate) run: Run<'r, W>,
    pub(crate) ledger: Ledger,
    outs: Outs,
    /// By node; derived values stay `Waiting` and are not asked.
    progress: Vec<Progress>,
    /// Dead objects that a replacement waits for.
    pub(crate) urgent: BTreeSet<Object>,
    /// Dead objects whose deletion is in flight.
    pub(crate) deleting: BTreeSet<Object>,
    /// Dead objects that nothing was done to: live before this run, or kept alive by a refusal.
    pub(crate) untouched: BTreeSet<Object>,
    /// Everything goes: then all that others use is waited for.
    pub(crate) destroys: bool,
    /// What others use of what was to go.
    pub(crate) staying: Vec<Staying>,
    /// Their objects, and all that hangs together with them.
    pub(crate) spared: BTreeSet<Object>,
    pub(crate) in_flight: FuturesUnordered<BoxFuture<'r, Event<W>>>,
    failures: Vec<Failure>,
    /// A child stopped at a safe point.
    stopped: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Waiting,
    Running,
    Ready,
}

type Want<W> = Arc<dyn Spec<W>>;

/// What a future reports.
pub(crate) enum Event<W> {
    Inspected { at: usize, want: Want<W>, saw: Result<Option<Json>, Failed> },
    Looked { at: usize, want: Want<W>, found: Result<Option<Made>, Failed> },
    Made { at: usize, want: Want<W>, made: Result<Made, Failed> },
    Synced { at: usize, want: Want<W>, out: Result<Json, Failed> },
    Deleted { object: Object, gone: Result<(), Failed> },
}

impl<'r, W: Send + Sync> Walk<'r, W> {
    pub(crate) fn new(graph: &'r Graph<'r, W>, ledger: Ledger, run: Run<'r, W>) -> Self {
        let mut walk = Self {
            run,
            ledger,
            outs: graph.outs(),
            progress: vec![Progress::Waiting; graph.nodes.len()],
            graph,
            urgent: BTreeSet::new(),
            deleting: BTreeSet::new(),
            untouched: BTreeSet::new(),
            destroys: false,
            staying: Vec::new(),
            spared: BTreeSet::new(),
            in_flight: FuturesUnordered::new(),
            failures: Vec::new(),
            stopped: false,
        };
        // Before anything is looked for, so that a renamed child can't adopt what is about to be buried.
        while let Some(at) = walk.ledger.live.iter().position(|record| graph.find(&record.key).is_none()) {
            walk.retire(at);
        }
        walk
    }

    /// A live object is wanted no more.
    pub(crate) fn retire(&mut self, at: usize) {
        let record = self.ledger.live.remove(at);
        self.untouched.insert(record.object());
        self.ledger.dead.push(record);
    }

    pub(crate) async fn walk(&mut self) {
        if !self.graph.keys_known {
            let error = Error::message("which children there are is not known");
            self.failed(Failed { step: Call::Wire, error }.of("children", "", None));
        }
        if !self.destroys && !self.is_halted() {
            self.survey().await;
        }
        loop {
            if !self.is_halted() {
                self.start_children();
                self.bury();
            }
            let Some(event) = self.in_flight.next().await else { break };
            self.record(event);
        }
    }

    /// How many children are ready, of how many.
    pub(crate) fn readiness(&self) -> (usize, usize) {
        let ready = self.graph.children().filter(|(at, _)| self.progress[*at] == Progress::Ready);
        (ready.count(), self.graph.children().count())
    }

    pub(crate) fn all_ready(&self) -> bool {
        let (ready, total) = self.readiness();
        ready == total
    }

    /// How many objects there are.
    pub(crate) fn objects(&self) -> usize {
        self.ledger.records().count()
    }

    pub(crate) fn was_cancelled(&self) -> bool {
        let done = self.all_ready() && self.ledger.dead.iter().all(|dead| self.is_spared(&dead.object()));
        self.stopped || (self.run.cancel.is_cancelled() && !done)
    }

    pub(crate) fn finish(mut self) -> (Ledger, Vec<Failure>, Vec<Staying>) {
        self.revive();
        self.ledger.live.sort_by_key(|record| self.graph.find(&record.key).unwrap_or(usize::MAX));
        (self.ledger, self.failures, self.staying)
    }

    /// What an apply neither replaced nor began to delete, because it ended early or left it to others, is as alive as
    /// before: who goes back to the old configuration keeps it.
    fn revive(&mut self) {
        let Ledger { live, dead } = &mut self.ledger;
        let alive = |record: &mut Record| {
            self.untouched.contains(&record.object()) && live.iter().all(|other| other.key != record.key)
        };
        let revived: Vec<Record> = dead.extract_if(.., alive).collect();
        live.extend(revived);
    }

    pub(crate) fn has_room(&self) -> bool {
        self.in_flight.len() < self.run.parallel.max(1)
    }

    /// Is it a declared child's?
    pub(crate) fn is_declared(&self, record: &Record) -> bool {
        self.graph.find(&record.key).is_some()
    }

    pub(crate) fn is_waiting(&self, key: &str) -> bool {
        self.graph.find(key).is_some_and(|at| self.progress[at] == Progress::Waiting)
    }

    pub(crate) fn is_halted(&self) -> bool {
        self.stopped || !self.failures.is_empty() || self.run.cancel.is_cancelled()
    }

    // Declared after what it depends on, a child sees in one pass what the kept ones before it gave.
    fn start_children(&mut self) {
        for (at, child) in self.graph.children() {
            if self.is_halted() || !self.has_room() {
                break;
            }
            let ready = child.parents.iter().all(|parent| self.progress[*parent] == Progress::Ready);
            if self.progress[at] == Progress::Waiting && ready {
                self.start(at, child);
            }
        }
    }

    fn start(&mut self, at: usize, child: &'r Declaration<'r, W>) {
        let want = match wired(|| {
            self.graph.settle(&mut self.outs);
            (child.spec)(&self.outs)
        }) {
            Ok(Some(want)) => want,
            Ok(None) => {
                let error = Error::message("depends on a value that is not known");
                return self.fail(at, Failed { step: Call::Wire, error });
            }
            Err(failed) => return self.fail(at, failed),
        };
        let Some(record) = self.ledger.live.iter().position(|record| record.key == child.key) else {
            return self.make(at, child, want);
        };
        match judge(child.kind, want.as_ref(), &self.ledger.live[record]) {
            Verdict::Keep(out) => {
                self.ledger.live[record].needs = self.graph.needs(at, &self.ledger);
                self.outs.0[at] = Some(out);
                self.progress[at] = Progress::Ready;
            }
            Verdict::Update(_) => self.sync(at, want),
            Verdict::Resume => self.inspect(at, want),
            Verdict::Replace(_) => {
                self.retire(record);
                self.make(at, child, want);
            }
        }
    }

    /// Finds or creates. A kind of which two can't exist at once waits until its old object is gone.
    fn make(&mut self, at: usize, child: &'r Declaration<'r, W>, want: Want<W>) {
        let dead = || self.ledger.dead.iter().filter(|dead| dead.kind == child.kind.name());
        let not: Vec<Id> = dead().map(|dead| dead.id.clone()).collect();
        if child.kind.replace() == Order::DeleteFirst {
            let in_the_way: Vec<_> =
                dead().filter(|dead| dead.key == child.key).map(Record::object).collect();
            if in_the_way.iter().any(|object| self.may_have_come_back(object)) {
                return self.look(at, want, &in_the_way, not);
            } else if !in_the_way.is_empty() {
                return self.urgent.extend(in_the_way);
            }
        }
        let run = self.run;
        self.launch(at, async move {
            let made = Calls::new(&run, &child.key, child.kind, &not).make(want.as_ref()).await;
            Event::Made { at, want, made }
        });
    }

    /// What an earlier run was to delete, and nobody has looked for since: a run that was killed may have deleted it and
    /// made what is wanted under its name, and more that refers to it.
    fn may_have_come_back(&self, object: &Object) -> bool {
        !self.untouched.contains(object) && !self.urgent.contains(object) && !self.deleting.contains(object)
    }

    fn look(&mut self, at: usize, want: Want<W>, in_the_way: &[Object], not: Vec<Id>) {
        let not: Vec<Id> =
            not.into_iter().filter(|id| in_the_way.iter().all(|object| object.id != *id)).collect();
        let (run, child) = (self.run, self.graph.at(at));
        self.launch(at, async move {
            let found = Calls::new(&run, &child.key, child.kind, &not).look(want.as_ref()).await;
            Event::Looked { at, want, found }
        });
    }

    fn inspect(&mut self, at: usize, want: Want<W>) {
        let (run, child, id) = (self.run, self.graph.at(at), self.live(at).id.clone());
        self.launch(at, async move {
            let read = Calls::new(&run, &child.key, child.kind, &[]).read(&id).await;
            Event::Inspected { at, want, saw: read.map(|read| read.map(|(saw, _)| saw)) }
        });
    }

    fn sync(&mut self, at: usize, want: Want<W>) {
        // Until it is known to have let go of the old ones, it may refer to both.
        let (position, needs) = (self.position(at), self.graph.needs(at, &self.ledger));
        let known = &mut self.ledger.live[position].needs;
        let new: Vec<Object> = needs.into_iter().filter(|need| !known.contains(need)).collect();
        known.extend(new);
        let (run, child, id) = (self.run, self.graph.at(at), self.live(at).id.clone());
        let staying: Vec<Object> = self.spared.iter().cloned().collect();
        self.launch(at, async move {
            let calls = Calls::new(&run, &child.key, child.kind, &[]).beside(&staying);
            let out = calls.sync(want.as_ref(), &id).await;
            Event::Synced { at, want, out }
        });
    }

    fn launch(&mut self, at: usize, work: impl Future<Output = Event<W>> + Send + 'r) {
        self.progress[at] = Progress::Running;
        self.in_flight.push(Box::pin(work));
    }

    fn record(&mut self, event: Event<W>) {
        match event {
            Event::Inspected { at, want, saw } => match saw {
                Ok(saw) => self.inspected(at, want, saw),
                Err(failed) => self.fail(at, failed),
            },
            Event::Looked { at, want, found } => match found {
                Ok(found) => self.looked(at, want, found),
                Err(failed) => self.fail(at, failed),
            },
            Event::Made { at, want, made } => match made {
                Ok(made) => self.made(at, want, made),
                Err(failed) => self.fail(at, failed),
            },
            Event::Synced { at, want, out } => match out {
                Ok(out) => self.synced(at, &want, out),
                Err(failed) => self.fail(at, failed),
            },
            Event::Deleted { object, gone } => self.deleted(&object, gone),
        }
    }

    fn inspected(&mut self, at: usize, want: Want<W>, saw: Option<Json>) {
        let record = self.position(at);
        match saw {
            None => {
                self.ledger.live.remove(record);
                self.progress[at] = Progress::Waiting;
            }
            Some(saw) if matches!(want.diff(&saw), Some(Diff::Replace(_))) => {
                self.ledger.live[record].saw = saw;
                self.retire(record);
                self.progress[at] = Progress::Waiting;
            }
            Some(_) => self.go_on(at, want),
        }
    }

    /// What came back as it is wanted serves; whatever else is in the way has to go.
    fn looked(&mut self, at: usize, want: Want<W>, found: Option<Made>) {
        let child = self.graph.at(at);
        let is_old = |dead: &Record| dead.kind == child.kind.name() && dead.key == child.key;
        if let Some(Made::Fit { id, saw }) = found {
            self.ledger.dead.retain(|dead| !(is_old(dead) && dead.id == id));
            return self.made(at, want, Made::Fit { id, saw });
        }
        self.urgent.extend(self.ledger.dead.iter().filter(|dead| is_old(dead)).map(Record::object));
        self.progress[at] = Progress::Waiting;
    }

    /// The checkpoint: from here on the ledger knows the object, whatever becomes of it.
    fn made(&mut self, at: usize, want: Want<W>, made: Made) {
        let child = self.graph.at(at);
        let (fit, id, saw) = match made {
            Made::Fit { id, saw } => (true, id, saw),
            Made::Unfit { id, saw } => (false, id, saw),
        };
        let needs = self.graph.possible_needs(at, &self.ledger);
        let record =
            Record { key: child.key.clone(), kind: child.kind.name().to_owned(), id, saw, out: None, needs };
        if self.ledger.records().any(|known| known.is(&record.object())) {
            let error = Error::message(format!("got {}, which another child has", record.id));
            self.fail(at, Failed { step: Call::Create, error });
        } else if fit {
            self.ledger.live.push(record);
            self.go_on(at, want);
        } else {
            self.ledger.dead.push(record);
            self.progress[at] = Progress::Waiting;
        }
    }

    /// From the recorded id to the wait. After a failure elsewhere too: what is in work is finished.
    fn go_on(&mut self, at: usize, want: Want<W>) {
        if self.run.cancel.is_cancelled() {
            self.stopped = true;
        } else {
            self.sync(at, want);
        }
    }

    fn synced(&mut self, at: usize, want: &Want<W>, out: Json) {
        let Some(known) = self.graph.at(at).kind.out(&out) else {
            let error = Error::message("its out doesn't survive a round trip through JSON");
            return self.fail(at, Failed { step: Call::Sync, error });
        };
        let (position, needs) = (self.position(at), self.graph.needs(at, &self.ledger));
        let record = &mut self.ledger.live[position];
        (record.saw, record.out, record.needs) = (want.json(), Some(out), needs);
        self.outs.0[at] = Some(known);
        self.progress[at] = Progress::Ready;
    }

    fn fail(&mut self, at: usize, failed: Failed) {
        let child = self.graph.at(at);
        let id =
            self.ledger.live.iter().find(|record| record.key == child.key).map(|record| record.id.clone());
        self.failed(failed.of(&child.key, child.kind.name(), id.as_ref()));
    }

    pub(crate) fn failed(&mut self, failure: Failure) {
        if failure.error.is_cancelled() {
            self.stopped = true;
        } else {
            self.failures.push(failure);
        }
    }

    fn position(&self, at: usize) -> usize {
        let key = &self.graph.at(at).key;
        self.ledger
            .live
            .iter()
            .position(|record| record.key == *key)
            .expect("recorded before it is worked on")
    }

    fn live(&self, at: usize) -> &Record {
        &self.ledger.live[self.position(at)]
    }
}
