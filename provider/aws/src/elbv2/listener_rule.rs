//! A listener rule: leads the requests of a tenant's hosts to its target group, at a priority that is set or allocated.

use super::conflicts::Neighbours;
use super::priority::{self, Conditions};
use super::rules::{SeenRule, listener_of, rule, rules};
use super::{gone, tagging};
use crate::call::{AwsError, call, creating};
use crate::tags::{self, Tags};
use crate::world::{Cx, World};
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, ForwardActionConfig, HostHeaderConditionConfig, PathPatternConditionConfig,
    RuleCondition, RulePriorityPair, TargetGroupTuple,
};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The number that a rule shall have, and whose choice it was: `auto:14021` or `set:1500`.
///
/// The tag is what keeps an allocated number the rule's own, and what tells it from one that was changed by hand.
const PRIORITY: &str = "paas:priority";
/// The weight of the slot that gets all requests; the other has none.
const LIVE: i32 = 100;
/// How often a number that someone else took in the meantime is given up for the next one.
const PROBES: usize = 50;

/// The spec of a listener rule: hosts of one class, at most five hosts and paths together (see
/// [`split`](priority::split)). Their order means nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListenerRule {
    /// The listener. It can't be changed.
    pub listener_arn: String,
    /// Host names, or patterns with `*` and `?`.
    pub hosts: BTreeSet<String>,
    /// Path patterns; none: every path.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub paths: BTreeSet<String>,
    /// Unset: allocated once, and kept.
    pub priority: Option<u16>,
    /// Where the requests go.
    pub target_group_arn: String,
    /// The other of two slots, where a tenant deploys blue/green; the lesser of both ARNs stands first. Which of them is
    /// live, their weights say, and that is not Terraform's business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_target_group_arn: Option<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListenerRuleOut {
    /// `arn:…:listener-rule/…`
    pub arn: String,
    /// The number that it has, or that the next apply gives back to it.
    pub priority: u16,
}

impl ListenerRule {
    fn conditions(&self) -> Conditions<'_> {
        Conditions { hosts: &self.hosts, paths: &self.paths }
    }

    fn rule_conditions(&self) -> Vec<RuleCondition> {
        let hosts =
            HostHeaderConditionConfig::builder().set_values(Some(self.hosts.iter().cloned().collect()));
        let mut conditions =
            vec![RuleCondition::builder().field("host-header").host_header_config(hosts.build()).build()];
        if !self.paths.is_empty() {
            let paths =
                PathPatternConditionConfig::builder().set_values(Some(self.paths.iter().cloned().collect()));
            conditions.push(
                RuleCondition::builder().field("path-pattern").path_pattern_config(paths.build()).build(),
            );
        }
        conditions
    }

    /// Where requests are sent; of two slots, to the first.
    fn action(&self) -> Action {
        let action = Action::builder().r#type(ActionTypeEnum::Forward);
        let Some(other) = &self.other_target_group_arn else {
            return action.target_group_arn(&self.target_group_arn).build();
        };
        let slot =
            |arn: &String, weight| TargetGroupTuple::builder().target_group_arn(arn).weight(weight).build();
        let forward = ForwardActionConfig::builder()
            .target_groups(slot(&self.target_group_arn, LIVE))
            .target_groups(slot(other, 0));
        action.forward_config(forward.build()).build()
    }

    fn leads_to(&self, rule: &SeenRule) -> bool {
        (&self.target_group_arn, &self.other_target_group_arn)
            == (&rule.target_group_arn, &rule.other_target_group_arn)
    }

    fn all_tags(&self, cx: &Cx<'_>, priority: u16) -> Tags {
        let mut all = tags::to_create(cx, &self.tags);
        let whose = if self.priority.is_some() { "set" } else { "auto" };
        all.insert(PRIORITY.into(), format!("{whose}:{priority}"));
        all
    }

    /// The number for a new rule. The one that it replaces is still there: its number can be had, and it makes room. So a
    /// rule whose conditions somebody changed by hand comes back at the number it had.
    async fn choose(&self, cx: &Cx<'_>, neighbours: Neighbours<'_>) -> Result<u16, Error> {
        let goes = |rule: &&SeenRule| cx.not.contains(&rule.arn);
        let staying: Vec<SeenRule> = neighbours.seen.iter().filter(|rule| !goes(rule)).cloned().collect();
        let staying = Neighbours { seen: &staying, ..neighbours };
        let number = match self.priority {
            Some(number) => staying.misplaced(number, self.conditions()).map_or(Ok(number), Err),
            None => staying.allocate(self.conditions()),
        };
        let number = number.map_err(Error::message)?;
        if let Some(old) = neighbours.at(number).filter(goes) {
            let elsewhere = neighbours.allocate(old.conditions()).map_err(Error::message)?;
            renumber(cx, &self.listener_arn, &old.arn, elsewhere).await?;
        }
        Ok(number)
    }
}

