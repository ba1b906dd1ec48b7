//! The stages of an infrastructure pipeline: source, bake, deployment.

use super::wire::{Wiring, names};
use crate::pipelines::{self, action, in_turn, stage};
use composite::{Graph, Node, Value};
use paas_aws::World;
use paas_aws::codebuild::ProjectOut;
use paas_aws::codepipeline::{Action, Stage};
use paas_aws::policies::{INFRASTRUCTURE, PLAN};
use serde_json::json;

/// The namespace of what is known of the source.
const SOURCE: &str = "Source";
/// The namespace of what the bake exports.
const BAKE: &str = "Bake";

impl<'a> Wiring<'a> {
    /// With an approval a deployment has three steps, in one stage: it holds one run at a time, so nothing gets between a
    /// plan and its apply.
    pub(super) fn stages(
        &self,
        bake: Node<ProjectOut>,
        deploy: Option<Node<ProjectOut>>,
        g: &mut Graph<'a, World>,
    ) -> Node<Vec<Stage>> {
        let (session, model) = (self.session, self.model);
        let approval = match model.deploy.known() {
            Some(deploy) => pipelines::approval(&deploy.approval),
            None => Value::Known(None),
        };
        let approval = g.input(approval);
        g.map((self.home, bake, deploy, approval), move |(home, bake, deploy, approval)| {
            let key = names(session, &home, model).tenant.infrastructure_object();
            let source =
                Action { namespace: Some(SOURCE.into()), ..pipelines::source(&home, &key, INFRASTRUCTURE) };
            let baked = Action {
                namespace: Some(BAKE.into()),
                ..build(BAKE, &bake, &[("SOURCE", "#{Source.VersionId}")])
            };
            let deployed = deploy.map(|project| stage("Deploy", deployment(&project, approval)));
            let stages = [stage("Source", vec![source]), stage("Bake", vec![baked])];
            stages.into_iter().chain(deployed).collect()
        })
    }
}

/// Plan and apply at once, or with an approval between them.
fn deployment(project: &ProjectOut, approval: Option<Action>) -> Vec<Action> {
    let step = |name, step| build(name, project, &[("IMAGE_ID", "#{Bake.IMAGE_ID}"), ("STEP", step)]);
    let Some(approval) = approval else { return vec![step("Deploy", "deploy")] };
    let plan = Action { outputs: vec![PLAN.into()], ..step("Plan", "plan") };
    let mut apply = Action { inputs: vec![INFRASTRUCTURE.into(), PLAN.into()], ..step("Apply", "apply") };
    // CodePipeline asks for it where there are several inputs.
    apply.configuration.insert("PrimarySource".into(), INFRASTRUCTURE.into());
    in_turn([plan, approval, apply])
}

/// Runs a project on the source, with these variables: CodePipeline takes 1,000 characters of them.
fn build(name: &str, project: &ProjectOut, variables: &[(&str, &str)]) -> Action {
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let configuration = [
        ("ProjectName", project.name.clone()),
        ("EnvironmentVariables", serde_json::to_string(&variables).expect("variables are plain data")),
    ];
    Action { inputs: vec![INFRASTRUCTURE.into()], ..action(name, "Build", "CodeBuild", configuration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> ProjectOut {
        ProjectOut { name: "paas_dev_acme_deploy".into(), arn: "arn".into() }
    }

    fn told(actions: &[Action]) -> Vec<(&str, i32, &str)> {
        let variables = |action: &Action| action.configuration.contains_key("EnvironmentVariables");
        actions
            .iter()
            .map(|action| {
                (action.name.as_str(), action.run_order, if variables(action) { "build" } else { "" })
            })
            .collect()
    }

    #[test]
    fn a_plan_is_applied_at_once_or_after_somebody_has_seen_it() {
        assert_eq!(told(&deployment(&project(), None)), [("Deploy", 1, "build")]);
        let approval = action("Approval", "Approval", "Manual", []);
        let actions = deployment(&project(), Some(approval));
        assert_eq!(told(&actions), [("Plan", 1, "build"), ("Approval", 2, ""), ("Apply", 3, "build")]);
        assert_eq!(actions[0].outputs, ["Plan"]);
        assert_eq!(actions[2].inputs, ["Scripts", "Plan"]);
        assert_eq!(actions[2].configuration["PrimarySource"], "Scripts");
    }

    #[test]
    fn each_step_knows_the_image_and_what_it_is() {
        let configuration = &deployment(&project(), None)[0].configuration;
        assert_eq!(
            configuration["EnvironmentVariables"],
            r##"[{"name":"IMAGE_ID","value":"#{Bake.IMAGE_ID}"},{"name":"STEP","value":"deploy"}]"##
        );
    }
}
