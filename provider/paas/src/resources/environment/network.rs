//! The network of an environment: three contiguous tiers over the zones, or one that exists already.

use super::gather::{Existing, Facts};
use super::model::{EnvironmentModel, Nat};
use crate::names::EnvironmentNames;
use crate::shared::required;
use crate::subnets::{Layout, Tier};
use composite::{Graph, Node, Value};
use paas_aws::ec2::{
    Address, InternetGateway, NatGateway, NatInstance, Peer, RouteTable, RouteTarget, Rule, SecurityGroup,
    SecurityGroupRules, Subnet, Vpc,
};
use paas_aws::{Tags, World};
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::Attributes;

/// The default route.
const ANYWHERE: &str = "0.0.0.0/0";

/// What the rest of the environment uses of its network.
pub struct Network {
    pub vpc_id: Node<String>,
    pub vpc_cidr_block: Node<String>,
    /// Ranges that tenants' instances have addresses of.
    pub tenants: Node<Vec<String>>,
    pub public: Node<Vec<String>>,
    pub natted: Node<Vec<String>>,
    pub private: Node<Vec<String>>,
}

/// Declares the network and its exports.
pub fn wire<'a>(
    model: &'a EnvironmentModel,
    facts: &Facts,
    names: EnvironmentNames<'a>,
    tags: Node<Tags>,
    g: &mut Graph<'a, World>,
) -> Network {
    let network = match (&facts.existing, &facts.zones) {
        (Value::Known(Some(existing)), _) => brought_along(model, existing, g),
        (Value::Known(None), Value::Known(zones)) => own(model, zones, names, tags, g),
        _ => {
            g.unknown_keys();
            unknown(g)
        }
    };
    let zones = g.input(facts.zones.clone());
    g.export("availability_zones", zones, |zones| zones);
    g.export("vpc_id", network.vpc_id, |id| id);
    g.export("vpc_cidr_block", network.vpc_cidr_block, |cidr| cidr);
    g.export("public_subnet_ids", network.public, |ids| ids);
    g.export("natted_subnet_ids", network.natted, |ids| ids);
    g.export("private_subnet_ids", network.private, |ids| ids);
    network
}

fn own<'a>(
    model: &'a EnvironmentModel,
    zones: &[String],
    names: EnvironmentNames<'a>,
    tags: Node<Tags>,
    g: &mut Graph<'a, World>,
) -> Network {
    let cidr = g.input(required(&model.cidr_block));
    let layout = g.map(cidr, |cidr| Layout::parse(&cidr).expect("checked at validate"));
    let vpc = g.child("vpc", (cidr, tags), |(cidr_block, tags)| Vpc {
        cidr_block,
        enable_dns_hostnames: true,
        tags,
    });
    let vpc_id = g.map(vpc, |vpc| vpc.id);

    let subnets = |tier: Tier, g: &mut Graph<'a, World>| -> Vec<Node<String>> {
        let subnet = |(position, zone): (usize, &String)| {
            let availability_zone = zone.clone();
            let made = g.child(
                format!("{}_subnet.{zone}", tier.name()),
                (vpc_id, layout, tags),
                move |(vpc_id, layout, tags)| Subnet {
                    vpc_id,
                    cidr_block: layout.subnet(tier, position).to_string(),
                    availability_zone: availability_zone.clone(),
                    map_public_ip_on_launch: false,
                    tags,
                },
            );
            g.map(made, |subnet| subnet.id)
        };
        zones.iter().enumerate().map(subnet).collect()
    };
    let public = subnets(Tier::Public, g);
    let natted = subnets(Tier::Natted, g);
    let private = subnets(Tier::Private, g);

    let gateway =
        g.child("internet_gateway", (vpc_id, tags), |(vpc_id, tags)| InternetGateway { vpc_id, tags });
    let out = g.map(gateway, |gateway| RouteTarget::Gateway(gateway.id));
    routes("public_routes".into(), vpc_id, Some(out), public.clone(), tags, g);
    routes("private_routes".into(), vpc_id, None, private.clone(), tags, g);
    let nats =
        nats(model, zones, &Surroundings { vpc_id, layout, public: &public, gateway: out, names, tags }, g);
    for (position, zone) in zones.iter().enumerate() {
        // One table per zone even with one NAT, so that going to one NAT per zone changes routes only.
        let out = nats.get(position).or(nats.first()).copied();
        routes(format!("natted_routes.{zone}"), vpc_id, out, vec![natted[position]], tags, g);
    }
    for (attribute, tier) in [
        ("public_cidr_block", Tier::Public),
        ("natted_cidr_block", Tier::Natted),
        ("private_cidr_block", Tier::Private),
    ] {
        g.export(attribute, layout, move |layout| layout.tier(tier).to_string());
    }
    Network {
        vpc_id,
        vpc_cidr_block: cidr,
        tenants: g.map(cidr, |cidr| vec![cidr]),
        public: all(public, g),
        natted: all(natted, g),
        private: all(private, g),
    }
}

fn all(nodes: Vec<Node<String>>, g: &mut Graph<'_, World>) -> Node<Vec<String>> {
    g.map(nodes, |ids| ids)
}

