//! The wiring of a tenant's software pipeline: source, approval, deployment, and what starts it.

use super::model::{Pipeline, TenantModel};
use super::slots::{Machines, Slot};
use super::wire::{Wiring, names};
use super::{commands, name, slots};
use crate::home::Home;
use crate::pipelines::{self, CLOUDTRAIL, action, in_turn, stage};
use crate::shared::{i32_of, optional, required, site};
use composite::{Graph, Node};
use paas_aws::codedeploy::{Application, ApplicationOut, DeploymentGroup, DeploymentGroupOut};
use paas_aws::codepipeline::{self, Action, Stage};
use paas_aws::elbv2::{ListenerRuleOut, TargetGroupOut};
use paas_aws::logs::LogGroup;
use paas_aws::policies::SOFTWARE;
use paas_aws::s3::{Seed, SeedObject};
use paas_aws::{Session, World, events};
use std::collections::BTreeSet;
use tfplugin::{Diagnostic, Path};

/// What only a tenant with a pipeline has.
const OUTPUTS: [&str; 6] = [
    "source_bucket",
    "source_object_key",
    "pipeline_name",
    "pipeline_arn",
    "codedeploy_application_name",
    "log_group_name",
];

impl<'a> Wiring<'a> {
    /// What is put into the bucket ends on the instances.
    pub(super) fn software_pipeline(
        &self,
        machines: &[Machines],
        rules: &[Node<ListenerRuleOut>],
        g: &mut Graph<'a, World>,
    ) {
        let pipeline = match self.model.pipeline.settled() {
            None => return g.unknown_keys(),
            Some(None) => {
                for output in OUTPUTS {
                    g.export(output, (), |()| None::<String>);
                }
                return;
            }
            Some(Some(pipeline)) => pipeline,
        };
        self.log_group(pipeline, g);
        let application = self.application(g);
        let groups: Vec<Node<DeploymentGroupOut>> =
            machines.iter().map(|slot| self.deployment_group(pipeline, application, *slot, g)).collect();
        let (session, model) = (self.session, self.model);
        let seed = g.child("seed_object", self.home, move |home| SeedObject {
            key: names(session, &home, model).software_object(),
            bucket: home.outputs.bucket,
            content: Seed::Release,
        });
        let stages = self.stages(pipeline, application, groups, machines, rules, g);
        let deps = (self.home, seed, stages, self.tags);
        let made =
            g.child("software_pipeline", deps, move |(home, _, stages, tags)| codepipeline::Pipeline {
                name: names(session, &home, model).software_pipeline(),
                role_arn: home.outputs.software_pipeline_role_arn,
                bucket: home.outputs.bucket,
                kms_key_arn: home.outputs.kms_key_arn,
                // A newer release overtakes one that waits for a stage.
                execution_mode: "SUPERSEDED".into(),
                stages,
                tags,
            });
        // A pipeline is what its name says; new stages change it in place.
        g.steady(made);
        let trigger = g.input(required(&pipeline.trigger));
        g.child("event_rule", (self.home, made, trigger, self.tags), move |(home, made, trigger, tags)| {
            let names = names(session, &home, model);
            let written =
                if trigger == CLOUDTRAIL { events::object_written_by_trail } else { events::object_created };
            events::Rule {
                name: names.software_pipeline(),
                description: format!("Starts the software pipeline of tenant {}", name(model)),
                event_pattern: written(&home.outputs.bucket, &names.software_object()),
                enabled: true,
                target_arn: made.arn,
                target_role_arn: home.outputs.events_role_arn.unwrap_or_default(),
                tags,
            }
        });
        g.export("source_bucket", self.home, |home| home.outputs.bucket);
        self.name("source_object_key", |names| names.software_object(), g);
        self.name("pipeline_name", |names| names.software_pipeline(), g);
        g.export("pipeline_arn", made, |pipeline| pipeline.arn);
    }

    /// Where the instances' logs go.
    fn log_group(&self, pipeline: &'a Pipeline, g: &mut Graph<'a, World>) {
        let (session, model) = (self.session, self.model);
        let retention = g.input(required(&pipeline.log_retention_in_days));
        g.child("log_group", (self.home, retention, self.tags), move |(home, days, tags)| LogGroup {
            name: site(session, &home.name).log_group_name(name(model)),
            retention_in_days: i32_of(days),
            kms_key_arn: home.outputs.kms_key_arn,
            tags,
        });
        g.export("log_group_name", self.home, move |home| {
            site(session, &home.name).log_group_name(name(model))
        });
    }

    fn application(&self, g: &mut Graph<'a, World>) -> Node<ApplicationOut> {
        let (session, model) = (self.session, self.model);
        let application = g.child("codedeploy_application", (self.home, self.tags), move |(home, tags)| {
            Application { name: names(session, &home, model).application(), tags }
        });
        self.name("codedeploy_application_name", |names| names.application(), g);
        application
    }

