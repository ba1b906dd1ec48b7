//! Batched reads: one `Describe…` for many objects.
//!
//! Terraform refreshes its resources concurrently, ten at a time by default, and each composite reads its children
//! concurrently. [`Batched`] collects what is asked for within a few milliseconds into one call, keeps the answers
//! for the run, and drops them when the object is written.

use crate::call::AwsError;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long the first reader waits for company. A refresh asks for everything at once, so a little is enough.
const GATHER: Duration = Duration::from_millis(10);

type Fetched<K, V> = Result<Arc<HashMap<K, V>>, AwsError>;
type Answer<K, V> = Shared<BoxFuture<'static, Fetched<K, V>>>;
type Fetch<K, V> = dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, AwsError>> + Send + Sync;

/// Reads values by key: batched, coalesced over concurrent readers, cached until [`forget`](Batched::forget).
pub struct Batched<K, V> {
    limit: usize,
    fetch: Arc<Fetch<K, V>>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    cache: HashMap<K, Option<V>>,
    gathering: Option<Gathering<K, V>>,
    /// What has been asked for and not been answered yet: a second reader waits for the same answer.
    asked: HashMap<K, Answer<K, V>>,
    /// Counts the writes: an answer asked for before a write isn't cached after it.
    writes: u64,
}

struct Gathering<K, V> {
    keys: Arc<Mutex<Vec<K>>>,
    answer: Answer<K, V>,
}

impl<K, V> Batched<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// `fetch` reads up to `limit` keys in one call and leaves out of its answer what isn't there.
    pub fn new<F>(limit: usize, fetch: impl Fn(Vec<K>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<HashMap<K, V>, AwsError>> + Send + 'static,
    {
        Self {
            limit,
            fetch: Arc::new(move |keys| fetch(keys).boxed()),
            state: Mutex::new(State {
                cache: HashMap::new(),
                gathering: None,
                asked: HashMap::new(),
                writes: 0,
            }),
        }
    }

    /// The value, or `None` if AWS knows no such object.
    ///
    /// # Errors
    /// The failure of the call that the key was part of; failures aren't cached.
    pub async fn get(&self, key: &K) -> Result<Option<V>, AwsError> {
        let (answer, writes) = {
            let mut state = self.lock();
            if let Some(value) = state.cache.get(key) {
                return Ok(value.clone());
            }
            let answer = match state.asked.get(key) {
                Some(answer) => answer.clone(),
                None => self.join(&mut state, key),
            };
            state.asked.insert(key.clone(), answer.clone());
            (answer, state.writes)
        };
        let fetched = answer.await;
        let mut state = self.lock();
        let unwritten = state.writes == writes;
        if unwritten {
            state.asked.remove(key);
        }
        let value = fetched?.get(key).cloned();
        if unwritten {
            state.cache.insert(key.clone(), value.clone());
        }
        Ok(value)
    }

    /// Drops the cached value: call it after every write to the object.
    pub fn forget(&self, key: &K) {
        let mut state = self.lock();
        state.cache.remove(key);
        // What is under way may have been read before the write.
        state.asked.clear();
        state.gathering = None;
        state.writes += 1;
    }

    /// Reads past the cache, alone: for polling.
    ///
    /// # Errors
    /// The failure of the call.
    pub async fn fresh(&self, key: &K) -> Result<Option<V>, AwsError> {
        self.forget(key);
        self.get(key).await
    }

    /// Adds `key` to the batch that is gathering, or starts one.
    fn join(&self, state: &mut State<K, V>, key: &K) -> Answer<K, V> {
        if let Some(gathering) = &state.gathering {
            // An emptied list means that the batch has been sent.
            let mut keys = gathering.keys.lock().expect("no panic while held");
            if !keys.is_empty() && keys.len() < self.limit {
                keys.push(key.clone());
                return gathering.answer.clone();
            }
        }
        let keys = Arc::new(Mutex::new(vec![key.clone()]));
        let (mine, fetch, alone) = (keys.clone(), self.fetch.clone(), self.limit == 1);
        let answer = async move {
            if !alone {
                tokio::time::sleep(GATHER).await;
            }
            let keys = std::mem::take(&mut *mine.lock().expect("no panic while held"));
            Ok(Arc::new(fetch(keys).await?))
        };
        let answer = answer.boxed().shared();
        state.gathering = Some(Gathering { keys, answer: answer.clone() });
        answer
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<K, V>> {
        self.state.lock().expect("no panic while held")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn counted(limit: usize) -> (Arc<AtomicUsize>, Batched<u32, u32>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = calls.clone();
        let batched = Batched::new(limit, move |keys: Vec<u32>| {
            seen.fetch_add(1, Ordering::SeqCst);
            async move { Ok(keys.into_iter().filter(|k| k % 2 == 0).map(|k| (k, k * 10)).collect()) }
        });
        (calls, batched)
    }

    #[tokio::test]
    async fn concurrent_readers_share_calls_of_at_most_the_limit() {
        let (calls, batched) = counted(50);
        let all = futures::future::join_all((0..200).map(|k| {
            let batched = &batched;
            async move { batched.get(&k).await.unwrap() }
        }))
        .await;
        assert_eq!(calls.load(Ordering::SeqCst), 4);
        assert_eq!(all[4], Some(40));
        assert_eq!(all[5], None, "what isn't there is None");
    }

    #[tokio::test]
    async fn what_is_under_way_is_not_asked_for_again() {
        for limit in [1, 50] {
            let (calls, batched) = counted(limit);
            let keys: Vec<u32> = (0..100).collect();
            let readers = (0..10).map(|_| futures::future::join_all(keys.iter().map(|k| batched.get(k))));
            let all = futures::future::join_all(readers).await;
            assert_eq!(calls.load(Ordering::SeqCst), keys.len().div_ceil(limit));
            assert!(all.iter().all(|values| values[4].as_ref().is_ok_and(|v| *v == Some(40))));
        }
    }

    #[tokio::test]
    async fn answers_are_kept_until_a_write() {
        let (calls, batched) = counted(50);
        for _ in 0..3 {
            batched.get(&2).await.unwrap();
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        batched.forget(&2);
        batched.get(&2).await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn an_answer_read_before_a_write_is_not_cached_after_it() {
        let (calls, batched) = counted(50);
        let read = batched.get(&2);
        let write = async { batched.forget(&2) };
        let (value, ()) = tokio::join!(read, write);
        assert_eq!(value.unwrap(), Some(20));
        batched.get(&2).await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_failure_reaches_every_reader_and_is_not_cached() {
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = calls.clone();
        let batched: Batched<u32, u32> = Batched::new(50, move |_| {
            seen.fetch_add(1, Ordering::SeqCst);
            async { Err(AwsError::ours("DescribeThings", "no")) }
        });
        let (a, b) = tokio::join!(batched.get(&1), batched.get(&2));
        assert!(a.is_err() && b.is_err());
        assert!(batched.get(&1).await.is_err());
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}
