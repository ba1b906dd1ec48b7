//! What can be said of an environment's arguments without asking AWS.

use super::model::{EnvironmentModel, ExistingNetwork, Nat};
use crate::names;
use crate::shared::{validate_choice, validate_name, validate_range, validate_retention};
use crate::subnets::{Layout, ZONES};
use ipnet::Ipv4Net;
use std::collections::BTreeSet;
use tfplugin::{Attr, Diagnostics, Path};

/// Certificates of one listener besides the default one (ELBv2 quota, 25 in all).
const MOST_CERTIFICATES: usize = 24;

/// Checks the whole configuration.
pub fn environment(config: &EnvironmentModel, diagnostics: &mut Diagnostics) {
    validate_name("name", &config.name, names::ENVIRONMENT, diagnostics);
    network(config, diagnostics);
    zones(&config.availability_zones, diagnostics);
    if let Some(nat_config) = config.nat.known() {
        nat(nat_config, diagnostics);
    }
    certificates(config, diagnostics);
    for (i, cidr) in config.ingress_cidr_blocks.known().into_iter().flatten().enumerate() {
        if cidr.parse::<Ipv4Net>().is_err() {
            let detail = format!("{cidr:?} is not an IPv4 range such as \"203.0.113.0/24\".");
            diagnostics.error(Path::from("ingress_cidr_blocks").index(i), "Invalid address range", detail);
        }
    }
    validate_range("idle_timeout", &config.idle_timeout, 1..=4000, diagnostics);
    validate_range("deletion_window_in_days", &config.deletion_window_in_days, 7..=30, diagnostics);
    validate_range("log_expiration_days", &config.log_expiration_days, 1..=3650, diagnostics);
    validate_retention("cloudtrail_retention_in_days", &config.cloudtrail_retention_in_days, diagnostics);
    reserved(config, diagnostics);
}

fn network(config: &EnvironmentModel, diagnostics: &mut Diagnostics) {
    match (config.cidr_block.settled(), config.network.settled()) {
        (Some(Some(_)), Some(Some(_))) => {
            diagnostics.error(
                "network",
                "Two networks",
                "Set one of cidr_block (a new network) and network (an existing one), not both.",
            );
        }
        (Some(None), Some(None)) => {
            diagnostics.error(
                "cidr_block",
                "No network",
                "Set cidr_block for a new network, such as \"10.0.0.0/16\", or network for an existing one.",
            );
        }
        _ => {}
    }
    if let Some(Err(why)) = config.cidr_block.known().map(|cidr| Layout::parse(cidr)) {
        diagnostics.error("cidr_block", "Invalid address range", why);
    }
    if let Some(existing) = config.network.known() {
        tiers(existing, diagnostics);
        if config.nat.is_known() {
            diagnostics.error(
                "nat",
                "No NAT to make",
                "With network, the natted tier's routes are yours; leave nat out.",
            );
        }
    }
}

/// Tiers must not overlap, and a load balancer, a group and a database each want two zones.
fn tiers(network: &ExistingNetwork, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeSet<&String> = BTreeSet::new();
    for (name, ids) in [
        ("public_subnet_ids", &network.public_subnet_ids),
        ("natted_subnet_ids", &network.natted_subnet_ids),
        ("private_subnet_ids", &network.private_subnet_ids),
    ] {
        let path = || Path::from("network").attribute(name);
        let Some(ids) = ids.known() else { continue };
        if ids.len() < 2 {
            diagnostics.error(
                path(),
                "Too few subnets",
                "A tier has subnets in two availability zones at least.",
            );
        }
        for (i, id) in ids.iter().enumerate() {
            if !seen.insert(id) {
                let detail = format!(
                    "The subnet {id} is named twice. Tiers must not overlap: what may reach one must not reach another."
                );
                diagnostics.error(path().index(i), "Overlapping tiers", detail);
            }
        }
    }
}

fn zones(zones: &Attr<Vec<String>>, diagnostics: &mut Diagnostics) {
    let Some(zones) = zones.known() else { return };
    if !(2..=ZONES).contains(&zones.len()) {
        let detail = format!(
            "{} zones are named. A load balancer needs two, and the network has room for {ZONES}.",
            zones.len()
        );
        diagnostics.error("availability_zones", "Two to four zones", detail);
    }
    for (i, zone) in zones.iter().enumerate() {
        if zones[..i].contains(zone) {
            diagnostics.error(
                Path::from("availability_zones").index(i),
                "Zone named twice",
                format!("{zone} stands there twice."),
            );
        }
    }
}

fn nat(nat: &Nat, diagnostics: &mut Diagnostics) {
    validate_choice(Path::from("nat").attribute("type"), &nat.r#type, &["gateway", "instance"], diagnostics);
}

fn certificates(config: &EnvironmentModel, diagnostics: &mut Diagnostics) {
    let check = |path: Path, arn: &str, diagnostics: &mut Diagnostics| {
        if !(arn.starts_with("arn:") && arn.contains(":acm:") && arn.contains(":certificate/")) {
            let detail = format!("{arn:?} is not the ARN of an ACM certificate.");
            diagnostics.error(path, "Invalid certificate", detail);
        }
    };
    if let Some(arn) = config.certificate_arn.known() {
        check("certificate_arn".into(), arn, diagnostics);
    }
    if let Some(arns) = config.additional_certificate_arns.known() {
        for arn in arns {
            check("additional_certificate_arns".into(), arn, diagnostics);
        }
        if config.certificate_arn.known().is_some_and(|default| arns.contains(default)) {
            let detail =
                "The default certificate, certificate_arn, stands among the further ones. Name it once.";
            diagnostics.error("additional_certificate_arns", "Certificate named twice", detail);
        }
        if arns.len() > MOST_CERTIFICATES {
            let detail = format!(
                "{} further certificates are named; a listener holds 25 in all (an AWS quota that can be raised). Use a certificate with more names.",
                arns.len()
            );
            diagnostics.error("additional_certificate_arns", "Too many certificates", detail);
        }
    }
}

fn reserved(config: &EnvironmentModel, diagnostics: &mut Diagnostics) {
    for (i, range) in config.reserved_priorities.known().into_iter().flatten().enumerate() {
        let path = Path::from("reserved_priorities").index(i);
        validate_range(path.clone().attribute("from"), &range.from, 1..=50_000, diagnostics);
        validate_range(path.clone().attribute("to"), &range.to, 1..=50_000, diagnostics);
        if let (Some(from), Some(to)) = (range.from.known(), range.to.known())
            && from > to
        {
            diagnostics.error(path, "Empty range", format!("The range from {from} to {to} is empty."));
        }
    }
}