    /// The instances of one slot get a release together. Their group has them fetch it before they serve.
    fn deployment_group(
        &self,
        pipeline: &'a Pipeline,
        application: Node<ApplicationOut>,
        machines: Machines,
        g: &mut Graph<'a, World>,
    ) -> Node<DeploymentGroupOut> {
        let model = self.model;
        let settings = (
            g.input(required(&pipeline.deployment_config_name)),
            g.input(required(&pipeline.auto_rollback)),
            g.input(optional(&pipeline.alarm_names)),
        );
        let Machines { slot, target, scaling } = machines;
        let deps = (self.home, application, target, scaling, settings, self.tags);
        g.child(
            slot.key("deployment_group"),
            deps,
            move |(home, application, target, scaling, (config, rollback, alarms), tags)| {
                let alarm_names: BTreeSet<String> = alarms.unwrap_or_default();
                let failure = rollback.then_some("DEPLOYMENT_FAILURE");
                let alarm = (rollback && !alarm_names.is_empty()).then_some("DEPLOYMENT_STOP_ON_ALARM");
                DeploymentGroup {
                    application_name: application.name,
                    name: slot.named(name(model)),
                    role_arn: home.outputs.deploy_role_arn,
                    autoscaling_group_names: BTreeSet::from([scaling.name]),
                    target_group_names: BTreeSet::from([target.name]),
                    deployment_config_name: config,
                    auto_rollback_events: failure.into_iter().chain(alarm).map(str::to_owned).collect(),
                    alarm_names,
                    lifecycle_hook: true,
                    tags,
                }
            },
        )
    }

    /// One slot: source, approval, deployment. Two: the idle one is found, gets the release, and after the approval the
    /// rules lead to it, all in one stage, which holds one release at a time.
    fn stages(
        &self,
        pipeline: &'a Pipeline,
        application: Node<ApplicationOut>,
        groups: Vec<Node<DeploymentGroupOut>>,
        machines: &[Machines],
        rules: &[Node<ListenerRuleOut>],
        g: &mut Graph<'a, World>,
    ) -> Node<Vec<Stage>> {
        let (session, model) = (self.session, self.model);
        let approval = g.input(pipelines::approval(&pipeline.approval));
        let slots: Vec<Slot> = machines.iter().map(|machines| machines.slot).collect();
        let targets: Vec<Node<TargetGroupOut>> = machines.iter().map(|machines| machines.target).collect();
        // With one slot nothing asks for the rules: the pipeline doesn't wait for them.
        let rules = if slots.len() > 1 { rules.to_vec() } else { vec![] };
        let deps = (self.home, application, groups, targets, rules, approval);
        g.map(deps, move |(home, application, groups, targets, rules, approval)| {
            let key = names(session, &home, model).software_object();
            let source = stage("Source", vec![pipelines::source(&home, &key, SOFTWARE)]);
            let deploy = |group: String| deploy(&application.name, group);
            if slots.len() == 1 {
                let approved = approval.map(|approval| stage("Approval", vec![approval]));
                let deployed = stage("Deploy", vec![deploy(groups[0].name.clone())]);
                return [Some(source), approved, Some(deployed)].into_iter().flatten().collect();
            }
            let arns: Vec<&str> = targets.iter().map(|target| target.arn.as_str()).collect();
            let rules: Vec<&str> = rules.iter().map(|rule| rule.arn.as_str()).collect();
            let switch = commands::Switch { blue: arns[0], green: arns[1], rules: &rules };
            let select = Action {
                namespace: Some(SELECT.into()),
                commands: switch.select(name(model)),
                output_variables: vec![commands::DEPLOYMENT_GROUP.into()],
                ..run(SELECT)
            };
            let actions = [
                Some(select),
                Some(deploy(format!("#{{{SELECT}.{}}}", commands::DEPLOYMENT_GROUP))),
                approval,
                Some(Action { commands: switch.lead(), ..run("Switch") }),
            ];
            vec![source, stage("Deploy", in_turn(actions.into_iter().flatten()))]
        })
    }
}

/// The action that finds the idle slot, and the namespace of what it found.
const SELECT: &str = "Select";

fn deploy(application: &str, group: String) -> Action {
    let configuration = [("ApplicationName", application.to_owned()), ("DeploymentGroupName", group)];
    Action { inputs: vec![SOFTWARE.into()], ..action("Deploy", "Deploy", "CodeDeploy", configuration) }
}

/// Runs commands on CodePipeline's own machines, in the folder of the release.
fn run(name: &str) -> Action {
    Action { inputs: vec![SOFTWARE.into()], ..action(name, "Compute", "Commands", []) }
}

/// The environment must be able to start pipelines, and in the way that is asked for.
pub(super) fn refuse(home: &Home, model: &TenantModel) -> Option<Diagnostic> {
    pipelines::refuse(home, &Path::from("pipeline"), &model.pipeline.known()?.trigger)
}

/// With another `deployment_type` the tenant gets other slots, so other deployment groups, and CodeDeploy gives a new
/// instance the last good release of its own group: there is none. Said at plan, because requests are led there at once.
pub(super) fn forewarn(
    session: &Session,
    home: &Home,
    model: &TenantModel,
    prior: &TenantModel,
) -> Option<Diagnostic> {
    let (was, is) = (prior.pipeline.known()?, model.pipeline.settled()?);
    let deployment_type = |of: &Pipeline| of.deployment_type.known().cloned();
    let is = is.map_or_else(|| Some(slots::IN_PLACE.to_owned()), deployment_type)?;
    if deployment_type(was)? == is {
        return None;
    }
    let at = Path::from("pipeline");
    let (at, how) = if model.pipeline.is_known() {
        let how = format!(
            "When the apply is done, start the pipeline, which brings the release there: aws codepipeline start-pipeline-execution --name {}",
            names(session, home, model).software_pipeline()
        );
        (at.attribute("deployment_type"), how)
    } else {
        (at, "Without a pipeline nothing brings one: have the software in the image.".into())
    };
    let detail = format!(
        "Tenant {:?} gets new instances in place of all it has. They start with what the image holds, and requests are led to them before a release is there. {how}",
        name(model)
    );
    Some(Diagnostic::warning("New instances without a release", detail).at(at))
}
