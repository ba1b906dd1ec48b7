//! A rule as plans and states show it: one line, `tcp 80 sg-0abc: from the load balancer`.
//!
//! Protocol, ports, the other side, and behind a colon the description: `tcp 1024..2048 10.0.0.0/16`, `all ::/0: out`. ICMP
//! has type and code for ports, `icmp 3..4 0.0.0.0/0`.

use super::rule::{ALL, Peer, Rule};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How every protocol is called here.
const EVERY: &str = "all";
/// Between the first port and the last.
const TO: &str = "..";
/// Before the description.
const COLON: &str = ": ";

/// A rule field by field: as earlier providers wrote it, and what has no line of its own.
#[derive(Serialize, Deserialize)]
struct Spelled {
    protocol: String,
    from_port: i32,
    to_port: i32,
    peer: Peer,
    description: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Shown {
    Line(String),
    Spelled(Spelled),
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let line = line(self);
        if parsed(&line).as_ref() == Some(self) {
            return to.serialize_str(&line);
        }
        let Self { protocol, from_port, to_port, peer, description } = self.clone();
        Spelled { protocol, from_port, to_port, peer, description }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Shown::deserialize(from)? {
            Shown::Line(line) => {
                let wrong = || serde::de::Error::custom(format!("{line:?} is no rule"));
                parsed(&line).ok_or_else(wrong)
            }
            Shown::Spelled(Spelled { protocol, from_port, to_port, peer, description }) => {
                Ok(Self { protocol, from_port, to_port, peer, description })
            }
        }
    }
}

fn line(rule: &Rule) -> String {
    let Rule { protocol, from_port, to_port, peer, description } = rule;
    let (Peer::Cidr(peer) | Peer::Group(peer) | Peer::PrefixList(peer)) = peer;
    let ports = match (from_port, to_port) {
        _ if protocol == ALL => EVERY.to_owned(),
        (from, to) if from == to => format!("{protocol} {from}"),
        (from, to) => format!("{protocol} {from}{TO}{to}"),
    };
    if description.is_empty() {
        format!("{ports} {peer}")
    } else {
        format!("{ports} {peer}{COLON}{description}")
    }
}

fn parsed(line: &str) -> Option<Rule> {
    let (rule, description) = line.split_once(COLON).unwrap_or((line, ""));
    let mut words = rule.split(' ');
    let (protocol, ports) = match words.next()? {
        EVERY => (ALL, (-1, -1)),
        protocol => {
            let ports = words.next()?;
            let (from, to) = ports.split_once(TO).unwrap_or((ports, ports));
            (protocol, (from.parse().ok()?, to.parse().ok()?))
        }
    };
    let peer = words.next()?.to_owned();
    let peer = match peer.split_once('-') {
        Some(("sg", _)) => Peer::Group(peer),
        Some(("pl", _)) => Peer::PrefixList(peer),
        _ => Peer::Cidr(peer),
    };
    let description = description.to_owned();
    let rule =
        Rule { protocol: protocol.to_owned(), from_port: ports.0, to_port: ports.1, peer, description };
    words.next().is_none().then_some(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn rule(protocol: &str, (from_port, to_port): (i32, i32), peer: Peer, description: &str) -> Rule {
        Rule { protocol: protocol.into(), from_port, to_port, peer, description: description.into() }
    }

    fn group() -> Peer {
        Peer::Group("sg-1".into())
    }

    #[test]
    fn a_rule_is_a_line() {
        for (rule, line) in [
            (Rule::tcp(80, group(), "from the load balancer"), "tcp 80 sg-1: from the load balancer"),
            (Rule::tcp(443, Peer::cidr("10.0.0.0/16"), ""), "tcp 443 10.0.0.0/16"),
            (Rule::tcp(443, Peer::PrefixList("pl-1".into()), "a: b"), "tcp 443 pl-1: a: b"),
            (Rule::all(Peer::cidr("::/0"), "to anywhere"), "all ::/0: to anywhere"),
            (Rule::all(Peer::cidr("2001:db8::/32"), ""), "all 2001:db8::/32"),
            (rule("udp", (1024, 2048), group(), " "), "udp 1024..2048 sg-1:  "),
            (rule("icmp", (8, -1), group(), ""), "icmp 8..-1 sg-1"),
            (rule("50", (-1, -1), group(), ""), "50 -1 sg-1"),
        ] {
            assert_eq!(serde_json::to_value(&rule).unwrap(), line);
            assert_eq!(serde_json::from_value::<Rule>(line.into()).unwrap(), rule);
        }
    }

    #[test]
    fn what_is_no_line_is_spelled_out() {
        for rule in [
            rule("-1", (0, 0), group(), ""),
            rule("all", (1, 1), group(), ""),
            Rule::tcp(80, Peer::Group("other/sg-1".into()), ""),
            Rule::tcp(80, Peer::Cidr("sg-1".into()), ""),
        ] {
            let shown = serde_json::to_value(&rule).unwrap();
            assert!(shown.is_object(), "{shown}");
            assert_eq!(serde_json::from_value::<Rule>(shown).unwrap(), rule);
        }
    }

    #[test]
    fn what_earlier_providers_wrote_is_read() {
        let earlier: Json = json!({
            "protocol": "tcp", "from_port": 80, "to_port": 80, "peer": {"group": "sg-1"}, "description": "web",
        });
        assert_eq!(serde_json::from_value::<Rule>(earlier).unwrap(), Rule::tcp(80, group(), "web"));
        for wrong in ["", "tcp", "tcp x sg-1", "tcp 80", "tcp 80 sg-1 more"] {
            let error = serde_json::from_value::<Rule>(wrong.into()).unwrap_err().to_string();
            assert!(error.contains("is no rule"), "{wrong}: {error}");
        }
    }
}
