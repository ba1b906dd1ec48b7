//! Batched reads: one `Describe…` for many objects.
//!
//! Terraform refreshes its resources concurrently, ten at a time by default, and each composite reads its children
//! concurrently. [`Batched`] collects what is asked for within a few milliseconds into one call, keeps the answers
//! for the run, and drops them when the object is written.

use crate::call::{AwsError, milliseconds_since};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use indexmap::IndexSet;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tracing::{Instrument, debug, debug_span};

/// How long the first reader waits for company. A refresh asks for everything at once, so a little is enough.
const GATHER: Duration = Duration::from_millis(10);

/// So many of a kind asked for at once are a sign of more to come: a run over many tenants. A call that lists all of ours
/// then costs no more, and answers those to come too.
pub const MANY: usize = 5;

/// How AWS refuses a role that may not read what a call names, or one of it.
pub(crate) const DENIED: &[&str] = &["AccessDenied", "AccessDeniedException"];

type Fetched<K, V> = Result<Arc<HashMap<K, V>>, AwsError>;
type Answer<K, V> = Shared<BoxFuture<'static, Fetched<K, V>>>;
type Fetch<K, V> = dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, AwsError>> + Send + Sync;

/// Reads values by key: batched, coalesced over concurrent readers, cached until [`forget`](Batched::forget).
pub struct Batched<K, V> {
    limit: usize,
    fetch: Arc<Fetch<K, V>>,
    state: Arc<Mutex<State<K, V>>>,
}

/// A place in the order of questions and writes: counts the writes.
type Moment = u64;

struct State<K, V> {
    cache: HashMap<K, Cached<V>>,
    gathering: Option<Gathering<K, V>>,
    /// What has been asked for and not been answered yet, and since when: a second reader waits for the same answer.
    asked: HashMap<K, (Moment, Answer<K, V>)>,
    now: Moment,
    /// What will probably be asked for: fills the free places of calls.
    expected: IndexSet<K>,
    /// The last write of each key: an answer asked for before a write isn't cached after it.
    written: HashMap<K, Moment>,
}

struct Cached<V> {
    value: Option<V>,
    /// As good as a fresh read, for one reader.
    handed_on: bool,
}

struct Gathering<K, V> {
    keys: Arc<Mutex<Vec<(K, Moment)>>>,
    answer: Answer<K, V>,
}

/// A second handle to the same cache.
impl<K, V> Clone for Batched<K, V> {
    fn clone(&self) -> Self {
        Self { limit: self.limit, fetch: self.fetch.clone(), state: self.state.clone() }
    }
}

