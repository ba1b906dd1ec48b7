//! How an apply ends early, by cancellation, failure or refusal, and what a ledger says then; and how all ends.

use composite::{Ledger, Object, Run, apply, plan};
use tokio_util::sync::CancellationToken;

use crate::children::{CATALOGUE, Site, wire};
use crate::cloud::Fault;
use crate::runs::{applied, made, net, site, texts, world};

#[tokio::test]
async fn a_cancelled_run_starts_nothing() {
    let world = world(&[]);
    let cancel = CancellationToken::new();
    cancel.cancel();
    let run = Run::new(&world, &CATALOGUE, &cancel);
    let result = apply(Some(&net("10.0.0.0/16")), Ledger::default(), run).await;
    assert!(result.cancelled && result.failures.is_empty());
    assert_eq!((world.cloud.calls(), result.ready, result.total), (0, 0, 1));
}

#[tokio::test]
async fn a_run_cancelled_during_a_creation_remembers_the_object() {
    let world = world(&[(2, Fault::Cancel)]);
    let result = applied(Some(&net("10.0.0.0/16")), &Ledger::default(), &world).await;
    assert!(result.cancelled && result.failures.is_empty());
    assert_eq!(result.ledger.live.len(), 1);
    assert_eq!(result.ledger.live[0].out, None);
    assert_eq!(world.cloud.calls(), 2);
    assert!(applied(None, &result.ledger, &world).await.is_done());
    assert!(world.cloud.objects().is_empty());
}

#[tokio::test]
async fn a_failed_update_returns_what_is_true() {
    let quiet = world(&[]);
    let ledger = made(&quiet).await;
    let world = world(&[(quiet.cloud.calls() + 1, Fault::Fail)]);
    made(&world).await;
    let updated = Site { size: 7, ..site() };
    let result = applied(Some(&wire(&updated)), &ledger, &world).await;
    assert_eq!(texts(&result), ["child balancer: sync: refused"]);
    assert_eq!(result.ledger.children(), ledger.children());
    assert_eq!(result.exports, wire(&site()).exports(&ledger), "outs that were known still are");
    assert_eq!((result.ready, result.total), (7, 9));
}

#[tokio::test]
async fn what_an_apply_did_not_come_to_touch_is_as_alive_as_before() {
    let quiet = world(&[]);
    let ledger = made(&quiet).await;
    // The first look for the new net, before anything was replaced or removed.
    let world = world(&[(quiet.cloud.calls() + 1, Fault::Fail)]);
    made(&world).await;
    let moved = Site { cidr: "10.1.0.0/16", cache: false, ..site() };
    let result = applied(Some(&wire(&moved)), &ledger, &world).await;
    assert_eq!(texts(&result), ["child net: find: refused"]);
    assert_eq!(result.ledger, ledger);
    assert!(!plan(&wire(&site()), &result.ledger).has_changes(), "going back is free");
}

#[tokio::test]
async fn an_object_whose_deletion_may_have_begun_stays_dead() {
    let quiet = world(&[]);
    made(&quiet).await;
    let world = world(&[(quiet.cloud.calls() + 1, Fault::LoseAnswer)]);
    let ledger = made(&world).await;
    let result = applied(Some(&wire(&Site { cache: false, ..site() })), &ledger, &world).await;
    assert_eq!(texts(&result), ["child cache: delete: no answer"]);
    let dead: Vec<_> = result.ledger.dead.iter().map(|record| &record.key).collect();
    assert_eq!(dead, ["cache"]);

    // Wanted again, it is made anew: the old one is vanishing.
    let again = applied(Some(&wire(&site())), &result.ledger, &world).await;
    assert!(again.is_done() && again.ledger.dead.is_empty());
    assert_eq!(world.cloud.objects().len(), 9);
}

#[tokio::test]
async fn an_object_whose_deletion_was_refused_lives_on() {
    let quiet = world(&[]);
    made(&quiet).await;
    let world = world(&[(quiet.cloud.calls() + 1, Fault::Fail)]);
    let ledger = made(&world).await;
    let refused = applied(None, &ledger, &world).await;
    let [failure] = &refused.failures[..] else { panic!("{:?}", texts(&refused)) };
    assert_eq!(refused.ledger.dead, []);

    // The user has second thoughts: what was refused is kept, what was gone by then is made anew.
    let again = applied(Some(&wire(&site())), &refused.ledger, &world).await;
    assert!(again.is_done(), "{:?}", texts(&again));
    let kept = again.ledger.live.iter().find(|record| record.key == failure.key).unwrap();
    assert_eq!(Some(&kept.id), failure.id.as_ref());
    assert_eq!(world.cloud.objects().len(), 9);
}

#[tokio::test]
async fn a_named_child_comes_back_while_its_old_object_is_still_to_be_deleted() {
    let world = world(&[]);
    let mut ledger = made(&world).await;
    // Removed by an apply that ended before the deletions.
    for key in ["role", "profile"] {
        let at = ledger.live.iter().position(|record| record.key == key).unwrap();
        ledger.dead.push(ledger.live.remove(at));
    }
    let again = applied(Some(&wire(&site())), &ledger, &world).await;
    assert!(again.is_done(), "{:?}", texts(&again));
    assert_eq!(world.cloud.violations(), Vec::<String>::new());
    assert_eq!(world.cloud.objects().len(), 9);
}

#[tokio::test]
async fn destroy_ends_even_if_a_ledger_has_a_cycle() {
    let world = world(&[]);
    let mut ledger = applied(Some(&net("10.0.0.0/16")), &Ledger::default(), &world).await.ledger;
    let twin = Object { kind: "net".into(), id: "net-0".into() };
    let mut other = ledger.live[0].clone();
    other.needs.push(ledger.live[0].object());
    (other.key, other.id) = ("twin".into(), "net-0".into());
    ledger.live[0].needs.push(twin);
    ledger.live.push(other);
    let result = applied(None, &ledger, &world).await;
    assert!(result.is_done() && result.ledger.is_empty());
    assert_eq!((result.ready, result.total), (2, 2));
}
