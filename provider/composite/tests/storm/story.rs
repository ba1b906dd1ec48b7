//! One story, told with faults. What must hold after each chapter is checked here.

use std::collections::BTreeMap;
use std::time::Duration;

use composite::{Applied, Graph, Ledger, Record, Run, apply, plan, refresh};
use tokio_util::sync::CancellationToken;

use crate::children::{CATALOGUE, Find, Site, World, out, wire};
use crate::cloud::{Cloud, Fault, Guest};

/// Create, update, replace (create first), replace (delete first), remove children, add them again. Destroy follows.
pub fn chapters() -> Vec<Site> {
    let created = Site {
        cidr: "10.0.0.0/16",
        zones: &["a", "b"],
        ports: &[80],
        size: 1,
        path: "/",
        image: "one",
        cache: true,
    };
    let updated = Site { ports: &[80, 443], size: 2, ..created.clone() };
    let replaced = Site { cidr: "10.1.0.0/16", image: "two", ..updated.clone() };
    let renamed = Site { path: "/acme/", ..replaced.clone() };
    let removed = Site { zones: &["a"], cache: false, ..renamed.clone() };
    let added = Site { size: 3, ..renamed.clone() };
    vec![created, updated, replaced, renamed, removed, added]
}

/// A deliberate bug.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bug {
    /// Dependencies are forgotten, so deletion goes in any order.
    WrongOrder,
    /// Nothing is recorded between `create` and `sync`.
    NoCheckpoint,
    /// Replaced and undeclared objects that are still there are forgotten.
    ForgottenDead,
    /// `find` returns what is on its way out.
    FindIgnoresNot,
    /// `find` never finds, so an answer that was lost is not noticed.
    FindsNothing,
}

/// What the user does when an apply went wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Then {
    /// Applies again.
    Retry,
    /// Gives up and destroys.
    Destroy,
}

#[derive(Clone, Debug)]
pub struct Telling {
    pub seed: u64,
    pub faults: Vec<(usize, Fault)>,
    pub then: Then,
    pub bug: Option<Bug>,
    pub parallel: usize,
    /// Somebody who uses the second zone's subnet by the time it is removed, and how often he is met before he leaves.
    pub guest: Option<(Guest, usize)>,
}

pub struct Told {
    pub calls: usize,
    pub peak: usize,
    /// Did every fault come to pass?
    pub all_faults: bool,
}

impl Telling {
    /// Tells the story once. `Err` says what is wrong with its end.
    pub fn tell(&self) -> Result<Told, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(self.story()).map_err(|wrong| format!("{self:?}: {wrong}"))
    }

    async fn story(&self) -> Result<Told, String> {
        let find = match self.bug {
            Some(Bug::FindIgnoresNot) => Find::IgnoresNot,
            Some(Bug::FindsNothing) => Find::FindsNothing,
            _ => Find::Right,
        };
        let world = World { cloud: Cloud::new(self.seed, self.faults.iter().copied()), find };
        let mut ledger = Ledger::default();
        for site in &chapters() {
            if let (Some((guest, times)), ["a"]) = (self.guest, site.zones) {
                world.cloud.invite("subnet", "subnet.b", guest, times);
            }
            let done = self.chapter(Some(site), &mut ledger, &world, self.then).await?;
            if !done {
                break;
            }
            check(site, &ledger, &world)?;
        }
        self.chapter(None, &mut ledger, &world, Then::Retry).await?;
        if !ledger.is_empty() || !world.cloud.objects().is_empty() {
            return Err(format!("left over: {:?}, remembered: {ledger:?}", world.cloud.objects()));
        }
        let cloud = &world.cloud;
        Ok(Told { calls: cloud.calls(), peak: cloud.peak(), all_faults: !cloud.has_faults_left() })
    }

    /// Applies until all is as declared. `false`: gave up after the first apply that went wrong.
    async fn chapter(
        &self,
        site: Option<&Site>,
        ledger: &mut Ledger,
        world: &World,
        then: Then,
    ) -> Result<bool, String> {
        let mut last = String::new();
        let mut crashed = false;
        let meetings = self.guest.map_or(0, |(_, times)| times);
        for _ in 0..=self.faults.len() + meetings {
            let attempt = self.attempt(site, ledger, world, crashed).await?;
            crashed |= matches!(attempt, Attempt::Crashed);
            match attempt {
                Attempt::Done => return Ok(true),
                Attempt::Failed(_) if then == Then::Destroy => return Ok(false),
                Attempt::Failed(why) => last = why,
                Attempt::Crashed => "crash".clone_into(&mut last),
            }
        }
        Err(format!("doesn't converge: {last}"))
    }

    /// What Terraform does: refresh, plan, apply; after a crash the state is that of before.
    async fn attempt(
        &self,
        site: Option<&Site>,
        ledger: &mut Ledger,
        world: &World,
        crashed: bool,
    ) -> Result<Attempt, String> {
        let cancel = world.cloud.cancel_token();
        let run = self.run(world, &cancel);
        let graph = site.map(wire);

        let refreshed = tokio::select! {
            biased;
            () = world.cloud.crashed() => return Ok(Attempt::Crashed),
            refreshed = refresh(ledger.clone(), run) => refreshed,
        };
        if !refreshed.failures.is_empty() || refreshed.cancelled || cancel.is_cancelled() {
            return Ok(Attempt::Failed(format!("refresh: {:?}", refreshed.failures)));
        }
        // Every other seed goes on as with -refresh=false, but not after a crash: what the ledger missed has to be seen.
        let prior = if crashed || self.seed.is_multiple_of(2) { refreshed.ledger } else { ledger.clone() };

        let planned = graph.as_ref().map(|graph| plan(graph, &prior));
        let mut applied = tokio::select! {
            biased;
            () = world.cloud.crashed() => return Ok(Attempt::Crashed),
            applied = apply(graph.as_ref(), self.sabotaged(prior), run) => applied,
        };
        applied.ledger = self.sabotaged(applied.ledger);
        *ledger = serde_json::from_str(&serde_json::to_string(&applied.ledger).unwrap()).unwrap();

        if let Some(violation) = world.cloud.violations().first() {
            return Err(violation.clone());
        }
        if !applied.staying.is_empty() && applied.failures.is_empty() && !applied.cancelled {
            all_but_the_staying(&applied)?;
        }
        if !applied.is_done() {
            return Ok(Attempt::Failed(format!("{:?} {:?}", applied.failures, applied.staying)));
        }
        if let Some(planned) = planned {
            keeps_word(&planned, &applied)?;
        }
        Ok(Attempt::Done)
    }

    fn run<'a>(&self, world: &'a World, cancel: &'a CancellationToken) -> Run<'a, World> {
        Run { parallel: self.parallel, backoff: Duration::ZERO, ..Run::new(world, &CATALOGUE, cancel) }
    }

    /// The ledger as an engine with the bug would keep it.
    fn sabotaged(&self, mut ledger: Ledger) -> Ledger {
        match self.bug {
            Some(Bug::WrongOrder) => {
                ledger.live.iter_mut().chain(&mut ledger.dead).for_each(|record| record.needs.clear());
            }
            Some(Bug::NoCheckpoint) => ledger.live.retain(|record| record.out.is_some()),
            Some(Bug::ForgottenDead) => ledger.dead.clear(),
            _ => {}
        }
        ledger
    }
}

