//! What an environment has to know of AWS: zones, an existing network, certificates; and what it checks there.

use super::model::{EnvironmentModel, ExistingNetwork};
use crate::composite_resource::{Gather, Leaving, Why};
use crate::record;
use composite::Value;
use paas_aws::world::Part;
use paas_aws::{Owner, Session, acm, ec2};
use std::collections::BTreeMap;
use tfplugin::{Attr, Diagnostic, Diagnostics, Path};

/// What wiring needs.
pub struct Facts {
    /// The zones of the subnets, in order.
    pub zones: Value<Vec<String>>,
    /// The network that was brought along; none for one of our own.
    pub existing: Value<Option<Existing>>,
}

/// A network that exists already, looked up.
#[derive(Debug, Clone)]
pub struct Existing {
    /// Its primary range.
    pub cidr_block: String,
    /// The ranges of its natted subnets, which may lie in secondary ranges.
    pub natted_cidr_blocks: Vec<String>,
    /// The zones of its public subnets.
    pub zones: Vec<String>,
}

/// How many zones an environment has unless told.
const DEFAULT_ZONES: usize = 3;

/// Looks up the facts; `None` after an error.
pub async fn facts(
    session: &Session,
    request: &Gather<'_, EnvironmentModel>,
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    let model = request.model;
    if request.check {
        certificates(session, request, diagnostics).await;
    }
    let existing = match model.network.settled() {
        None => Value::Unknown,
        Some(None) => Value::Known(None),
        Some(Some(network)) => existing(session, model, network, diagnostics).await,
    };
    let zones = match &existing {
        Value::Unknown => Value::Unknown,
        Value::Known(Some(network)) => Value::Known(network.zones.clone()),
        Value::Known(None) => zones(session, request, diagnostics).await,
    };
    (!diagnostics.has_errors()).then_some(Facts { zones, existing })
}

/// The configured zones, or those it has, or the region's first three.
async fn zones(
    session: &Session,
    request: &Gather<'_, EnvironmentModel>,
    diagnostics: &mut Diagnostics,
) -> Value<Vec<String>> {
    if request.config.availability_zones.is_unknown() {
        return Value::Unknown;
    }
    let chosen =
        request.model.availability_zones.known().or_else(|| request.prior?.availability_zones.known());
    if let (Some(chosen), false) = (chosen, request.check) {
        return Value::Known(chosen.clone());
    }
    let unchanged = request.prior.is_some_and(|prior| prior.availability_zones.known() == chosen);
    if let (Some(chosen), true) = (chosen, unchanged) {
        return Value::Known(chosen.clone());
    }
    let available = match ec2::availability_zones(session).await {
        Ok(available) => available,
        Err(error) => {
            diagnostics.push(Diagnostic::error("Can't list availability zones", error.to_string()));
            return Value::Unknown;
        }
    };
    let Some(chosen) = chosen else {
        return Value::Known(available.into_iter().take(DEFAULT_ZONES).collect());
    };
    for (i, zone) in chosen.iter().enumerate().filter(|(_, zone)| !available.contains(zone)) {
        let detail = format!(
            "{zone:?} is not an availability zone of {}. It has {}.",
            session.region,
            available.join(", ")
        );
        diagnostics.error(Path::from("availability_zones").index(i), "No such availability zone", detail);
    }
    if let Some(had) = request.prior.and_then(|prior| prior.availability_zones.known()) {
        let common = had.iter().zip(chosen).take_while(|(had, chosen)| had == chosen).count();
        if common < had.len().min(chosen.len()) {
            let detail = format!(
                "The zones were {}. Each zone's subnets lie at its place in the list, so another order would move addresses under running load balancers and instances. Add zones at the end, or drop them from the end.",
                had.join(", ")
            );
            diagnostics.error(Path::from("availability_zones").index(common), "Zones change places", detail);
        }
    }
    Value::Known(chosen.clone())
}

