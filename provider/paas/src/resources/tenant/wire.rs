//! The wiring of a tenant: read it from top to bottom to see layer 3's virtual host.

use super::gather::{Facts, Home};
use super::model::{HealthCheck, RootVolume, TenantModel};
use super::{name, rules};
use crate::composite_resource::Composite;
use crate::names::{EnvironmentNames, TenantNames};
use crate::record::tenant::Outputs;
use crate::record::{self, Record};
use crate::shared::{optional, required, site};
use composite::{Graph, Node, Value};
use paas_aws::autoscaling::{Group, GroupOut, ScalingPolicy};
use paas_aws::ec2::{
    LaunchTemplate, LaunchTemplateOut, Peer, Rule, SecurityGroup, SecurityGroupOut, SecurityGroupRules,
};
use paas_aws::elbv2::{self, ListenerRule, ListenerRuleOut, TargetGroup, TargetGroupOut};
use paas_aws::iam::{InstanceProfile, InstanceProfileOut, Role};
use paas_aws::policies;
use paas_aws::ssm::Parameter;
use paas_aws::{Session, Tags, World};
use std::collections::BTreeSet;
use tfplugin::{Attr, Attributes};

/// The key of the launch template: user data is read back from it.
pub const LAUNCH_TEMPLATE: &str = "launch_template";
/// Declares every child and output of a tenant.
pub fn tenant<'a>(session: &'a Session, model: &'a TenantModel, facts: &'a Facts, g: &mut Graph<'a, World>) {
    let wiring = Wiring {
        session,
        model,
        home: g.input(facts.home.clone()),
        tags: g.input(required(&model.tags_all)),
        port: g.input(required(&model.port)),
        protocol: g.input(required(&model.protocol)),
    };
    let profile = wiring.instance_profile(g);
    let group = wiring.security_group(g);
    let target = wiring.target_group(g);
    let rules = wiring.listener_rules(target, g);
    let template = wiring.launch_template(facts, profile, group, g);
    let scaling = wiring.autoscaling_group(template, target, g);
    wiring.scaling_policy(scaling, target, g);
    wiring.record(Parts { target, rules, template: template.0, scaling, group, profile }, g);
}

/// What every part of the wiring uses.
struct Wiring<'a> {
    session: &'a Session,
    model: &'a TenantModel,
    /// The environment, by its record.
    home: Node<Home>,
    tags: Node<Tags>,
    port: Node<i64>,
    protocol: Node<String>,
}