/// Puts a rule at another number. A rule at that number makes AWS refuse it.
async fn renumber(cx: &Cx<'_>, listener_arn: &str, rule_arn: &str, priority: u16) -> Result<(), AwsError> {
    let pair = RulePriorityPair::builder().rule_arn(rule_arn).priority(priority.into()).build();
    let changed =
        call("SetRulePriorities", cx.world.elbv2.set_rule_priorities().rule_priorities(pair).send()).await;
    cx.world.reads.elbv2.rules.forget(&listener_arn.to_owned());
    changed.map(|_| ())
}

/// The number in the tag, and whether it was set by the user.
fn noted(carried: &Tags) -> Option<(u16, bool)> {
    let (whose, number) = carried.get(PRIORITY)?.split_once(':')?;
    Some((number.parse().ok()?, whose == "set"))
}

/// What `read` shows: no priority where the rule has the number that was allocated to it.
fn shown_priority(actual: u16, carried: &Tags) -> Option<u16> {
    (noted(carried) != Some((actual, false))).then_some(actual)
}

/// The number that is the rule's own: it doesn't follow what someone does by hand, and so is the same at plan and after
/// apply.
fn own_priority(actual: u16, carried: &Tags) -> u16 {
    noted(carried).map_or(actual, |(number, _)| number)
}

impl Child for ListenerRule {
    const KIND: &'static str = "listener_rule";
    type World = World;
    type Out = ListenerRuleOut;

