//! The rules of a listener, as read: what allocation and conflict checks work with.

use super::priority::Conditions;
use crate::call::{AwsError, call};
use crate::session::Session;
use crate::tags::{self, Tags};
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{Action, Rule, RuleCondition, TargetGroupTuple};
use futures::future::try_join_all;
use std::collections::{BTreeSet, HashMap};

/// One rule of a listener; never the default one.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenRule {
    /// `arn:…:listener-rule/…`
    pub arn: String,
    /// 1 to 50000.
    pub priority: u16,
    /// Host conditions.
    pub hosts: BTreeSet<String>,
    /// Path conditions.
    pub paths: BTreeSet<String>,
    /// Where it forwards to: of two groups, the one with the lesser ARN. What forwards to more, or does something else,
    /// has the action's name here: it is not what a tenant's rule does.
    pub target_group_arn: String,
    /// The second of two groups.
    pub other_target_group_arn: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

impl SeenRule {
    /// What it matches.
    #[must_use]
    pub fn conditions(&self) -> Conditions<'_> {
        Conditions { hosts: &self.hosts, paths: &self.paths }
    }

    /// The path of the [`Owner`](crate::Owner) whose it is; none for the operators' own.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.tags.get(tags::OWNER).map(String::as_str)
    }

    /// Whose it is, in words: `tenant beta`.
    #[must_use]
    pub fn holder(&self) -> String {
        match self.owner().map(|path| path.split('/').collect::<Vec<_>>()).as_deref() {
            Some([_, _, tenant]) => format!("tenant {tenant}"),
            Some([_, environment]) => format!("environment {environment}"),
            _ => format!("a rule that is no tenant's, {}", self.arn),
        }
    }
}

/// All rules of a listener with their tags, from the cache where nothing was written since. None, if the listener is
/// gone.
///
/// # Errors
/// When AWS can't be asked.
pub async fn rules(session: &Session, listener_arn: &str) -> Result<Vec<SeenRule>, AwsError> {
    let listed = listed(session, listener_arn).await?;
    let tagged = try_join_all(listed.into_iter().map(|rule| with_tags(session, rule))).await?;
    Ok(tagged.into_iter().flatten().collect())
}

/// One rule. None, if it is gone. Costs the tags of no other.
pub(super) async fn rule(session: &Session, rule_arn: &str) -> Result<Option<SeenRule>, AwsError> {
    let Some(listener) = listener_of(rule_arn) else { return Ok(None) };
    match listed(session, &listener).await?.into_iter().find(|rule| rule.arn == rule_arn) {
        Some(rule) => with_tags(session, rule).await,
        None => Ok(None),
    }
}

/// The rules of a listener, without tags. Whoever reads one tenant's often reads others' next.
async fn listed(session: &Session, listener_arn: &str) -> Result<Vec<SeenRule>, AwsError> {
    let reads = &session.reads.elbv2;
    let listed = reads.rules.get(&listener_arn.to_owned()).await?.unwrap_or_default();
    // What stands in for the target of a rule that isn't ours is no ARN.
    let arns = listed.iter().flat_map(|rule| {
        rule.other_target_group_arn.iter().chain([&rule.target_group_arn, &rule.arn]).cloned()
    });
    reads.tags.expect(arns.filter(|arn| arn.starts_with("arn:")));
    Ok(listed)
}

/// None, if the rule was deleted since it was listed.
async fn with_tags(session: &Session, rule: SeenRule) -> Result<Option<SeenRule>, AwsError> {
    let tags = session.reads.elbv2.tags.get(&rule.arn).await?;
    Ok(tags.map(|tags| SeenRule { tags, ..rule }))
}

/// The listener that a rule belongs to: `…:listener-rule/app/name/lb/listener/rule` is one of
/// `…:listener/app/name/lb/listener`.
#[must_use]
pub fn listener_of(rule_arn: &str) -> Option<String> {
    let (prefix, path) = rule_arn.split_once(":listener-rule/")?;
    Some(format!("{prefix}:listener/{}", path.rsplit_once('/')?.0))
}

