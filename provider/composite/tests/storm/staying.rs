//! What is declared no more and used by others: an apply leaves it to them, says so, and the next one goes on.

use composite::{Graph, Staying, plan};

use crate::children::{Balancer, Group, Net, Site, Subnet, wire};
use crate::cloud::{Fault, Guest};
use crate::runs::{applied, made, net, site, texts, world};

/// The site in its first zone alone.
fn smaller() -> Site {
    Site { zones: &["a"], ..site() }
}

/// A net with two subnets and a balancer in one of them, or nothing of all that.
fn nets(second: bool) -> Graph<'static, crate::children::World> {
    let mut g = net("10.0.0.0/16");
    if second {
        let other = g.child("other", (), |()| Net { cidr: "10.9.0.0/16".into() });
        let group = g.child("other_group", other, |net| Group { net, ports: vec![] });
        let [used, free] =
            ["used", "free"].map(|key| g.child(key, other, move |net| Subnet { net, zone: key.to_owned() }));
        g.child("in_it", (used, group), |(subnet, group)| Balancer { subnets: vec![subnet], group, size: 1 });
        g.export("free", free, |free| free);
    }
    g
}

#[tokio::test]
async fn what_others_use_stays_as_alive_as_it_was_and_goes_later() {
    let world = world(&[]);
    let ledger = made(&world).await;
    world.cloud.invite("subnet", "subnet.b", Guest::Seen, 1);
    let first = applied(Some(&wire(&smaller())), &ledger, &world).await;
    let subnet = ledger.live.iter().find(|record| record.key == "subnet.b").unwrap();
    let (key, kind, id) = (subnet.key.clone(), subnet.kind.clone(), subnet.id.clone());
    assert_eq!(first.staying, [Staying { key, kind, id, users: "a guest".into() }]);
    assert!(!first.is_done() && first.failures.is_empty() && !first.cancelled);
    assert_eq!((first.ready, first.total), (8, 8));
    assert_eq!(first.ledger.live.last(), Some(subnet));
    assert_eq!(first.ledger.dead, []);
    assert!(plan(&wire(&smaller()), &first.ledger).has_changes());

    let mut back = plan(&wire(&site()), &first.ledger).steps.into_iter();
    assert_eq!(back.find(|step| step.key == "subnet.b").unwrap().action, composite::Action::Keep);

    let second = applied(Some(&wire(&smaller())), &first.ledger, &world).await;
    assert!(second.is_done(), "{:?}", texts(&second));
    assert_eq!(world.cloud.objects().len(), 8);
}

#[tokio::test]
async fn who_serves_it_goes_on_serving_it() {
    let world = world(&[]);
    let ledger = made(&world).await;
    world.cloud.invite("subnet", "subnet.b", Guest::Seen, 1);
    let first = applied(Some(&wire(&smaller())), &ledger, &world).await;
    let stays = format!("subnet/{}", first.staying[0].id);
    let served = |world: &crate::children::World| {
        let objects = world.cloud.objects();
        objects.values().find(|object| object.kind == "balancer").unwrap().serves.clone()
    };
    assert_eq!(served(&world), [stays]);
    assert_eq!(world.cloud.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_hangs_together_with_it_stays_with_it() {
    let both = applied(Some(&nets(true)), &composite::Ledger::default(), &world(&[])).await;
    assert!(both.is_done());
    let all = ["other", "other_group", "used", "free", "in_it"];
    // Seen in time, all of it stays: the balancer needs the subnet, the subnet its net, the other subnet is the same net's.
    let world = world(&[]);
    let ledger = applied(Some(&nets(true)), &composite::Ledger::default(), &world).await.ledger;
    world.cloud.invite("subnet", "used", Guest::Seen, 1);
    let left = applied(Some(&nets(false)), &ledger, &world).await;
    let keys =
        |ledger: &composite::Ledger| ledger.live.iter().map(|live| live.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&left.ledger)[1..], all);
    let left = applied(Some(&nets(false)), &left.ledger, &world).await;
    assert!(left.is_done(), "{:?}", texts(&left));
    // Noticed late, it keeps what it needs.
    let ledger = applied(Some(&nets(true)), &left.ledger, &world).await.ledger;
    world.cloud.invite("subnet", "used", Guest::Unseen, 1);
    let left = applied(Some(&nets(false)), &ledger, &world).await;
    assert_eq!((left.staying.len(), left.failures.len()), (1, 0));
    assert!(keys(&left.ledger).contains(&"other".to_owned()));
    assert!(!keys(&left.ledger).contains(&"in_it".to_owned()));
}

#[tokio::test]
async fn who_can_not_be_asked_about_keeps_everything_as_it_was() {
    let quiet = world(&[]);
    made(&quiet).await;
    let world = world(&[(quiet.cloud.calls() + 1, Fault::Fail)]);
    let ledger = made(&world).await;
    let calls = world.cloud.calls();
    let result = applied(Some(&wire(&smaller())), &ledger, &world).await;
    assert_eq!(texts(&result), ["child subnet.b: delete: refused"]);
    assert_eq!((result.ledger.children(), world.cloud.calls()), (ledger.children(), calls + 1));
}

/// Nobody is asked who uses what a replacement waits for, or what is destroyed: it is waited for.
#[tokio::test]
async fn a_replacement_and_a_destroy_wait() {
    for destroys in [false, true] {
        let world = world(&[]);
        let ledger = made(&world).await;
        world.cloud.invite("subnet", "subnet.b", Guest::Seen, 5);
        let moved = Site { cidr: "10.1.0.0/16", ..site() };
        let graph = (!destroys).then(|| wire(&moved));
        let result = applied(graph.as_ref(), &ledger, &world).await;
        assert!(result.is_done(), "{:?} {:?}", texts(&result), result.staying);
        assert_eq!(world.cloud.objects().len(), if destroys { 0 } else { 9 });
    }
}
