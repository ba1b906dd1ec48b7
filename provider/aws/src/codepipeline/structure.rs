//! What a pipeline is made of: stages of actions, and the way to CodePipeline's types and back. Pure.

use aws_sdk_codepipeline::types::{
    ActionCategory, ActionDeclaration, ActionOwner, ActionTypeId, InputArtifact, OutputArtifact,
    StageDeclaration,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of all of AWS's own actions.
const VERSION: &str = "1";
/// The turn of an action that names none.
const FIRST: i32 = 1;
/// What CodePipeline fills into a configuration that leaves it out: category, provider, key and value.
const DEFAULTS: &[[&str; 4]] = &[
    ["Source", "S3", "AllowOverrideS3ObjectKey", "false"],
    ["Build", "CodeBuild", "BatchEnabled", "false"],
    ["Build", "CodeBuild", "CombineArtifacts", "false"],
];

/// A stage: its actions run by their `run_order`, and the next stage begins when all have succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Unique in the pipeline.
    pub name: String,
    /// At least one.
    pub actions: Vec<Action>,
}

/// One action of one of AWS's own providers, version 1. States and plans leave out what it hasn't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Unique in its stage.
    pub name: String,
    /// `Source`, `Approval`, `Deploy`, `Compute`, …
    pub category: String,
    /// `S3`, `Manual`, `CodeDeploy`, `Commands`, …
    pub provider: String,
    /// What the provider takes, such as `S3Bucket`.
    pub configuration: BTreeMap<String, String>,
    /// Artifacts of earlier actions, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// Artifacts it makes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// Under which later actions see its variables: `#{namespace.variable}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What `Commands` runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// Variables of the environment that `Commands` exports, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_variables: Vec<String>,
    /// Its turn in the stage, from 1; those of one turn run side by side.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub run_order: i32,
}

