//! The wiring of a database: read it from top to bottom to see what it consists of.

use super::Place;
use super::gather::Facts;
use super::model::DatabaseModel;
use crate::record::database::Outputs;
use crate::record::{self, Record};
use crate::shared::{i32_of, required};
use composite::{Graph, Node, Value};
use paas_aws::ec2::{Peer, Rule, SecurityGroup, SecurityGroupOut, SecurityGroupRules};
use paas_aws::rds::{
    self, Instance, InstanceOut, ParameterGroup, ParameterGroupOut, SubnetGroup, SubnetGroupOut,
};
use paas_aws::ssm::Parameter;
use paas_aws::{Session, Tags, World};
use std::collections::{BTreeMap, BTreeSet};

/// The key of the child that holds the data.
pub const INSTANCE: &str = "instance";
/// The key of the child that lets the tenant in.
pub const RULES: &str = "security_group_rules";
/// The key of the security group.
pub const SECURITY_GROUP: &str = "security_group";

/// Whoever connects has to speak TLS.
const TLS: (&str, &str) = ("require_secure_transport", "1");

/// Declares every child and output of a database.
pub fn database<'a>(
    session: &'a Session,
    model: &'a DatabaseModel,
    facts: &'a Facts,
    g: &mut Graph<'a, World>,
) {
    let wiring = Wiring {
        session,
        place: g.input(facts.place.clone()),
        settings: g.input(Settings::of(model)),
        tags: g.input(required(&model.tags_all)),
    };
    let group = wiring.security_group(facts, model, g);
    let subnets = wiring.subnet_group(facts, g);
    let parameters = wiring.parameter_group(model, g);
    let instance = wiring.instance(facts, (subnets, group, parameters), g);
    wiring.record(model, instance, group, g);
}

/// What every part of the wiring uses.
struct Wiring<'a> {
    session: &'a Session,
    place: Node<Place>,
    settings: Node<Settings>,
    tags: Node<Tags>,
}

impl<'a> Wiring<'a> {
    /// Only the tenant's instances reach the database, and it reaches nobody. Without a tenant nobody does.
    fn security_group(
        &self,
        facts: &Facts,
        model: &DatabaseModel,
        g: &mut Graph<'a, World>,
    ) -> Node<SecurityGroupOut> {
        let session = self.session;
        let vpc_id = g.input(facts.vpc_id.clone());
        let group = g.child(SECURITY_GROUP, (self.place, vpc_id, self.tags), move |(place, vpc_id, tags)| {
            SecurityGroup {
                name: place.names(session).identifier(),
                vpc_id,
                description: "Database of the tenant".into(),
                tags,
            }
        });
        let clients = match &facts.clients {
            Value::Known(None) => None,
            Value::Known(Some(id)) => Some(Value::Known(id.clone())),
            Value::Unknown => Some(Value::Unknown),
        };
        if let Some(clients) = clients {
            let (clients, port) = (g.input(clients), g.input(required(&model.port)));
            g.child(RULES, (group, clients, port), |(group, clients, port)| SecurityGroupRules {
                group_id: group.id,
                ingress: BTreeSet::from([Rule::tcp(
                    i32_of(port),
                    Peer::Group(clients),
                    "from the tenant's instances",
                )]),
                egress: BTreeSet::new(),
            });
        }
        // A database keeps its network: see `protection`.
        g.steady(group);
        g.export("security_group_id", group, |group| group.id);
        group
    }

    /// The tier without a way out.
    fn subnet_group(&self, facts: &Facts, g: &mut Graph<'a, World>) -> Node<SubnetGroupOut> {
        let session = self.session;
        let subnets = g.input(facts.private_subnet_ids.clone());
        let group =
            g.child("subnet_group", (self.place, subnets, self.tags), move |(place, subnets, tags)| {
                SubnetGroup {
                    name: place.names(session).identifier(),
                    description: "Private subnets of the environment".into(),
                    subnet_ids: subnets.into_iter().collect(),
                    tags,
                }
            });
        // A new zone brings subnets that aren't known yet, and no other group.
        g.steady(group);
        g.export("db_subnet_group_name", group, |group| group.name);
        group
    }

