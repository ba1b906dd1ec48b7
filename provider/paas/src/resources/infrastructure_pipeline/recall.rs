//! The arguments that the record has no room for, out of what CodeBuild's projects hold.

use super::model::{InfrastructurePipelineModel, Packer};
use super::render::{self, Origin};
use super::{bake, deploy, told};
use composite::Ledger;
use paas_aws::codebuild::Project;
use std::collections::BTreeMap;
use tfplugin::{Attr, Attributes};

/// Texts and variables: a record holds 4 KB in all (SSM), a buildspec alone six times that.
pub const UNRECORDED: &[&str] = &[
    "buildspec",
    "environment_variables",
    "packer.template",
    "packer.variables",
    "deploy.configuration",
    "deploy.environment_variables",
    "deploy.buildspec",
];

/// Fills them in.
pub fn complete(model: &mut InfrastructurePipelineModel, seen: &Ledger) {
    if let Some(project) = project(seen, bake::PROJECT) {
        let (of_packer, others): (BTreeMap<_, _>, BTreeMap<_, _>) = project
            .environment_variables
            .into_iter()
            .filter(|(name, _)| !told::is_ours(name))
            .partition(|(name, _)| told::of_packer(name).is_some());
        model.environment_variables = unless_empty(others);
        let of_packer = of_packer
            .into_iter()
            .filter_map(|(name, value)| Some((told::of_packer(&name)?.to_owned(), value)))
            .collect();
        let defaults = Packer::defaults();
        let version = &model.packer.known().unwrap_or(&defaults).plugin_version;
        let origin = render::origin_of_bake(&project.buildspec, version.known().map_or("", String::as_str));
        match (&mut model.packer, origin) {
            (_, Origin::Ours) => {}
            (Attr::Known(packer), Origin::With(template)) => packer.template = template.into(),
            // Another version's template, perhaps; the next plan shows how it differs.
            (_, Origin::With(_) | Origin::Theirs) => model.buildspec = project.buildspec.into(),
        }
        if let Attr::Known(packer) = &mut model.packer {
            packer.variables = unless_empty(of_packer);
        }
    }
    if let (Attr::Known(wanted), Some(project)) = (&mut model.deploy, project(seen, deploy::PROJECT)) {
        let others = project.environment_variables.into_iter().filter(|(name, _)| !deploy::is_ours(name));
        wanted.environment_variables = unless_empty(others.collect());
        match render::origin_of_deploy(&project.buildspec) {
            Origin::Ours => {}
            Origin::With(configuration) => wanted.configuration = configuration.into(),
            Origin::Theirs => wanted.buildspec = project.buildspec.into(),
        }
    }
}

fn unless_empty(variables: BTreeMap<String, String>) -> Attr<BTreeMap<String, String>> {
    if variables.is_empty() { Attr::Null } else { Attr::Known(variables) }
}

/// The project as last seen.
fn project(seen: &Ledger, key: &str) -> Option<Project> {
    let record = seen.live.iter().find(|record| record.key == key)?;
    serde_json::from_value(record.saw.clone()).ok()
}