fn first() -> i32 {
    FIRST
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(turn: &i32) -> bool {
    *turn == FIRST
}

/// Stages as CodePipeline takes them.
pub(super) fn to_sdk(stages: &[Stage]) -> Vec<StageDeclaration> {
    let stage = |stage: &Stage| {
        StageDeclaration::builder()
            .name(&stage.name)
            .set_actions(Some(stage.actions.iter().map(declaration).collect()))
            .build()
            .expect("name and actions are set")
    };
    stages.iter().map(stage).collect()
}

/// Stages as CodePipeline gives them.
pub(super) fn from_sdk(stages: &[StageDeclaration]) -> Vec<Stage> {
    let stage = |stage: &StageDeclaration| Stage {
        name: stage.name.clone(),
        actions: stage.actions.iter().map(action).collect(),
    };
    stages.iter().map(stage).collect()
}

/// What is empty is left out: most fields are for some providers only, and refused elsewhere.
fn declaration(action: &Action) -> ActionDeclaration {
    let kind = ActionTypeId::builder()
        .category(ActionCategory::from(action.category.as_str()))
        .owner(ActionOwner::Aws)
        .provider(&action.provider)
        .version(VERSION)
        .build()
        .expect("all fields are set");
    let input = |name: &String| InputArtifact::builder().name(name).build().expect("the name is set");
    let output = |name: &String| OutputArtifact::builder().name(name).build().expect("the name is set");
    let configuration = action.configuration.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    ActionDeclaration::builder()
        .name(&action.name)
        .action_type_id(kind)
        .set_configuration(Some(configuration).filter(|_| !action.configuration.is_empty()))
        .set_input_artifacts(listed(action.inputs.iter().map(input).collect()))
        .set_output_artifacts(listed(action.outputs.iter().map(output).collect()))
        .set_namespace(action.namespace.clone())
        .set_commands(listed(action.commands.clone()))
        .set_output_variables(listed(action.output_variables.clone()))
        .run_order(action.run_order)
        .build()
        .expect("the name is set")
}

fn listed<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn action(declared: &ActionDeclaration) -> Action {
    let kind = declared.action_type_id();
    let category = kind.map(|kind| kind.category.as_str()).unwrap_or_default();
    let provider = kind.map(|kind| kind.provider.as_str()).unwrap_or_default();
    let is_default = |key: &str, value: &str| DEFAULTS.contains(&[category, provider, key, value]);
    let configuration = declared.configuration.iter().flatten();
    Action {
        name: declared.name.clone(),
        category: category.to_owned(),
        provider: provider.to_owned(),
        configuration: configuration
            .filter(|(key, value)| !is_default(key, value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        inputs: declared.input_artifacts().iter().map(|artifact| artifact.name.clone()).collect(),
        outputs: declared.output_artifacts().iter().map(|artifact| artifact.name.clone()).collect(),
        namespace: declared.namespace.clone().filter(|namespace| !namespace.is_empty()),
        commands: declared.commands().to_vec(),
        output_variables: declared.output_variables().to_vec(),
        run_order: declared.run_order.unwrap_or(FIRST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(name: &str, category: &str, provider: &str) -> Action {
        Action {
            name: name.into(),
            category: category.into(),
            provider: provider.into(),
            configuration: BTreeMap::new(),
            inputs: vec![],
            outputs: vec![],
            namespace: None,
            commands: vec![],
            output_variables: vec![],
            run_order: 1,
        }
    }

    fn configured(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn sample() -> Vec<Stage> {
        let source = Action {
            configuration: configured(&[("S3Bucket", "b"), ("S3ObjectKey", "software/acme.zip")]),
            outputs: vec!["Software".into()],
            ..bare("Release", "Source", "S3")
        };
        let select = Action {
            inputs: vec!["Software".into()],
            commands: vec!["COLOUR=blue".into(), "export COLOUR".into()],
            output_variables: vec!["COLOUR".into()],
            namespace: Some("Select".into()),
            ..bare("Idle", "Compute", "Commands")
        };
        let deploy = Action {
            configuration: configured(&[
                ("ApplicationName", "paas_dev_acme"),
                ("DeploymentGroupName", "acme"),
            ]),
            inputs: vec!["Software".into()],
            run_order: 2,
            ..bare("Instances", "Deploy", "CodeDeploy")
        };
        vec![
            Stage { name: "Source".into(), actions: vec![source] },
            Stage { name: "Deploy".into(), actions: vec![select, bare("Ask", "Approval", "Manual"), deploy] },
        ]
    }

    #[test]
    fn stages_survive_the_way_to_codepipeline_and_back() {
        assert_eq!(from_sdk(&to_sdk(&sample())), sample());
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let approval = &to_sdk(&sample())[1].actions[1];
        assert_eq!(approval.configuration, None);
        assert_eq!(approval.input_artifacts, None);
        assert_eq!(approval.output_artifacts, None);
        assert_eq!(approval.commands, None);
        assert_eq!(approval.output_variables, None);
    }

    #[test]
    fn a_build_is_no_batch_unless_it_says_so() {
        let mut build = bare("Bake", "Build", "CodeBuild");
        build.configuration.insert("ProjectName".into(), "paas_dev_acme_bake".into());
        let stages = vec![Stage { name: "Bake".into(), actions: vec![build] }];
        for (value, is_same) in [("false", true), ("true", false)] {
            let mut declared = to_sdk(&stages);
            let configuration = declared[0].actions[0].configuration.as_mut().unwrap();
            configuration.insert("BatchEnabled".into(), value.into());
            assert_eq!(from_sdk(&declared) == stages, is_same, "{value}");
        }
    }

    #[test]
    fn what_codepipeline_fills_in_is_no_change() {
        let mut stages = to_sdk(&sample());
        let source = &mut stages[0].actions[0];
        source.run_order = None;
        source.namespace = Some(String::new());
        source.region = Some("eu-west-1".into());
        source.input_artifacts = Some(vec![]);
        let configuration = source.configuration.as_mut().unwrap();
        configuration.insert("AllowOverrideS3ObjectKey".into(), "false".into());
        assert_eq!(from_sdk(&stages), sample());
        let configuration = stages[0].actions[0].configuration.as_mut().unwrap();
        configuration.insert("AllowOverrideS3ObjectKey".into(), "true".into());
        assert_ne!(from_sdk(&stages), sample(), "what somebody changed is one");
    }
}
