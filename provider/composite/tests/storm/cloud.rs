//! A cloud in memory: it refuses to delete what is referenced and to refer to what isn't ready, takes its time to make and
//! to delete, and lets the test decide what goes wrong at which call.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::task::Poll;

use composite::{Error, Id, Json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::children::{Out, out};

/// What goes wrong at one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Refused, without an effect.
    Fail,
    /// The request got lost: no effect, no answer.
    LoseRequest,
    /// The answer got lost: there is an effect.
    LoseAnswer,
    /// The caller's code panics after the effect.
    Panic,
    /// The provider is killed before the effect.
    CrashBefore,
    /// The provider is killed after the effect.
    CrashAfter,
    /// The user stops the run while the call is in flight; the call succeeds.
    Cancel,
}

pub const FAULTS: [Fault; 7] = [
    Fault::Fail,
    Fault::LoseRequest,
    Fault::LoseAnswer,
    Fault::Panic,
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::Cancel,
];

impl Fault {
    pub fn is_crash(self) -> bool {
        matches!(self, Fault::CrashBefore | Fault::CrashAfter)
    }
}

#[derive(Clone, Debug)]
pub struct Object {
    pub kind: &'static str,
    /// Ownership: the key of the child that it was made for.
    pub key: String,
    pub id: Id,
    pub spec: Json,
    refs: Vec<Out>,
    /// Polls until it is usable.
    ready_in: usize,
    /// Polls until it is gone, once it is being deleted.
    gone_in: Option<usize>,
    /// Searches that don't show it yet.
    hidden_for: usize,
    /// What it refers to no more and goes on serving.
    pub serves: Vec<Out>,
}

/// Somebody else, who uses an object.
#[derive(Clone, Copy, Debug)]
pub enum Guest {
    /// Seen by who asks.
    Seen,
    /// Noticed by a refused deletion alone: he came after the question.
    Unseen,
}

/// What `create` and `update` want of an object.
pub struct Wanted {
    pub spec: Json,
    pub refs: Vec<Out>,
}

#[derive(Default)]
struct Inner {
    objects: BTreeMap<Out, Object>,
    /// With how often he is still met before he leaves.
    guests: BTreeMap<Out, (Guest, usize)>,
    made: usize,
    calls: usize,
    in_flight: usize,
    peak: usize,
    random: Random,
    faults: BTreeMap<usize, Fault>,
    cancel: CancellationToken,
    violations: Vec<String>,
}

pub struct Cloud {
    inner: Mutex<Inner>,
    crashed: Notify,
}

impl Cloud {
    /// `seed` decides how calls interleave and how long things take; `faults` go wrong by number of call.
    pub fn new(seed: u64, faults: impl IntoIterator<Item = (usize, Fault)>) -> Self {
        let inner = Inner { random: Random(seed), faults: faults.into_iter().collect(), ..Inner::default() };
        Self { inner: Mutex::new(inner), crashed: Notify::new() }
    }

    pub async fn find(&self, kind: &str, key: &str, not: &[Id]) -> Result<Option<Id>, Error> {
        self.call(|cloud| {
            let mut found = None;
            for object in cloud.objects.values_mut().filter(|object| object.kind == kind && object.key == key)
            {
                if object.hidden_for > 0 {
                    object.hidden_for -= 1;
                } else if object.gone_in.is_none() && !not.contains(&object.id) {
                    found = Some(object.id.clone());
                }
            }
            Ok(found)
        })
        .await
    }

    pub async fn create(
        &self,
        kind: &'static str,
        key: &str,
        name: Option<&str>,
        wanted: Wanted,
    ) -> Result<Id, Error> {
        self.call(|cloud| {
            if let Some(name) = name
                && cloud.objects.contains_key(&out(kind, name))
            {
                return Err(Error::message(format!("{kind} {name} already exists")).lost());
            }
            cloud.check(key, &wanted.refs)?;
            cloud.made += 1;
            let id = name.map_or_else(|| format!("{kind}-{}", cloud.made), str::to_owned);
            let object = Object {
                kind,
                key: key.to_owned(),
                id: id.clone(),
                spec: wanted.spec,
                refs: wanted.refs,
                ready_in: cloud.random.below(3),
                gone_in: None,
                hidden_for: cloud.random.below(2),
                serves: Vec::new(),
            };
            cloud.objects.insert(out(kind, &id), object);
            Ok(id)
        })
        .await
    }

