//! What is there already: half-made by a run that ended early, or found although no ledger knows it.

use composite::{Graph, Ledger};

use crate::children::{Net, Profile, Role, Site, wire};
use crate::cloud::Fault;
use crate::runs::{applied, made, net, refreshed, site, texts, world};

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

/// A run that was killed had deleted the role and made it anew, and with it a profile that no ledger knows.
#[tokio::test]
async fn a_named_object_that_came_back_is_not_taken_for_the_one_that_was_to_go() {
    let world = world(&[]);
    let mut ledger = made(&world).await;
    world.cloud.time_passes();
    let role = ledger.live.iter().position(|record| record.key == "role").unwrap();
    ledger.dead.push(ledger.live.remove(role));
    ledger.live.retain(|record| record.key != "profile");
    let again = applied(Some(&wire(&site())), &ledger, &world).await;
    assert!(again.is_done() && again.ledger.dead.is_empty(), "{:?}", texts(&again));
    assert_eq!(world.cloud.violations(), Vec::<String>::new());
    assert_eq!(world.cloud.objects().len(), 9);
}
