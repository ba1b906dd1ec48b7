//! The wiring of the bake: the instance that images are made of, and the project whose builds make them.

use super::model::{BuildVolume, InfrastructurePipelineModel, Packer, SourceAmiFilter};
use super::wire::{Wiring, i32_of, images, names};
use super::{render, tenant};
use crate::home::Home;
use crate::shared::site;
use composite::{Graph, Node, Value};
use paas_aws::codebuild::{Project, ProjectOut};
use paas_aws::ec2::{Peer, Rule, SecurityGroup, SecurityGroupOut, SecurityGroupRules};
use paas_aws::iam::{InstanceProfile, InstanceProfileOut, Role, RoleOut};
use paas_aws::logs::LogGroupOut;
use paas_aws::policies::infrastructure::{self, InfrastructureTenant, Launch};
use paas_aws::policies::trust;
use paas_aws::{Owner, Session, World};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Attr, Attributes};

/// The key of the project: the user's texts are read back from it.
pub const PROJECT: &str = "bake_project";
/// What the names of Packer's variables begin with in the environment.
const PACKER: &str = "PKR_VAR_";
/// The first release of Packer that tags an image in the call that makes it.
const TAGS_IN_CALL: [u64; 3] = [1, 7, 0];

/// What builds find set by the project or by whoever starts them, or set themselves.
const OURS: &[&str] = &[
    "COMMIT",
    "IMAGE_ID",
    "IMAGE_OWNER",
    "INSTALL_CODEDEPLOY_AGENT",
    "KEEP_IMAGES",
    "PACKER_VERSION",
    "SOURCE",
    "SOURCE_BUCKET",
    "SOURCE_KEY",
    "SUBNET_IDS",
    "TENANT_OWNER",
    "TRIGGERS",
];
/// The same of the template's variables.
const TEMPLATES_OWN: &[&str] = &[
    "build",
    "commit",
    "device_name",
    "iam_instance_profile",
    "image_name",
    "install_codedeploy_agent",
    "instance_type",
    "kms_key_id",
    "name",
    "owner",
    "region",
    "scripts",
    "security_group_id",
    "source",
    "source_ami",
    "source_ami_name",
    "source_ami_owner",
    "ssh_username",
    "subnet_id",
    "tags",
    "timeout_minutes",
    "triggers",
    "volume_size",
    "volume_type",
];

/// Whether a variable of the builds is set by us.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    OURS.contains(&name) || name.strip_prefix(PACKER).is_some_and(is_templates_own)
}

/// Whether a variable of the template is set by us.
#[must_use]
pub fn is_templates_own(name: &str) -> bool {
    TEMPLATES_OWN.contains(&name)
}

/// How a variable of the template is called in the builds.
#[must_use]
pub fn packer_variable(name: &str) -> String {
    format!("{PACKER}{name}")
}

/// The template's variable that a variable of the builds is.
#[must_use]
pub fn of_packer(name: &str) -> Option<&str> {
    name.strip_prefix(PACKER)
}

