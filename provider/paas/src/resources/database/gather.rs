//! What a database has to know of AWS: its environment's record and its tenant's security group; and what it checks
//! there at plan.

use super::model::DatabaseModel;
use super::wire::RULES;
use super::{Place, protection, restoring, validate};
use crate::composite_resource::Gather;
use crate::names::EnvironmentNames;
use crate::record::{self, Record};
use crate::run::Foreseen;
use composite::Value;
use paas_aws::ec2::{Peer, SecurityGroupRules};
use paas_aws::{Owner, Session, rds};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tfplugin::{Attr, Diagnostic, Diagnostics};

/// What wiring needs.
#[derive(Debug, PartialEq)]
pub struct Facts {
    /// Whose database it is; unknown while the environment or the tenant is yet to be named.
    pub place: Value<Place>,
    /// The environment's network.
    pub vpc_id: Value<String>,
    /// Where it lies in it.
    pub private_subnet_ids: Value<Vec<String>>,
    /// What encrypts it.
    pub kms_key_arn: Value<String>,
    /// The security group of those who may connect; none: nobody may, because the tenant is gone.
    pub clients: Value<Option<String>>,
}

impl Facts {
    fn unknown() -> Self {
        let (vpc_id, kms_key_arn) = (Value::Unknown, Value::Unknown);
        let (private_subnet_ids, clients) = (Value::Unknown, Value::Unknown);
        Self { place: Value::Unknown, vpc_id, private_subnet_ids, kms_key_arn, clients }
    }
}

