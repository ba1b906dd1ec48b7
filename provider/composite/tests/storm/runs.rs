//! One walk at a time: worlds, small declarations, and what became of them.

use std::time::Duration;

use composite::{Applied, Graph, Ledger, Refreshed, Run, apply, refresh};

use crate::children::{CATALOGUE, Find, Net, Site, World, wire};
use crate::cloud::{Cloud, Fault};
use crate::story::chapters;

pub fn world(faults: &[(usize, Fault)]) -> World {
    World { cloud: Cloud::new(0, faults.iter().copied()), find: Find::Right }
}

pub fn site() -> Site {
    chapters().remove(0)
}

/// Runs a walk with a token that [`Fault::Cancel`] cancels.
pub async fn on<'a, T>(world: &'a World, walk: impl AsyncFnOnce(Run<'_, World>) -> T) -> T {
    let cancel = world.cloud.cancel_token();
    walk(Run { backoff: Duration::ZERO, ..Run::new(world, &CATALOGUE, &cancel) }).await
}

pub async fn applied(graph: Option<&Graph<'_, World>>, ledger: &Ledger, world: &World) -> Applied {
    on(world, async |run| apply(graph, ledger.clone(), run).await).await
}

pub async fn refreshed(ledger: &Ledger, world: &World) -> Refreshed {
    on(world, async |run| refresh(ledger.clone(), run).await).await
}

/// The whole site, there.
pub async fn made(world: &World) -> Ledger {
    let made = applied(Some(&wire(&site())), &Ledger::default(), world).await;
    assert!(made.is_done(), "{:?}", made.failures);
    made.ledger
}

pub fn net(cidr: &str) -> Graph<'_, World> {
    let mut g = Graph::new();
    let net = g.child("net", (), move |()| Net { cidr: cidr.to_owned() });
    g.export("net", net, |net| net);
    g
}

pub fn texts(applied: &Applied) -> Vec<String> {
    applied.failures.iter().map(ToString::to_string).collect()
}
