//! Who lies in a subnet that is to go: EC2 doesn't delete one that has network interfaces (`DependencyViolation`).

use super::listing::state;
use super::tagging::{FILTER_VALUES, filter, to_tags};
use crate::batch::Batched;
use crate::call::call;
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Instance, InstanceStateName, NetworkInterface};
use composite::Error;
use futures::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The interfaces in each subnet, by the subnet's id: one call for all subnets that are asked for at once.
pub(super) type InSubnets = Batched<String, Vec<NetworkInterface>>;

pub(super) fn in_subnets(client: &Client) -> InSubnets {
    let client = client.clone();
    Batched::new(FILTER_VALUES, move |subnets: Vec<String>| {
        let client = client.clone();
        async move {
            let mut found: HashMap<String, Vec<NetworkInterface>> =
                subnets.iter().map(|subnet| (subnet.clone(), vec![])).collect();
            let request = client.describe_network_interfaces().filters(filter("subnet-id", subnets));
            let pages = request.into_paginator().items().send();
            let all: Vec<NetworkInterface> = call("DescribeNetworkInterfaces", pages.try_collect()).await?;
            for interface in all {
                if let Some(list) = interface.subnet_id().and_then(|subnet| found.get_mut(subnet)) {
                    list.push(interface);
                }
            }
            Ok(found)
        }
    })
}

/// Who lies in a subnet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Occupants {
    /// What stays until its owner takes it away.
    pub(super) settled: Vec<String>,
    /// What goes by itself, or in this run: what is ours, what is ending, load balancers that are about to be moved, NAT
    /// gateways.
    pub(super) passing: Vec<String>,
}

/// An instance that has an interface in the subnet.
struct Holder {
    owner: Option<String>,
    ends: bool,
}

impl Holder {
    /// None: it has ended already.
    fn of(instance: Option<Instance>) -> Self {
        let ends = instance.as_ref().is_none_or(|instance| {
            matches!(state(instance), Some(InstanceStateName::ShuttingDown | InstanceStateName::Terminated))
        });
        Self { owner: instance.and_then(|instance| owner(&to_tags(instance.tags()))), ends }
    }
}

/// Looks who is there now.
///
/// # Errors
/// AWS refuses.
pub(super) async fn of(cx: &Cx<'_>, subnet: &String) -> Result<Occupants, Error> {
    let reads = &cx.world.reads.ec2;
    let interfaces = reads.interfaces_in_subnets.fresh(subnet).await?.unwrap_or_default();
    let ids: BTreeSet<String> = interfaces.iter().filter_map(instance).map(str::to_owned).collect();
    // All at once: one call describes them.
    let found = try_join_all(ids.iter().map(|id| reads.instances.fresh(id))).await?;
    let holders = ids.into_iter().zip(found.into_iter().map(Holder::of)).collect();
    Ok(sort(&cx.world.owner.path(), &interfaces, &holders))
}

fn instance(interface: &NetworkInterface) -> Option<&str> {
    interface.attachment()?.instance_id()
}

fn owner(carried: &Tags) -> Option<String> {
    carried.get(tags::OWNER).cloned()
}

fn sort(ours: &str, interfaces: &[NetworkInterface], holders: &BTreeMap<String, Holder>) -> Occupants {
    let mut found = Occupants::default();
    for interface in interfaces {
        let (what, owner, ends) = match instance(interface) {
            Some(id) => {
                let holder = holders.get(id);
                let owner = holder.and_then(|holder| holder.owner.clone());
                (id.to_owned(), owner, holder.is_some_and(|holder| holder.ends))
            }
            None => (named(interface), owner(&to_tags(interface.tag_set())), goes_by_itself(interface)),
        };
        let is_ours = owner.as_deref() == Some(ours);
        let list = if ends || is_ours { &mut found.passing } else { &mut found.settled };
        list.push(match owner {
            Some(owner) => format!("{what} of {owner}"),
            None => what,
        });
    }
    found
}

/// An interface and what it is for: a service of AWS says so in its description.
fn named(interface: &NetworkInterface) -> String {
    let id = interface.network_interface_id().unwrap_or("a network interface");
    match interface.description() {
        None | Some("") => id.to_owned(),
        Some(description) => format!("{id} ({description})"),
    }
}

/// How load balancers and NAT gateways describe their interfaces: `ELB app/NAME/ID`, `Interface for NAT Gateway nat-…`. They
/// let go some minutes after they were told to.
const PASSING: [&str; 2] = ["ELB ", "Interface for NAT Gateway "];

fn goes_by_itself(interface: &NetworkInterface) -> bool {
    let description = interface.description().unwrap_or_default();
    PASSING.iter().any(|prefix| description.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{NetworkInterfaceAttachment, Tag};

    fn interface(description: &str) -> aws_sdk_ec2::types::builders::NetworkInterfaceBuilder {
        NetworkInterface::builder().network_interface_id("eni-1").description(description)
    }

    fn attached(instance: &str) -> NetworkInterface {
        let attachment = NetworkInterfaceAttachment::builder().instance_id(instance).build();
        interface("").attachment(attachment).build()
    }

    fn holder(owner: &str, ends: bool) -> Holder {
        Holder { owner: Some(owner.to_owned()).filter(|owner| !owner.is_empty()), ends }
    }

    #[test]
    fn who_stays_is_told_from_who_goes_by_himself() {
        let holders = BTreeMap::from([
            ("i-ours".to_owned(), holder("paas/dev", false)),
            ("i-tenant".to_owned(), holder("paas/dev/acme", false)),
            ("i-ending".to_owned(), holder("paas/dev/acme", true)),
            ("i-stranger".to_owned(), holder("", false)),
        ]);
        let tag = Tag::builder().key("paas:owner").value("paas/dev").build();
        for (interface, stays, says) in [
            (attached("i-tenant"), true, "i-tenant of paas/dev/acme"),
            (attached("i-stranger"), true, "i-stranger"),
            (attached("i-ending"), false, "i-ending of paas/dev/acme"),
            (attached("i-ours"), false, "i-ours of paas/dev"),
            (interface("RDSNetworkInterface").build(), true, "eni-1 (RDSNetworkInterface)"),
            (interface("").build(), true, "eni-1"),
            (interface("").tag_set(tag).build(), false, "eni-1 of paas/dev"),
            (interface("ELB app/paas-dev/1f2e").build(), false, "eni-1 (ELB app/paas-dev/1f2e)"),
            (
                interface("Interface for NAT Gateway nat-1").build(),
                false,
                "eni-1 (Interface for NAT Gateway nat-1)",
            ),
        ] {
            let found = sort("paas/dev", &[interface], &holders);
            let (expected, none) = (vec![says.to_owned()], vec![]);
            let sorted = if stays { (expected, none) } else { (none, expected) };
            assert_eq!((found.settled, found.passing), sorted);
        }
    }
}
