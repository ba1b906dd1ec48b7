//! The walks one property at a time, against the same cloud.

use std::time::Duration;

use composite::{
    Action, Applied, Call, Graph, Ledger, Object, Refreshed, Run, Value, apply, import, plan, refresh,
};
use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::children::{CATALOGUE, Find, Net, Profile, Role, Site, World, wire};
use crate::cloud::{Cloud, Fault};
use crate::story::chapters;

fn world(faults: &[(usize, Fault)]) -> World {
    World { cloud: Cloud::new(0, faults.iter().copied()), find: Find::Right }
}

fn site() -> Site {
    chapters().remove(0)
}

/// Runs a walk with a token that [`Fault::Cancel`] cancels.
async fn on<'a, T>(world: &'a World, walk: impl AsyncFnOnce(Run<'_, World>) -> T) -> T {
    let cancel = world.cloud.cancel_token();
    walk(Run { backoff: Duration::ZERO, ..Run::new(world, &CATALOGUE, &cancel) }).await
}

async fn applied(graph: Option<&Graph<'_, World>>, ledger: &Ledger, world: &World) -> Applied {
    on(world, async |run| apply(graph, ledger.clone(), run).await).await
}

async fn refreshed(ledger: &Ledger, world: &World) -> Refreshed {
    on(world, async |run| refresh(ledger.clone(), run).await).await
}

/// The whole site, there.
async fn made(world: &World) -> Ledger {
    let made = applied(Some(&wire(&site())), &Ledger::default(), world).await;
    assert!(made.is_done(), "{:?}", made.failures);
    made.ledger
}

fn net(cidr: &str) -> Graph<'_, World> {
    let mut g = Graph::new();
    let net = g.child("net", (), move |()| Net { cidr: cidr.to_owned() });
    g.export("net", net, |net| net);
    g
}

fn texts(applied: &Applied) -> Vec<String> {
    applied.failures.iter().map(ToString::to_string).collect()
}

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
async fn a_half_made_object_that_vanished_is_made_anew() {
    let world = world(&[]);
    let mut ledger = made(&world).await;
    let cache = ledger.live.iter_mut().find(|record| record.key == "cache").unwrap();
    (cache.id, cache.out) = ("cache-gone".into(), None);
    assert_eq!(refreshed(&ledger, &world).await.ledger, ledger, "refresh leaves it to the next apply");

    let again = applied(Some(&wire(&site())), &ledger, &world).await;
    assert!(again.is_done());
    let cache = again.ledger.live.iter().find(|record| record.key == "cache").unwrap();
    assert!(world.cloud.objects().contains_key(&format!("cache/{}", cache.id)));
}

#[tokio::test]
async fn a_half_made_object_is_finished_with_what_is_wanted_today() {
    let quiet = world(&[]);
    let mut half_made = made(&quiet).await;
    half_made.live.iter_mut().find(|record| record.key == "balancer").unwrap().out = None;
    let bigger = Site { size: 5, zones: &["a", "b", "c"], ..site() };
    // The new zone's subnet is there, and the balancer refers to it, when its update gets no answer.
    for call in quiet.cloud.calls() + 1.. {
        let world = world(&[(call, Fault::LoseAnswer)]);
        made(&world).await;
        let result = applied(Some(&wire(&bigger)), &half_made, &world).await;
        if !result.is_done() {
            let destroyed = applied(None, &result.ledger, &world).await;
            assert!(destroyed.is_done(), "{:?}", texts(&destroyed));
        }
        assert_eq!(world.cloud.violations(), Vec::<String>::new());
        if world.cloud.has_faults_left() {
            break;
        }
    }
}

#[tokio::test]
async fn a_half_made_object_that_is_of_no_use_is_replaced() {
    let world = world(&[]);
    let mut half_made = applied(Some(&net("10.0.0.0/16")), &Ledger::default(), &world).await.ledger;
    // Made with yesterday's range, remembered as if made with today's: only `read` knows.
    half_made.live[0].out = None;
    half_made.live[0].saw["cidr"] = "10.1.0.0/16".into();
    let again = applied(Some(&net("10.1.0.0/16")), &half_made, &world).await;
    assert!(again.is_done());
    let objects: Vec<_> =
        world.cloud.objects().into_values().map(|object| object.spec["cidr"].clone()).collect();
    assert_eq!(objects, ["10.1.0.0/16"]);
}

#[tokio::test]
async fn an_object_that_was_found_and_is_of_no_use_is_replaced() {
    for path in ["/", "/other/"] {
        let world = world(&[]);
        let wiring = |path: &'static str| {
            let mut g = Graph::new();
            g.child("net", (), move |()| Net { cidr: path.to_owned() });
            g.child("role", (), move |()| Role { path: path.to_owned() });
            g
        };
        assert!(applied(Some(&wiring("/")), &Ledger::default(), &world).await.is_done());
        world.cloud.time_passes();
        // The ledger is lost, and by the next apply something else is wanted.
        let again = applied(Some(&wiring(path)), &Ledger::default(), &world).await;
        assert!(again.is_done(), "{:?}", texts(&again));
        let objects = world.cloud.objects();
        assert_eq!(objects.len(), 2);
        assert_eq!(objects["role/acme"].spec["path"], path);
    }
}

