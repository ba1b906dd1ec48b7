//! What keeps a database from being destroyed or replaced by surprise.
//!
//! RDS can't change some things of an instance. For other AWS objects that means a new one in place of the old; a new
//! database is an empty one. So every such change is refused at plan, whether the database is protected or not, and
//! whoever wants it says so in two steps that can't be mistaken: a new database, and the end of the old one.

use super::Place;
use super::model::DatabaseModel;
use super::wire::{INSTANCE, SECURITY_GROUP};
use crate::composite_resource::{Gather, Leaving, Why};
use crate::shared::i32_of;
use composite::{Action, Ledger, Plan, Value};
use paas_aws::Session;
use paas_aws::ec2::SecurityGroup;
use paas_aws::rds::{self, Instance, Standing};
use serde::de::DeserializeOwned;
use tfplugin::{Attr, Diagnostic, Diagnostics};

/// The instance as last seen, if there is one, whole or half-made.
pub fn held(ledger: &Ledger) -> Option<Instance> {
    seen(ledger, INSTANCE)
}

/// Whether there is one, even if an earlier provider described it in a way that this one can't read.
pub fn is_there(ledger: &Ledger) -> bool {
    ledger.live.iter().any(|record| record.key == INSTANCE)
}

fn seen<T: DeserializeOwned>(ledger: &Ledger, key: &str) -> Option<T> {
    let record = ledger.live.iter().find(|record| record.key == key)?;
    serde_json::from_value(record.saw.clone()).ok()
}

/// How to get the data elsewhere.
fn moving(identifier: &str) -> String {
    format!(
        "To move the data, take a snapshot (aws rds create-db-snapshot --db-instance-identifier {identifier} --db-snapshot-identifier {identifier}-move), declare another paas_database with snapshot_identifier = \"{identifier}-move\", and destroy this one when the other is there."
    )
}

/// Refuses another environment, tenant or name at plan: the database under the new name would be empty.
pub fn refuse_move(session: &Session, request: &Gather<'_, DatabaseModel>, diagnostics: &mut Diagnostics) {
    let Some(prior) = request.prior else { return };
    // Without an instance there is nothing to lose.
    if !is_there(request.ledger) && !prior.resource_id.is_known() {
        return;
    }
    let Some(place) = Place::of(prior) else { return };
    let (id, identifier) = (place.names(session).id(), place.names(session).identifier());
    let model = request.model;
    for (attribute, was, is) in [
        ("environment", &prior.environment, &model.environment),
        ("tenant", &prior.tenant, &model.tenant),
        ("name", &prior.name, &model.name),
    ] {
        if was == is {
            continue;
        }
        let (was, is) = (was.known().map_or("", String::as_str), in_words(is));
        let detail = format!(
            "Database {id} would be destroyed and an empty one made in its place, because its {attribute} changes from {was:?} to {is}. That is refused, protected or not. Set {attribute} back to {was:?}. {}",
            moving(&identifier)
        );
        diagnostics.error(attribute, "A database can't move", detail);
    }
}

fn in_words(value: &Attr<String>) -> String {
    value.known().map_or_else(|| "a value that isn't known yet".into(), |value| format!("{value:?}"))
}

/// Refuses another key or network than the instance has: at plan, and at apply if the environment has changed since.
pub fn refuse_new_home(
    request: &Gather<'_, DatabaseModel>,
    held: &Instance,
    vpc_id: &Value<String>,
    kms_key_arn: &Value<String>,
    diagnostics: &mut Diagnostics,
) {
    let Instance { identifier, kms_key_arn: has, .. } = held;
    let environment = in_words(&request.model.environment);
    let now = match kms_key_arn {
        Value::Known(key) if key == has => None,
        Value::Known(key) => Some(key.as_str()),
        Value::Unknown => Some("a new one"),
    };
    if let Some(now) = now {
        let detail = format!(
            "Database {identifier} is encrypted with {has}, and the key of environment {environment} is to be {now}. RDS can't change the key of a database; one under the new key would be empty. If the old key is scheduled for deletion, get it back first (aws kms cancel-key-deletion --key-id {has}, then aws kms enable-key --key-id {has}): without it the data are lost. To move the data under the new key, copy a snapshot with aws rds copy-db-snapshot --kms-key-id, and restore the copy as another paas_database."
        );
        diagnostics.error("environment", "The environment's key is another", detail);
    }
    let network = seen::<SecurityGroup>(request.ledger, SECURITY_GROUP).map(|group| group.vpc_id);
    if let (Some(has), Value::Known(now)) = (network, vpc_id)
        && has != *now
    {
        let detail = format!(
            "Database {identifier} lies in {has}, and environment {environment} in {now}. A database can't move to another network. {}",
            moving(identifier)
        );
        diagnostics.error("environment", "The environment's network is another", detail);
    }
}

