//! One rule of a security group, and what it takes to get from some rules to others. Pure.

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Every protocol, in EC2's words.
pub(super) const ALL: &str = "-1";

/// One rule. EC2 holds a rule once: two that differ in their description only are the same. Plans and states show it as a
/// line, see [`rule_text`](super::rule_text).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all.
    pub protocol: String,
    /// The first port, or ICMP's type; -1 with protocol `-1`.
    pub from_port: i32,
    /// The last port, or ICMP's code; -1 with protocol `-1`.
    pub to_port: i32,
    /// The other side.
    pub peer: Peer,
    /// Up to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`; may be empty.
    pub description: String,
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// A range of addresses, as EC2 writes it: see [`Peer::cidr`].
    Cidr(String),
    /// What carries this security group.
    Group(String),
    /// A managed prefix list.
    PrefixList(String),
}

impl Peer {
    /// A range of IPv4 or IPv6 addresses. EC2 zeroes the bits after the prefix and shortens IPv6 addresses; so does
    /// this, or the rule would differ for ever from what is read.
    #[must_use]
    pub fn cidr(range: &str) -> Self {
        Self::Cidr(canonical(range).unwrap_or_else(|| range.to_owned()))
    }
}

fn canonical(range: &str) -> Option<String> {
    let (address, prefix) = range.split_once('/')?;
    let prefix: u32 = prefix.parse().ok()?;
    let network = match address.parse().ok()? {
        IpAddr::V4(a) => {
            let mask = u32::MAX.checked_shl(32u32.checked_sub(prefix)?).unwrap_or(0);
            IpAddr::V4((u32::from(a) & mask).into())
        }
        IpAddr::V6(a) => {
            let mask = u128::MAX.checked_shl(128u32.checked_sub(prefix)?).unwrap_or(0);
            IpAddr::V6((u128::from(a) & mask).into())
        }
    };
    Some(format!("{network}/{prefix}"))
}

impl Rule {
    /// One TCP port.
    #[must_use]
    pub fn tcp(port: i32, peer: Peer, description: &str) -> Self {
        Self { protocol: "tcp".into(), from_port: port, to_port: port, peer, description: description.into() }
    }

    /// All protocols and ports.
    #[must_use]
    pub fn all(peer: Peer, description: &str) -> Self {
        Self { protocol: ALL.into(), from_port: -1, to_port: -1, peer, description: description.into() }
    }

    /// What EC2 tells rules apart by.
    fn identity(&self) -> (&str, i32, i32, &Peer) {
        (&self.protocol, self.from_port, self.to_port, &self.peer)
    }
}

/// What leads from the rules there are to the rules wanted.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    pub authorize: Vec<Rule>,
    /// Rules that need another description.
    pub describe: Vec<Rule>,
    pub revoke: Vec<Rule>,
}

pub(super) fn changes(saw: &BTreeSet<Rule>, wanted: &BTreeSet<Rule>) -> Changes {
    let mut changes = Changes::default();
    for rule in wanted.difference(saw) {
        let is_there = saw.iter().any(|other| other.identity() == rule.identity());
        if is_there { &mut changes.describe } else { &mut changes.authorize }.push(rule.clone());
    }
    let unwanted =
        saw.difference(wanted).filter(|rule| !wanted.iter().any(|w| w.identity() == rule.identity()));
    changes.revoke.extend(unwanted.cloned());
    changes
}

/// Rules as EC2 takes them, one permission each.
pub(super) fn permissions(rules: &[Rule]) -> Vec<IpPermission> {
    rules.iter().map(permission).collect()
}

