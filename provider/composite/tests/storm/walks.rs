//! The walks one property at a time, against the same cloud: what they leave alone, see and name.

use composite::{Action, Call, Graph, Ledger, Run, Value, apply, import, plan, refresh};
use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::children::{CATALOGUE, Net, Role, wire};
use crate::cloud::Fault;
use crate::runs::{applied, made, net, refreshed, site, texts, world};

#[tokio::test]
async fn what_is_as_wanted_is_not_touched() {
    let world = world(&[]);
    let ledger = made(&world).await;
    let calls = world.cloud.calls();
    let again = applied(Some(&wire(&site())), &ledger, &world).await;
    assert_eq!(world.cloud.calls(), calls);
    assert_eq!(again.ledger, ledger);
    assert_eq!((again.ready, again.total), (9, 9));
}

#[tokio::test]
async fn refresh_sees_drift_and_what_is_gone() {
    let world = world(&[]);
    let mut ledger = made(&world).await;
    let seen = refreshed(&ledger, &world).await;
    assert!(seen.failures.is_empty() && seen.ledger == ledger, "read after sync equals the spec");

    let cache = ledger.live.iter().position(|record| record.key == "cache").unwrap();
    ledger.live[cache].id = "cache-gone".into();
    let seen = refreshed(&ledger, &world).await;
    assert!(seen.ledger.live.iter().all(|record| record.key != "cache"));
    let planned = plan(&wire(&site()), &seen.ledger);
    assert_eq!(planned.steps.iter().find(|step| step.key == "cache").unwrap().action, Action::Create);
}

#[tokio::test]
async fn a_read_that_fails_keeps_the_record() {
    let quiet = world(&[]);
    let ledger = made(&quiet).await;
    let calls = quiet.cloud.calls();
    let world = world(&[(calls + 1, Fault::Fail)]);
    assert_eq!(made(&world).await, ledger);
    let seen = refreshed(&ledger, &world).await;
    assert_eq!(seen.failures.len(), 1);
    assert_eq!((seen.failures[0].step, seen.failures[0].id.is_some()), (Call::Read, true));
    assert_eq!(seen.ledger, ledger);
}

#[tokio::test]
async fn an_unknown_kind_is_named() {
    let world = world(&[]);
    let mut ledger = made(&world).await;
    ledger.live[0].kind = "moon".into();
    let text = "its kind \"moon\" is unknown: another version made it, use that one";
    assert_eq!(refreshed(&ledger, &world).await.failures[0].to_string(), format!("child net: read: {text}"));

    let lone = Ledger { live: vec![], dead: vec![ledger.live[0].clone()] };
    let result = applied(None, &lone, &world).await;
    assert_eq!(texts(&result), [format!("child net: delete: {text}")]);
    assert_eq!(result.ledger, lone);
}

#[tokio::test]
async fn a_panic_in_the_wiring_loses_nothing() {
    let world = world(&[]);
    let mut graph = net("10.0.0.0/16");
    graph.child("role", (), |()| -> Role { std::panic::resume_unwind(Box::new("no path")) });
    let result = applied(Some(&graph), &Ledger::default(), &world).await;
    assert_eq!(texts(&result), ["child role: wire: panicked: no path"]);
    assert_eq!(result.ledger.live.len(), world.cloud.objects().len());
    assert_eq!((result.ready, result.total), (1, 2));
}

#[tokio::test]
async fn a_value_that_stays_unknown_is_an_error() {
    let world = world(&[]);
    let mut graph = Graph::new();
    let cidr = graph.input(Value::Unknown);
    graph.child("net", cidr, |cidr: String| Net { cidr });
    let result = applied(Some(&graph), &Ledger::default(), &world).await;
    assert_eq!(texts(&result), ["child net: wire: depends on a value that is not known"]);
}

#[tokio::test]
async fn keys_that_stay_unknown_are_an_error_and_delete_nothing() {
    let world = world(&[]);
    let ledger = made(&world).await;
    let mut graph = Graph::new();
    graph.unknown_keys();
    let result = applied(Some(&graph), &ledger, &world).await;
    assert_eq!(texts(&result), ["child children: wire: which children there are is not known"]);
    assert_eq!(result.ledger, ledger);
}

#[test]
fn walks_can_be_spawned() {
    let world = world(&[]);
    let cancel = CancellationToken::new();
    let run = Run::new(&world, &CATALOGUE, &cancel);
    let graph = net("10.0.0.0/16");
    drop((apply(Some(&graph), Ledger::default(), run).boxed(), import(&graph, run).boxed()));
    drop(refresh(Ledger::default(), run).boxed());
}
