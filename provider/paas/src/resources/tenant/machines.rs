//! The wiring of a tenant's machines: what they may do, how they start, how many there are, how requests reach them.

use super::gather::Facts;
use super::model::{HealthCheck, RootVolume, TenantModel};
use super::name;
use super::slots::Slot;
use super::wire::{Wiring, names};
use crate::shared::{i32_of, optional, required, site};
use composite::{Graph, Node, Value};
use paas_aws::World;
use paas_aws::autoscaling::{Group, GroupOut, ScalingPolicy};
use paas_aws::ec2::{LaunchTemplate, LaunchTemplateOut, SecurityGroupOut};
use paas_aws::elbv2::{self, TargetGroup, TargetGroupOut};
use paas_aws::iam::{InstanceProfile, InstanceProfileOut, Role};
use paas_aws::policies;
use std::collections::BTreeSet;
use tfplugin::{Attr, Attributes};

/// The key of the launch template: user data is read back from it.
pub const LAUNCH_TEMPLATE: &str = "launch_template";

impl<'a> Wiring<'a> {
    /// A role and a profile of the tenant's own: no instance can act as another tenant's.
    pub(super) fn instance_profile(&self, g: &mut Graph<'a, World>) -> Node<InstanceProfileOut> {
        let (session, model) = (self.session, self.model);
        let more = g.input(optional(&model.policy_arns));
        let boundary = g.input(optional(&model.permissions_boundary));
        let deps = (self.home, more, boundary, self.tags);
        let role = g.child("role", deps, move |(home, managed_policy_arns, permissions_boundary, tags)| {
            let site = site(session, &home.name);
            let bucket_arn = site.bucket_arn(&home.outputs.bucket);
            let names = names(session, &home, model);
            let (artifact_folder, database_prefix) = (names.artifact_folder(), names.database_prefix());
            let own = policies::Tenant {
                name: name(model),
                artifact_folder: &artifact_folder,
                database_prefix: &database_prefix,
            };
            Role {
                name: names.role(&session.region),
                trust: policies::trust::instances(&site),
                policies: policies::instance(&site, &own, &bucket_arn, &home.outputs.kms_key_arn),
                managed_policy_arns: managed_policy_arns.unwrap_or_default(),
                permissions_boundary,
                tags,
            }
        });
        g.export("role_arn", role, |role| role.arn);
        self.name("role_name", |names| names.role(&session.region), g);
        let profile = g.child("instance_profile", (role, self.tags), |(role, tags)| InstanceProfile {
            name: role.name.clone(),
            role_name: role.name,
            tags,
        });
        g.export("instance_profile_arn", profile, |profile| profile.arn);
        profile
    }

    pub(super) fn target_group(&self, slot: Slot, g: &mut Graph<'a, World>) -> Node<TargetGroupOut> {
        let (session, model) = (self.session, self.model);
        let check = g.input(optional(&model.health_check));
        let delay = g.input(required(&model.deregistration_delay));
        let deps = (self.home, self.port, self.protocol, check, delay, self.tags);
        g.child(slot.key(Slot::TARGET_GROUP), deps, move |(home, port, protocol, check, delay, tags)| {
            let port = i32_of(port);
            TargetGroup {
                name: names(session, &home, model).target_group(
                    slot.name(),
                    &home.outputs.vpc_id,
                    port,
                    &protocol,
                ),
                vpc_id: home.outputs.vpc_id,
                port,
                health_check: check.unwrap_or_else(HealthCheck::defaults).of_target_group(&protocol),
                protocol,
                deregistration_delay: i32_of(delay),
                tags,
            }
        })
    }

    pub(super) fn launch_template(
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

    pub(super) fn autoscaling_group(
        &self,
        slot: Slot,
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
        g.child(
            slot.key("autoscaling_group"),
            deps,
            move |(home, template, wanted, target, (min, max, desired, grace), tags)| Group {
                name: slot.named(&base(&home)),
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
        )
    }

    pub(super) fn scaling_policy(
        &self,
        slot: Slot,
        group: Node<GroupOut>,
        target: Node<TargetGroupOut>,
        g: &mut Graph<'a, World>,
    ) {
        let tracking = match self.model.target_tracking.settled() {
            None => return g.unknown_keys(),
            Some(None) => return,
            Some(Some(tracking)) => tracking,
        };
        let metric = g.input(required(&tracking.predefined_metric_type));
        let value = g.input(required(&tracking.target_value));
        let deps = (self.home, group, target, metric, value);
        g.child(slot.key("scaling_policy"), deps, |(home, group, target, metric, target_value)| {
            ScalingPolicy {
                name: format!("{}-target-tracking", group.name),
                group_name: group.name,
                resource_label: (metric == "ALBRequestCountPerTarget")
                    .then(|| elbv2::resource_label(&home.outputs.load_balancer_arn, &target.arn)),
                predefined_metric_type: metric,
                target_value,
            }
        });
    }
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