fn permission(rule: &Rule) -> IpPermission {
    let mut permission = IpPermission::builder().ip_protocol(&rule.protocol);
    if rule.protocol != ALL {
        permission = permission.from_port(rule.from_port).to_port(rule.to_port);
    }
    let text = Some(rule.description.clone()).filter(|d| !d.is_empty());
    match &rule.peer {
        Peer::Cidr(v6) if v6.contains(':') => {
            permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(v6).set_description(text).build())
        }
        Peer::Cidr(v4) => permission.ip_ranges(IpRange::builder().cidr_ip(v4).set_description(text).build()),
        Peer::Group(id) => permission
            .user_id_group_pairs(UserIdGroupPair::builder().group_id(id).set_description(text).build()),
        Peer::PrefixList(id) => permission
            .prefix_list_ids(PrefixListId::builder().prefix_list_id(id).set_description(text).build()),
    }
    .build()
}

/// Rules as EC2 gives them: those of one protocol and port range in one permission.
pub(super) fn rules(permissions: &[IpPermission]) -> BTreeSet<Rule> {
    permissions.iter().flat_map(unfold).collect()
}

fn unfold(permission: &IpPermission) -> Vec<Rule> {
    let rule = |peer, description: Option<&str>| Rule {
        protocol: permission.ip_protocol().unwrap_or(ALL).to_owned(),
        from_port: permission.from_port().unwrap_or(-1),
        to_port: permission.to_port().unwrap_or(-1),
        peer,
        description: description.unwrap_or_default().to_owned(),
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let v4 = permission.ip_ranges().iter().map(|r| rule(Peer::Cidr(text(r.cidr_ip())), r.description()));
    let v6 = permission.ipv6_ranges().iter().map(|r| rule(Peer::Cidr(text(r.cidr_ipv6())), r.description()));
    let groups = permission.user_id_group_pairs().iter();
    let groups = groups.map(|g| rule(Peer::Group(text(g.group_id())), g.description()));
    let lists = permission.prefix_list_ids().iter();
    let lists = lists.map(|l| rule(Peer::PrefixList(text(l.prefix_list_id())), l.description()));
    v4.chain(v6).chain(groups).chain(lists).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(description: &str) -> Rule {
        Rule::tcp(443, Peer::cidr("0.0.0.0/0"), description)
    }

    #[test]
    fn ranges_are_written_as_ec2_writes_them() {
        for (given, written) in [
            ("10.0.0.7/16", "10.0.0.0/16"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("1.2.3.4/32", "1.2.3.4/32"),
            ("2001:0DB8::1/32", "2001:db8::/32"),
            ("::/0", "::/0"),
            ("10.0.0.0/33", "10.0.0.0/33"), // no range at all: EC2's refusal says so
        ] {
            assert_eq!(Peer::cidr(given), Peer::Cidr(written.into()), "{given}");
        }
    }

    #[test]
    fn rules_survive_the_way_to_ec2_and_back() {
        let all = BTreeSet::from([
            web("world"),
            Rule::tcp(80, Peer::cidr("::/0"), ""),
            Rule::tcp(80, Peer::Group("sg-1".into()), "from the load balancer"),
            Rule::tcp(443, Peer::PrefixList("pl-1".into()), ""),
            Rule::all(Peer::cidr("0.0.0.0/0"), "out"),
        ]);
        let list: Vec<Rule> = all.iter().cloned().collect();
        assert_eq!(rules(&permissions(&list)), all);
        let out = &permissions(&[Rule::all(Peer::cidr("0.0.0.0/0"), "")])[0];
        assert_eq!((out.from_port, out.to_port), (None, None), "EC2 takes no ports with all protocols");
    }

    #[test]
    fn a_new_description_neither_adds_nor_removes_a_rule() {
        let ssh = Rule::tcp(22, Peer::cidr("0.0.0.0/0"), "by hand");
        let http = Rule::tcp(80, Peer::cidr("0.0.0.0/0"), "redirect");
        let saw = BTreeSet::from([web("old"), ssh.clone()]);
        let wanted = BTreeSet::from([web("new"), http.clone()]);
        assert_eq!(
            changes(&saw, &wanted),
            Changes { authorize: vec![http], describe: vec![web("new")], revoke: vec![ssh] }
        );
        assert_eq!(changes(&wanted, &wanted), Changes::default());
    }
}
