//! The wiring of an environment: read it from top to bottom to see layer 1.

use super::frontend::{self, Frontend};
use super::gather::Facts;
use super::model::EnvironmentModel;
use super::name;
use super::network::{self, Network};
use crate::names::EnvironmentNames;
use crate::record::environment::Outputs;
use crate::record::{self, Record};
use crate::shared::{i32_of, optional, required, site};
use composite::{Graph, Node, Value};
use paas_aws::cloudtrail::Trail;
use paas_aws::iam::{Role, RoleOut};
use paas_aws::kms::{Alias, Key, KeyOut};
use paas_aws::logs::LogGroup;
use paas_aws::policies::{self, Inline, KeyUsers, Site, TrailDelivery};
use paas_aws::policy::Document;
use paas_aws::s3::{Bucket, BucketOut, BucketPolicy, BucketPolicyOut};
use paas_aws::ssm::Parameter;
use paas_aws::{Session, Tags, World};
use std::collections::{BTreeMap, BTreeSet};

/// Where CloudTrail writes in the bucket; what lies below expires.
const LOGS: &str = "logs";
/// What a source object's key starts with: writes below are recorded, and start pipelines.
const SOURCES: [&str; 2] = ["software/", "infrastructure/"];
const INFRASTRUCTURE_PIPELINE: &str = "infrastructure-pipeline";
const SOFTWARE_PIPELINE: &str = "software-pipeline";
const DEPLOY: &str = "deploy";
const EVENTS: &str = "events";
const LOG_DELIVERY: &str = "log-delivery";

/// Declares every child and output of an environment.
pub fn environment<'a>(
    session: &'a Session,
    model: &'a EnvironmentModel,
    facts: &'a Facts,
    g: &mut Graph<'a, World>,
) {
    let wiring = Wiring {
        session,
        model,
        names: EnvironmentNames { project: &session.project, environment: name(model) },
        tags: g.input(required(&model.tags_all)),
        boundary: g.input(optional(&model.permissions_boundary)),
    };
    let network = network::wire(model, facts, wiring.names, wiring.tags, g);
    let key = wiring.key(g);
    let bucket = wiring.bucket(key, g);
    let policy = wiring.bucket_policy(bucket, g);
    wiring.trail(bucket, policy, key, g);
    let roles = wiring.roles(key, g);
    let frontend = frontend::wire(model, wiring.names, &network, wiring.tags, g);
    wiring.record(&network, key, bucket, &roles, &frontend, g);
}

/// What every part of the wiring uses.
struct Wiring<'a> {
    session: &'a Session,
    model: &'a EnvironmentModel,
    names: EnvironmentNames<'a>,
    tags: Node<Tags>,
    boundary: Node<Option<String>>,
}

struct Roles {
    infrastructure_pipeline: Node<RoleOut>,
    software_pipeline: Node<RoleOut>,
    deploy: Node<RoleOut>,
    events: Node<RoleOut>,
}

impl<'a> Wiring<'a> {
    fn site(&self) -> Site {
        site(self.session, name(self.model))
    }

    fn role_name(&self, what: &str) -> String {
        self.names.role(what, &self.session.region)
    }

    fn bucket_name(&self) -> String {
        self.names.bucket(&self.session.account_id, &self.session.region)
    }

    /// One key for everything of the environment.
    fn key(&self, g: &mut Graph<'a, World>) -> Node<KeyOut> {
        let (site, names) = (self.site(), self.names);
        let roles =
            [INFRASTRUCTURE_PIPELINE, SOFTWARE_PIPELINE, DEPLOY].map(|what| self.role_name(what)).to_vec();
        let users = KeyUsers { trail: Some(names.base()), roles };
        let key = g.child("key", self.tags, move |tags| Key {
            description: format!("Everything of environment {}", names.base()),
            policy: policies::key(&site, &users),
            enabled: true,
            enable_key_rotation: true,
            tags,
        });
        let alias = g.child("key_alias", key, move |key| Alias { name: names.key_alias(), key_id: key.id });
        g.export("kms_key_arn", key, |key| key.arn);
        g.export("kms_key_id", key, |key| key.id);
        g.export("kms_alias_name", alias, |alias| alias.name);
        key
    }

