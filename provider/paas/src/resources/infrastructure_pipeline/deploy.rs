//! The wiring of the deployment: the role that may make and change this tenant alone, and the project whose builds do so.

use super::bake::own;
use super::model::{Deploy, InfrastructurePipelineModel};
use super::told::machine;
use super::wire::{Wiring, names};
use super::{render, tenant};
use crate::builds::Machine;
use crate::shared::{optional, site};
use composite::{Graph, Node, Value};
use paas_aws::World;
use paas_aws::codebuild::{Project, ProjectOut, Source};
use paas_aws::iam::{PolicyOut, Role, RoleOut};
use paas_aws::logs::LogGroupOut;
use paas_aws::policies::{infrastructure, trust};
use std::collections::BTreeMap;

/// The key of the project: the user's texts are read back from it.
pub const PROJECT: &str = "deploy_project";

/// What builds find set by the project or by the pipeline's actions.
const OURS: &[&str] = &[
    "CONFIGURATION_FOLDER",
    "IMAGE_ID",
    "PAAS_PROJECT",
    "PROVIDER_SOURCE",
    "PROVIDER_VERSION",
    "STATE_BUCKET",
    "STATE_KEY",
    "STATE_KMS_KEY_ID",
    "STEP",
    "TERRAFORM_VERSION",
    "TF_IN_AUTOMATION",
    "TF_VAR_image_id",
];
/// What only a pipeline that deploys has.
const OUTPUTS: [&str; 4] = ["deploy_project_name", "deploy_role_arn", "state_object_key", "deploy_buildspec"];

/// Whether a variable of the builds is set by us.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    OURS.contains(&name)
}

impl<'a> Wiring<'a> {
    /// None where there are to be images only, or nobody knows yet.
    pub(super) fn deploy(
        &self,
        logs: Node<LogGroupOut>,
        g: &mut Graph<'a, World>,
    ) -> Option<Node<ProjectOut>> {
        let deploy = match self.model.deploy.settled() {
            None => {
                g.unknown_keys();
                return None;
            }
            Some(None) => {
                for output in OUTPUTS {
                    g.export(output, (), |()| None::<String>);
                }
                return None;
            }
            Some(Some(deploy)) => deploy,
        };
        let policies = self.deploy_policies(g);
        let role = self.deploy_role(deploy, policies, g);
        Some(self.deploy_project(deploy, logs, role, g))
    }

    fn deploy_role(
        &self,
        deploy: &'a Deploy,
        policies: Vec<Node<PolicyOut>>,
        g: &mut Graph<'a, World>,
    ) -> Node<RoleOut> {
        let (session, model) = (self.session, self.model);
        let further = g.input(optional(&deploy.policy_arns));
        let deps = (self.home, policies, further, self.boundary, self.tags);
        let role =
            g.child("deploy_role", deps, move |(home, policies, further, permissions_boundary, tags)| {
                let site = site(session, &home.name);
                let (bucket_arn, key_arn) =
                    (site.bucket_arn(&home.outputs.bucket), &home.outputs.kms_key_arn);
                let policies = policies.into_iter().map(|policy| policy.arn);
                Role {
                    name: names(session, &home, model).deploy_role(&session.region),
                    trust: trust::builds(&site, &names(session, &home, model).deploy_project()),
                    policies: own(session, &home, model, |own| {
                        infrastructure::deploy_state(&site, own, &bucket_arn, key_arn)
                    }),
                    managed_policy_arns: policies.chain(further.unwrap_or_default()).collect(),
                    permissions_boundary,
                    tags,
                }
            });
        g.export("deploy_role_arn", role, |role| role.arn);
        role
    }