impl<'a> Wiring<'a> {
    /// The name that most of the tenant's objects have, once the environment's is known.
    fn base(&self) -> impl Fn(&Home) -> String + use<'a> {
        let (session, model) = (self.session, self.model);
        move |home| names(session, home, model).base()
    }

    /// A role and a profile of the tenant's own: no instance can act as another tenant's.
    fn instance_profile(&self, g: &mut Graph<'a, World>) -> Node<InstanceProfileOut> {
        let (session, model) = (self.session, self.model);
        let more = g.input(optional(&model.policy_arns));
        let boundary = g.input(optional(&model.permissions_boundary));
        let deps = (self.home, more, boundary, self.tags);
        let role = g.child("role", deps, move |(home, managed_policy_arns, permissions_boundary, tags)| {
            let site = site(session, &home.name);
            let bucket_arn = format!("arn:{}:s3:::{}", session.partition, home.outputs.bucket);
            Role {
                name: names(session, &home, model).role(&session.region),
                trust: policies::trust::instances(&site),
                policies: policies::instance(&site, name(model), &bucket_arn, &home.outputs.kms_key_arn),
                managed_policy_arns: managed_policy_arns.unwrap_or_default(),
                permissions_boundary,
                tags,
            }
        });
        g.export("role_arn", role, |role| role.arn);
        g.export("role_name", role, |role| role.name);
        let profile = g.child("instance_profile", (role, self.tags), |(role, tags)| InstanceProfile {
            name: role.name.clone(),
            role_name: role.name,
            tags,
        });
        g.export("instance_profile_arn", profile, |profile| profile.arn);
        profile
    }

    /// Only the load balancer reaches the instances; no tenant reaches another.
    fn security_group(&self, g: &mut Graph<'a, World>) -> Node<SecurityGroupOut> {
        let base = self.base();
        let group = g.child("security_group", (self.home, self.tags), move |(home, tags)| SecurityGroup {
            name: base(&home),
            vpc_id: home.outputs.vpc_id,
            description: "Instances of the tenant".into(),
            tags,
        });
        g.child("security_group_rules", (group, self.home, self.port), |(group, home, port)| {
            let balancer = Peer::Group(home.outputs.load_balancer_security_group_id);
            SecurityGroupRules {
                group_id: group.id,
                ingress: BTreeSet::from([Rule::tcp(i32_of(port), balancer, "from the load balancer")]),
                egress: BTreeSet::from([Rule::all(Peer::cidr("0.0.0.0/0"), "to anywhere")]),
            }
        });
        g.export("security_group_id", group, |group| group.id);
        group
    }

    fn target_group(&self, g: &mut Graph<'a, World>) -> Node<TargetGroupOut> {
        let (session, model) = (self.session, self.model);
        let check = g.input(optional(&model.health_check));
        let delay = g.input(required(&model.deregistration_delay));
        let deps = (self.home, self.port, self.protocol, check, delay, self.tags);
        let target = g.child("target_group", deps, move |(home, port, protocol, check, delay, tags)| {
            let port = i32_of(port);
            TargetGroup {
                name: names(session, &home, model).target_group(&home.outputs.vpc_id, port, &protocol),
                vpc_id: home.outputs.vpc_id,
                port,
                health_check: check.unwrap_or_else(HealthCheck::defaults).of_target_group(&protocol),
                protocol,
                deregistration_delay: i32_of(delay),
                tags,
            }
        });
        g.export("target_group_arn", target, |target| target.arn);
        target
    }

    /// One rule per five values; which rules there are follows from the hosts alone.
    fn listener_rules(
        &self,
        target: Node<TargetGroupOut>,
        g: &mut Graph<'a, World>,
    ) -> Vec<Node<ListenerRuleOut>> {
        let (Some(hosts), Some(paths)) = (self.model.hosts.known(), self.model.paths.settled()) else {
            g.unknown_keys();
            return vec![];
        };
        let paths = paths.cloned().unwrap_or_default();
        let first = g.input(optional(&self.model.priority));
        let mut rules = vec![];
        for (n, part) in (0..).zip(rules::parts(hosts, &paths)) {
            let rule = g.child(
                part.key,
                (self.home, target, first, self.tags),
                move |(home, target, first, tags)| ListenerRule {
                    listener_arn: home.outputs.https_listener_arn,
                    hosts: part.hosts.clone(),
                    paths: part.paths.clone(),
                    priority: first.and_then(|first| u16::try_from(first + n).ok()),
                    target_group_arn: target.arn,
                    tags,
                },
            );
            rules.push(rule);
        }
        let urls: Vec<String> = hosts
            .iter()
            .filter(|host| !elbv2::pattern::is_wildcard(host))
            .map(|host| format!("https://{host}/"))
            .collect();
        g.export("urls", (), move |()| urls.clone());
        g.export("listener_rule_arns", rules.clone(), |rules| {
            rules.into_iter().map(|r| r.arn).collect::<Vec<_>>()
        });
        g.export("priorities", rules.clone(), |rules| {
            rules.into_iter().map(|r| r.priority).collect::<Vec<_>>()
        });
        rules
    }

    fn launch_template(
        &self,
        facts: &Facts,
        profile: Node<InstanceProfileOut>,
        group: Node<SecurityGroupOut>,
        g: &mut Graph<'a, World>,
    ) -> (Node<LaunchTemplateOut>, Node<LaunchTemplate>) {
        let model = self.model;
        let base = self.base();
        let machine = (
            g.input(required(&model.image_id)),
            g.input(required(&model.instance_type)),
            g.input(optional(&model.user_data)),
            g.input(volume(model, facts)),
        );
        let deps = (self.home, profile, group, machine, self.tags);
        let wanted =
            g.map(deps, move |(home, profile, group, (image_id, instance_type, user_data, volume), tags)| {
                LaunchTemplate {
                    name: base(&home),
                    image_id,
                    instance_type,
                    instance_profile_arn: profile.arn,
                    security_group_ids: vec![group.id],
                    user_data,
                    root_device_name: volume.device_name,
                    volume_size: volume.size,
                    volume_type: volume.kind,
                    kms_key_arn: home.outputs.kms_key_arn.clone(),
                    instance_tags: tags.clone(),
                    tags,
                }
            });
        let template = g.child(LAUNCH_TEMPLATE, wanted, |wanted| wanted);
        g.export("launch_template_id", template, |template| template.id);
        (template, wanted)
    }

    fn autoscaling_group(
        &self,
        (template, wanted): (Node<LaunchTemplateOut>, Node<LaunchTemplate>),
        target: Node<TargetGroupOut>,
        g: &mut Graph<'a, World>,
    ) -> Node<GroupOut> {
        let model = self.model;
        let base = self.base();
        let sizes = (
            g.input(required(&model.min_size)),
            g.input(required(&model.max_size)),
            g.input(optional(&model.desired_capacity)),
            g.input(required(&model.health_check_grace_period)),
        );
        let deps = (self.home, template, wanted, target, sizes, self.tags);
        let group = g.child(
            "autoscaling_group",
            deps,
            move |(home, template, wanted, target, (min, max, desired, grace), tags)| Group {
                name: base(&home),
                launch_template_id: template.id,
                template_digest: wanted.digest(),
                min_size: i32_of(min),
                max_size: i32_of(max),
                desired_capacity: desired.map(i32_of),
                subnet_ids: home.outputs.natted_subnet_ids.into_iter().collect(),
                target_group_arns: BTreeSet::from([target.arn]),
                health_check_type: "ELB".into(),
                health_check_grace_period: i32_of(grace),
                tags,
            },
        );
        g.export("autoscaling_group_name", group, |group| group.name);
        g.export("autoscaling_group_arn", group, |group| group.arn);
        group
    }

    fn scaling_policy(&self, group: Node<GroupOut>, target: Node<TargetGroupOut>, g: &mut Graph<'a, World>) {
        let tracking = match self.model.target_tracking.settled() {
            None => return g.unknown_keys(),
            Some(None) => return,
            Some(Some(tracking)) => tracking,
        };
        let metric = g.input(required(&tracking.predefined_metric_type));
        let value = g.input(required(&tracking.target_value));
        let deps = (self.home, group, target, metric, value);
        g.child("scaling_policy", deps, |(home, group, target, metric, target_value)| ScalingPolicy {
            name: format!("{}-target-tracking", group.name),
            group_name: group.name,
            resource_label: (metric == "ALBRequestCountPerTarget")
                .then(|| elbv2::resource_label(&home.outputs.load_balancer_arn, &target.arn)),
            predefined_metric_type: metric,
            target_value,
        });
    }

    /// Published last: a tenant with a record is a tenant that came up.
    fn record(&self, parts: Parts, g: &mut Graph<'a, World>) {
        let (session, model) = (self.session, self.model);
        let arguments =
            g.input(record::arguments(model, super::Tenant::UNRECORDED).map_or(Value::Unknown, Value::Known));
        let outputs = g.map(
            (parts.rules, parts.target, parts.template, parts.scaling, parts.group, parts.profile),
            move |(rules, target, template, scaling, group, profile)| Outputs {
                hosts: model.hosts.clone().unwrap_or_default(),
                paths: model.paths.clone().unwrap_or_default(),
                priorities: rules.iter().map(|rule| rule.priority).collect(),
                target_group_arn: target.arn,
                autoscaling_group_name: scaling.name,
                launch_template_id: template.id,
                security_group_id: group.id,
                role_name: profile.name,
            },
        );
        let record = g.child(
            record::CHILD,
            (self.home, arguments, outputs, self.tags),
            move |(home, arguments, outputs, tags)| Parameter {
                name: names(session, &home, model).parameter(),
                value: Record::new(arguments, Some(outputs)).to_text(),
                tags,
            },
        );
        g.export("parameter_name", record, |record| record.name);
        g.export("id", (self.home, record), move |(home, _)| format!("{}/{}", home.name, name(model)));
        g.export("tags_all", self.tags, |tags| tags);
    }
}

