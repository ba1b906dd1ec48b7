//! What an apply would do, by table: a site of yesterday, a site of today.

#![allow(clippy::too_many_lines, reason = "a table is as long as its rows")]

use composite::{
    Action, Child, Cx, Diff, Error, Graph, Id, Json, Ledger, Object, Order, Record, Value, plan,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Planning calls nothing.
macro_rules! uncalled {
    ($out:ty) => {
        type World = ();
        type Out = $out;
        async fn find(&self, _: &Cx<'_, ()>) -> Result<Option<Id>, Error> {
            unreachable!("plan is pure")
        }
        async fn create(&self, _: &Cx<'_, ()>) -> Result<Id, Error> {
            unreachable!("plan is pure")
        }
        async fn sync(&self, _: &Cx<'_, ()>, _: &Id) -> Result<$out, Error> {
            unreachable!("plan is pure")
        }
        async fn read(_: &Cx<'_, ()>, _: &Id) -> Result<Option<(Self, $out)>, Error> {
            unreachable!("plan is pure")
        }
        async fn delete(_: &Cx<'_, ()>, _: &Id) -> Result<(), Error> {
            unreachable!("plan is pure")
        }
    };
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Net {
    cidr: String,
    label: String,
}
impl Child for Net {
    const KIND: &'static str = "net";
    fn diff(&self, saw: &Self) -> Diff {
        match self {
            _ if self.cidr != saw.cidr => Diff::Replace("cidr"),
            // Lenient: an empty label means any.
            _ if self.label.is_empty() || self == saw => Diff::Same,
            _ => Diff::Update,
        }
    }
    uncalled!(String);
}

/// Named, so that two can't exist at once.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Role {
    path: String,
}
impl Child for Role {
    const KIND: &'static str = "role";
    const REPLACE: Order = Order::DeleteFirst;
    fn diff(&self, saw: &Self) -> Diff {
        if self == saw { Diff::Same } else { Diff::Replace("path") }
    }
    uncalled!(String);
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Server {
    net: String,
    role: String,
}
impl Child for Server {
    const KIND: &'static str = "server";
    uncalled!(String);
}

composite::children! {
    catalogue: static CATALOGUE: Catalogue<()>;
    Net, Role, Server,
}

struct Site {
    cidr: Value<&'static str>,
    label: &'static str,
    path: &'static str,
    server: bool,
}
const SITE: Site = Site { cidr: Value::Known("10.0.0.0/16"), label: "a", path: "/", server: true };

fn wire(site: &Site) -> Graph<'_, ()> {
    let mut g = Graph::new();
    let cidr = g.input(site.cidr);
    let net = g.child("net", cidr, |cidr| Net { cidr: cidr.into(), label: site.label.into() });
    let role = g.child("role", (), |()| Role { path: site.path.into() });
    if site.server {
        let server = g.child("server", (net, role), |(net, role)| Server { net, role });
        g.export("server", server, |server| server);
    }
    g.export("net", net, |net| net);
    g
}

fn record(key: &str, kind: &str, spec: Json, needs: &[(&str, &str)]) -> Record {
    let needs = needs.iter().map(|(kind, id)| Object { kind: (*kind).into(), id: (*id).into() }).collect();
    let id = format!("{kind}-1");
    Record { key: key.into(), kind: kind.into(), out: Some(json!(id)), id, saw: spec, needs }
}

/// All of [`SITE`] is there.
fn made() -> Ledger {
    let live = vec![
        record("net", "net", json!({"cidr": "10.0.0.0/16", "label": "a"}), &[]),
        record("role", "role", json!({"path": "/"}), &[]),
        record(
            "server",
            "server",
            json!({"net": "net-1", "role": "role-1"}),
            &[("net", "net-1"), ("role", "role-1")],
        ),
    ];
    Ledger { live, dead: vec![] }
}

/// One line for all that is planned.
fn planned(site: &Site, ledger: &Ledger) -> String {
    let plan = plan(&wire(site), ledger);
    let steps = plan.steps.iter().map(|step| {
        let want = if step.want.is_none() && step.action != Action::Delete { "?" } else { "" };
        format!("{} {}{want}", step.key, step.action)
    });
    let exports = plan.exports.iter().map(|(name, value)| {
        format!(
            "{name}={}",
            value.as_ref().map_or("?".to_owned(), |value| value.as_str().unwrap().to_owned())
        )
    });
    format!("{}; {}", steps.collect::<Vec<_>>().join(", "), exports.collect::<Vec<_>>().join(" "))
}

#[test]
fn table() {
    let half_made = |key: &str| {
        let mut ledger = made();
        ledger.live.iter_mut().find(|record| record.key == key).unwrap().out = None;
        ledger
    };
    let written_by_an_older_version = || {
        let mut ledger = made();
        ledger.live[0].saw = json!({"range": "10.0.0.0/16"});
        ledger
    };
    let of_another_kind = || {
        let mut ledger = made();
        ledger.live[0].kind = "network".into();
        ledger
    };
    let with_dead = || {
        let mut ledger = made();
        ledger.dead = vec![Record { id: "server-0".into(), ..ledger.live[2].clone() }];
        ledger
    };
    let rewired = || {
        let mut ledger = made();
        ledger.live[0].needs = vec![ledger.live[1].object()];
        ledger
    };
    let unread_out = || {
        let mut ledger = made();
        ledger.live[0].out = Some(json!({"arn": "net-1"}));
        ledger
    };
    let cases = [
        ("nothing there", SITE, Ledger::default(), "net create, role create, server create?; server=? net=?"),
        ("all there", SITE, made(), "net keep, role keep, server keep; server=server-1 net=net-1"),
        (
            "an update keeps outs known",
            Site { label: "b", ..SITE },
            made(),
            "net update, role keep, server keep; server=server-1 net=net-1",
        ),
        (
            "a replacement leaves dependants unsure",
            Site { cidr: Value::Known("10.1.0.0/16"), ..SITE },
            made(),
            "net replace (cidr), role keep, server unsure?; server=? net=?",
        ),
        (
            "an unknown input",
            Site { cidr: Value::Unknown, ..SITE },
            made(),
            "net unsure?, role keep, server unsure?; server=? net=?",
        ),
        (
            "an unknown input of something new",
            Site { cidr: Value::Unknown, ..SITE },
            Ledger::default(),
            "net create?, role create, server create?; server=? net=?",
        ),
        (
            "what goes first takes its dependants along",
            Site { path: "/x/", ..SITE },
            made(),
            "net keep, role replace (path), server replace (dependency)?; server=? net=net-1",
        ),
        (
            "even if today's graph has no such edge",
            Site { path: "/x/", ..SITE },
            rewired(),
            "net replace (dependency), role replace (path), server replace (dependency)?; server=? net=?",
        ),
        ("removed", Site { server: false, ..SITE }, made(), "net keep, role keep, server delete; net=net-1"),
        (
            "dead ones are still to be deleted",
            SITE,
            with_dead(),
            "net keep, role keep, server keep, server delete; server=server-1 net=net-1",
        ),
        ("half-made", SITE, half_made("net"), "net update, role keep, server unsure?; server=? net=?"),
        (
            "half-made and of no use",
            Site { cidr: Value::Known("10.1.0.0/16"), ..SITE },
            half_made("net"),
            "net replace (cidr), role keep, server unsure?; server=? net=?",
        ),
        (
            "a spec that today's type can't read",
            SITE,
            written_by_an_older_version(),
            "net update, role keep, server keep; server=server-1 net=net-1",
        ),
        (
            "an out that today's type can't read",
            SITE,
            unread_out(),
            "net update, role keep, server unsure?; server=? net=?",
        ),
        (
            "a key that now means another kind",
            SITE,
            of_another_kind(),
            "net replace (kind), role keep, server unsure?; server=? net=?",
        ),
    ];
    for (name, site, ledger, expected) in cases {
        assert_eq!(planned(&site, &ledger), expected, "{name}");
    }
}

#[test]
fn children_differ_from_the_ledgers_exactly_when_there_is_something_to_do() {
    let differs = |site: &Site, ledger: &Ledger| {
        let planned = plan(&wire(site), ledger);
        let shown: Vec<_> = ledger.children().into_iter().map(|(key, spec)| (key, Some(spec))).collect();
        let differs = planned.children().into_iter().collect::<Vec<_>>() != shown;
        assert_eq!(differs, planned.has_changes());
        differs
    };
    assert!(!differs(&SITE, &made()));
    assert!(!differs(&Site { label: "", ..SITE }, &made()), "a kept child goes on looking as it was seen");
    assert!(differs(&Site { label: "b", ..SITE }, &made()));
    assert!(differs(&Site { server: false, ..SITE }, &made()));

    let mut half_made = made();
    half_made.live[2].out = None;
    assert!(differs(&SITE, &half_made));
    assert!(differs(&Site { server: false, ..SITE }, &half_made), "also when it is wanted no more");

    let mut with_dead = made();
    with_dead.dead.extend([with_dead.live[2].clone(), with_dead.live[2].clone()]);
    assert!(differs(&SITE, &with_dead));
    let keys: Vec<_> = with_dead.children().into_keys().collect();
    assert_eq!(keys, ["net", "role", "server", "dead.server#1", "dead.server#2"]);
}

#[test]
fn unknown_keys_promise_nothing() {
    let without_server = Site { server: false, ..SITE };
    let mut graph = wire(&without_server);
    graph.unknown_keys();
    let planned = plan(&graph, &made());
    assert!(!planned.keys_known && planned.has_changes());
    assert_eq!(planned.steps[2].action, Action::Unsure, "it may turn out to be declared");
    assert_eq!(planned.exports["net"], None);
}

#[test]
#[should_panic(expected = "two children have the key \"net\"")]
fn a_key_is_given_once() {
    let mut g = wire(&SITE);
    g.child("net", (), |()| Role { path: String::new() });
}

#[test]
fn the_catalogue_leads_from_names_to_kinds() {
    let names: Vec<_> = CATALOGUE.kinds().iter().map(|kind| kind.name()).collect();
    assert_eq!(names, ["net", "role", "server"]);
    assert_eq!(CATALOGUE.get("role").unwrap().replace(), Order::DeleteFirst);
    assert!(CATALOGUE.get("moon").is_none());
}

#[test]
fn exports_follow_from_what_the_ledger_holds() {
    let graph = wire(&SITE);
    assert_eq!(json!(graph.exports(&made())), json!({"server": "server-1", "net": "net-1"}));
    let mut ledger = made();
    ledger.live[0].kind = "network".into();
    ledger.live[2].out = None;
    assert_eq!(
        json!(graph.exports(&ledger)),
        json!({}),
        "another kind's out and a half-made child's are no one's"
    );
}