/// Refuses an older minor version, where only RDS knows which one runs: `8.4` may be any.
pub async fn refuse_older_minor(
    session: &Session,
    held: &Instance,
    wanted: &str,
    diagnostics: &mut Diagnostics,
) {
    // An older major version is told by what was seen: see `review`.
    if rds::is_downgrade(wanted, &held.engine_version) {
        return;
    }
    match rds::standing(session, &held.identifier).await {
        Ok(Some(real)) if rds::is_downgrade(wanted, &real.engine_version) => {
            diagnostics.push(no_way_back(&held.identifier, &real.engine_version, wanted));
        }
        Ok(_) => {}
        Err(error) => diagnostics.push(Diagnostic::error("Can't read the database", error.to_string())),
    }
}

fn no_way_back(identifier: &str, has: &str, wanted: &str) -> Diagnostic {
    let detail = format!(
        "Database {identifier} runs MySQL {has}, and RDS has no way back to {wanted}. Set engine_version to {has:?}, or leave its last number out. To go back with the data of that time, restore a snapshot from before the upgrade as another paas_database (snapshot_identifier)."
    );
    Diagnostic::error("No way back to an older version", detail).at("engine_version")
}

/// Says that an instance is gone that was there: what is made in its place is empty, unless it is restored.
pub fn warn_of_loss(request: &Gather<'_, DatabaseModel>, diagnostics: &mut Diagnostics) {
    let Some(prior) = request.prior.filter(|prior| prior.resource_id.is_known()) else { return };
    let identifier = prior.identifier.clone().unwrap_or_default();
    let next = match request.model.snapshot_identifier.known() {
        Some(snapshot) => format!("An apply restores snapshot {snapshot} in its place."),
        None => format!(
            "An apply makes an empty one in its place. To have the data back, set snapshot_identifier first: aws rds describe-db-snapshots --db-instance-identifier {identifier} lists the snapshots there are."
        ),
    };
    let detail = format!("RDS has no database {identifier} any more: somebody deleted it. {next}");
    diagnostics.push(Diagnostic::warning("The database is gone", detail));
}

/// Refuses the destruction of a protected database, and says what becomes of the data of one that isn't.
pub async fn refuse_destruction(
    session: &Session,
    leaving: &Leaving<'_, DatabaseModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(place) = Place::of(leaving.model) else { return };
    let (id, identifier) = (place.names(session).id(), place.names(session).identifier());
    let seen = match held(leaving.ledger) {
        Some(held) => Some(held.deletion_protection),
        None if leaving.model.resource_id.is_known() => Some(false),
        // Terraform passes nothing on of what is tainted.
        None if leaving.why == Why::MadeAnew => match rds::standing(session, &identifier).await {
            Ok(standing) => standing
                .filter(|real| real.owner.as_ref() == Some(&place.owner(&session.project).path()))
                .map(|Standing { deletion_protection, .. }| deletion_protection),
            Err(error) => {
                return diagnostics.push(Diagnostic::error("Can't read the database", error.to_string()));
            }
        },
        None => None,
    };
    let Some(protected_by_rds) = seen else { return };
    let protected = protected_by_rds || leaving.model.deletion_protection.known() == Some(&true);
    match (leaving.why, protected) {
        // Refused with the attribute that changes: see `refuse_move`.
        (Why::Changed, _) => {}
        (why, true) => {
            diagnostics.push(
                Diagnostic::error("The database is protected", refusal(why, &id)).at("deletion_protection"),
            );
        }
        (why, false) => diagnostics.push(fate(leaving.model, why, &id, &identifier)),
    }
}

/// What to do instead.
fn refusal(why: Why, id: &str) -> String {
    match why {
        Why::MadeAnew => format!(
            "Making database {id} anew is refused while it is protected: the new one would be empty. If it is tainted, because its creation broke off or by terraform taint, run terraform untaint with its address, and apply: that goes on with what is there. If it was named with -replace, leave that out. To make it anew all the same, untaint it, set deletion_protection = false, apply, and then use -replace."
        ),
        Why::Unwanted | Why::Changed => format!(
            "Destroying database {id} is refused while deletion_protection is on. If it was taken out of the configuration by mistake, put it back. To destroy it, set deletion_protection = false, apply, and then destroy it or take it out. To have Terraform forget it and RDS keep it, use a removed block with destroy = false."
        ),
    }
}

/// What becomes of the data of a database that isn't protected.
fn fate(model: &DatabaseModel, why: Why, id: &str, identifier: &str) -> Diagnostic {
    let anew = if why == Why::MadeAnew { " The new one will be empty." } else { "" };
    let backups = if model.delete_automated_backups.known() == Some(&false) {
        "Its automated backups stay until they expire"
    } else {
        "Its automated backups go with it"
    };
    if model.skip_final_snapshot.known() == Some(&true) {
        let detail = format!(
            "Database {id} is destroyed without a last snapshot, because skip_final_snapshot is set. {backups}.{anew} To keep the data, set skip_final_snapshot = false and apply first."
        );
        return Diagnostic::warning("The data will be gone", detail);
    }
    let detail = format!(
        "Before database {id} is destroyed, its data go into snapshot {identifier}-final-YYYYMMDDHHMMSS, named by the time in UTC, which stays and costs until you delete it. {backups}.{anew} To have the data back, set snapshot_identifier to it in a new paas_database."
    );
    Diagnostic::warning("A last snapshot will be taken", detail)
}