    /// The spec, and whether it is usable. `None` if gone.
    pub async fn describe(&self, kind: &str, id: &str) -> Result<Option<(Json, bool)>, Error> {
        self.call(|cloud| {
            let at = &out(kind, id);
            let Some(object) = cloud.objects.get_mut(at) else { return Ok(None) };
            if object.gone_in == Some(0) {
                cloud.objects.remove(at);
                return Ok(None);
            }
            object.gone_in = object.gone_in.map(|polls| polls - 1);
            object.ready_in = object.ready_in.saturating_sub(1);
            Ok(Some((object.spec.clone(), object.ready_in == 0)))
        })
        .await
    }

    /// What it lets go of, and `staying` says, is served on.
    pub async fn update(
        &self,
        kind: &str,
        id: &str,
        wanted: Wanted,
        staying: &[composite::Object],
    ) -> Result<(), Error> {
        self.call(|cloud| {
            let at = &out(kind, id);
            cloud.check(at, &wanted.refs)?;
            let Some(object) = cloud.objects.get_mut(at) else { return Err(Error::message("not found")) };
            let before = object.refs.iter().chain(&object.serves).filter(|to| !wanted.refs.contains(to));
            let stays = |to: &&Out| staying.iter().any(|object| **to == out(&object.kind, &object.id));
            let (serves, left): (Vec<Out>, Vec<Out>) = before.cloned().partition(|to| stays(&to));
            (object.spec, object.refs, object.serves) = (wanted.spec, wanted.refs, serves);
            let seen = |to: &&Out| matches!(cloud.guests.get(*to), Some((Guest::Seen, _)));
            if let Some(to) = left.iter().find(seen) {
                cloud.violations.push(format!("{at} no longer serves {to}, which has a guest"));
            }
            Ok(())
        })
        .await
    }

    /// Lets a guest in, who is met `times` before he leaves.
    pub fn invite(&self, kind: &str, key: &str, guest: Guest, times: usize) {
        let mut cloud = self.inner.lock().unwrap();
        let is_host = |object: &&Object| object.kind == kind && object.key == key;
        let at = cloud.objects.values().find(is_host).map(|object| out(kind, &object.id)).unwrap();
        cloud.guests.insert(at, (guest, times));
    }

    /// Who else uses the object.
    pub async fn users(&self, kind: &str, id: &str) -> Result<Option<String>, Error> {
        self.call(|cloud| {
            let at = &out(kind, id);
            let is_seen = matches!(cloud.guests.get(at), Some((Guest::Seen, _)));
            Ok((is_seen && cloud.meets(at)).then(|| "a guest".to_owned()))
        })
        .await
    }

    /// Begins the deletion; refuses it while there is a guest. What is being deleted goes on referring to others until it is gone.
    pub async fn delete(&self, kind: &str, id: &str) -> Result<(), Error> {
        self.call(|cloud| {
            let at = &out(kind, id);
            if let Some((user, _)) = cloud.objects.iter().find(|(_, object)| object.refs.contains(at)) {
                let refusal = format!("{at} can't be deleted: {user} refers to it");
                cloud.violations.push(refusal.clone());
                return Err(Error::message(refusal));
            }
            if cloud.meets(at) {
                return Err(Error::message("a guest").in_use());
            }
            let polls = cloud.random.below(3);
            if let Some(object) = cloud.objects.get_mut(at) {
                object.gone_in.get_or_insert(polls);
            }
            Ok(())
        })
        .await
    }