    fn deploy_project(
        &self,
        deploy: &'a Deploy,
        logs: Node<LogGroupOut>,
        role: Node<RoleOut>,
        g: &mut Graph<'a, World>,
    ) -> Node<ProjectOut> {
        let (session, model) = (self.session, self.model);
        let settings = g.input(Settings::of(model, deploy).map_or(Value::Unknown, Value::Known));
        let deps = (self.home, settings, logs, role, self.tags);
        let project = g.child(PROJECT, deps, move |(home, settings, logs, role, tags)| Project {
            name: names(session, &home, model).deploy_project(),
            description: format!("Deploys tenant {}", tenant(model)),
            role_arn: role.arn,
            image: settings.machine.image,
            compute_type: settings.machine.compute_type,
            environment_variables: {
                let placed = [
                    ("PAAS_PROJECT", session.project.clone()),
                    ("STATE_BUCKET", home.outputs.bucket.clone()),
                    ("STATE_KEY", names(session, &home, model).state_object()),
                    ("STATE_KMS_KEY_ID", home.outputs.kms_key_arn.clone()),
                ];
                let mut variables: BTreeMap<_, _> =
                    placed.map(|(name, value)| (name.to_owned(), value)).into();
                variables.extend(settings.variables);
                variables
            },
            source: Source::CodePipeline,
            buildspec: settings.buildspec,
            timeout_in_minutes: settings.machine.timeout_in_minutes,
            kms_key_arn: home.outputs.kms_key_arn,
            log_group_name: logs.name,
            log_stream_name: "deploy".into(),
            tags,
            unwanted: BTreeMap::new(),
        });
        // A project is what its name says; everything else changes in place.
        g.steady(project);
        self.name("deploy_project_name", |names| names.deploy_project(), g);
        self.name("state_object_key", |names| names.state_object(), g);
        let buildspec = g.input(buildspec(deploy).map_or(Value::Unknown, Value::Known));
        g.export("deploy_buildspec", buildspec, |buildspec| buildspec);
        project
    }
}

/// What a deployment is told by the arguments alone.
#[derive(Debug, Clone, PartialEq)]
struct Settings {
    machine: Machine,
    buildspec: String,
    variables: BTreeMap<String, String>,
}

impl Settings {
    /// None while one of them isn't known.
    fn of(model: &InfrastructurePipelineModel, deploy: &Deploy) -> Option<Self> {
        // Where the configuration stands in the buildspec, no folder counts.
        let folder = match deploy.configuration.settled()? {
            Some(_) => String::new(),
            None => deploy.folder.known()?.clone(),
        };
        let version = deploy.provider_version.settled()?;
        let mut variables: BTreeMap<String, String> = [
            ("CONFIGURATION_FOLDER", folder),
            ("PROVIDER_SOURCE", deploy.provider_source.known()?.clone()),
            ("PROVIDER_VERSION", version.map_or(env!("CARGO_PKG_VERSION"), String::as_str).to_owned()),
            ("TERRAFORM_VERSION", deploy.terraform_version.known()?.clone()),
            ("TF_IN_AUTOMATION", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        variables.extend(deploy.environment_variables.settled()?.cloned().unwrap_or_default());
        Some(Self { machine: machine(model)?, buildspec: buildspec(deploy)?, variables })
    }
}

/// None while it isn't known.
fn buildspec(deploy: &Deploy) -> Option<String> {
    match deploy.buildspec.settled()? {
        Some(own) => Some(own.clone()),
        None => Some(render::deploy(deploy.configuration.settled()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tfplugin::Attributes;

    fn settings(deploy: &Deploy) -> Settings {
        Settings::of(&InfrastructurePipelineModel::defaults(), deploy).expect("all is known")
    }

    #[test]
    fn every_variable_that_is_set_is_known_as_ours() {
        for name in settings(&Deploy::defaults()).variables.keys() {
            assert!(is_ours(name), "{name}");
        }
    }

    #[test]
    fn the_very_version_that_manages_the_pipeline_deploys_unless_told() {
        let version = |deploy: Deploy| settings(&deploy).variables["PROVIDER_VERSION"].clone();
        assert_eq!(version(Deploy::defaults()), env!("CARGO_PKG_VERSION"));
        assert_eq!(version(Deploy { provider_version: "9.8.7".into(), ..Deploy::defaults() }), "9.8.7");
    }

    #[test]
    fn a_configuration_that_is_given_needs_no_folder() {
        let folder = |deploy: &Deploy| settings(deploy).variables["CONFIGURATION_FOLDER"].clone();
        assert_eq!(folder(&Deploy::defaults()), "terraform");
        let given = Deploy { configuration: "variable \"image_id\" {}".into(), ..Deploy::defaults() };
        assert!(settings(&given).buildspec.contains("variable \"image_id\" {}"));
        assert_eq!(folder(&given), "");
    }
}