/// As a variable's value.
#[must_use]
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is plain data")
}

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
        let version = packer(model).map_or(Value::Unknown, |packer| known(&packer.version));
        let deps = (self.home, g.input(version), self.boundary, self.tags);
        let role = g.child("bake_role", deps, move |(home, version, permissions_boundary, tags)| {
            let site = site(session, &home.name);
            let launch = Launch {
                subnet_ids: &home.outputs.natted_subnet_ids,
                tags_in_call: super::validate::numbers(&version).is_none_or(|it| it >= TAGS_IN_CALL),
            };
            let (bucket_arn, key_arn) = (bucket_arn(session, &home), &home.outputs.kms_key_arn);
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

/// The machine that builds run on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Machine {
    pub image: String,
    pub compute_type: String,
    pub timeout_in_minutes: i32,
}

impl Machine {
    /// None while one of them isn't known.
    pub fn of(model: &InfrastructurePipelineModel) -> Option<Self> {
        Some(Self {
            image: model.build_image.known()?.clone(),
            compute_type: model.compute_type.known()?.clone(),
            timeout_in_minutes: i32_of(*model.build_timeout.known()?),
        })
    }
}

/// What a bake is told by the arguments alone.
#[derive(Debug, Clone, PartialEq)]
struct Settings {
    machine: Machine,
    buildspec: String,
    variables: BTreeMap<String, String>,
}

impl Settings {
    /// None while one of them isn't known.
    fn of(model: &InfrastructurePipelineModel) -> Option<Self> {
        let packer = packer(model)?;
        let filter = model.source_ami_filter.settled()?.cloned().unwrap_or_else(SourceAmiFilter::defaults);
        let volume = model.root_volume.settled()?.cloned().unwrap_or_else(BuildVolume::defaults);
        let text = |attr: &Attr<String>| attr.known().cloned();
        let number = |attr: &Attr<i64>| attr.known().map(i64::to_string);
        let mut variables: BTreeMap<String, String> = [
            ("PACKER_VERSION", text(&packer.version)?),
            ("KEEP_IMAGES", number(&model.keep_images)?),
            ("INSTALL_CODEDEPLOY_AGENT", model.install_codedeploy_agent.known()?.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let of_template = [
            ("instance_type", text(&model.instance_type)?),
            ("volume_size", number(&volume.size)?),
            ("volume_type", text(&volume.r#type)?),
            ("device_name", text(&volume.device_name)?),
            ("source_ami", model.source_ami.settled()?.cloned().unwrap_or_default()),
            ("source_ami_name", text(&filter.name)?),
            ("source_ami_owner", text(&filter.owner)?),
            ("ssh_username", text(&model.ssh_username)?),
            ("timeout_minutes", number(&model.build_timeout)?),
        ];
        variables.extend(of_template.map(|(name, value)| (packer_variable(name), value)));
        let more = packer.variables.settled()?.cloned().unwrap_or_default();
        variables.extend(more.into_iter().map(|(name, value)| (packer_variable(&name), value)));
        variables.extend(model.environment_variables.settled()?.cloned().unwrap_or_default());
        Some(Self { machine: Machine::of(model)?, buildspec: texts(model)?.buildspec, variables })
    }
}

/// What a bake is told by where it stands.
struct Placed<'p> {
    session: &'p Session,
    home: &'p Home,
    tenant: &'p str,
}

impl Placed<'_> {
    fn variables(
        &self,
        group: &SecurityGroupOut,
        profile: &InstanceProfileOut,
        tags: &str,
    ) -> BTreeMap<String, String> {
        let Self { session, home, tenant } = self;
        let names = crate::names::EnvironmentNames { project: &session.project, environment: &home.name };
        let names = names.tenant(tenant);
        let images = images(session, &home.name, tenant).path();
        let of_build = [
            ("IMAGE_OWNER", images.clone()),
            ("SOURCE_BUCKET", home.outputs.bucket.clone()),
            ("SOURCE_KEY", names.infrastructure_object()),
            ("SUBNET_IDS", home.outputs.natted_subnet_ids.join(",")),
            ("TENANT_OWNER", Owner::tenant(&session.project, &home.name, tenant).path()),
        ];
        let of_template = [
            ("iam_instance_profile", profile.name.clone()),
            ("kms_key_id", home.outputs.kms_key_arn.clone()),
            ("name", names.base()),
            ("owner", images),
            ("region", session.region.clone()),
            ("security_group_id", group.id.clone()),
            ("tags", tags.to_owned()),
        ];
        let of_build = of_build.map(|(name, value)| (name.to_owned(), value));
        of_build.into_iter().chain(of_template.map(|(name, value)| (packer_variable(name), value))).collect()
    }
}

/// The texts of a bake.
#[derive(Debug, Clone, PartialEq)]
struct Texts {
    /// None where a buildspec of the user's has its own way.
    template: Option<String>,
    buildspec: String,
}

/// None while one of them isn't known.
fn texts(model: &InfrastructurePipelineModel) -> Option<Texts> {
    if let Some(buildspec) = model.buildspec.settled()? {
        return Some(Texts { template: None, buildspec: buildspec.clone() });
    }
    let packer = packer(model)?;
    let template = packer.template.settled()?;
    let buildspec = render::bake(template, packer.plugin_version.known()?);
    Some(Texts { template: Some(template.map_or(render::TEMPLATE, |text| text).to_owned()), buildspec })
}

/// Packer's arguments; none while they aren't known.
fn packer(model: &InfrastructurePipelineModel) -> Option<Packer> {
    Some(model.packer.settled()?.cloned().unwrap_or_else(Packer::defaults))
}

fn known<T: Clone>(attr: &Attr<T>) -> Value<T> {
    crate::shared::required(attr)
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

/// The environment's bucket.
pub(super) fn bucket_arn(session: &Session, home: &Home) -> String {
    format!("arn:{}:s3:::{}", session.partition, home.outputs.bucket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn model() -> InfrastructurePipelineModel {
        InfrastructurePipelineModel {
            environment: "dev".into(),
            tenant: "acme".into(),
            ..InfrastructurePipelineModel::defaults()
        }
    }

    #[test]
    fn every_variable_that_is_set_is_known_as_ours() {
        let set = Settings::of(&model()).expect("all is known").variables;
        for name in set.keys() {
            assert!(is_ours(name), "{name}");
        }
        assert_eq!(set["PKR_VAR_source_ami"], "");
        assert_eq!(set["PKR_VAR_source_ami_owner"], "amazon");
    }

    #[test]
    fn the_users_variables_stand_beside_ours() {
        let variables = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let packer = Packer { variables: variables("flavour", "vanilla").into(), ..Packer::defaults() };
        let model = InfrastructurePipelineModel {
            packer: packer.into(),
            environment_variables: variables("LANGUAGE", "en").into(),
            ..model()
        };
        let set = Settings::of(&model).expect("all is known").variables;
        assert_eq!((set["PKR_VAR_flavour"].as_str(), set["LANGUAGE"].as_str()), ("vanilla", "en"));
    }

    #[test]
    fn a_buildspec_of_ones_own_needs_no_template() {
        let own = InfrastructurePipelineModel { buildspec: "version: 0.2\n".into(), ..model() };
        let texts = texts(&own).expect("all is known");
        assert_eq!(texts, Texts { template: None, buildspec: "version: 0.2\n".into() });
    }
}
