//! What a tenant has to know of AWS: its environment's record and its image; and what it checks there at plan.

use super::machines::LAUNCH_TEMPLATE;
use super::model::TenantModel;
use super::slots::Slot;
use super::{name, pipeline, rules};
use crate::composite_resource::Gather;
use crate::home::{self, Home};
use crate::record;
use crate::record::environment::{OF_PIPELINES, OF_TENANTS};
use composite::Value;
use paas_aws::elbv2::{Conditions, MOST_TARGET_GROUPS, Neighbours, SeenRule};
use paas_aws::{Owner, Session, ec2, elbv2};
use std::collections::BTreeSet;
use tfplugin::{Attr, Diagnostic, Diagnostics, Path};

/// What wiring needs.
pub struct Facts {
    /// The environment; unknown while it is yet to be made.
    pub home: Value<Home>,
    /// The root device of the image, such as `/dev/xvda`; unknown unless it must be asked.
    pub root_device_name: Value<String>,
}

impl Facts {
    /// The priorities that the environment's operators keep.
    pub fn reserved(&self) -> Vec<(u16, u16)> {
        match &self.home {
            Value::Known(home) => home.outputs.reserved_priorities.clone(),
            Value::Unknown => vec![],
        }
    }
}

/// Looks up the facts; `None` after an error.
pub async fn facts(
    session: &Session,
    request: &Gather<'_, TenantModel>,
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    let pipelines = if request.model.pipeline.is_null() { &[] } else { OF_PIPELINES };
    let home = match &request.model.environment {
        Attr::Known(name) => {
            let needed = [OF_TENANTS, pipelines].concat();
            home::home(session, name, request.run, &needed, diagnostics).await?
        }
        _ => Value::Unknown,
    };
    let root_device_name = root_device_name(session, request, diagnostics).await;
    if let (true, Value::Known(home)) = (request.check, &home) {
        check(session, request, home, diagnostics).await;
    }
    (!diagnostics.has_errors()).then_some(Facts { home, root_device_name })
}

/// Asked of EC2 unless the configuration says it. An image that was there may be gone later: the group then keeps
/// running, and so does its template, which remembers the device.
async fn root_device_name(
    session: &Session,
    request: &Gather<'_, TenantModel>,
    diagnostics: &mut Diagnostics,
) -> Value<String> {
    let model = request.model;
    if let Some(volume) = model.root_volume.known()
        && !volume.device_name.is_null()
    {
        return volume.device_name.known().map_or(Value::Unknown, |name| Value::Known(name.clone()));
    }
    let Attr::Known(id) = &model.image_id else { return Value::Unknown };
    match ec2::image(session, id).await {
        Ok(Some(image)) => Value::Known(image.root_device_name),
        Ok(None) if request.prior.is_some_and(|prior| prior.image_id == model.image_id) => {
            let template = request.ledger.live.iter().find(|record| record.key == LAUNCH_TEMPLATE);
            let device = template.and_then(|template| template.saw["root_device_name"].as_str());
            device.map_or(Value::Unknown, |device| Value::Known(device.to_owned()))
        }
        Ok(None) => {
            let detail =
                format!("There is no image {id} in {}, or this account may not use it.", session.region);
            diagnostics.error("image_id", "No such image", detail);
            Value::Unknown
        }
        Err(error) => {
            diagnostics.push(Diagnostic::error("Can't read the image", error.to_string()));
            Value::Unknown
        }
    }
}

/// What others have on the load balancer: their hosts, their priorities, how much room is left.
async fn check(
    session: &Session,
    request: &Gather<'_, TenantModel>,
    home: &Home,
    diagnostics: &mut Diagnostics,
) {
    let model = request.model;
    let seen = match elbv2::rules(session, &home.outputs.https_listener_arn).await {
        Ok(seen) => seen,
        Err(error) => {
            return diagnostics.push(Diagnostic::error("Can't read the listener's rules", error.to_string()));
        }
    };
    if let Some(refused) = pipeline::refuse(home, model) {
        diagnostics.push(refused);
    }
    let forewarned = request.prior.and_then(|prior| pipeline::forewarn(session, home, model, prior));
    diagnostics.extend(forewarned);
    record::expect(session, seen.iter().filter_map(SeenRule::owner));
    let owner = Owner::tenant(&session.project, &home.name, name(model));
    let predecessor = request.run.predecessor(&owner);
    let owner = owner.path();
    let reserved = &home.outputs.reserved_priorities;
    // Our own rules move with us, and those of the tenant that we replace will be gone: they are no neighbours.
    let is_ours = |of: &str| of == owner || Some(of) == predecessor.as_deref();
    let others: Vec<SeenRule> =
        seen.iter().filter(|rule| !rule.owner().is_some_and(is_ours)).cloned().collect();
    let neighbours = Neighbours { owner: &owner, reserved, seen: &others };
    let (Some(hosts), Some(paths)) = (model.hosts.known(), model.paths.settled()) else { return };
    let paths = paths.cloned().unwrap_or_default();
    claimed(hosts, &paths, &neighbours, diagnostics);
    let parts = rules::parts(hosts, &paths);
    if let Some(first) = model.priority.known().and_then(|n| u16::try_from(*n).ok()) {
        for (n, part) in (0..).zip(&parts) {
            if let Some(why) = neighbours.misplaced(first.saturating_add(n), part.conditions()) {
                diagnostics.error(
                    "priority",
                    "Priority can't be had",
                    format!("{why}. Leave priority out to have one allocated."),
                );
            }
        }
    }
    // A replacement fits where its predecessor stood.
    if predecessor.is_none()
        && request.ledger.live.iter().all(|record| !record.key.starts_with(Slot::TARGET_GROUP))
    {
        room(session, home, others.len() + parts.len(), diagnostics).await;
    }
}

/// Each host with all the tenant's paths, so that the error points at the host.
fn claimed(hosts: &[String], paths: &[String], neighbours: &Neighbours<'_>, diagnostics: &mut Diagnostics) {
    let paths: BTreeSet<String> = paths.iter().cloned().collect();
    for (i, host) in hosts.iter().enumerate() {
        let one = BTreeSet::from([host.clone()]);
        if let Some(why) = neighbours.taken(Conditions { hosts: &one, paths: &paths }) {
            diagnostics.error(Path::from("hosts").index(i), "Host is taken", format!("{why}."));
        }
    }
}

/// A load balancer holds 100 target groups (not adjustable) and 100 rules (adjustable), so a tenant too many is
/// refused before anything of it is made.
async fn room(session: &Session, home: &Home, rules: usize, diagnostics: &mut Diagnostics) {
    let name = &home.name;
    match elbv2::target_groups_of(session, &home.outputs.load_balancer_arn).await {
        Ok(count) if count >= MOST_TARGET_GROUPS => diagnostics.push(Diagnostic::error(
            "The load balancer is full",
            format!("Environment {name} has {count} target groups on its load balancer, and AWS allows {MOST_TARGET_GROUPS}, which can't be raised. Make another environment for further tenants."),
        )),
        Ok(_) => {}
        Err(error) => diagnostics.push(Diagnostic::error("Can't count the target groups", error.to_string())),
    }
    match elbv2::most_rules(session, rules).await {
        Ok(most) if rules > most => diagnostics.push(Diagnostic::error(
            "The load balancer is full",
            format!("With this tenant, environment {name} would have {rules} listener rules, and its quota is {most}. Have the quota \"Rules per Application Load Balancer\" raised, or make another environment."),
        )),
        Ok(_) => {}
        Err(error) => diagnostics.push(Diagnostic::error("Can't read the quota of listener rules", error.to_string())),
    }
}