async fn existing(
    session: &Session,
    model: &EnvironmentModel,
    network: &ExistingNetwork,
    diagnostics: &mut Diagnostics,
) -> Value<Option<Existing>> {
    let tiers = [
        ("public_subnet_ids", &network.public_subnet_ids),
        ("natted_subnet_ids", &network.natted_subnet_ids),
        ("private_subnet_ids", &network.private_subnet_ids),
    ];
    let Some(vpc_id) = network.vpc_id.known() else { return Value::Unknown };
    if tiers.iter().any(|(_, ids)| !ids.is_known()) {
        return Value::Unknown;
    }
    let all: Vec<String> =
        tiers.iter().flat_map(|(_, ids)| ids.known().into_iter().flatten().cloned()).collect();
    let found = match ec2::network(session, vpc_id, &all).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            let detail = format!("There is no VPC {vpc_id} in {}.", session.region);
            diagnostics.error(Path::from("network").attribute("vpc_id"), "No such VPC", detail);
            return Value::Unknown;
        }
        Err(error) => {
            diagnostics.push(Diagnostic::error("Can't read the network", error.to_string()));
            return Value::Unknown;
        }
    };
    let internal = matches!(model.internal, Attr::Known(true));
    let of_load_balancer = if internal { "natted_subnet_ids" } else { "public_subnet_ids" };
    for (name, ids) in tiers {
        let path = Path::from("network").attribute(name);
        let mut zones = vec![];
        for (i, id) in ids.known().into_iter().flatten().enumerate() {
            match found.subnets.get(id) {
                Some(subnet) if name == of_load_balancer && zones.contains(&subnet.availability_zone) => {
                    let detail = format!(
                        "The subnet {id} is the second one in {}. The load balancer stands in this tier and takes one subnet of each zone.",
                        subnet.availability_zone
                    );
                    diagnostics.error(path.clone().index(i), "Two subnets in one zone", detail);
                }
                Some(subnet) => zones.push(subnet.availability_zone.clone()),
                None => {
                    let detail = format!("There is no subnet {id} in the VPC {vpc_id}.");
                    diagnostics.error(path.clone().index(i), "No such subnet", detail);
                }
            }
        }
        zones.sort();
        zones.dedup();
        if zones.len() < 2 {
            diagnostics.error(
                path,
                "Too few zones",
                "A tier has subnets in two availability zones at least.",
            );
        }
    }
    let public = network.public_subnet_ids.known().into_iter().flatten();
    let zones = public.filter_map(|id| Some(found.subnets.get(id)?.availability_zone.clone())).collect();
    let natted = network.natted_subnet_ids.known().into_iter().flatten();
    let natted_cidr_blocks =
        natted.filter_map(|id| Some(found.subnets.get(id)?.cidr_block.clone())).collect();
    Value::Known(Some(Existing { cidr_block: found.cidr_block, natted_cidr_blocks, zones }))
}

/// A listener refuses a certificate that isn't issued or is another region's. Those it has already are its own matter:
/// one that expired mustn't be in the way of a destroy, which Terraform plans as a change first.
async fn certificates(
    session: &Session,
    request: &Gather<'_, EnvironmentModel>,
    diagnostics: &mut Diagnostics,
) {
    let model = request.model;
    let held = |arn: &String| {
        request.prior.is_some_and(|prior| {
            prior.certificate_arn.known() == Some(arn)
                || prior.additional_certificate_arns.known().is_some_and(|arns| arns.contains(arn))
        })
    };
    let additional = model.additional_certificate_arns.known().into_iter().flatten();
    let all = model
        .certificate_arn
        .known()
        .into_iter()
        .map(|arn| ("certificate_arn", arn))
        .chain(additional.map(|arn| ("additional_certificate_arns", arn)));
    for (attribute, arn) in all.filter(|(_, arn)| !held(arn)) {
        match acm::certificate(session, arn).await {
            Ok(Some(certificate)) if certificate.issued => {}
            Ok(Some(certificate)) => {
                let detail = format!("{arn} is {}, not issued. Validate it first.", certificate.status);
                diagnostics.error(attribute, "Certificate not issued", detail);
            }
            Ok(None) => {
                let detail = format!(
                    "There is no certificate {arn} in {}. A load balancer's certificate must be in its own region.",
                    session.region
                );
                diagnostics.error(attribute, "No such certificate", detail);
            }
            Err(error) => diagnostics.push(Diagnostic::error("Can't read a certificate", error.to_string())),
        }
    }
}

/// An environment goes last: its tenants stand in its network and behind its load balancer, their databases in its
/// network and under its key.
pub async fn refuse_destruction(
    session: &Session,
    leaving: &Leaving<'_, EnvironmentModel>,
    diagnostics: &mut Diagnostics,
) {
    // A destroy of something tainted is planned as a replacement first, when nobody is known to leave with it yet: the
    // replacement's own destruction asks again.
    if leaving.why == Why::MadeAnew {
        return;
    }
    let name = super::name(leaving.model);
    // What was never whole protects nothing.
    let whole = leaving.ledger.live.iter().any(|child| child.key == record::CHILD && child.out.is_some());
    if let (Attr::Known(true), true) = (&leaving.model.deletion_protection, whole) {
        diagnostics.error(
            "deletion_protection",
            "The environment is protected",
            format!("Destroying environment {name} is refused while deletion_protection is on. Set it to false, apply, then destroy."),
        );
    }
    let inhabitants = match record::inhabitants(session, name).await {
        Ok(inhabitants) => inhabitants,
        Err(error) => return diagnostics.push(error),
    };
    let stays = |owner: &&Owner| !leaving.run.is_leaving(owner);
    let mut staying: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for owner in inhabitants.iter().filter(stays) {
        let (what, depth) = match &owner.part {
            None => ("tenants", 3),
            Some(Part::Database(_)) => ("databases", 4),
            Some(Part::InfrastructurePipeline) => ("infrastructure pipelines", 3),
            Some(Part::MachineImages | Part::GitlabWebhook(_)) => continue,
        };
        staying.entry(what).or_default().push(owner.parts()[2..depth].join("/"));
    }
    for (what, names) in staying {
        diagnostics.push(Diagnostic::error(
            format!("The environment still has {what}"),
            format!(
                "Destroying or replacing environment {name} is refused while it has {what}: {}. Destroy them first. One in this configuration goes along if it refers to the environment by paas_environment's id, and if the environment isn't replaced.",
                names.join(", ")
            ),
        ));
    }
}