/// Refuses, at plan, what would put an empty instance in the place of the one there is, and what RDS would refuse in the
/// midst of the apply.
pub fn review(plan: &Plan, model: &DatabaseModel, diagnostics: &mut Diagnostics) {
    let Some(step) = plan.steps.iter().find(|step| step.key == INSTANCE && step.action != Action::Delete)
    else {
        return;
    };
    let Some(saw) = step.saw.as_ref().and_then(|saw| serde_json::from_value::<Instance>(saw.clone()).ok())
    else {
        return;
    };
    let before = diagnostics.errors().count();
    changed_for_good(model, &saw, diagnostics);
    if step.action == Action::Unsure {
        not_known_yet(model, &saw, diagnostics);
    }
    if let (Action::Replace(why), true) = (step.action, diagnostics.errors().count() == before) {
        let detail = format!(
            "The instance of database {identifier} would be replaced by an empty one, because of {why}. That is refused, protected or not. {}",
            moving(&saw.identifier),
            identifier = saw.identifier
        );
        diagnostics.push(Diagnostic::error("The database would be replaced", detail));
    }
    let allowed = model.allow_major_version_upgrade.known() != Some(&false);
    let at_once = model.apply_immediately.known() != Some(&false);
    if let Some(version) = model.engine_version.known()
        && rds::is_major_upgrade(version, &saw.engine_version)
        && !(allowed && at_once)
    {
        // In the maintenance window the new version comes with the group of its family; until then the old one is in use,
        // and can't be deleted.
        let detail = format!(
            "Database {} runs MySQL {}; {version} is another major version, and there is no way back from it. Try it on a copy first (a snapshot restored as another paas_database). Then set allow_major_version_upgrade = true, and apply_immediately = true: its parameter group is replaced with it, which can't wait for the maintenance window.",
            saw.identifier, saw.engine_version
        );
        diagnostics.error("engine_version", "Upgrade of the major version", detail);
    }
}

/// What RDS can't change in an instance.
fn changed_for_good(model: &DatabaseModel, saw: &Instance, diagnostics: &mut Diagnostics) {
    let identifier = &saw.identifier;
    if let Some(name) = model.username.known().filter(|name| **name != saw.username) {
        let detail = format!(
            "The master user of database {identifier} is {has:?} and can't become {name:?}: that would take a new, empty database. Set username back to {has:?}, and make further users in MySQL (CREATE USER).",
            has = saw.username
        );
        diagnostics.error("username", "The master user can't be renamed", detail);
    }
    if let Some(name) = model.db_name.settled().filter(|name| *name != saw.db_name.as_ref()) {
        let wanted = name.map_or_else(|| "none".to_owned(), |name| format!("{name:?}"));
        let (has, back) = match &saw.db_name {
            Some(has) => (format!("with the schema {has:?}"), format!("Set db_name back to {has:?}")),
            None => ("without a schema".into(), "Leave db_name out".into()),
        };
        let detail = format!(
            "Database {identifier} was made {has}, and db_name is {wanted} now. RDS makes a schema with a new, empty database only. {back}, and make further schemas in MySQL (CREATE DATABASE)."
        );
        diagnostics.error("db_name", "The first schema can't be changed", detail);
    }
    if let Some(version) = model.engine_version.known() {
        // RDS has moved on by itself, as it was allowed to: that is no wish to go back.
        let by_itself = model.auto_minor_version_upgrade.known() == Some(&true)
            && rds::family(version) == rds::family(&saw.engine_version);
        if rds::is_downgrade(version, &saw.engine_version) && !by_itself {
            diagnostics.push(no_way_back(identifier, &saw.engine_version, version));
        }
    }
    if let Some(size) = model.allocated_storage.known().filter(|size| i32_of(**size) < saw.allocated_storage)
    {
        let detail = format!(
            "Database {identifier} has {has} GiB, and {size} are less: a disk can't shrink. Set allocated_storage back to {has}. For a smaller disk, dump the data and load them into another paas_database.",
            has = saw.allocated_storage
        );
        diagnostics.error("allocated_storage", "A disk can't shrink", detail);
    }
}

/// What isn't known before the apply might turn out to be such a change, and then nobody would be asked.
fn not_known_yet(model: &DatabaseModel, saw: &Instance, diagnostics: &mut Diagnostics) {
    for (attribute, unknown) in [
        ("username", model.username.is_unknown()),
        ("db_name", model.db_name.is_unknown()),
        ("engine_version", model.engine_version.is_unknown()),
        ("allocated_storage", model.allocated_storage.is_unknown()),
    ] {
        if unknown {
            let detail = format!(
                "{attribute} isn't known before the apply. If it turned out to be another than database {} has, there would have to be a new, empty one. Give it a value that is known at plan, or apply first what it comes from (-target).",
                saw.identifier
            );
            diagnostics.error(attribute, "Not known before the apply", detail);
        }
    }
}

#[cfg(test)]
#[path = "protection_tests.rs"]
mod tests;