fn routes(
    key: String,
    vpc_id: Node<String>,
    out: Option<Node<RouteTarget>>,
    subnets: Vec<Node<String>>,
    tags: Node<Tags>,
    g: &mut Graph<'_, World>,
) {
    g.child(key, (vpc_id, out, subnets, tags), |(vpc_id, out, subnets, tags)| RouteTable {
        vpc_id,
        routes: out.map(|target| (ANYWHERE.to_owned(), target)).into_iter().collect::<BTreeMap<_, _>>(),
        subnet_ids: subnets.into_iter().collect::<BTreeSet<_>>(),
        tags,
    });
}

struct Surroundings<'n, 'a> {
    vpc_id: Node<String>,
    layout: Node<Layout>,
    public: &'n [Node<String>],
    /// A NAT without a way out would come up broken: it waits for the gateway.
    gateway: Node<RouteTarget>,
    names: EnvironmentNames<'a>,
    tags: Node<Tags>,
}

/// The NATs, one or one per zone, as targets of the natted tier's routes.
fn nats<'a>(
    model: &'a EnvironmentModel,
    zones: &[String],
    around: &Surroundings<'_, 'a>,
    g: &mut Graph<'a, World>,
) -> Vec<Node<RouteTarget>> {
    let nat = model.nat.known().cloned().unwrap_or_else(Nat::defaults);
    let (Some(kind), Some(per_zone)) = (nat.r#type.known(), nat.per_zone.known()) else {
        g.unknown_keys();
        return vec![];
    };
    let Surroundings { gateway, tags, .. } = *around;
    let count = if *per_zone { zones.len() } else { 1 };
    let group = (kind == "instance").then(|| nat_security_group(around, g));
    let instance_type = g.input(required(&nat.instance_type));
    let (mut targets, mut addresses) = (vec![], vec![]);
    for (zone, subnet) in zones.iter().zip(around.public).take(count) {
        let subnet = *subnet;
        // An address can't move between a gateway and an instance while the old one holds it, and the old one goes last.
        let holder = if group.is_some() { "nat_instance_address" } else { "nat_address" };
        let address = g.child(format!("{holder}.{zone}"), tags, |tags| Address { tags });
        addresses.push(g.map(address, |address| address.public_ip));
        let deps = (subnet, address, gateway, tags);
        targets.push(if let Some(group) = group {
            let key = format!("nat_instance.{zone}");
            let made = g.child(
                key,
                (deps, instance_type, group),
                |((subnet_id, address, _, tags), instance_type, security_group_id)| NatInstance {
                    subnet_id,
                    allocation_id: address.allocation_id,
                    instance_type,
                    security_group_id,
                    forwards: true,
                    tags,
                },
            );
            g.map(made, |nat| RouteTarget::NetworkInterface(nat.network_interface_id))
        } else {
            let made = g.child(format!("nat_gateway.{zone}"), deps, |(subnet_id, address, _, tags)| {
                NatGateway { subnet_id, allocation_id: address.allocation_id, tags }
            });
            g.map(made, |nat| RouteTarget::NatGateway(nat.id))
        });
    }
    g.export("nat_public_ips", addresses, |addresses| addresses);
    targets
}

/// NAT instances take what comes from the natted tier, and nothing else.
fn nat_security_group<'a>(around: &Surroundings<'_, 'a>, g: &mut Graph<'a, World>) -> Node<String> {
    let name = format!("{}-nat", around.names.base());
    let group = g.child("nat_security_group", (around.vpc_id, around.tags), move |(vpc_id, tags)| {
        SecurityGroup { vpc_id, name: name.clone(), description: "NAT instances".into(), tags }
    });
    let rules =
        g.child("nat_security_group_rules", (group, around.layout), |(group, layout)| SecurityGroupRules {
            group_id: group.id,
            ingress: BTreeSet::from([Rule::all(
                Peer::cidr(&layout.tier(Tier::Natted).to_string()),
                "from the natted tier",
            )]),
            egress: BTreeSet::from([Rule::all(Peer::cidr(ANYWHERE), "to the internet")]),
        });
    g.map((group, rules), |(group, _)| group.id)
}

fn brought_along<'a>(model: &'a EnvironmentModel, existing: &Existing, g: &mut Graph<'a, World>) -> Network {
    let network = model.network.known().cloned().unwrap_or_default();
    for attribute in ["public_cidr_block", "natted_cidr_block", "private_cidr_block", "nat_public_ips"] {
        g.export(attribute, (), |()| None::<String>);
    }
    Network {
        vpc_id: g.input(required(&network.vpc_id)),
        vpc_cidr_block: g.input(Value::Known(existing.cidr_block.clone())),
        tenants: g.input(Value::Known(existing.natted_cidr_blocks.clone())),
        public: g.input(required(&network.public_subnet_ids)),
        natted: g.input(required(&network.natted_subnet_ids)),
        private: g.input(required(&network.private_subnet_ids)),
    }
}

fn unknown(g: &mut Graph<'_, World>) -> Network {
    Network {
        vpc_id: g.input(Value::Unknown),
        vpc_cidr_block: g.input(Value::Unknown),
        tenants: g.input(Value::Unknown),
        public: g.input(Value::Unknown),
        natted: g.input(Value::Unknown),
        private: g.input(Value::Unknown),
    }
}
