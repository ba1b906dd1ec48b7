//! `paas_gitlab_webhook`: layer 1, what brings pushes from GitLab to where the pipelines begin.

mod api;
mod build;
mod function;
mod gather;
mod model;
mod rule;
mod secrets;
mod told;
mod validate;
mod wire;

pub use model::GitlabWebhookModel;

use crate::composite_resource::{Composite, Gather, impl_model};
use crate::names::{WEBHOOK, WebhookNames};
use crate::record;
use composite::Graph;
use paas_aws::world::{Sensitive, Steering};
use paas_aws::{Owner, Session, World};
use std::collections::BTreeMap;
use tfplugin::{Diagnostic, Diagnostics};

/// No record holds a secret. Nothing else is left out.
const UNRECORDED: &[&str] = &["token_wo", "signing_token_wo", "credentials_wo"];

/// The composite behind `paas_gitlab_webhook`.
pub struct GitlabWebhook;

impl Composite for GitlabWebhook {
    type Model = GitlabWebhookModel;
    type Facts = ();
    const NAME: &'static str = "gitlab_webhook";
    const UNRECORDED: &'static [&'static str] = UNRECORDED;

    fn validate(config: &GitlabWebhookModel, diagnostics: &mut Diagnostics) {
        validate::gitlab_webhook(config, diagnostics);
    }

    fn parameter(session: &Session, model: &GitlabWebhookModel) -> String {
        names(session, model).parameter()
    }

    fn is_named(model: &GitlabWebhookModel) -> bool {
        model.name.is_known()
    }

    async fn gather(
        session: &Session,
        request: Gather<'_, GitlabWebhookModel>,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        if request.check {
            gather::check(session, &request, diagnostics).await;
        }
        (!diagnostics.has_errors()).then_some(())
    }

    fn wire<'a>(
        session: &'a Session,
        model: &'a GitlabWebhookModel,
        (): &'a (),
        graph: &mut Graph<'a, World>,
    ) {
        wire::gitlab_webhook(session, model, graph);
    }

    fn owner(model: &GitlabWebhookModel, project: &str) -> Owner {
        Owner::gitlab_webhook(project, name(model))
    }

    fn steering(_: &GitlabWebhookModel, _: Option<&()>) -> Steering {
        Steering::default()
    }

    fn secrets(config: &GitlabWebhookModel) -> BTreeMap<String, Sensitive> {
        secrets::values(config)
    }

    async fn recall(session: &Session, id: &str) -> Result<GitlabWebhookModel, Diagnostics> {
        if let Some(why) = paas_aws::names::refuse(id, WEBHOOK) {
            let detail = format!("{id:?} is not a webhook's name: it {why}.");
            return Err(Diagnostic::error("Not a webhook's id", detail).into());
        }
        let names = WebhookNames { project: &session.project, webhook: id };
        match record::gitlab_webhook::gitlab_webhook(session, names).await? {
            Some(found) => Ok(GitlabWebhookModel {
                name: id.into(),
                ..record::recalled(&names.parameter(), &found.arguments)?
            }),
            None => Err(not_there(session, names).into()),
        }
    }
}

impl_model!(GitlabWebhookModel);

fn not_there(session: &Session, names: WebhookNames<'_>) -> Diagnostic {
    Diagnostic::error(
        "No such webhook",
        format!(
            "There is no webhook {:?} in project {:?}: the SSM parameter {} doesn't exist.",
            names.webhook,
            session.project,
            names.parameter()
        ),
    )
}

/// Its name; known wherever AWS is called.
fn name(model: &GitlabWebhookModel) -> &str {
    model.name.known().map_or("", String::as_str)
}

/// The names of its parts.
fn names<'n>(session: &'n Session, model: &'n GitlabWebhookModel) -> WebhookNames<'n> {
    WebhookNames { project: &session.project, webhook: name(model) }
}
