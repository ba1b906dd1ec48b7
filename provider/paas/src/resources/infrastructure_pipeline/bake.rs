//! The wiring of the bake: the instance that images are made of, and the project whose builds make them.

use super::model::{InfrastructurePipelineModel, Packer};
use super::tenant;
use super::told::{Placed, Settings, json, packer, texts};
use super::validate::numbers;
use super::wire::{Wiring, names};
use crate::home::Home;
use crate::shared::site;
use composite::{Graph, Node, Value};
use paas_aws::codebuild::{Project, ProjectOut, Source};
use paas_aws::ec2::{Peer, Rule, SecurityGroup, SecurityGroupOut, SecurityGroupRules};
use paas_aws::iam::{InstanceProfile, InstanceProfileOut, Role, RoleOut};
use paas_aws::logs::LogGroupOut;
use paas_aws::policies::infrastructure::{self, InfrastructureTenant, Launch};
use paas_aws::policies::trust;
use paas_aws::{Session, World};
use std::collections::{BTreeMap, BTreeSet};

/// The key of the project: the user's texts are read back from it.
pub const PROJECT: &str = "bake_project";
/// The first release of Packer with plugins, and that of its Amazon plugin which tags an image in the call that makes it.
const TAGS_IN_CALL: [[u64; 3]; 2] = [[1, 7, 0], [1, 1, 0]];

impl<'a> Wiring<'a> {
    /// One role for the builds, one for the instances: what the tenant's scripts print or try runs with no more than
    /// Session Manager needs.
    pub(super) fn bake(&self, logs: Node<LogGroupOut>, g: &mut Graph<'a, World>) -> Node<ProjectOut> {
        let group = self.bake_security_group(g);
        let profile = self.bake_instance_profile(g);
        let role = self.bake_role(g);
        self.bake_project(logs, group, profile, role, g)
    }

    /// Nothing comes in: Packer arrives through Session Manager, which the instance calls itself.
    fn bake_security_group(&self, g: &mut Graph<'a, World>) -> Node<SecurityGroupOut> {
        let (session, model) = (self.session, self.model);
        let group =
            g.child("bake_security_group", (self.home, self.tags), move |(home, tags)| SecurityGroup {
                name: names(session, &home, model).bake_security_group(),
                vpc_id: home.outputs.vpc_id,
                description: "Instances that images of the tenant are made of".into(),
                tags,
            });
        g.child("bake_security_group_rules", group, |group| SecurityGroupRules {
            group_id: group.id,
            ingress: BTreeSet::new(),
            egress: BTreeSet::from([Rule::all(Peer::cidr("0.0.0.0/0"), "to anywhere")]),
        });
        group
    }

    fn bake_instance_profile(&self, g: &mut Graph<'a, World>) -> Node<InstanceProfileOut> {
        let (session, model) = (self.session, self.model);
        let deps = (self.home, self.boundary, self.tags);
        let role = g.child("bake_instance_role", deps, move |(home, permissions_boundary, tags)| Role {
            name: names(session, &home, model).bake_instance_role(&session.region),
            trust: trust::instances(&site(session, &home.name)),
            policies: infrastructure::bake_instance(),
            managed_policy_arns: BTreeSet::new(),
            permissions_boundary,
            tags,
        });
        g.child("bake_instance_profile", (role, self.tags), |(role, tags)| InstanceProfile {
            name: role.name.clone(),
            role_name: role.name,
            tags,
        })
    }

    fn bake_role(&self, g: &mut Graph<'a, World>) -> Node<RoleOut> {
        let (session, model) = (self.session, self.model);
        let tags_in_call = g.input(packer(model).map_or(Value::Unknown, |packer| tags_in_call(&packer)));
        let deps = (self.home, tags_in_call, self.boundary, self.tags);
        let role = g.child("bake_role", deps, move |(home, tags_in_call, permissions_boundary, tags)| {
            let site = site(session, &home.name);
            let launch = Launch { subnet_ids: &home.outputs.natted_subnet_ids, tags_in_call };
            let (bucket_arn, key_arn) = (site.bucket_arn(&home.outputs.bucket), &home.outputs.kms_key_arn);
            Role {
                name: names(session, &home, model).bake_role(&session.region),
                trust: trust::builds(&site, &names(session, &home, model).bake_project()),
                policies: own(session, &home, model, |own| {
                    infrastructure::bake(&site, own, &launch, &bucket_arn, key_arn)
                }),
                managed_policy_arns: BTreeSet::new(),
                permissions_boundary,
                tags,
            }
        });
        g.export("bake_role_arn", role, |role| role.arn);
        role
    }