impl<K, V> Batched<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// `fetch` reads up to `limit` keys in one call and leaves out of its answer what isn't there. What it answers
    /// beyond the keys, as a call that lists everything does, is cached too.
    pub fn new<F>(limit: usize, fetch: impl Fn(Vec<K>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<HashMap<K, V>, AwsError>> + Send + 'static,
    {
        Self {
            limit,
            fetch: Arc::new(move |keys| fetch(keys).boxed()),
            state: Arc::new(Mutex::new(State {
                cache: HashMap::new(),
                gathering: None,
                asked: HashMap::new(),
                now: 0,
                expected: IndexSet::new(),
                written: HashMap::new(),
            })),
        }
    }

    /// The value, or `None` if AWS knows no such object.
    ///
    /// # Errors
    /// The failure of the call that the key was part of; failures aren't cached.
    pub async fn get(&self, key: &K) -> Result<Option<V>, AwsError> {
        let answer = {
            let mut state = lock(&self.state);
            if let Some(cached) = state.cache.get(key) {
                return Ok(cached.value.clone());
            }
            match state.asked.get(key) {
                Some((_, answer)) => answer.clone(),
                None => self.ask(&mut state, key),
            }
        };
        let began = Instant::now();
        let fetched = answer.await;
        debug!(milliseconds = milliseconds_since(began), "read together");
        Ok(fetched?.get(key).cloned())
    }

    /// Drops the cached value: call it after every write to the object.
    pub fn forget(&self, key: &K) {
        let mut state = lock(&self.state);
        state.now += 1;
        let now = state.now;
        state.written.insert(key.clone(), now);
        state.cache.remove(key);
        // What is under way may have been read before the write.
        state.asked.remove(key);
    }

    /// Reads past the cache: for polling. Shares the call with whoever reads at the same moment.
    ///
    /// # Errors
    /// The failure of the call.
    pub async fn fresh(&self, key: &K) -> Result<Option<V>, AwsError> {
        if let Some(cached) = lock(&self.state).cache.get_mut(key)
            && std::mem::take(&mut cached.handed_on)
        {
            return Ok(cached.value.clone());
        }
        self.forget(key);
        self.get(key).await
    }

    /// Notes what a write, such as the creating call, answered about the object: the next [`fresh`](Self::fresh) read
    /// needs no call.
    pub fn hand_on(&self, key: &K, value: V) {
        self.forget(key);
        lock(&self.state).cache.insert(key.clone(), Cached { value: Some(value), handed_on: true });
    }

    /// Names what will probably be asked for in this run. It costs no call of its own, but travels in the free places of
    /// the calls for others.
    pub fn expect(&self, keys: impl IntoIterator<Item = K>) {
        let mut state = lock(&self.state);
        let open: Vec<K> = keys.into_iter().filter(|key| !state.is_answered(key)).collect();
        state.expected.extend(open);
    }

    /// Adds `key` to the batch that is gathering, or starts one.
    fn ask(&self, state: &mut State<K, V>, key: &K) -> Answer<K, V> {
        let asked = (key.clone(), state.now);
        let joined = state.gathering.as_ref().and_then(|gathering| {
            // An emptied list means that the batch has been sent.
            let mut keys = gathering.keys.lock().expect("no panic while held");
            let open = !keys.is_empty() && keys.len() < self.limit;
            open.then(|| {
                keys.push(asked.clone());
                gathering.answer.clone()
            })
        });
        let answer = joined.unwrap_or_else(|| {
            let keys = Arc::new(Mutex::new(vec![asked]));
            let answer = self.batch(keys.clone(), state.now);
            state.gathering = Some(Gathering { keys, answer: answer.clone() });
            answer
        });
        state.asked.insert(key.clone(), (state.now, answer.clone()));
        answer
    }

    /// Gathers from now on, then fetches.
    fn batch(&self, keys: Arc<Mutex<Vec<(K, Moment)>>>, since: Moment) -> Answer<K, V> {
        let (state, fetch, limit) = (self.state.clone(), self.fetch.clone(), self.limit);
        let answer = async move {
            if limit > 1 {
                tokio::time::sleep(GATHER).await;
            }
            let mut asked = std::mem::take(&mut *keys.lock().expect("no panic while held"));
            let wanted = asked.len();
            lock(&state).fill(&mut asked, limit);
            let read = |asked: &[(K, Moment)]| fetch(asked.iter().map(|(key, _)| key.clone()).collect());
            let mut fetched = read(&asked).await;
            if asked.len() > wanted && fetched.as_ref().is_err_and(|error| error.is(DENIED)) {
                // Whoever may read some only, as a role of one tenant, isn't refused for what nobody has asked for.
                lock(&state).expected.clear();
                asked.truncate(wanted);
                fetched = read(&asked).await;
            }
            lock(&state).answered(&asked, since, fetched.as_ref().ok());
            Ok(Arc::new(fetched?))
        };
        // It is as much the others' as the first reader's: the log names none of them.
        answer.instrument(debug_span!(parent: None, "batch", batch = true)).boxed().shared()
    }
}

impl<K: Clone + Eq + Hash, V: Clone> State<K, V> {
    /// Fills the free places of a batch that is about to be sent.
    fn fill(&mut self, asked: &mut Vec<(K, Moment)>, limit: usize) {
        while asked.len() < limit
            && let Some(key) = self.expected.pop()
        {
            if !self.is_answered(&key) {
                asked.push((key, self.now));
            }
        }
    }

    /// Whether its value is there, or under way.
    fn is_answered(&self, key: &K) -> bool {
        self.cache.contains_key(key) || self.asked.contains_key(key)
    }

    /// Keeps what hasn't been written since it was asked for; `since` is when the first question was asked.
    fn answered(&mut self, asked: &[(K, Moment)], since: Moment, fetched: Option<&HashMap<K, V>>) {
        for (key, moment) in asked {
            if self.asked.get(key).is_some_and(|(latest, _)| latest == moment) {
                self.asked.remove(key);
            }
            if let Some(fetched) = fetched {
                self.keep(key, *moment, fetched.get(key));
            }
        }
        for (key, value) in fetched.into_iter().flatten() {
            if !self.cache.contains_key(key) {
                self.keep(key, since, Some(value));
            }
        }
    }

    fn keep(&mut self, key: &K, asked: Moment, value: Option<&V>) {
        if self.written.get(key).is_none_or(|written| *written <= asked) {
            self.cache.insert(key.clone(), Cached { value: value.cloned(), handed_on: false });
        }
    }
}

fn lock<K, V>(state: &Mutex<State<K, V>>) -> MutexGuard<'_, State<K, V>> {
    state.lock().expect("no panic while held")
}

/// Reads objects in a call that is refused as a whole, with one of `missing`, where one of them isn't there: halves a
/// refused batch until the missing one stands alone, and leaves it out.
pub(crate) async fn halving<V, F>(
    keys: Vec<String>,
    missing: &[&str],
    read: impl Fn(Vec<String>) -> F,
) -> Result<HashMap<String, V>, AwsError>
where
    F: Future<Output = Result<HashMap<String, V>, AwsError>>,
{
    let mut found = HashMap::new();
    let mut todo = vec![keys];
    while let Some(mut some) = todo.pop() {
        match read(some.clone()).await {
            Ok(read) => found.extend(read),
            Err(e) if !e.is(missing) => return Err(e),
            Err(_) if some.len() > 1 => {
                let rest = some.split_off(some.len() / 2);
                todo.extend([some, rest]);
            }
            Err(_) => {}
        }
    }
    Ok(found)
}

/// The prefix for calls that take one instead of names: of paths, the folder that all are in where there are [`MANY`], so
/// that those to come are answered too.
pub(crate) fn prefix_of(paths: &[String]) -> &str {
    let prefix = common_prefix(paths);
    if paths.len() < MANY { prefix } else { &prefix[..prefix.rfind('/').map_or(0, |slash| slash + 1)] }
}

/// What all names begin with.
fn common_prefix(names: &[String]) -> &str {
    let Some((first, others)) = names.split_first() else { return "" };
    let shared = |other: &String| {
        let pairs = first.char_indices().zip(other.chars());
        let alike = pairs.take_while(|((_, a), b)| a == b);
        alike.last().map_or(0, |((at, c), _)| at + c.len_utf8())
    };
    &first[..others.iter().map(shared).min().unwrap_or(first.len())]
}

/// What creating calls answered, each for the `sync` that follows: it needn't ask for what is known.
pub struct Handed<V>(Mutex<HashMap<String, V>>);

impl<V> Default for Handed<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V> Handed<V> {
    /// Notes what is known of the object that was just made.
    pub fn hand_on(&self, id: &str, made: V) {
        self.0.lock().expect("no panic while held").insert(id.to_owned(), made);
    }

    /// What was handed on, once.
    pub fn take(&self, id: &str) -> Option<V> {
        self.0.lock().expect("no panic while held").remove(id)
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
