//! The wiring of the builds: their role, and the project that the function starts them of.

use super::wire::Wiring;
use super::{names, told};
use crate::builds::Machine;
use crate::names::EnvironmentNames;
use composite::{Graph, Node, Value};
use paas_aws::World;
use paas_aws::codebuild::{Project, ProjectOut, Source};
use paas_aws::iam::{Role, RoleOut};
use paas_aws::kms::KeyOut;
use paas_aws::logs::LogGroupOut;
use paas_aws::policies::trust;
use paas_aws::policies::webhook::{self, Credentials, Destination};
use std::collections::{BTreeMap, BTreeSet};

/// What a build does.
const BUILDSPEC: &str = include_str!("files/webhook.yml");

impl<'a> Wiring<'a> {
    /// The project, after all that its builds use.
    pub(super) fn builds(
        &self,
        key: Node<KeyOut>,
        logs: Node<LogGroupOut>,
        credentials: Node<Option<Credentials>>,
        g: &mut Graph<'a, World>,
    ) -> Node<ProjectOut> {
        let environments = g.input(match self.model.branches.known() {
            Some(_) => Value::Known(self.environments()),
            None => Value::Unknown,
        });
        let role = self.build_role(environments, logs, credentials, g);
        let (names, model) = (names(self.session, self.model), self.model);
        let machine = Machine::of(&model.build_image, &model.compute_type, &model.build_timeout);
        let machine = g.input(machine.map_or(Value::Unknown, Value::Known));
        let deps = (role, machine, environments, credentials, key, logs, self.tags);
        let project = g.child(
            "build_project",
            deps,
            move |(role, machine, environments, credentials, key, logs, tags)| Project {
                name: names.base(),
                description: format!("Brings pushes of GitLab webhook {} to the pipelines", names.webhook),
                role_arn: role.arn,
                image: machine.image,
                compute_type: machine.compute_type,
                environment_variables: {
                    let buckets: BTreeMap<_, _> =
                        environments.iter().map(|(name, one)| (name, &one.bucket)).collect();
                    let buckets = ("BUCKETS".to_owned(), told::json(&buckets));
                    let secret = credentials.map(|it| ("CREDENTIALS_SECRET_ARN".to_owned(), it.secret_arn));
                    [buckets].into_iter().chain(secret).collect()
                },
                source: Source::None,
                buildspec: BUILDSPEC.into(),
                timeout_in_minutes: machine.timeout_in_minutes,
                kms_key_arn: key.arn,
                log_group_name: logs.name,
                log_stream_name: "build".into(),
                tags,
                unwanted: BTreeMap::new(),
            },
        );
        // A project is what its name says; everything else changes in place.
        g.steady(project);
        g.export("build_project_name", (), move |()| names.base());
        project
    }

    fn build_role(
        &self,
        environments: Node<BTreeMap<String, Environment>>,
        logs: Node<LogGroupOut>,
        credentials: Node<Option<Credentials>>,
        g: &mut Graph<'a, World>,
    ) -> Node<RoleOut> {
        let (session, names) = (self.session, names(self.session, self.model));
        let site = self.site.clone();
        let deps = (environments, logs, credentials, self.boundary, self.tags);
        let role = g.child(
            "build_role",
            deps,
            move |(environments, logs, credentials, permissions_boundary, tags)| {
                let destination = |one: Environment| Destination {
                    bucket_arn: site.bucket_arn(&one.bucket),
                    key_alias: one.key_alias,
                };
                let destinations: Vec<_> = environments.into_values().map(destination).collect();
                Role {
                    name: names.role("build", &session.region),
                    trust: trust::builds(&site, &names.base()),
                    policies: webhook::builds(&site, &destinations, credentials.as_ref(), &logs.name),
                    managed_policy_arns: BTreeSet::new(),
                    permissions_boundary,
                    tags,
                }
            },
        );
        g.export("build_role_arn", role, |role| role.arn);
        role
    }

    /// The environments that branches lead to, by name: what they are called follows from it.
    fn environments(&self) -> BTreeMap<String, Environment> {
        let session = self.session;
        let named = |name: &String| {
            let names = EnvironmentNames { project: &session.project, environment: name };
            let bucket = names.bucket(&session.account_id, &session.region);
            (name.clone(), Environment { bucket, key_alias: names.key_alias() })
        };
        told::environments(&self.model.branches).into_iter().map(named).collect()
    }
}

/// What the builds use of an environment.
#[derive(Debug, Clone, PartialEq)]
struct Environment {
    bucket: String,
    key_alias: String,
}