    fn parameter_group(&self, model: &DatabaseModel, g: &mut Graph<'a, World>) -> Node<ParameterGroupOut> {
        let session = self.session;
        let version = g.input(required(&model.engine_version));
        let own = g.input(crate::shared::optional(&model.parameters));
        let group = g.child(
            "parameter_group",
            (self.place, version, own, self.tags),
            move |(place, version, own, tags)| {
                let family = rds::family(&version).unwrap_or_default();
                let mut parameters: BTreeMap<String, String> = own.unwrap_or_default();
                parameters.insert(TLS.0.into(), TLS.1.into());
                ParameterGroup {
                    name: place.names(session).parameter_group(&family),
                    family,
                    parameters,
                    tags,
                }
            },
        );
        if model.engine_version.is_known() {
            g.steady(group);
        }
        g.export("parameter_group_name", group, |group| group.name);
        group
    }

    fn instance(
        &self,
        facts: &Facts,
        (subnets, group, parameters): (Node<SubnetGroupOut>, Node<SecurityGroupOut>, Node<ParameterGroupOut>),
        g: &mut Graph<'a, World>,
    ) -> Node<InstanceOut> {
        let session = self.session;
        let key = g.input(facts.kms_key_arn.clone());
        let deps = (self.place, self.settings, subnets, group, parameters, key, self.tags);
        let instance = g.child(
            INSTANCE,
            deps,
            move |(place, settings, subnets, group, parameters, kms_key_arn, tags)| {
                let identifier = place.names(session).identifier();
                let (backup_window, maintenance_window) = settings.windows(&identifier);
                Instance {
                    identifier,
                    engine_version: settings.engine_version,
                    instance_class: settings.instance_class,
                    allocated_storage: settings.allocated_storage,
                    max_allocated_storage: settings.max_allocated_storage,
                    storage_type: settings.storage_type,
                    iops: settings.iops,
                    storage_throughput: settings.storage_throughput,
                    multi_az: settings.multi_az,
                    db_name: settings.db_name,
                    username: settings.username,
                    port: settings.port,
                    subnet_group_name: subnets.name,
                    security_group_ids: BTreeSet::from([group.id]),
                    parameter_group_name: parameters.name,
                    kms_key_arn,
                    manage_master_user_password: true,
                    backup_retention_period: settings.backup_retention_period,
                    backup_window,
                    maintenance_window,
                    auto_minor_version_upgrade: settings.auto_minor_version_upgrade,
                    deletion_protection: settings.deletion_protection,
                    performance_insights_enabled: settings.performance_insights_retention_period.is_some(),
                    performance_insights_retention_period: settings.performance_insights_retention_period,
                    copy_tags_to_snapshot: true,
                    publicly_accessible: false,
                    tags,
                }
            },
        );
        // What might replace it is refused, known or not: see `protection`.
        g.steady(instance);
        let named = self.place;
        g.export("identifier", named, move |place| place.names(session).identifier());
        g.export("arn", instance, |instance| instance.arn);
        g.export("resource_id", instance, |instance| instance.resource_id);
        g.export("address", instance, |instance| instance.address);
        g.export("endpoint", (instance, self.settings), |(instance, settings)| {
            format!("{}:{}", instance.address, settings.port)
        });
        g.export("master_user_secret_arn", instance, |instance| instance.secret_arn);
        instance
    }

    /// Published last: a database with a record is a database that came up.
    fn record(
        &self,
        model: &'a DatabaseModel,
        instance: Node<InstanceOut>,
        group: Node<SecurityGroupOut>,
        g: &mut Graph<'a, World>,
    ) {
        let session = self.session;
        let arguments = g.input(record::arguments(model, &[]).map_or(Value::Unknown, Value::Known));
        let outputs = g.map((instance, group, self.settings), |(instance, group, settings)| Outputs {
            address: instance.address,
            port: settings.port.into(),
            db_name: settings.db_name,
            username: settings.username,
            master_user_secret_arn: instance.secret_arn,
            identifier: instance.identifier,
            security_group_id: group.id,
        });
        let record = g.child(
            record::CHILD,
            (self.place, arguments, outputs, self.tags),
            move |(place, arguments, outputs, tags)| Parameter {
                name: place.names(session).parameter(),
                value: Record::new(arguments, Some(outputs)).to_text(),
                tags,
            },
        );
        g.export("parameter_name", record, |record| record.name);
        g.export("id", (self.place, record), move |(place, _)| place.names(session).id());
        g.export("tags_all", self.tags, |tags| tags);
    }
}