/// What the record tells of.
struct Parts {
    target: Node<TargetGroupOut>,
    rules: Vec<Node<ListenerRuleOut>>,
    template: Node<LaunchTemplateOut>,
    scaling: Node<GroupOut>,
    group: Node<SecurityGroupOut>,
    profile: Node<InstanceProfileOut>,
}

/// The tenant's names in its environment.
fn names<'n>(session: &'n Session, home: &'n Home, model: &'n TenantModel) -> TenantNames<'n> {
    EnvironmentNames { project: &session.project, environment: &home.name }.tenant(name(model))
}

/// What the machines' disk is like, the image's word included.
fn volume(model: &TenantModel, facts: &Facts) -> Value<Volume> {
    let volume = match model.root_volume.settled() {
        None => return Value::Unknown,
        Some(volume) => volume.cloned().unwrap_or_else(RootVolume::defaults),
    };
    let device_name = match volume.device_name.settled() {
        None => return Value::Unknown,
        Some(Some(name)) => name.clone(),
        Some(None) => match &facts.root_device_name {
            Value::Known(name) => name.clone(),
            Value::Unknown => return Value::Unknown,
        },
    };
    match (volume.size.known(), volume.r#type.known()) {
        (Some(size), Some(kind)) => {
            Value::Known(Volume { device_name, size: i32_of(*size), kind: kind.clone() })
        }
        _ => Value::Unknown,
    }
}

#[derive(Clone)]
struct Volume {
    device_name: String,
    size: i32,
    kind: String,
}

/// AWS counts in 32 bits; every number was held to its range at validate.
fn i32_of(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

impl HealthCheck {
    fn of_target_group(&self, protocol: &str) -> elbv2::HealthCheck {
        let number = |attr: &Attr<i64>| i32_of(attr.unwrap_or_default());
        elbv2::HealthCheck {
            path: self.path.clone().unwrap_or_default(),
            port: self.port.clone().unwrap_or_default(),
            protocol: self.protocol.clone().unwrap_or(protocol.to_owned()),
            interval: number(&self.interval),
            timeout: number(&self.timeout),
            healthy_threshold: number(&self.healthy_threshold),
            unhealthy_threshold: number(&self.unhealthy_threshold),
            matcher: self.matcher.clone().unwrap_or_default(),
        }
    }
}