enum Attempt {
    Done,
    Failed(String),
    Crashed,
}

/// Who is in the way of a deletion is in the way of nothing else, and the ledger says what is left.
fn all_but_the_staying(applied: &Applied) -> Result<(), String> {
    let stays = |record: &Record| applied.staying.iter().any(|stays| stays.id == record.id);
    let left = applied.ledger.live.iter().chain(&applied.ledger.dead).filter(|record| stays(record)).count();
    if applied.ready != applied.total || left != applied.staying.len() {
        return Err(format!("{}/{} {:?}", applied.ready, applied.total, applied.staying));
    }
    Ok(())
}

/// Terraform's own check: what a plan said is what apply did.
fn keeps_word(planned: &composite::Plan, applied: &Applied) -> Result<(), String> {
    let children = applied.ledger.children();
    for (key, planned) in planned.children() {
        let Some(child) = children.get(&key) else {
            return Err(format!("{key} was planned and isn't there"));
        };
        if planned.is_some_and(|planned| planned != *child) {
            return Err(format!("{key} isn't as planned: {child}"));
        }
    }
    for (name, planned) in &planned.exports {
        if planned.is_some() && planned.as_ref() != applied.exports.get(name) {
            return Err(format!("export {name} isn't as planned"));
        }
    }
    Ok(())
}

/// Exactly what is declared is there, the ledger says so, and there is nothing more to do.
fn check(site: &Site, ledger: &Ledger, world: &World) -> Result<(), String> {
    let graph: Graph<'_, World> = wire(site);
    let planned = plan(&graph, ledger);
    if planned.has_changes() {
        return Err(format!("more to do: {:?}", planned.steps));
    }
    let shown: Vec<_> = planned.children().into_iter().map(|(key, spec)| (key, spec.unwrap())).collect();
    if shown != ledger.children().into_iter().collect::<Vec<_>>() {
        return Err(format!("plan shows {shown:?}, ledger {:?}", ledger.children()));
    }
    let live: Vec<_> = ledger.live.iter().map(Record::object).collect();
    if let Some(record) =
        ledger.live.iter().find(|record| record.needs.iter().any(|need| !live.contains(need)))
    {
        return Err(format!("holds on to what is gone: {record:?}"));
    }
    let remembered: BTreeMap<_, _> = ledger
        .live
        .iter()
        .map(|record| (out(&record.kind, &record.id), (&record.key, &record.saw)))
        .collect();
    let objects = world.cloud.objects();
    let there: BTreeMap<_, _> =
        objects.iter().map(|(at, object)| (at.clone(), (&object.key, &object.spec))).collect();
    if there != remembered || remembered.len() != ledger.live.len() {
        return Err(format!("there: {there:?}, remembered: {remembered:?}"));
    }
    Ok(())
}