    fn bake_project(
        &self,
        logs: Node<LogGroupOut>,
        group: Node<SecurityGroupOut>,
        profile: Node<InstanceProfileOut>,
        role: Node<RoleOut>,
        g: &mut Graph<'a, World>,
    ) -> Node<ProjectOut> {
        let (session, model) = (self.session, self.model);
        let settings = g.input(Settings::of(model).map_or(Value::Unknown, Value::Known));
        let deps = (self.home, settings, logs, group, profile, role, self.tags);
        let project =
            g.child(PROJECT, deps, move |(home, settings, logs, group, profile, role, tags)| Project {
                name: names(session, &home, model).bake_project(),
                description: format!("Bakes the images of tenant {}", tenant(model)),
                role_arn: role.arn,
                image: settings.machine.image,
                compute_type: settings.machine.compute_type,
                environment_variables: {
                    let placed = Placed { session, home: &home, tenant: tenant(model) };
                    let mut variables = placed.variables(&group, &profile, &json(&tags));
                    variables.extend(settings.variables);
                    variables
                },
                source: Source::CodePipeline,
                buildspec: settings.buildspec,
                timeout_in_minutes: settings.machine.timeout_in_minutes,
                kms_key_arn: home.outputs.kms_key_arn,
                log_group_name: logs.name,
                log_stream_name: "bake".into(),
                tags,
                unwanted: BTreeMap::new(),
            });
        // A project is what its name says; everything else changes in place.
        g.steady(project);
        self.name("bake_project_name", |names| names.bake_project(), g);
        let texts = g.input(texts(model).map_or(Value::Unknown, Value::Known));
        g.export("packer_template", texts, |texts| texts.template);
        g.export("bake_buildspec", texts, |texts| texts.buildspec);
        project
    }
}

/// Whether Packer tags an image in the call that makes it.
fn tags_in_call(packer: &Packer) -> Value<bool> {
    match (packer.version.known(), packer.plugin_version.known()) {
        (Some(version), Some(plugin)) => {
            let mut versions = [version, plugin].into_iter().zip(TAGS_IN_CALL);
            Value::Known(versions.all(|(version, since)| numbers(version) >= Some(since)))
        }
        _ => Value::Unknown,
    }
}

/// The names by which the roles' policies know what is the tenant's.
pub(super) fn own<T>(
    session: &Session,
    home: &Home,
    model: &InfrastructurePipelineModel,
    documents: impl FnOnce(&InfrastructureTenant<'_>) -> T,
) -> T {
    let names = names(session, home, model);
    documents(&InfrastructureTenant {
        name: tenant(model),
        base: &names.tenant.base(),
        artifact_folder: &names.artifact_folder(),
        source_object: &names.tenant.infrastructure_object(),
        bake_prefix: &names.bake_prefix(),
        state_object: &names.state_object(),
        log_group: &names.log_group(),
        bake_project: &names.bake_project(),
        bake_instance_role: &names.bake_instance_role(&session.region),
    })
}

#[test]
fn old_packers_tag_images_when_they_are_made_already() {
    let of = |version: &str, plugin: &str| {
        tags_in_call(&Packer { version: version.into(), plugin_version: plugin.into(), ..Packer::default() })
    };
    assert_eq!(of("1.12.0", "1.8.2"), Value::Known(true));
    assert_eq!(of("1.6.6", "1.8.2"), Value::Known(false));
    assert_eq!(of("1.7.0", "1.0.9"), Value::Known(false));
}