/// Lists the rules of each listener; one that is gone is left out. Tags are empty as yet.
pub(super) async fn list(
    client: Client,
    listeners: Vec<String>,
) -> Result<HashMap<String, Vec<SeenRule>>, AwsError> {
    let mut found = HashMap::new();
    for listener in listeners {
        let pages = client.describe_rules().listener_arn(&listener).into_paginator().items().send();
        match call("DescribeRules", pages.try_collect()).await {
            Ok(rules) => {
                found.insert(listener, rules.iter().filter_map(seen).collect());
            }
            Err(e) if e.is(&["ListenerNotFound"]) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

fn seen(rule: &Rule) -> Option<SeenRule> {
    let (target_group_arn, other_target_group_arn) = targets(rule.actions());
    Some(SeenRule {
        arn: rule.rule_arn.clone()?,
        priority: rule.priority()?.parse().ok()?, // the default rule's is "default"
        hosts: values(rule.conditions(), "host-header"),
        paths: values(rule.conditions(), "path-pattern"),
        target_group_arn,
        other_target_group_arn,
        tags: Tags::new(),
    })
}

fn values(conditions: &[RuleCondition], field: &str) -> BTreeSet<String> {
    let of_field = |c: &RuleCondition| {
        let hosts = c.host_header_config().map(|h| h.values().to_vec());
        let paths = c.path_pattern_config().map(|p| p.values().to_vec());
        hosts.or(paths).unwrap_or_else(|| c.values().to_vec())
    };
    conditions.iter().filter(|c| c.field() == Some(field)).flat_map(of_field).collect()
}

fn targets(actions: &[Action]) -> (String, Option<String>) {
    let [action] = actions else { return ("several actions".into(), None) };
    let groups = action.forward_config().map_or(&[][..], |f| f.target_groups());
    let arn = |group: &TargetGroupTuple| group.target_group_arn().unwrap_or_default().to_owned();
    match (action.target_group_arn(), groups) {
        (Some(arn), [] | [_]) => (arn.into(), None),
        (None, [group]) => (arn(group), None),
        (_, [one, other]) => {
            let (one, other) = (arn(one), arn(other));
            if one < other { (one, Some(other)) } else { (other, Some(one)) }
        }
        _ => (action.r#type().map_or("no action", |t| t.as_str()).into(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_elasticloadbalancingv2::types::{
        ActionTypeEnum, ForwardActionConfig, HostHeaderConditionConfig,
    };

    fn forward(groups: &[&str]) -> Action {
        let tuples =
            groups.iter().map(|g| TargetGroupTuple::builder().target_group_arn(*g).build()).collect();
        let config = ForwardActionConfig::builder().set_target_groups(Some(tuples)).build();
        Action::builder().r#type(ActionTypeEnum::Forward).forward_config(config).build()
    }

    #[test]
    fn a_rule_leads_back_to_its_listener() {
        let arn =
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/paas-dev/50dc/f2f7/9683";
        assert_eq!(
            listener_of(arn).as_deref(),
            Some("arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/paas-dev/50dc/f2f7")
        );
        assert_eq!(listener_of("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/y"), None);
    }

    #[test]
    fn conditions_are_read_from_either_form() {
        let config = HostHeaderConditionConfig::builder().values("b.test").values("a.test").build();
        let hosts = RuleCondition::builder().field("host-header").host_header_config(config).build();
        let paths = RuleCondition::builder().field("path-pattern").values("/api/*").build();
        let rule = Rule::builder().rule_arn("r").priority("7").conditions(hosts).conditions(paths).build();
        let seen = seen(&rule).unwrap();
        assert_eq!(seen.priority, 7);
        assert_eq!(seen.hosts, BTreeSet::from(["a.test".into(), "b.test".into()]));
        assert_eq!(seen.paths, BTreeSet::from(["/api/*".into()]));
    }

    #[test]
    fn the_default_rule_is_none_of_a_tenants() {
        assert_eq!(seen(&Rule::builder().rule_arn("r").priority("default").is_default(true).build()), None);
    }

    #[test]
    fn a_plain_forward_has_one_target_or_two() {
        let one = |arn: &str| (arn.to_owned(), None);
        assert_eq!(targets(&[forward(&["tg-1"])]), one("tg-1"));
        assert_eq!(targets(&[forward(&["tg-2", "tg-1"])]), ("tg-1".into(), Some("tg-2".into())));
        assert_eq!(targets(&[forward(&["tg-1", "tg-2", "tg-3"])]), one("forward"));
        assert_eq!(
            targets(&[Action::builder().r#type(ActionTypeEnum::FixedResponse).build()]),
            one("fixed-response")
        );
        assert_eq!(targets(&[forward(&["tg-1"]), forward(&["tg-2"])]), one("several actions"));
    }
}
