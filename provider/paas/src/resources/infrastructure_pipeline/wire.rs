//! The wiring of an infrastructure pipeline: read it from top to bottom to see what bakes a tenant's images and deploys it.

use super::gather::Facts;
use super::model::InfrastructurePipelineModel;
use super::tenant;
use crate::home::Home;
use crate::names::{EnvironmentNames, InfrastructureNames};
use crate::pipelines::CLOUDTRAIL;
use crate::record::infrastructure_pipeline::Outputs;
use crate::record::{self, Record};
use crate::shared::{i32_of, optional, required};
use composite::{Graph, Node, Value};
use paas_aws::codebuild::ProjectOut;
use paas_aws::codepipeline::{self, PipelineOut};
use paas_aws::events::RuleOut;
use paas_aws::logs::{LogGroup, LogGroupOut};
use paas_aws::s3::{Seed, SeedObject, SeedObjectOut};
use paas_aws::ssm::Parameter;
use paas_aws::world::Part;
use paas_aws::{Owner, Session, Tags, World, events};

/// Declares every child and output of an infrastructure pipeline.
pub fn infrastructure_pipeline<'a>(
    session: &'a Session,
    model: &'a InfrastructurePipelineModel,
    facts: &'a Facts,
    g: &mut Graph<'a, World>,
) {
    let wiring = Wiring {
        session,
        model,
        home: g.input(facts.home.clone()),
        tags: g.input(required(&model.tags_all)),
        boundary: g.input(optional(&model.permissions_boundary)),
    };
    let logs = wiring.log_group(g);
    let seed = wiring.seed_object(g);
    let bake = wiring.bake(logs, g);
    let deploy = wiring.deploy(logs, g);
    let pipeline = wiring.pipeline(seed, bake, deploy, g);
    let rule = wiring.event_rule(pipeline, g);
    wiring.record(&Parts { bake, deploy, pipeline, rule }, g);
}

/// What every part of the wiring uses.
pub(super) struct Wiring<'a> {
    pub session: &'a Session,
    pub model: &'a InfrastructurePipelineModel,
    /// The environment, by its record.
    pub home: Node<Home>,
    pub tags: Node<Tags>,
    pub boundary: Node<Option<String>>,
}

