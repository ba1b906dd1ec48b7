//! A listener: a port of the load balancer, its certificates, and what it answers when no rule matches.

use super::{gone, tagging};
use crate::call::{AwsError, call, creating};
use crate::tags::Tags;
use crate::world::{Cx, World};
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    self, Action, ActionTypeEnum, Certificate, FixedResponseActionConfig, ProtocolEnum, RedirectActionConfig,
    RedirectActionStatusCodeEnum,
};
use composite::{Child, Diff, Error, Id};
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// The spec of a listener.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// The load balancer. It can't be changed.
    pub load_balancer_arn: String,
    /// 80 or 443.
    pub port: i32,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// Which TLS versions and ciphers; `HTTPS` only.
    pub ssl_policy: Option<String>,
    /// The certificate for hosts that no other one names; `HTTPS` only.
    pub certificate_arn: Option<String>,
    /// Certificates chosen by the host that a client names, without the default one; 25 at most unless raised.
    pub additional_certificate_arns: BTreeSet<String>,
    /// What is answered when no rule matches.
    pub default_action: DefaultAction,
    /// The user's tags.
    pub tags: Tags,
}

/// What a listener does with requests that no rule matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultAction {
    /// 301 to the same host and path with HTTPS.
    RedirectToHttps,
    /// A plain text.
    FixedResponse {
        /// Such as 503.
        status_code: i32,
        /// Up to 1024 characters.
        message_body: String,
    },
    /// Seen only, never wanted: what somebody set by hand, by the API's name of the action.
    Other(String),
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListenerOut {
    /// `arn:…:listener/app/…`
    pub arn: String,
}

impl DefaultAction {
    fn to_action(&self) -> Result<Action, Error> {
        let action = Action::builder();
        Ok(match self {
            Self::RedirectToHttps => {
                let to = RedirectActionConfig::builder()
                    .protocol("HTTPS")
                    .port("443")
                    .host("#{host}")
                    .path("/#{path}")
                    .query("#{query}")
                    .status_code(RedirectActionStatusCodeEnum::Http301)
                    .build();
                action.r#type(ActionTypeEnum::Redirect).redirect_config(to)
            }
            Self::FixedResponse { status_code, message_body } => {
                let answer = FixedResponseActionConfig::builder()
                    .status_code(status_code.to_string())
                    .content_type("text/plain")
                    .message_body(message_body)
                    .build();
                action.r#type(ActionTypeEnum::FixedResponse).fixed_response_config(answer)
            }
            Self::Other(name) => {
                return Err(Error::message(format!("{name:?} is no default action of ours")));
            }
        }
        .build())
    }

    fn seen(actions: &[Action]) -> Self {
        let [action] = actions else { return Self::Other("several actions".into()) };
        if let Some(answer) = action.fixed_response_config() {
            return Self::FixedResponse {
                status_code: answer.status_code.as_deref().and_then(|s| s.parse().ok()).unwrap_or_default(),
                message_body: answer.message_body.clone().unwrap_or_default(),
            };
        }
        let same = |part: Option<&str>, whole: &str| part.is_none_or(|p| p == whole);
        let to_https = |to: &RedirectActionConfig| {
            to.protocol() == Some("HTTPS")
                && to.port() == Some("443")
                && to.status_code() == Some(&RedirectActionStatusCodeEnum::Http301)
                && same(to.host(), "#{host}")
                && same(to.path(), "/#{path}")
                && same(to.query(), "#{query}")
        };
        if action.redirect_config().is_some_and(to_https) {
            return Self::RedirectToHttps;
        }
        Self::Other(action.r#type().map_or("no action", |t| t.as_str()).into())
    }
}

impl Listener {
    fn certificates(&self) -> Option<Vec<Certificate>> {
        Some(vec![Certificate::builder().certificate_arn(self.certificate_arn.as_ref()?).build()])
    }

    /// Whether `ModifyListener` has something to do. Additional certificates and tags have calls of their own.
    fn is_modified(&self, saw: &Self) -> bool {
        let rest = Self {
            additional_certificate_arns: saw.additional_certificate_arns.clone(),
            tags: saw.tags.clone(),
            ..self.clone()
        };
        rest != *saw
    }