/// Looks up the facts; `None` after an error.
pub async fn facts(
    session: &Session,
    request: &Gather<'_, DatabaseModel>,
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    protection::refuse_move(session, request, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let Some(place) = Place::of(request.model) else { return Some(Facts::unknown()) };
    let held = protection::held(request.ledger);
    let home = home(session, &place, request, diagnostics).await?;
    let kms_key_arn = match (&home.kms_key_arn, &held) {
        // The environment isn't known in the least, and its key stays what it is.
        (Value::Unknown, Some(held)) if !home.key_changes => Value::Known(held.kms_key_arn.clone()),
        _ => home.kms_key_arn,
    };
    if let Some(held) = &held {
        protection::refuse_new_home(request, held, &home.vpc_id, &kms_key_arn, diagnostics);
    }
    let clients = clients(session, &place, request, diagnostics).await;
    if request.check {
        check(session, request, held.as_ref(), &kms_key_arn, diagnostics).await;
    }
    (!diagnostics.has_errors()).then_some(Facts {
        place: Value::Known(place),
        vpc_id: home.vpc_id,
        private_subnet_ids: home.private_subnet_ids,
        kms_key_arn,
        clients,
    })
}

/// What a database takes from its environment.
#[derive(Debug, PartialEq)]
struct Home {
    vpc_id: Value<String>,
    private_subnet_ids: Value<Vec<String>>,
    kms_key_arn: Value<String>,
    /// Whether the key isn't known because it is to be made anew.
    key_changes: bool,
}

impl Home {
    /// What the environment has published, under what this run plans for it: that is there when the database's turn
    /// comes.
    fn of(published: Option<&record::environment::Outputs>, foreseen: &Foreseen) -> Self {
        fn pick<T: DeserializeOwned>(foreseen: &Foreseen, name: &str, published: Option<T>) -> Value<T> {
            let value = match foreseen.get(name) {
                Some(Some(value)) => serde_json::from_value(value.clone()).ok(),
                Some(None) => None,
                None => published,
            };
            value.map_or(Value::Unknown, Value::Known)
        }
        let is_unknown = |name: &str| matches!(foreseen.get(name), Some(None));
        Self {
            vpc_id: pick(foreseen, "vpc_id", published.map(|p| p.vpc_id.clone())),
            private_subnet_ids: pick(
                foreseen,
                "private_subnet_ids",
                published.map(|p| p.private_subnet_ids.clone()),
            ),
            kms_key_arn: pick(foreseen, "kms_key_arn", published.map(|p| p.kms_key_arn.clone())),
            // The key depends on nothing in the environment but its tags.
            key_changes: is_unknown("kms_key_arn") && !is_unknown("tags_all"),
        }
    }
}

async fn home(
    session: &Session,
    place: &Place,
    request: &Gather<'_, DatabaseModel>,
    diagnostics: &mut Diagnostics,
) -> Option<Home> {
    let name = &place.environment;
    let owner = Owner::environment(&session.project, name);
    let foreseen = request.run.foreseen(&owner).unwrap_or_default();
    match record::environment::environment(session, name).await {
        Ok(Some(Record { outputs: Some(outputs), .. })) => return Some(Home::of(Some(&outputs), &foreseen)),
        // It stands in the same state, half-made or half-destroyed: what makes it whole comes before us.
        Ok(_) if request.run.is_there(&owner) => return Some(Home::of(None, &foreseen)),
        Ok(Some(_)) => diagnostics.push(record::environment::not_ready(name)),
        Ok(None) => diagnostics.push(record::environment::not_there(session, name)),
        Err(error) => diagnostics.push(error),
    }
    None
}

/// The security group of the tenant's instances, as it will be when the database's turn comes.
///
/// An apply does what its plan said: the group that was known then, or the one that was to become known.
async fn clients(
    session: &Session,
    place: &Place,
    request: &Gather<'_, DatabaseModel>,
    diagnostics: &mut Diagnostics,
) -> Value<Option<String>> {
    let planned = request.model.children.known().filter(|_| !request.check);
    match planned.map(|children| children.get(RULES)) {
        Some(None) => return Value::Known(None),
        Some(Some(Attr::Known(spec))) => {
            if let Some(group) = client_in(spec) {
                return Value::Known(Some(group));
            }
        }
        _ => {}
    }
    let is_promised = matches!(planned.and_then(|children| children.get(RULES)), Some(Attr::Unknown));
    let run = request.run;
    let (environment, tenant) = (&place.environment, &place.tenant);
    let owner = Owner::tenant(&session.project, environment, tenant);
    if !is_promised && run.is_leaving(&owner) {
        return Value::Known(None);
    }
    let names = EnvironmentNames { project: &session.project, environment }.tenant(tenant);
    let found = match record::fetch::<Json>(session, &names.parameter()).await {
        Ok(found) => found,
        Err(error) => {
            diagnostics.push(error);
            return Value::Unknown;
        }
    };
    if let Some(outputs) = found.as_ref().and_then(|record| record.outputs.as_ref()) {
        // It makes room for itself: the record is that of the old one.
        if run.predecessor(&owner) == Some(owner.path()) {
            return Value::Unknown;
        }
        let foreseen = run.foreseen(&owner).and_then(|exports| exports.get("security_group_id").cloned());
        let group = foreseen.unwrap_or_else(|| outputs.get("security_group_id").cloned());
        let group = group.as_ref().and_then(Json::as_str);
        return group.map_or(Value::Unknown, |id| Value::Known(Some(id.to_owned())));
    }
    if !is_promised && run.is_coming(&owner) {
        return Value::Unknown;
    }
    let is_new = request.prior.is_none() && request.model.id.is_unknown();
    match found {
        // What is there already lives on alone.
        _ if !is_promised && !is_new => {
            if request.check {
                let detail = format!(
                    "There is no tenant {tenant:?} in environment {environment:?}, so nobody may connect to database {}. It lives on, and lets the tenant in when it is there again.",
                    names.database(&place.name).id()
                );
                diagnostics.warn("tenant", "Nobody can reach the database", detail);
            }
            return Value::Known(None);
        }
        _ if !is_promised && (run.is_there(&owner) || !request.check) => return Value::Unknown,
        Some(_) => diagnostics.error(
            "tenant",
            "Tenant not ready",
            format!("Tenant {tenant:?} of environment {environment:?} is still being made, or its apply broke off. Finish that apply first."),
        ),
        None => diagnostics.error(
            "tenant",
            "No such tenant",
            format!(
                "There is no tenant {tenant:?} in environment {environment:?} of project {:?}. If it is in this configuration, refer to it: tenant = paas_tenant.{}.name. If it is in another one, apply that first.",
                session.project, tenant.replace('-', "_")
            ),
        ),
    }
    Value::Unknown
}

/// The security group that is let in by the rules in a child's spec.
fn client_in(spec: &str) -> Option<String> {
    let rules: SecurityGroupRules = serde_json::from_str(spec).ok()?;
    rules.ingress.into_iter().find_map(|rule| match rule.peer {
        Peer::Group(id) => Some(id),
        _ => None,
    })
}

/// What only AWS can tell.
async fn check(
    session: &Session,
    request: &Gather<'_, DatabaseModel>,
    held: Option<&rds::Instance>,
    kms_key_arn: &Value<String>,
    diagnostics: &mut Diagnostics,
) {
    let model = request.model;
    if let Some(tags) = model.tags_all.known() {
        validate::few_tags(tags, diagnostics);
    }
    if let Some(version) = model.engine_version.known() {
        // What runs already is no matter of what is on offer: it mustn't be in the way of a destroy, which Terraform
        // plans as a change first.
        let changes = request.prior.is_none_or(|prior| prior.engine_version.known() != Some(version));
        if changes || !protection::is_there(request.ledger) {
            offered(session, version, diagnostics).await;
        }
        if let (Some(held), true) = (held, changes) {
            protection::refuse_older_minor(session, held, version, diagnostics).await;
        }
    }
    if !protection::is_there(request.ledger) {
        restoring::check(session, model, kms_key_arn, diagnostics).await;
        protection::warn_of_loss(request, diagnostics);
    }
}

async fn offered(session: &Session, version: &str, diagnostics: &mut Diagnostics) {
    match rds::engine_version(session, version).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            let detail = format!(
                "RDS has no MySQL {version} in {}. `aws rds describe-db-engine-versions --engine mysql` lists what it has.",
                session.region
            );
            diagnostics.error("engine_version", "No such engine version", detail);
        }
        Err(error) => {
            diagnostics.push(Diagnostic::error("Can't list the versions of MySQL", error.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn foreseen(of: &[(&str, Option<Json>)]) -> Foreseen {
        of.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// A new zone makes subnets unknown, and nothing else: the instance's plan stays readable.
    #[test]
    fn what_an_environment_is_about_to_publish_counts_field_by_field() {
        let planned = [("vpc_id", Some(json!("vpc-1"))), ("private_subnet_ids", None)];
        let home = Home::of(None, &foreseen(&planned));
        assert_eq!(home.vpc_id, Value::Known("vpc-1".into()));
        assert_eq!(home.private_subnet_ids, Value::Unknown);
        assert!(!home.key_changes);
    }

    #[test]
    fn a_key_that_is_made_anew_is_told_from_an_environment_that_is_not_known() {
        let changes = |tags: Option<Json>| {
            Home::of(None, &foreseen(&[("kms_key_arn", None), ("tags_all", tags)])).key_changes
        };
        assert!(changes(Some(json!({}))));
        assert!(!changes(None), "with its tags nothing is known of it");
    }

    #[test]
    fn the_tenants_group_is_read_off_the_rules() {
        let rules = json!({
            "group_id": "sg-1",
            "ingress": [{
                "protocol": "tcp", "from_port": 3306, "to_port": 3306,
                "peer": {"group": "sg-2"}, "description": "",
            }],
            "egress": [],
        });
        assert_eq!(client_in(&rules.to_string()), Some("sg-2".into()));
        assert_eq!(client_in("{}"), None);
    }
}