/// The instance's arguments, in RDS's terms.
#[derive(Debug, Clone, PartialEq)]
struct Settings {
    engine_version: String,
    instance_class: String,
    allocated_storage: i32,
    max_allocated_storage: Option<i32>,
    storage_type: String,
    iops: Option<i32>,
    storage_throughput: Option<i32>,
    multi_az: bool,
    db_name: Option<String>,
    username: String,
    port: i32,
    backup_retention_period: i32,
    backup_window: Option<String>,
    maintenance_window: Option<String>,
    auto_minor_version_upgrade: bool,
    deletion_protection: bool,
    /// None: Performance Insights is off.
    performance_insights_retention_period: Option<i32>,
}

impl Settings {
    fn of(model: &DatabaseModel) -> Value<Self> {
        Self::known(model).map_or(Value::Unknown, Value::Known)
    }

    /// None while one of them isn't known.
    fn known(model: &DatabaseModel) -> Option<Self> {
        let number = |attr: &tfplugin::Attr<i64>| attr.known().copied().map(i32_of);
        let maybe = |attr: &tfplugin::Attr<i64>| Some(attr.settled()?.copied().map(i32_of));
        let insights = *model.performance_insights_enabled.known()?;
        let retention = number(&model.performance_insights_retention_period)?;
        let (iops, storage_throughput) = (maybe(&model.iops)?, maybe(&model.storage_throughput)?);
        Some(Self {
            engine_version: model.engine_version.known()?.clone(),
            instance_class: model.instance_class.known()?.clone(),
            allocated_storage: number(&model.allocated_storage)?,
            max_allocated_storage: maybe(&model.max_allocated_storage)?,
            storage_type: model.storage_type.known()?.clone(),
            iops,
            storage_throughput,
            multi_az: *model.multi_az.known()?,
            db_name: model.db_name.settled()?.cloned(),
            username: model.username.known()?.clone(),
            port: number(&model.port)?,
            backup_retention_period: number(&model.backup_retention_period)?,
            backup_window: model.backup_window.settled()?.cloned(),
            maintenance_window: model.maintenance_window.settled()?.cloned(),
            auto_minor_version_upgrade: *model.auto_minor_version_upgrade.known()?,
            deletion_protection: *model.deletion_protection.known()?,
            performance_insights_retention_period: insights.then_some(retention),
        })
    }

    /// The backup and the maintenance window; those left out follow from the identifier, around the chosen ones.
    fn windows(&self, identifier: &str) -> (String, String) {
        rds::window::spread(identifier, self.backup_window.as_deref(), self.maintenance_window.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tfplugin::{Attr, Attributes};

    fn model() -> DatabaseModel {
        DatabaseModel { environment: "dev".into(), tenant: "acme".into(), ..DatabaseModel::defaults() }
    }

    #[test]
    fn windows_left_out_are_known_at_plan_and_keep_clear_of_the_chosen_one() {
        let settings = |change: fn(&mut DatabaseModel)| {
            let mut model = model();
            change(&mut model);
            Settings::known(&model).expect("all is known")
        };
        let identifier = "paas-dev-acme-1a2b3c-database";
        let (backup, maintenance) = settings(|_| {}).windows(identifier);
        assert_eq!(settings(|d| d.port = 3307.into()).windows(identifier), (backup.clone(), maintenance));
        let own = settings(|d| d.backup_window = "00:00-05:30".into());
        let (chosen, around) = own.windows(identifier);
        assert_eq!((chosen.as_str(), rds::window::refuse_overlap(&chosen, &around)), ("00:00-05:30", None));
        assert_ne!(backup, chosen);
    }

    #[test]
    fn performance_insights_keep_nothing_while_they_are_off() {
        let kept = |on: bool| {
            let model = DatabaseModel { performance_insights_enabled: on.into(), ..model() };
            Settings::known(&model).expect("all is known").performance_insights_retention_period
        };
        assert_eq!((kept(false), kept(true)), (None, Some(7)));
    }

    #[test]
    fn one_argument_that_is_not_known_leaves_the_instance_open() {
        let open = DatabaseModel { backup_window: Attr::Unknown, ..model() };
        assert_eq!(Settings::of(&open), Value::Unknown);
    }
}
