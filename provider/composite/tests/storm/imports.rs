//! The ledger of what is there, written anew.

use composite::{Graph, Ledger, import};

use crate::children::{Net, wire};
use crate::cloud::Fault;
use crate::runs::{applied, made, net, on, site, world};

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