impl<'a> Wiring<'a> {
    /// An output that follows from names: a plan tells it before there is anything of that name.
    pub fn name(
        &self,
        output: &str,
        name: impl Fn(&InfrastructureNames<'_>) -> String + Send + Sync + 'a,
        g: &mut Graph<'a, World>,
    ) {
        let (session, model) = (self.session, self.model);
        g.export(output, self.home, move |home| name(&names(session, &home, model)));
    }

    /// What the builds print.
    fn log_group(&self, g: &mut Graph<'a, World>) -> Node<LogGroupOut> {
        let (session, model) = (self.session, self.model);
        let retention = g.input(required(&model.log_retention_in_days));
        let group =
            g.child("log_group", (self.home, retention, self.tags), move |(home, days, tags)| LogGroup {
                name: names(session, &home, model).log_group(),
                retention_in_days: i32_of(days),
                kms_key_arn: home.outputs.kms_key_arn,
                tags,
            });
        self.name("log_group_name", |names| names.log_group(), g);
        group
    }

    /// Scripts that do nothing: a new tenant gets an image, and is deployed, before the first push.
    fn seed_object(&self, g: &mut Graph<'a, World>) -> Node<SeedObjectOut> {
        let (session, model) = (self.session, self.model);
        let seed = g.child("seed_object", self.home, move |home| SeedObject {
            key: names(session, &home, model).tenant.infrastructure_object(),
            bucket: home.outputs.bucket,
            content: Seed::Scripts,
        });
        g.export("source_bucket", self.home, |home| home.outputs.bucket);
        self.name("source_object_key", |names| names.tenant.infrastructure_object(), g);
        seed
    }

    /// From the source to the image, and on to the tenant. Its first run begins when it is made, so it comes after
    /// everything that it uses.
    fn pipeline(
        &self,
        seed: Node<SeedObjectOut>,
        bake: Node<ProjectOut>,
        deploy: Option<Node<ProjectOut>>,
        g: &mut Graph<'a, World>,
    ) -> Node<PipelineOut> {
        let (session, model) = (self.session, self.model);
        let stages = self.stages(bake, deploy, g);
        let deps = (self.home, seed, stages, self.tags);
        let made = g.child("pipeline", deps, move |(home, _, stages, tags)| codepipeline::Pipeline {
            name: names(session, &home, model).pipeline(),
            role_arn: home.outputs.infrastructure_pipeline_role_arn,
            bucket: home.outputs.bucket,
            kms_key_arn: home.outputs.kms_key_arn,
            // A newer push overtakes one that waits for a stage.
            execution_mode: "SUPERSEDED".into(),
            stages,
            tags,
        });
        // A pipeline is what its name says; new stages change it in place.
        g.steady(made);
        self.name("pipeline_name", |names| names.pipeline(), g);
        g.export("pipeline_arn", made, |pipeline| pipeline.arn);
        made
    }

    fn event_rule(&self, pipeline: Node<PipelineOut>, g: &mut Graph<'a, World>) -> Node<RuleOut> {
        let (session, model) = (self.session, self.model);
        let trigger = g.input(required(&model.trigger));
        let deps = (self.home, pipeline, trigger, self.tags);
        g.child("event_rule", deps, move |(home, pipeline, trigger, tags)| {
            let names = names(session, &home, model);
            let written =
                if trigger == CLOUDTRAIL { events::object_written_by_trail } else { events::object_created };
            events::Rule {
                name: names.pipeline(),
                description: format!("Starts the infrastructure pipeline of tenant {}", tenant(model)),
                event_pattern: written(&home.outputs.bucket, &names.tenant.infrastructure_object()),
                enabled: true,
                target_arn: pipeline.arn,
                target_role_arn: home.outputs.events_role_arn.unwrap_or_default(),
                tags,
            }
        })
    }

    /// Published last: a pipeline with a record is one that came up.
    fn record(&self, parts: &Parts, g: &mut Graph<'a, World>) {
        let (session, model) = (self.session, self.model);
        let arguments = record::arguments(model, super::UNRECORDED);
        let arguments = g.input(arguments.map_or(Value::Unknown, Value::Known));
        let deps = (self.home, parts.bake, parts.deploy, parts.pipeline, parts.rule);
        let outputs = g.map(deps, move |(home, bake, deploy, pipeline, _)| {
            let names = names(session, &home, model);
            Outputs {
                source_object_key: names.tenant.infrastructure_object(),
                bake_prefix: names.bake_prefix(),
                bake_project_name: bake.name,
                deploy_project_name: deploy.map(|project| project.name),
                pipeline_name: pipeline.name,
                log_group_name: names.log_group(),
                image_owner: images(session, &home.name, tenant(model)).path(),
                source_bucket: home.outputs.bucket,
            }
        });
        let deps = (self.home, arguments, outputs, self.tags);
        let record = g.child(record::CHILD, deps, move |(home, arguments, outputs, tags)| Parameter {
            name: names(session, &home, model).parameter(),
            value: Record::new(arguments, Some(outputs)).to_text(),
            tags,
        });
        self.name("parameter_name", |names| names.parameter(), g);
        g.export("id", (self.home, record), move |(home, _)| names(session, &home, model).id());
        g.export("tags_all", self.tags, |tags| tags);
    }
}

/// What the record tells of.
struct Parts {
    bake: Node<ProjectOut>,
    deploy: Option<Node<ProjectOut>>,
    pipeline: Node<PipelineOut>,
    rule: Node<RuleOut>,
}

/// The pipeline's names in its environment.
pub(super) fn names<'n>(
    session: &'n Session,
    home: &'n Home,
    model: &'n InfrastructurePipelineModel,
) -> InfrastructureNames<'n> {
    EnvironmentNames { project: &session.project, environment: &home.name }
        .tenant(tenant(model))
        .infrastructure()
}

/// Whose the images are.
pub(super) fn images(session: &Session, environment: &str, tenant: &str) -> Owner {
    Owner::tenant(&session.project, environment, tenant).part(Part::MachineImages)
}
