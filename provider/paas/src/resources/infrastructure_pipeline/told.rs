//! What a bake is told: variables of the environment of its builds, and the texts of its buildspec. Pure.

use super::model::{BuildVolume, InfrastructurePipelineModel, Packer, SourceAmiFilter};
use super::render;
use super::wire::images;
use crate::builds::Machine;
use crate::home::Home;
use crate::names::EnvironmentNames;
use paas_aws::ec2::SecurityGroupOut;
use paas_aws::iam::InstanceProfileOut;
use paas_aws::{Owner, Session};
use serde::Serialize;
use std::collections::BTreeMap;
use tfplugin::{Attr, Attributes};

/// What the names of Packer's variables begin with in the environment.
const PACKER: &str = "PKR_VAR_";
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

/// The machine that builds run on; none while one of the arguments isn't known.
pub fn machine(model: &InfrastructurePipelineModel) -> Option<Machine> {
    Machine::of(&model.build_image, &model.compute_type, &model.build_timeout)
}

/// What a bake is told by the arguments alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What builds run on.
    pub machine: Machine,
    /// What builds do.
    pub buildspec: String,
    /// The variables that follow from arguments.
    pub variables: BTreeMap<String, String>,
}

impl Settings {
    /// None while one of them isn't known.
    pub fn of(model: &InfrastructurePipelineModel) -> Option<Self> {
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
        Some(Self { machine: machine(model)?, buildspec: texts(model)?.buildspec, variables })
    }
}

/// What a bake is told by where it stands.
pub struct Placed<'p> {
    /// The account and the project.
    pub session: &'p Session,
    /// The environment.
    pub home: &'p Home,
    /// The tenant's name.
    pub tenant: &'p str,
}

impl Placed<'_> {
    /// The variables that follow from names, the environment and what the build instance gets.
    pub fn variables(
        &self,
        group: &SecurityGroupOut,
        profile: &InstanceProfileOut,
        tags: &str,
    ) -> BTreeMap<String, String> {
        let Self { session, home, tenant } = self;
        let names = EnvironmentNames { project: &session.project, environment: &home.name }.tenant(tenant);
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
pub struct Texts {
    /// Packer's template; none where a buildspec of the user's has its own way.
    pub template: Option<String>,
    /// The buildspec.
    pub buildspec: String,
}

/// None while one of them isn't known.
pub fn texts(model: &InfrastructurePipelineModel) -> Option<Texts> {
    if let Some(buildspec) = model.buildspec.settled()? {
        return Some(Texts { template: None, buildspec: buildspec.clone() });
    }
    let packer = packer(model)?;
    let template = packer.template.settled()?;
    let buildspec = render::bake(template, packer.plugin_version.known()?);
    Some(Texts { template: Some(template.map_or(render::TEMPLATE, |text| text).to_owned()), buildspec })
}

/// Packer's arguments; none while they aren't known.
pub fn packer(model: &InfrastructurePipelineModel) -> Option<Packer> {
    Some(model.packer.settled()?.cloned().unwrap_or_else(Packer::defaults))
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