    /// Counts the call, lets others go first as the seed says, and lets go wrong what is to go wrong.
    async fn call<T>(&self, effect: impl FnOnce(&mut Inner) -> Result<T, Error>) -> Result<T, Error> {
        let (fault, before, after) = {
            let mut cloud = self.inner.lock().unwrap();
            cloud.in_flight += 1;
            cloud.peak = cloud.peak.max(cloud.in_flight);
            cloud.calls += 1;
            let number = cloud.calls;
            (cloud.faults.remove(&number), cloud.random.below(4), cloud.random.below(4))
        };
        yield_times(before).await;
        match fault {
            Some(Fault::Fail) => return self.answer(Err(Error::message("refused").refused())),
            Some(Fault::LoseRequest) => return self.answer(Err(Error::message("no answer").lost())),
            Some(Fault::CrashBefore) => return self.crash().await,
            Some(Fault::Cancel) => self.inner.lock().unwrap().cancel.cancel(),
            _ => {}
        }
        let result = effect(&mut self.inner.lock().unwrap());
        yield_times(after).await;
        match fault {
            Some(Fault::LoseAnswer) => self.answer(Err(Error::message("no answer").lost())),
            Some(Fault::CrashAfter) => self.crash().await,
            Some(Fault::Panic) => {
                // Without the hook that prints: it happens thousands of times.
                self.answer(());
                std::panic::resume_unwind(Box::new("a fault in the child"))
            }
            _ => self.answer(result),
        }
    }

    fn answer<T>(&self, answer: T) -> T {
        self.inner.lock().unwrap().in_flight -= 1;
        answer
    }

    async fn crash<T>(&self) -> T {
        self.crashed.notify_one();
        std::future::pending().await
    }

    /// Ends when the provider is killed. By the time it is started again, every object is visible and usable.
    pub async fn crashed(&self) {
        self.crashed.notified().await;
        self.inner.lock().unwrap().in_flight = 0;
        self.time_passes();
    }

    /// Every object becomes visible and usable.
    pub fn time_passes(&self) {
        for object in self.inner.lock().unwrap().objects.values_mut() {
            (object.hidden_for, object.ready_in) = (0, 0);
        }
    }

    /// A token for one run, which [`Fault::Cancel`] cancels.
    pub fn cancel_token(&self) -> CancellationToken {
        let token = CancellationToken::new();
        self.inner.lock().unwrap().cancel = token.clone();
        token
    }

    pub fn objects(&self) -> BTreeMap<Out, Object> {
        self.inner.lock().unwrap().objects.clone()
    }

    pub fn calls(&self) -> usize {
        self.inner.lock().unwrap().calls
    }

    /// The most calls that were in flight at once.
    pub fn peak(&self) -> usize {
        self.inner.lock().unwrap().peak
    }

    /// Are there faults that never came to pass?
    pub fn has_faults_left(&self) -> bool {
        !self.inner.lock().unwrap().faults.is_empty()
    }

    /// What the engine should never have asked for.
    pub fn violations(&self) -> Vec<String> {
        self.inner.lock().unwrap().violations.clone()
    }
}

impl Inner {
    /// Is there a guest? Counts that he was met.
    fn meets(&mut self, at: &Out) -> bool {
        let Some((_, times)) = self.guests.get_mut(at) else { return false };
        *times -= 1;
        if *times == 0 {
            self.guests.remove(at);
        }
        true
    }

    fn check(&mut self, what: &str, refs: &[Out]) -> Result<(), Error> {
        for to in refs {
            let usable =
                self.objects.get(to).is_some_and(|object| object.ready_in == 0 && object.gone_in.is_none());
            if !usable {
                let refusal = format!("{what} can't refer to {to}: it isn't usable");
                self.violations.push(refusal.clone());
                return Err(Error::message(refusal));
            }
        }
        Ok(())
    }
}

/// Splitmix64: small, and the same everywhere.
#[derive(Default)]
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % end as u64).unwrap()
    }
}

async fn yield_times(times: usize) {
    for _ in 0..times {
        let mut yielded = false;
        std::future::poll_fn(|cx| {
            if std::mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