#[tokio::test]
async fn a_found_object_is_deleted_before_what_it_may_hold_on_to() {
    let quiet = world(&[]);
    let mut without_cache = made(&quiet).await;
    without_cache.live.retain(|record| record.key != "cache");
    // A new net replaces the group; the cache, which nobody remembers, refers to the old one.
    let moved = Site { cidr: "10.1.0.0/16", ..site() };
    for call in quiet.cloud.calls() + 1.. {
        let world = world(&[(call, Fault::Fail)]);
        made(&world).await;
        world.cloud.time_passes();
        let result = applied(Some(&wire(&moved)), &without_cache, &world).await;
        if !result.is_done() && result.ledger.live.iter().any(|record| record.key == "cache") {
            assert!(applied(None, &result.ledger, &world).await.is_done());
            assert!(world.cloud.objects().is_empty());
        }
        assert_eq!(world.cloud.violations(), Vec::<String>::new());
        if world.cloud.has_faults_left() {
            break;
        }
    }
}

#[tokio::test]
async fn an_object_is_found_although_one_of_another_kind_with_its_id_is_on_its_way_out() {
    let world = world(&[]);
    let wiring = |role: bool| {
        let mut g = Graph::new();
        let net = g.child("net", (), |()| Net { cidr: "10.0.0.0/16".into() });
        g.child("profile", net, |net| Profile { role: net });
        if role {
            g.child("role", (), |()| Role { path: "/".into() });
        }
        g
    };
    let mut ledger = applied(Some(&wiring(true)), &Ledger::default(), &world).await.ledger;
    world.cloud.time_passes();
    ledger.live.retain(|record| record.key != "profile");
    let result = applied(Some(&wiring(false)), &ledger, &world).await;
    assert!(result.is_done(), "{:?}", texts(&result));
    let keys: Vec<_> = world.cloud.objects().into_values().map(|object| object.key).collect();
    assert_eq!(keys, ["net", "profile"]);
}

#[tokio::test]
async fn a_creation_that_is_lost_again_and_again_is_given_up() {
    // A creation and three looks each time, after the first look.
    let world = world(&[2, 6, 10].map(|call| (call, Fault::LoseRequest)));
    let result = applied(Some(&net("10.0.0.0/16")), &Ledger::default(), &world).await;
    assert_eq!(texts(&result), ["child net: create: no answer"]);
    assert_eq!(world.cloud.calls(), 13);
    assert!(result.ledger.is_empty() && world.cloud.objects().is_empty());
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
async fn a_renamed_child_does_not_adopt_what_is_about_to_be_deleted() {
    let world = world(&[]);
    let ledger = applied(Some(&net("10.0.0.0/16")), &Ledger::default(), &world).await.ledger;
    let mut graph = Graph::new();
    graph.child("network", (), |()| Net { cidr: "10.0.0.0/16".into() });
    let result = applied(Some(&graph), &ledger, &world).await;
    assert!(result.is_done());
    let objects: Vec<_> = world.cloud.objects().into_values().map(|object| object.key).collect();
    assert_eq!(objects, ["network"]);
}

#[tokio::test]
async fn import_finds_what_is_there() {
    let world = world(&[]);
    let ledger = made(&world).await;
    world.cloud.time_passes();
    let site = site();
    let graph = wire(&site);
    let imported = on(&world, async |run| import(&graph, run).await).await;
    assert!(imported.failures.is_empty() && !imported.cancelled);
    assert_eq!(imported.ledger, ledger);

    // Without its group, what depends on it can't be looked for.
    let known = |ledger: &Ledger| ledger.live.iter().map(|record| record.key.clone()).collect::<Vec<_>>();
    let mut renamed = Graph::new();
    let net = renamed.child("net", (), |()| Net { cidr: site.cidr.to_owned() });
    let group = renamed.child("groupe", net, |net| crate::children::Group { net, ports: vec![80] });
    renamed.child("cache", group, |group| crate::children::Cache { group });
    let imported = on(&world, async |run| import(&renamed, run).await).await;
    assert_eq!(known(&imported.ledger), ["net"]);
}

#[tokio::test]
async fn import_takes_both_objects_of_a_replacement_that_broke_off() {
    let (old, new) = ("10.0.0.0/16", "10.1.0.0/16");
    let quiet = world(&[]);
    let ledger = applied(Some(&net(old)), &Ledger::default(), &quiet).await.ledger;
    // Cancelled as soon as the new one is there: the old one isn't deleted any more.
    let calls = quiet.cloud.calls();
    let world = world(&[(calls + 2, Fault::Cancel)]);
    assert_eq!(applied(Some(&net(old)), &Ledger::default(), &world).await.ledger, ledger);
    assert!(applied(Some(&net(new)), &ledger, &world).await.cancelled);
    assert_eq!(world.cloud.objects().len(), 2);
    world.cloud.time_passes();

    for (wanted, other) in [(old, new), (new, old)] {
        let graph = net(wanted);
        let imported = on(&world, async |run| import(&graph, run).await).await;
        let [live, dead] = [&imported.ledger.live, &imported.ledger.dead].map(|records| {
            records.iter().map(|record| record.saw["cidr"].as_str().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!((live, dead), (vec![wanted], vec![other]));
    }
    let graph = net(old);
    let imported = on(&world, async |run| import(&graph, run).await).await;
    assert!(applied(None, &imported.ledger, &world).await.is_done());
    assert_eq!(world.cloud.objects().len(), 0);
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
