//! The load balancer that all tenants of an environment stand behind.

use super::model::EnvironmentModel;
use super::network::Network;
use crate::names::EnvironmentNames;
use crate::shared::{i32_of, optional, required};
use composite::{Graph, Node};
use paas_aws::ec2::{Peer, Rule, SecurityGroup, SecurityGroupOut, SecurityGroupRules};
use paas_aws::elbv2::{DefaultAction, Listener, ListenerOut, LoadBalancer, LoadBalancerOut};
use paas_aws::{Tags, World};
use std::collections::BTreeSet;

/// What the rest of the environment uses of its load balancer.
pub struct Frontend {
    /// The load balancer's security group.
    pub group: Node<SecurityGroupOut>,
    pub balancer: Node<LoadBalancerOut>,
    pub http: Node<ListenerOut>,
    pub https: Node<ListenerOut>,
}

/// Port 80 leads to 443; on 443, a host that no tenant has gets a 503.
pub fn wire<'a>(
    model: &'a EnvironmentModel,
    names: EnvironmentNames<'a>,
    network: &Network,
    tags: Node<Tags>,
    g: &mut Graph<'a, World>,
) -> Frontend {
    let group = g.child("load_balancer_security_group", (network.vpc_id, tags), move |(vpc_id, tags)| {
        SecurityGroup {
            vpc_id,
            name: format!("{}-load-balancer", names.base()),
            description: "Load balancer".into(),
            tags,
        }
    });
    let sources = g.input(optional(&model.ingress_cidr_blocks));
    let rules = g.child(
        "load_balancer_security_group_rules",
        (group, sources, network.tenants),
        |(group, sources, tenants)| {
            let sources = sources.unwrap_or_else(|| vec!["0.0.0.0/0".to_owned()]);
            let ports = [(80, "HTTP, redirected"), (443, "HTTPS")];
            SecurityGroupRules {
                group_id: group.id,
                ingress: sources
                    .iter()
                    .flat_map(|source| ports.map(|(port, why)| Rule::tcp(port, Peer::cidr(source), why)))
                    .collect(),
                egress: tenants.iter().map(|range| Rule::all(Peer::cidr(range), "to the tenants")).collect(),
            }
        },
    );
    let internal = model.internal.known().copied().unwrap_or_default();
    let subnets = if internal { network.natted } else { network.public };
    let timeout = g.input(required(&model.idle_timeout));
    let protection = g.input(required(&model.deletion_protection));
    let deps = (subnets, group, timeout, protection, tags);
    let balancer =
        g.child("load_balancer", deps, move |(subnets, group, idle_timeout, deletion_protection, tags)| {
            LoadBalancer {
                name: names.load_balancer(),
                internal,
                subnet_ids: subnets.into_iter().collect(),
                security_group_ids: BTreeSet::from([group.id]),
                idle_timeout: i32_of(idle_timeout),
                deletion_protection,
                hardened: true,
                tags,
            }
        });
    let http = g.child("http_listener", (balancer, rules, tags), |(balancer, _, tags)| Listener {
        load_balancer_arn: balancer.arn,
        port: 80,
        protocol: "HTTP".into(),
        ssl_policy: None,
        certificate_arn: None,
        additional_certificate_arns: BTreeSet::new(),
        default_action: DefaultAction::RedirectToHttps,
        tags,
    });
    let certificates =
        (g.input(required(&model.certificate_arn)), g.input(optional(&model.additional_certificate_arns)));
    let policy = g.input(required(&model.ssl_policy));
    let deps = (balancer, rules, certificates, policy, tags);
    let https =
        g.child("https_listener", deps, |(balancer, _, (certificate, additional), ssl_policy, tags)| {
            Listener {
                load_balancer_arn: balancer.arn,
                port: 443,
                protocol: "HTTPS".into(),
                ssl_policy: Some(ssl_policy),
                certificate_arn: Some(certificate),
                additional_certificate_arns: additional.unwrap_or_default(),
                default_action: DefaultAction::FixedResponse {
                    status_code: 503,
                    message_body: "host not found".into(),
                },
                tags,
            }
        });
    g.export("load_balancer_security_group_id", group, |group| group.id);
    g.export("load_balancer_arn", balancer, |balancer| balancer.arn);
    g.export("load_balancer_dns_name", balancer, |balancer| balancer.dns_name);
    g.export("load_balancer_zone_id", balancer, |balancer| balancer.zone_id);
    g.export("http_listener_arn", http, |listener| listener.arn);
    g.export("https_listener_arn", https, |listener| listener.arn);
    Frontend { group, balancer, http, https }
}