    /// A number that was shown at plan can't change in an update. So a rule that needs another one is replaced: because
    /// another one is set, or because its conditions moved to another band.
    fn diff(&self, saw: &Self) -> Diff {
        let band = |rule: &Self| priority::band(rule.conditions());
        if self.listener_arn != saw.listener_arn {
            Diff::Replace("listener_arn")
        } else if self.priority.is_some() && self.priority != saw.priority {
            Diff::Replace("priority")
        } else if self.priority.is_none() && band(self) != band(saw) {
            Diff::Replace(if self.hosts == saw.hosts { "paths" } else { "hosts" })
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        cx.world.reads.elbv2.rules.forget(&self.listener_arn);
        let all = rules(cx.world, &self.listener_arn).await?;
        let ours = all.into_iter().find(|r| tags::are_ours(cx, &r.tags) && !cx.not.contains(&r.arn));
        Ok(ours.map(|rule| rule.arn))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        if let Some(why) = priority::refuse(self.conditions()) {
            return Err(Error::message(why));
        }
        let mut refused = None;
        for _ in 0..PROBES {
            let all = rules(cx.world, &self.listener_arn).await?;
            let owner = cx.world.owner.path();
            let reserved = &cx.world.steering.reserved_priorities;
            let neighbours = Neighbours { owner: &owner, reserved, seen: &all };
            if let Some(why) = neighbours.taken(self.conditions()) {
                return Err(Error::message(why));
            }
            let priority = self.choose(cx, neighbours).await?;
            let request = cx
                .world
                .elbv2
                .create_rule()
                .listener_arn(&self.listener_arn)
                .priority(priority.into())
                .set_conditions(Some(self.rule_conditions()))
                .actions(self.action())
                .set_tags(Some(tagging::from_tags(self.all_tags(cx, priority))));
            let made = creating("CreateRule", request.send()).await;
            cx.world.reads.elbv2.rules.forget(&self.listener_arn);
            match made {
                Ok(made) => {
                    let arn = made.rules().first().and_then(|r| r.rule_arn.clone());
                    return arn.ok_or_else(|| Error::message("CreateRule answered without an ARN"));
                }
                // Someone was faster. What they made is visible now: a conflict over the host ends it, else the next
                // slot is tried.
                Err(e) if e.is(&["PriorityInUse"]) => refused = Some(e),
                Err(e) => return Err(e.into()),
            }
        }
        Err(refused.map_or_else(|| Error::message("no priority was tried"), Error::from))
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<ListenerRuleOut, Error> {
        cx.world.reads.elbv2.rules.forget(&self.listener_arn);
        let all = rules(cx.world, &self.listener_arn).await?;
        let rule = all.iter().find(|rule| rule.arn == *id);
        let rule = rule.ok_or_else(|| Error::message(format!("listener rule {id} is gone")))?;
        let owner = cx.world.owner.path();
        let reserved = &cx.world.steering.reserved_priorities;
        let neighbours = Neighbours { owner: &owner, reserved, seen: &all };
        let number = self.priority.unwrap_or_else(|| own_priority(rule.priority, &rule.tags));
        let new_conditions = rule.conditions() != self.conditions();
        let lost = if new_conditions {
            neighbours.taken(self.conditions())
        } else {
            neighbours.overtaken(number, self.conditions())
        };
        if let Some(why) = lost {
            return Err(Error::message(why));
        }
        if rule.priority != number {
            if let Some(holder) = neighbours.at(number) {
                return Err(Error::message(format!(
                    "the rule's own priority {number} has been taken by {} ({}); move that one away, or set a `priority`",
                    holder.holder(),
                    holder.arn
                )));
            }
            renumber(cx, &self.listener_arn, id, number).await?;
        }
        let new_action = !self.leads_to(rule);
        if new_conditions || new_action {
            let request = cx.world.elbv2.modify_rule().rule_arn(id);
            let request = request.set_conditions(new_conditions.then(|| self.rule_conditions()));
            let request = request.set_actions(new_action.then(|| vec![self.action()]));
            call("ModifyRule", request.send()).await?;
            cx.world.reads.elbv2.rules.forget(&self.listener_arn);
        }
        tagging::sync_all(cx, id, &self.all_tags(cx, number)).await?;
        Ok(ListenerRuleOut { arn: id.clone(), priority: number })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, ListenerRuleOut)>, Error> {
        let Some(rule) = rule(cx.world, id).await? else { return Ok(None) };
        let out = ListenerRuleOut { arn: id.clone(), priority: own_priority(rule.priority, &rule.tags) };
        let mut tags = tags::of_user(cx, &rule.tags);
        tags.remove(PRIORITY);
        let spec = Self {
            listener_arn: listener_of(id).unwrap_or_default(),
            priority: shown_priority(rule.priority, &rule.tags),
            hosts: rule.hosts,
            paths: rule.paths,
            target_group_arn: rule.target_group_arn,
            other_target_group_arn: rule.other_target_group_arn,
            tags,
        };
        Ok(Some((spec, out)))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        gone(call("DeleteRule", cx.world.elbv2.delete_rule().rule_arn(id).send()).await)?;
        if let Some(listener) = listener_of(id) {
            cx.world.reads.elbv2.rules.forget(&listener);
        }
        cx.world.reads.elbv2.tags.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(hosts: &[&str], priority: Option<u16>) -> ListenerRule {
        ListenerRule {
            listener_arn: "listener".into(),
            hosts: hosts.iter().map(|h| (*h).into()).collect(),
            paths: BTreeSet::new(),
            priority,
            target_group_arn: "tg".into(),
            other_target_group_arn: None,
            tags: Tags::new(),
        }
    }

    #[test]
    fn a_rule_that_needs_another_number_is_replaced() {
        let exact = |priority| sample(&["a.test"], priority);
        let wildcard = |priority| sample(&["*.a.test"], priority);
        for (wanted, saw, diff) in [
            (exact(None), exact(None), Diff::Same),
            (exact(Some(5)), exact(Some(5)), Diff::Same),
            (exact(Some(5)), exact(Some(6)), Diff::Replace("priority")),
            (exact(Some(5)), exact(None), Diff::Replace("priority")),
            (exact(None), exact(Some(5)), Diff::Update), // moved by hand, or set no more
            (sample(&["a.test", "b.test"], None), exact(None), Diff::Update),
            (wildcard(None), exact(None), Diff::Replace("hosts")),
            (wildcard(Some(5)), exact(Some(5)), Diff::Update),
            (
                ListenerRule { paths: BTreeSet::from(["/a".into()]), ..exact(None) },
                exact(None),
                Diff::Replace("paths"),
            ),
            (
                ListenerRule { listener_arn: "other".into(), ..exact(None) },
                exact(None),
                Diff::Replace("listener_arn"),
            ),
            (ListenerRule { target_group_arn: "tg-2".into(), ..exact(None) }, exact(None), Diff::Update),
        ] {
            assert_eq!(wanted.diff(&saw), diff, "{wanted:?} from {saw:?}");
        }
    }

    #[test]
    fn the_tag_tells_an_allocated_number_from_a_moved_one() {
        for (tag, actual, shown, own) in [
            (Some("auto:14021"), 14_021, None, 14_021),
            (Some("auto:14021"), 7, Some(7), 14_021),
            (Some("set:1500"), 1500, Some(1500), 1500),
            (Some("set:1500"), 7, Some(7), 1500),
            (None, 7, Some(7), 7),
            (Some("nonsense"), 7, Some(7), 7),
        ] {
            let carried: Tags = tag.map(|t| (PRIORITY.to_owned(), t.to_owned())).into_iter().collect();
            assert_eq!(shown_priority(actual, &carried), shown, "{tag:?}");
            assert_eq!(own_priority(actual, &carried), own, "{tag:?}");
        }
    }
}
