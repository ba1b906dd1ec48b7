//! The wiring of a tenant: read it from top to bottom to see layer 3's virtual host.

use super::gather::Facts;
use super::model::TenantModel;
use super::slots::{self, Machines};
use super::{name, rules};
use crate::composite_resource::Composite;
use crate::home::Home;
use crate::names::{EnvironmentNames, TenantNames};
use crate::record::tenant::Outputs;
use crate::record::{self, Record};
use crate::shared::{i32_of, optional, required};
use composite::{Graph, Node, Value};
use paas_aws::ec2::{LaunchTemplateOut, Peer, Rule, SecurityGroup, SecurityGroupOut, SecurityGroupRules};
use paas_aws::elbv2::{self, ListenerRule, ListenerRuleOut, TargetGroupOut};
use paas_aws::iam::InstanceProfileOut;
use paas_aws::ssm::Parameter;
use paas_aws::{Session, Tags, World};
use std::collections::BTreeSet;

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
    let template = wiring.launch_template(facts, profile, group, g);
    let machines: Vec<Machines> =
        slots::of(model, g).iter().map(|slot| wiring.machines(*slot, template, g)).collect();
    let rules = wiring.listener_rules(&machines, g);
    wiring.software_pipeline(&machines, &rules, g);
    wiring.record(Parts { first: machines[0], rules, template: template.0, group, profile }, g);
}

/// What every part of the wiring uses.
pub(super) struct Wiring<'a> {
    pub session: &'a Session,
    pub model: &'a TenantModel,
    /// The environment, by its record.
    pub home: Node<Home>,
    pub tags: Node<Tags>,
    pub port: Node<i64>,
    pub protocol: Node<String>,
}

impl<'a> Wiring<'a> {
    /// The name that most of the tenant's objects have, once the environment's is known.
    pub fn base(&self) -> impl Fn(&Home) -> String + use<'a> {
        let (session, model) = (self.session, self.model);
        move |home| names(session, home, model).base()
    }

    /// An output that follows from names: a plan tells it before there is anything of that name.
    pub fn name(
        &self,
        output: &str,
        name: impl Fn(&TenantNames<'_>) -> String + Send + Sync + 'a,
        g: &mut Graph<'a, World>,
    ) {
        let (session, model) = (self.session, self.model);
        g.export(output, self.home, move |home| name(&names(session, &home, model)));
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

    /// One rule per five values; which rules there are follows from the hosts alone.
    fn listener_rules(&self, machines: &[Machines], g: &mut Graph<'a, World>) -> Vec<Node<ListenerRuleOut>> {
        let (Some(hosts), Some(paths)) = (self.model.hosts.known(), self.model.paths.settled()) else {
            g.unknown_keys();
            return vec![];
        };
        let paths = paths.cloned().unwrap_or_default();
        let first = g.input(optional(&self.model.priority));
        let targets: Vec<Node<TargetGroupOut>> = machines.iter().map(|machines| machines.target).collect();
        let mut rules = vec![];
        for (n, part) in (0..).zip(rules::parts(hosts, &paths)) {
            let rule = g.child(
                part.key,
                (self.home, targets.clone(), first, self.tags),
                move |(home, targets, first, tags)| {
                    let mut arns: Vec<String> = targets.into_iter().map(|target| target.arn).collect();
                    arns.sort();
                    let mut arns = arns.into_iter();
                    ListenerRule {
                        listener_arn: home.outputs.https_listener_arn,
                        hosts: part.hosts.clone(),
                        paths: part.paths.clone(),
                        priority: first.and_then(|first| u16::try_from(first + n).ok()),
                        target_group_arn: arns.next().expect("there is a slot"),
                        other_target_group_arn: arns.next(),
                        tags,
                    }
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

    /// Published last: a tenant with a record is a tenant that came up.
    fn record(&self, parts: Parts, g: &mut Graph<'a, World>) {
        let (session, model) = (self.session, self.model);
        let arguments =
            g.input(record::arguments(model, super::Tenant::UNRECORDED).map_or(Value::Unknown, Value::Known));
        let outputs = g.map(
            (
                parts.rules,
                parts.first.target,
                parts.template,
                parts.first.scaling,
                parts.group,
                parts.profile,
            ),
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
        self.name("parameter_name", |names| names.parameter(), g);
        g.export("id", (self.home, record), move |(home, _)| format!("{}/{}", home.name, name(model)));
        g.export("target_group_arn", parts.first.target, |target| target.arn);
        let slot = parts.first.slot;
        self.name("autoscaling_group_name", move |names| slot.named(&names.base()), g);
        g.export("autoscaling_group_arn", parts.first.scaling, |group| group.arn);
        g.export("tags_all", self.tags, |tags| tags);
    }
}

/// What the record tells of.
struct Parts {
    first: Machines,
    rules: Vec<Node<ListenerRuleOut>>,
    template: Node<LaunchTemplateOut>,
    group: Node<SecurityGroupOut>,
    profile: Node<InstanceProfileOut>,
}

/// The tenant's names in its environment.
pub(super) fn names<'n>(session: &'n Session, home: &'n Home, model: &'n TenantModel) -> TenantNames<'n> {
    EnvironmentNames { project: &session.project, environment: &home.name }.tenant(name(model))
}