    async fn seen(cx: &Cx<'_>, arn: &Id) -> Result<Option<Self>, AwsError> {
        let (listener, tags) = (cx.world.reads.elbv2.listeners.get(arn), tagging::of_user(cx, arn));
        let (Some(listener), tags) = try_join(listener, tags).await? else { return Ok(None) };
        let additional_certificate_arns = match listener.protocol {
            Some(ProtocolEnum::Https) => additional_certificates(&cx.world.elbv2, arn).await?,
            _ => BTreeSet::new(),
        };
        Ok(Some(Self {
            default_action: DefaultAction::seen(listener.default_actions()),
            load_balancer_arn: listener.load_balancer_arn.unwrap_or_default(),
            port: listener.port.unwrap_or_default(),
            protocol: listener.protocol.map(|p| p.as_str().to_owned()).unwrap_or_default(),
            ssl_policy: listener.ssl_policy,
            certificate_arn: listener
                .certificates
                .unwrap_or_default()
                .into_iter()
                .next()
                .and_then(|c| c.certificate_arn),
            additional_certificate_arns,
            tags,
        }))
    }

    async fn sync_certificates(&self, cx: &Cx<'_>, arn: &Id, saw: &BTreeSet<String>) -> Result<(), Error> {
        let certificates = |arns: Vec<&String>| {
            let made = arns.into_iter().map(|arn| Certificate::builder().certificate_arn(arn).build());
            Some(made.collect::<Vec<_>>()).filter(|made| !made.is_empty())
        };
        let wanted = &self.additional_certificate_arns;
        // One of them that has become the default is none of the additional ones any more, and AWS refuses to remove it.
        let excess = saw.difference(wanted).filter(|arn| Some(*arn) != self.certificate_arn.as_ref());
        if let Some(missing) = certificates(wanted.difference(saw).collect()) {
            let request =
                cx.world.elbv2.add_listener_certificates().listener_arn(arn).set_certificates(Some(missing));
            call("AddListenerCertificates", request.send()).await?;
        }
        if let Some(excess) = certificates(excess.collect()) {
            let request = cx
                .world
                .elbv2
                .remove_listener_certificates()
                .listener_arn(arn)
                .set_certificates(Some(excess));
            call("RemoveListenerCertificates", request.send()).await?;
        }
        Ok(())
    }
}

async fn of_load_balancer(cx: &Cx<'_>, load_balancer_arn: &str) -> Result<Vec<types::Listener>, AwsError> {
    let request = cx.world.elbv2.describe_listeners().load_balancer_arn(load_balancer_arn);
    match call("DescribeListeners", request.into_paginator().items().send().try_collect()).await {
        Err(e) if e.is(&["LoadBalancerNotFound"]) => Ok(vec![]),
        found => found,
    }
}

/// All but the default one, which AWS lists too, and twice where it was an additional one before.
async fn additional_certificates(client: &Client, listener_arn: &str) -> Result<BTreeSet<String>, AwsError> {
    let pages =
        client.describe_listener_certificates().listener_arn(listener_arn).into_paginator().items().send();
    let all = call("DescribeListenerCertificates", pages.try_collect()).await?;
    let default = all.iter().find(|c| c.is_default == Some(true)).and_then(|c| c.certificate_arn.clone());
    Ok(all
        .into_iter()
        .filter_map(|c| c.certificate_arn)
        .filter(|arn| Some(arn) != default.as_ref())
        .collect())
}

impl Child for Listener {
    const KIND: &'static str = "listener";
    type World = World;
    type Out = ListenerOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.load_balancer_arn != saw.load_balancer_arn {
            Diff::Replace("load_balancer_arn")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let all = of_load_balancer(cx, &self.load_balancer_arn).await?;
        tagging::find(cx, all.into_iter().filter_map(|listener| listener.listener_arn)).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .elbv2
            .create_listener()
            .load_balancer_arn(&self.load_balancer_arn)
            .port(self.port)
            .protocol(ProtocolEnum::from(self.protocol.as_str()))
            .set_ssl_policy(self.ssl_policy.clone())
            .set_certificates(self.certificates())
            .default_actions(self.default_action.to_action()?)
            .set_tags(Some(tagging::to_create(cx, &self.tags)));
        let what = format!("the listener on port {}", self.port);
        match creating("CreateListener", request.send()).await {
            Ok(made) => {
                let listener = made.listeners.and_then(|mut all| all.pop());
                let arn = listener.as_ref().and_then(|l| l.listener_arn.clone());
                if let (Some(arn), Some(listener)) = (&arn, listener) {
                    cx.world.reads.elbv2.listeners.hand_on(arn, listener);
                }
                tagging::made(cx, &what, arn).await
            }
            Err(e) if e.is(&["DuplicateListener"]) => {
                let all = of_load_balancer(cx, &self.load_balancer_arn).await?;
                let holder = all.into_iter().find(|l| l.port == Some(self.port)).and_then(|l| l.listener_arn);
                Err(tagging::name_taken(cx, &what, e, holder).await)
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<ListenerOut, Error> {
        cx.world.reads.elbv2.listeners.fresh(id).await?;
        let seen = Self::seen(cx, id).await?.ok_or_else(|| Error::message(format!("{id} is gone")))?;
        if self.is_modified(&seen) {
            let request = cx
                .world
                .elbv2
                .modify_listener()
                .listener_arn(id)
                .port(self.port)
                .protocol(ProtocolEnum::from(self.protocol.as_str()))
                .set_ssl_policy(self.ssl_policy.clone())
                .set_certificates(self.certificates())
                .default_actions(self.default_action.to_action()?);
            call("ModifyListener", request.send()).await?;
        }
        self.sync_certificates(cx, id, &seen.additional_certificate_arns).await?;
        tagging::sync(cx, id, &self.tags).await?;
        cx.world.reads.elbv2.listeners.forget(id);
        Ok(ListenerOut { arn: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, ListenerOut)>, Error> {
        Ok(Self::seen(cx, id).await?.map(|seen| (seen, ListenerOut { arn: id.clone() })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        gone(call("DeleteListener", cx.world.elbv2.delete_listener().listener_arn(id).send()).await)?;
        cx.world.reads.elbv2.listeners.forget(id);
        cx.world.reads.elbv2.tags.forget(id);
        Ok(())
    }
}

pub(super) async fn list(
    client: Client,
    arns: Vec<String>,
) -> Result<HashMap<String, types::Listener>, AwsError> {
    let request = client.describe_listeners().set_listener_arns(Some(arns));
    let found = call("DescribeListeners", request.send()).await?.listeners.unwrap_or_default();
    Ok(found.into_iter().filter_map(|l| Some((l.listener_arn.clone()?, l))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Listener {
        Listener {
            load_balancer_arn: "lb".into(),
            port: 443,
            protocol: "HTTPS".into(),
            ssl_policy: Some("ELBSecurityPolicy-TLS13-1-2-2021-06".into()),
            certificate_arn: Some("cert".into()),
            additional_certificate_arns: BTreeSet::from(["more".into()]),
            default_action: DefaultAction::FixedResponse {
                status_code: 503,
                message_body: "host not found".into(),
            },
            tags: Tags::new(),
        }
    }

    #[test]
    fn our_actions_are_read_back_as_they_were_written() {
        for action in [DefaultAction::RedirectToHttps, sample().default_action] {
            assert_eq!(DefaultAction::seen(&[action.to_action().unwrap()]), action);
        }
    }

    #[test]
    fn foreign_actions_show_as_drift() {
        let forward = Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn("tg").build();
        assert_eq!(DefaultAction::seen(&[forward]), DefaultAction::Other("forward".into()));
        let elsewhere =
            RedirectActionConfig::builder().protocol("HTTPS").port("443").host("other.test").build();
        let redirect = Action::builder().r#type(ActionTypeEnum::Redirect).redirect_config(elsewhere).build();
        assert_eq!(DefaultAction::seen(&[redirect]), DefaultAction::Other("redirect".into()));
    }

    #[test]
    fn certificates_and_tags_need_no_modify_call() {
        let saw = sample();
        let more = Listener {
            additional_certificate_arns: BTreeSet::new(),
            tags: [("a".into(), "b".into())].into(),
            ..sample()
        };
        assert!(!more.is_modified(&saw));
        assert_eq!(more.diff(&saw), Diff::Update);
        assert!(Listener { ssl_policy: Some("older".into()), ..sample() }.is_modified(&saw));
        assert_eq!(
            Listener { load_balancer_arn: "other".into(), ..sample() }.diff(&saw),
            Diff::Replace("load_balancer_arn")
        );
    }
}
