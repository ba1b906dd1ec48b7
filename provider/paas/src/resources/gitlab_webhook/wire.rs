//! The wiring of a webhook: read it from top to bottom to see what a delivery meets on its way.

use super::model::GitlabWebhookModel;
use super::{UNRECORDED, name, names, secrets};
use crate::record::gitlab_webhook::Outputs;
use crate::record::{self, Record};
use crate::shared::{i32_of, optional, required, site};
use composite::{Graph, Node, Value};
use paas_aws::codebuild::ProjectOut;
use paas_aws::kms::{Alias, Key, KeyOut};
use paas_aws::lambda::FunctionOut;
use paas_aws::logs::{LogGroup, LogGroupOut};
use paas_aws::policies::Site;
use paas_aws::policies::webhook::{self, Credentials};
use paas_aws::secretsmanager::{Secret, SecretOut};
use paas_aws::ssm::Parameter;
use paas_aws::{Owner, Session, Tags, World};
use tfplugin::Attr;

/// Declares every child and output of a webhook.
pub fn gitlab_webhook<'a>(session: &'a Session, model: &'a GitlabWebhookModel, g: &mut Graph<'a, World>) {
    let wiring = Wiring {
        session,
        model,
        site: site(session, &Owner::gitlab_webhook(&session.project, name(model)).environment),
        tags: g.input(required(&model.tags_all)),
        boundary: g.input(optional(&model.permissions_boundary)),
    };
    let key = wiring.key(g);
    let token = wiring.token_secret(key, g);
    let signing_token = wiring.signing_token_secret(key, g);
    let credentials = wiring.credentials(key, g);
    let function_logs = wiring.log_group("function", key, g);
    let build_logs = wiring.log_group("builds", key, g);
    let project = wiring.builds(key, build_logs, credentials, g);
    let function = wiring.function(&Told { key, token, signing_token, logs: function_logs, project }, g);
    let url = wiring.api(function, g);
    wiring.record(&Parts { token, project, function, url }, g);
}

/// What every part of the wiring uses.
pub(super) struct Wiring<'a> {
    pub session: &'a Session,
    pub model: &'a GitlabWebhookModel,
    /// What the policies name their objects by.
    pub site: Site,
    pub tags: Node<Tags>,
    pub boundary: Node<Option<String>>,
}

/// What the function is told of its siblings.
pub(super) struct Told {
    pub key: Node<KeyOut>,
    pub token: Node<SecretOut>,
    /// None where deliveries needn't be signed.
    pub signing_token: Node<Option<String>>,
    pub logs: Node<LogGroupOut>,
    pub project: Node<ProjectOut>,
}

impl<'a> Wiring<'a> {
    /// The webhook's own key: no environment's, for the webhook serves all of them.
    fn key(&self, g: &mut Graph<'a, World>) -> Node<KeyOut> {
        let names = names(self.session, self.model);
        let policy = webhook::key(&self.site, &names.log_group("*"));
        let key = g.child("key", self.tags, move |tags| Key {
            description: format!("Secrets and logs of GitLab webhook {}", names.base()),
            policy: policy.clone(),
            enabled: true,
            enable_key_rotation: true,
            tags,
        });
        g.child("key_alias", key, move |key| Alias { name: names.key_alias(), key_id: key.id });
        g.export("kms_key_arn", key, |key| key.arn);
        key
    }

    /// What GitLab sends with each delivery: given, or made by Secrets Manager.
    fn token_secret(&self, key: Node<KeyOut>, g: &mut Graph<'a, World>) -> Node<SecretOut> {
        let token = self.secret(secrets::TOKEN, "token", "The token", &self.model.token_wo_version, key, g);
        g.export("token_secret_arn", token, |secret| secret.arn);
        token
    }