    /// Sources, artifacts and logs.
    fn bucket(&self, key: Node<KeyOut>, g: &mut Graph<'a, World>) -> Node<BucketOut> {
        let name = self.bucket_name();
        let expiration = g.input(required(&self.model.log_expiration_days));
        let bucket = g.child("bucket", (key, expiration, self.tags), move |(key, days, tags)| Bucket {
            name: name.clone(),
            kms_key_arn: key.arn,
            expirations: BTreeMap::from([(format!("{LOGS}/"), i32_of(days))]),
            event_bridge: true,
            block_public_access: true,
            versioning: true,
            tags,
        });
        g.export("bucket", bucket, |bucket| bucket.name);
        g.export("bucket_arn", bucket, |bucket| bucket.arn);
        bucket
    }

    fn bucket_policy(&self, bucket: Node<BucketOut>, g: &mut Graph<'a, World>) -> Node<BucketPolicyOut> {
        let (site, names) = (self.site(), self.names);
        let trail = g.input(required(&self.model.enable_cloudtrail));
        g.child("bucket_policy", (bucket, trail), move |(bucket, trail)| {
            let delivery = trail.then(|| TrailDelivery { name: names.base(), prefix: LOGS.to_owned() });
            BucketPolicy {
                policy: policies::bucket(&site, &bucket.arn, delivery.as_ref()),
                bucket: bucket.name,
            }
        })
    }

    /// Records who wrote which source, and can start pipelines.
    fn trail(
        &self,
        bucket: Node<BucketOut>,
        policy: Node<BucketPolicyOut>,
        key: Node<KeyOut>,
        g: &mut Graph<'a, World>,
    ) {
        match self.model.enable_cloudtrail.known() {
            None => return g.unknown_keys(),
            Some(false) => {
                for attribute in ["cloudtrail_arn", "log_group_name", "log_group_arn"] {
                    g.export(attribute, (), |()| None::<String>);
                }
                return;
            }
            Some(true) => {}
        }
        let (site, names) = (self.site(), self.names);
        let log_group_name = site.log_group_name("cloudtrail");
        let retention = g.input(required(&self.model.cloudtrail_retention_in_days));
        let group = g.child("log_group", (key, retention, self.tags), move |(key, days, tags)| LogGroup {
            name: log_group_name.clone(),
            retention_in_days: i32_of(days),
            kms_key_arn: key.arn,
            tags,
        });
        let inline = policies::log_delivery(&self.site(), &self.site().log_group_name("cloudtrail"));
        let inline = g.input(Value::Known(inline));
        let trust = policies::trust::log_delivery();
        let role = self.role("log_delivery_role", LOG_DELIVERY, trust, None, inline, g);
        let deps = (bucket, policy, key, group, role, self.tags);
        let trail = g.child("cloudtrail", deps, move |(bucket, _, key, group, role, tags)| Trail {
            name: names.base(),
            write_prefixes: SOURCES.iter().map(|prefix| format!("{}/{prefix}", bucket.arn)).collect(),
            bucket: bucket.name,
            s3_key_prefix: LOGS.to_owned(),
            kms_key_arn: key.arn,
            log_group_arn: group.arn,
            role_arn: role.arn,
            enable_logging: true,
            enable_log_file_validation: true,
            tags,
        });
        g.export("cloudtrail_arn", trail, |trail| trail.arn);
        g.export("log_group_name", group, |group| group.name);
        g.export("log_group_arn", group, |group| group.arn);
    }

