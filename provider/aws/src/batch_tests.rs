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
async fn a_write_of_one_key_leaves_the_reads_of_others_alone() {
    let (calls, batched) = counted(50);
    let read = batched.get(&2);
    let write = async { batched.forget(&4) };
    let (_, ()) = tokio::join!(read, write);
    batched.get(&2).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn fresh_reads_of_the_same_moment_share_a_call_and_never_an_old_answer() {
    let (calls, batched) = counted(50);
    let keys: Vec<u32> = (0..20).collect();
    futures::future::join_all(keys.iter().map(|k| batched.fresh(k))).await;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    futures::future::join_all(keys.iter().map(|k| batched.fresh(k))).await;
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_fresh_read_does_not_join_a_call_that_has_been_sent() {
    let started = Arc::new(AtomicUsize::new(0));
    let seen = started.clone();
    let batched: Batched<u32, usize> = Batched::new(50, move |_| {
        let nth = seen.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(HashMap::from([(1, nth)]))
        }
    });
    let late = async {
        while started.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        batched.fresh(&1).await
    };
    let (early, late) = tokio::join!(batched.get(&1), late);
    assert_eq!((early.unwrap(), late.unwrap()), (Some(0), Some(1)));
    assert_eq!(batched.get(&1).await.unwrap(), Some(1), "the later answer is the one that is kept");
}

#[tokio::test]
async fn what_is_answered_beyond_the_question_is_kept_unless_it_was_written_meanwhile() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = calls.clone();
    let batched: Batched<u32, u32> = Batched::new(50, move |_| {
        seen.fetch_add(1, Ordering::SeqCst);
        async { Ok((0..10).map(|k| (k, k)).collect()) }
    });
    let write = async { batched.forget(&3) };
    let (_, ()) = tokio::join!(batched.get(&1), write);
    assert_eq!(batched.get(&2).await.unwrap(), Some(2));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(batched.get(&3).await.unwrap(), Some(3));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_is_expected_travels_with_what_is_asked_for() {
    let (calls, batched) = counted(20);
    batched.expect((0..40).chain(0..40));
    batched.get(&39).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1, "it is asked for along with 19 others");
    for k in (20..40).chain([39]) {
        batched.get(&k).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    for k in 0..20 {
        assert_eq!(batched.get(&k).await.unwrap(), Some(k * 10).filter(|_| k % 2 == 0));
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_a_write_answered_serves_one_fresh_read() {
    let (calls, batched) = counted(50);
    batched.hand_on(&2, 7);
    assert_eq!(batched.get(&2).await.unwrap(), Some(7));
    assert_eq!(batched.fresh(&2).await.unwrap(), Some(7));
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert_eq!(batched.fresh(&2).await.unwrap(), Some(20));
    batched.hand_on(&2, 7);
    batched.forget(&2);
    assert_eq!(batched.fresh(&2).await.unwrap(), Some(20), "a later write makes it stale");
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

#[tokio::test]
async fn a_missing_object_does_not_hide_the_others() {
    let calls = Mutex::new(vec![]);
    let read = |keys: Vec<String>| {
        calls.lock().unwrap().push(keys.len());
        async move {
            if keys.contains(&"gone".to_owned()) {
                return Err(AwsError::ours("DescribeTags", "").coded("RuleNotFound"));
            }
            Ok(keys.into_iter().map(|key| (key, 0)).collect())
        }
    };
    let keys = ["a", "b", "gone", "c", "d"].map(str::to_owned).to_vec();
    let found = halving(keys, &["RuleNotFound"], read).await.unwrap();
    let mut found: Vec<_> = found.into_keys().collect();
    found.sort();
    assert_eq!(found, ["a", "b", "c", "d"]);
    assert!(calls.lock().unwrap().len() <= 7);
}

#[tokio::test]
async fn other_refusals_are_not_absence() {
    let read = |_| async { Err::<HashMap<String, u8>, _>(AwsError::ours("DescribeTags", "no")) };
    assert!(halving(vec!["a".into()], &["RuleNotFound"], read).await.is_err());
}

#[test]
fn many_paths_are_listed_with_all_in_their_folder() {
    let paths = |names: &[&str]| names.iter().map(|name| format!("/paas/dev/{name}")).collect::<Vec<_>>();
    assert_eq!(prefix_of(&paths(&["a1"])), "/paas/dev/a1");
    assert_eq!(prefix_of(&paths(&["a1", "a2"])), "/paas/dev/a");
    assert_eq!(prefix_of(&paths(&["a1", "a2", "a3", "a4", "a5"])), "/paas/dev/");
    assert_eq!(prefix_of(&["a", "b", "c", "d", "e"].map(str::to_owned)), "");
}

#[test]
fn what_names_share() {
    for (names, prefix) in [
        (vec!["/paas/dev/a", "/paas/dev/b"], "/paas/dev/"),
        (vec!["/paas/dev"], "/paas/dev"),
        (vec!["/paas/dev", "/paas/dev/a"], "/paas/dev"),
        (vec!["a", "b"], ""),
        (vec![], ""),
    ] {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(common_prefix(&names), prefix, "{names:?}");
    }
}

#[tokio::test]
async fn what_is_only_expected_refuses_nobody() {
    // A role that may read 2 and 4: every call with another key is refused as a whole.
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = calls.clone();
    let batched = Batched::new(10, move |keys: Vec<u32>| {
        seen.lock().unwrap().push(keys.clone());
        async move {
            let denied = keys.iter().any(|key| ![2, 4].contains(key));
            let refused = AwsError::ours("GetParameters", "no").coded("AccessDeniedException");
            if denied { Err(refused) } else { Ok(keys.into_iter().map(|key| (key, key * 10)).collect()) }
        }
    });
    batched.expect([6, 8]);
    assert_eq!(batched.get(&2).await.unwrap(), Some(20));
    assert_eq!(batched.get(&4).await.unwrap(), Some(40));
    assert_eq!(calls.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 1]);
    // What has been asked for is refused as before.
    assert!(batched.get(&6).await.unwrap_err().is(DENIED));
}