    /// What GitLab signs deliveries with: the ARN of its secret, or none.
    fn signing_token_secret(&self, key: Node<KeyOut>, g: &mut Graph<'a, World>) -> Node<Option<String>> {
        let version = &self.model.signing_token_wo_version;
        let arn = match version.settled() {
            None => {
                g.unknown_keys();
                g.input(Value::Unknown)
            }
            Some(None) => g.input(Value::Known(None)),
            Some(Some(_)) => {
                let what = "The signing token";
                let secret = self.secret(secrets::SIGNING_TOKEN, "signing-token", what, version, key, g);
                g.map(secret, |secret| Some(secret.arn))
            }
        };
        g.export("signing_token_secret_arn", arn, |arn| arn);
        arn
    }

    /// What builds clone with: a secret made here, one of the user's own, or none.
    fn credentials(&self, key: Node<KeyOut>, g: &mut Graph<'a, World>) -> Node<Option<Credentials>> {
        let version = &self.model.credentials_wo_version;
        match version.settled() {
            None => {
                g.unknown_keys();
                g.input(Value::Unknown)
            }
            Some(Some(_)) => {
                let what = "What repositories are cloned with";
                let secret = self.secret(secrets::CREDENTIALS, "credentials", what, version, key, g);
                g.map((secret, key), |(secret, key)| {
                    Some(Credentials { secret_arn: secret.arn, key_arn: Some(key.arn) })
                })
            }
            Some(None) => {
                let own = g.input(optional(&self.model.credentials_secret_arn));
                g.map(own, |own| own.map(|secret_arn| Credentials { secret_arn, key_arn: None }))
            }
        }
    }

    fn secret(
        &self,
        child: &str,
        what: &'static str,
        description: &'static str,
        version: &Attr<i64>,
        key: Node<KeyOut>,
        g: &mut Graph<'a, World>,
    ) -> Node<SecretOut> {
        let names = names(self.session, self.model);
        let version = g.input(optional(version));
        let secret = g.child(child, (key, version, self.tags), move |(key, version, tags)| Secret {
            name: names.secret(what),
            description: format!("{description} of GitLab webhook {}", names.base()),
            kms_key_arn: key.arn,
            version,
            tags,
        });
        // A secret is what its name says; a new version changes it in place.
        g.steady(secret);
        secret
    }

    /// What the function, or a build, prints.
    fn log_group(
        &self,
        what: &'static str,
        key: Node<KeyOut>,
        g: &mut Graph<'a, World>,
    ) -> Node<LogGroupOut> {
        let names = names(self.session, self.model);
        let (child, output) = match what {
            "function" => ("function_log_group", "function_log_group_name"),
            _ => ("build_log_group", "build_log_group_name"),
        };
        let retention = g.input(required(&self.model.log_retention_in_days));
        let group = g.child(child, (key, retention, self.tags), move |(key, days, tags)| LogGroup {
            name: names.log_group(what),
            retention_in_days: i32_of(days),
            kms_key_arn: key.arn,
            tags,
        });
        g.steady(group);
        g.export(output, (), move |()| names.log_group(what));
        group
    }

    /// Published last: a webhook with a record is one that came up.
    fn record(&self, parts: &Parts, g: &mut Graph<'a, World>) {
        let names = names(self.session, self.model);
        let arguments = record::arguments(self.model, UNRECORDED);
        let arguments = g.input(arguments.map_or(Value::Unknown, Value::Known));
        let deps = (parts.url, parts.function, parts.project, parts.token);
        let outputs = g.map(deps, |(url, function, project, token)| Outputs {
            url,
            function_name: function.name,
            build_project_name: project.name,
            token_secret_arn: token.arn,
        });
        let deps = (arguments, outputs, self.tags);
        let record = g.child(record::CHILD, deps, move |(arguments, outputs, tags)| Parameter {
            name: names.parameter(),
            value: Record::new(arguments, Some(outputs)).to_text(),
            tags,
        });
        g.export("parameter_name", (), move |()| names.parameter());
        g.export("id", record, move |_| names.webhook.to_owned());
        g.export("tags_all", self.tags, |tags| tags);
    }
}

/// What the record tells of.
struct Parts {
    token: Node<SecretOut>,
    project: Node<ProjectOut>,
    function: Node<FunctionOut>,
    /// Known once the whole API stands.
    url: Node<String>,
}