    /// The bucket stands in their policies by its name, which is known before there is a bucket to wait for.
    fn roles(&self, key: Node<KeyOut>, g: &mut Graph<'a, World>) -> Roles {
        let site = self.site();
        let bucket = site.bucket_arn(&self.bucket_name());
        let infrastructure_pipeline = {
            let (site, bucket) = (site.clone(), bucket.clone());
            let trust = policies::trust::services(&site, &["codepipeline"]);
            let inline = g.map(key, move |key| policies::infrastructure_pipeline(&site, &bucket, &key.arn));
            self.role("infrastructure_pipeline_role", INFRASTRUCTURE_PIPELINE, trust, None, inline, g)
        };
        let software_pipeline = {
            let site = site.clone();
            let trust = policies::trust::services(&site, &["codepipeline", "codebuild"]);
            let inline = g.map(key, move |key| policies::software_pipeline(&site, &bucket, &key.arn));
            self.role("software_pipeline_role", SOFTWARE_PIPELINE, trust, None, inline, g)
        };
        let deploy = {
            let trust = policies::trust::services(&site, &["codedeploy"]);
            let managed = site.managed_policy("service-role/AWSCodeDeployRole");
            let inline = g.input(Value::Known(policies::deploy(&site)));
            self.role("deploy_role", DEPLOY, trust, Some(managed), inline, g)
        };
        let events = {
            let trust = policies::trust::services(&site, &["events"]);
            let inline = g.input(Value::Known(policies::events(&site)));
            self.role("events_role", EVENTS, trust, None, inline, g)
        };
        g.export("infrastructure_pipeline_role_arn", infrastructure_pipeline, |role| role.arn);
        g.export("software_pipeline_role_arn", software_pipeline, |role| role.arn);
        g.export("deploy_role_arn", deploy, |role| role.arn);
        g.export("events_role_arn", events, |role| role.arn);
        Roles { infrastructure_pipeline, software_pipeline, deploy, events }
    }

    fn role(
        &self,
        child: &str,
        what: &str,
        trust: Document,
        managed: Option<String>,
        inline: Node<Inline>,
        g: &mut Graph<'a, World>,
    ) -> Node<RoleOut> {
        let name = self.role_name(what);
        let managed_policy_arns: BTreeSet<String> = managed.into_iter().collect();
        g.child(child, (inline, self.boundary, self.tags), move |(policies, permissions_boundary, tags)| {
            Role {
                name: name.clone(),
                trust: trust.clone(),
                policies,
                managed_policy_arns: managed_policy_arns.clone(),
                permissions_boundary,
                tags,
            }
        })
    }

    /// Published last: tenants find a whole environment or none. The id is known from then on, so that a tenant in
    /// the same configuration waits for it.
    fn record(
        &self,
        network: &Network,
        key: Node<KeyOut>,
        bucket: Node<BucketOut>,
        roles: &Roles,
        frontend: &Frontend,
        g: &mut Graph<'a, World>,
    ) {
        let (model, names) = (self.model, self.names);
        let arguments = g.input(record::arguments(model, &[]).map_or(Value::Unknown, Value::Known));
        let outputs = g.map(
            (
                (network.vpc_id, network.vpc_cidr_block, network.public, network.natted, network.private),
                (key, bucket),
                (roles.infrastructure_pipeline, roles.software_pipeline, roles.deploy, roles.events),
                (frontend.group, frontend.balancer, frontend.http, frontend.https),
            ),
            move |(
                (vpc_id, vpc_cidr_block, public, natted, private),
                (key, bucket),
                (infra, software, deploy, events),
                (group, balancer, http, https),
            )| Outputs {
                vpc_id,
                vpc_cidr_block,
                public_subnet_ids: public,
                natted_subnet_ids: natted,
                private_subnet_ids: private,
                kms_key_arn: key.arn,
                bucket: bucket.name,
                infrastructure_pipeline_role_arn: infra.arn,
                software_pipeline_role_arn: software.arn,
                deploy_role_arn: deploy.arn,
                events_role_arn: Some(events.arn),
                load_balancer_arn: balancer.arn,
                load_balancer_dns_name: balancer.dns_name,
                load_balancer_zone_id: balancer.zone_id,
                http_listener_arn: http.arn,
                https_listener_arn: https.arn,
                load_balancer_security_group_id: group.id,
                reserved_priorities: model.reserved_ranges(),
            },
        );
        let record =
            g.child(record::CHILD, (arguments, outputs, self.tags), move |(arguments, outputs, tags)| {
                Parameter {
                    name: names.parameter(),
                    value: Record::new(arguments, Some(outputs)).to_text(),
                    tags,
                }
            });
        g.export("parameter_name", record, |record| record.name);
        g.export("id", record, move |_| name(model).to_owned());
        g.export("tags_all", self.tags, |tags| tags);
    }
}
