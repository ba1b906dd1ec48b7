//! A rule on the account's default event bus, with its one target.

use super::{BUSY, NOT_FOUND, tagging};
use crate::batch::prefix_of;
use crate::call::{AwsError, call};
use crate::tagged;
use crate::tags::{self, Tags};
use crate::usual;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{Rule as Described, RuleState, Target};
use composite::{Child, Diff, Error, Id};
use futures::future::{try_join, try_join3};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// The id of our target: unique in its rule.
const TARGET: &str = "paas";

/// The spec of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The name, of at most 64 characters and unique on the bus. It can't be changed.
    pub name: String,
    /// Up to 512 characters.
    pub description: String,
    /// The events it is for, as EventBridge's patterns say it. Compared as JSON: the order of keys means nothing.
    pub event_pattern: Value,
    /// Whether it is on.
    #[serde(default = "usual::yes", skip_serializing_if = "usual::is_yes")]
    pub enabled: bool,
    /// What a matching event starts.
    pub target_arn: String,
    /// The role with which EventBridge does so.
    pub target_role_arn: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleOut {
    /// The name.
    pub name: String,
    /// `arn:…:rule/<name>`
    pub arn: String,
}

impl Child for Rule {
    const KIND: &'static str = "event_rule";
    type World = World;
    type Out = RuleOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let reads = &cx.world.reads.events;
        if cx.not.contains(&self.name) || reads.rules.fresh(&self.name).await?.is_none() {
            return Ok(None);
        }
        let carried = reads.tags.fresh(&arn(cx, &self.name)).await?;
        Ok(carried.filter(|tags| tags::are_ours(cx, tags)).map(|_| self.name.clone()))
    }

    /// `PutRule` refuses no name that is taken: it overwrites the rule, whoever's it is. So what `find` just saw counts.
    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let reads = &cx.world.reads.events;
        if reads.rules.get(&self.name).await?.is_some() {
            let carried = reads.tags.fresh(&arn(cx, &self.name)).await?.unwrap_or_default();
            if !tags::are_ours(cx, &carried) {
                return Err(Error::message(format!(
                    "event rule {} exists and belongs to someone else ({}); delete it or choose another `project`",
                    self.name,
                    tags::whose(&carried)
                )));
            }
        }
        self.put(cx, true).await?;
        reads.rules.hand_on(&self.name, self.described());
        reads.targets.hand_on(&self.name, vec![]);
        reads.tags.hand_on(&arn(cx, &self.name), tags::to_create(cx, &self.tags));
        Ok(self.name.clone())
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<RuleOut, Error> {
        let reads = &cx.world.reads.events;
        let rule = wait::settled(cx, NOT_FOUND, || async {
            let rule = reads.rules.fresh(id).await?;
            rule.ok_or_else(|| AwsError::ours("ListRules", format!("no event rule {id}")).coded(NOT_FOUND[0]))
        });
        let (rule, targets) = try_join(rule, async { Ok(reads.targets.fresh(id).await?) }).await?;
        let targets = targets.unwrap_or_default();
        let saw = Self::seen(rule, &targets, self.tags.clone());
        if self.is_put(&saw) {
            self.put(cx, false).await?;
        }
        if (&self.target_arn, &self.target_role_arn) != (&saw.target_arn, &saw.target_role_arn) {
            self.put_target(cx).await?;
            let others = targets.into_iter().map(|target| target.id).filter(|id| id != TARGET);
            remove_targets(cx, id, others.collect()).await?;
        }
        tagged::sync::<tagging::Tagging>(cx, &arn(cx, id), &self.tags).await?;
        reads.rules.forget(id);
        reads.targets.forget(id);
        Ok(out(cx, id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, RuleOut)>, Error> {
        let (reads, arn) = (&cx.world.reads.events, arn(cx, id));
        let carried = crate::tagging::carried(cx, &arn, || reads.tags.get(&arn));
        let all = try_join3(reads.rules.get(id), reads.targets.get(id), carried).await?;
        let (Some(rule), targets, Some(carried)) = all else { return Ok(None) };
        let spec = Self::seen(rule, &targets.unwrap_or_default(), tags::of_user(cx, &carried));
        Ok(Some((spec, out(cx, id))))
    }

    /// EventBridge deletes a rule only when it has no target any more.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let reads = &cx.world.reads.events;
        if let Some(targets) = reads.targets.fresh(id).await? {
            remove_targets(cx, id, targets.into_iter().map(|target| target.id).collect()).await?;
            // Targets that were just removed may still be seen for a moment.
            wait::settled_if(cx, still_has_targets, || async {
                match call("DeleteRule", cx.world.eventbridge.delete_rule().name(id).send()).await {
                    Err(e) if !e.is(NOT_FOUND) => Err(e),
                    _ => Ok(()),
                }
            })
            .await?;
        }
        reads.rules.forget(id);
        reads.targets.forget(id);
        reads.tags.forget(&arn(cx, id));
        Ok(())
    }
}

impl Rule {
    fn state(&self) -> RuleState {
        if self.enabled { RuleState::Enabled } else { RuleState::Disabled }
    }

    /// Whether `PutRule` has something to do.
    fn is_put(&self, saw: &Self) -> bool {
        (&self.description, &self.event_pattern, self.enabled)
            != (&saw.description, &saw.event_pattern, saw.enabled)
    }

    /// Writes all of the rule but its targets, which means the same twice. Of a rule that exists it sets no tags.
    async fn put(&self, cx: &Cx<'_>, new: bool) -> Result<(), Error> {
        let tags = new.then(|| tagging::to_create(cx, &self.tags));
        let request = cx
            .world
            .eventbridge
            .put_rule()
            .name(&self.name)
            .description(&self.description)
            .event_pattern(self.event_pattern.to_string())
            .state(self.state())
            .set_tags(tags);
        wait::settled(cx, &[BUSY], || call("PutRule", request.clone().send())).await?;
        Ok(())
    }

    async fn put_target(&self, cx: &Cx<'_>) -> Result<(), Error> {
        let target = Target::builder().id(TARGET).arn(&self.target_arn).role_arn(&self.target_role_arn);
        let target = target.build().expect("id and ARN are set");
        let request = cx.world.eventbridge.put_targets().rule(&self.name).targets(target);
        wait::settled_if(cx, unsettled, || async {
            let answer = call("PutTargets", request.clone().send()).await?;
            // The call succeeds even where EventBridge refused the target.
            let refused =
                answer.failed_entries().first().map(|entry| (entry.error_code(), entry.error_message()));
            all_taken("PutTargets", answer.failed_entry_count, refused)
        })
        .await
    }

    /// The rule as `ListRules` describes it once it was written.
    fn described(&self) -> Described {
        Described::builder()
            .name(&self.name)
            .description(&self.description)
            .event_pattern(self.event_pattern.to_string())
            .state(self.state())
            .build()
    }

    /// A rule that has other targets than one shows them all.
    fn seen(rule: Described, targets: &[Target], tags: Tags) -> Self {
        let each = |field: fn(&Target) -> &str| targets.iter().map(field).collect::<Vec<_>>().join(" ");
        let pattern = rule.event_pattern.unwrap_or_default();
        Self {
            name: rule.name.unwrap_or_default(),
            description: rule.description.unwrap_or_default(),
            event_pattern: serde_json::from_str(&pattern).unwrap_or(Value::String(pattern)),
            enabled: rule.state != Some(RuleState::Disabled),
            target_arn: each(|target| &target.arn),
            target_role_arn: each(|target| target.role_arn().unwrap_or_default()),
            tags,
        }
    }
}

fn arn(cx: &Cx<'_>, name: &str) -> String {
    cx.world.arn("events", &format!("rule/{name}"))
}

fn out(cx: &Cx<'_>, name: &str) -> RuleOut {
    RuleOut { name: name.to_owned(), arn: arn(cx, name) }
}

/// A role that was just made can't be assumed at once; EventBridge tells so by text only.
fn unsettled(e: &AwsError) -> bool {
    e.is(&[BUSY])
        || (e.is(&["ValidationException"]) && e.message.to_ascii_lowercase().contains("cannot be assumed"))
}

fn still_has_targets(e: &AwsError) -> bool {
    e.is(&[BUSY])
        || (e.is(&["ValidationException"]) && e.message.to_ascii_lowercase().contains("has targets"))
}

/// Of what an answer says about single targets that it refused, by code and text.
fn all_taken(
    operation: &'static str,
    failed: i32,
    refused: Option<(Option<&str>, Option<&str>)>,
) -> Result<(), AwsError> {
    if failed == 0 {
        return Ok(());
    }
    let (code, message) = refused.unwrap_or_default();
    let error = AwsError::ours(operation, message.unwrap_or("refused without a reason"));
    Err(match code {
        Some(code) => error.coded(code),
        None => error,
    })
}

async fn remove_targets(cx: &Cx<'_>, rule: &str, ids: Vec<String>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let request = cx.world.eventbridge.remove_targets().rule(rule).set_ids(Some(ids));
    wait::settled(cx, &[BUSY], || async {
        match call("RemoveTargets", request.clone().send()).await {
            Err(e) if e.is(NOT_FOUND) => Ok(()),
            Err(e) => Err(e),
            Ok(answer) => {
                let refused = answer.failed_entries().first();
                let refused = refused.map(|entry| (entry.error_code(), entry.error_message()));
                all_taken("RemoveTargets", answer.failed_entry_count, refused)
            }
        }
    })
    .await
}

/// Names can't be listed in the call: it takes a prefix. What else has it is as good as asked for; an account has some
/// hundreds of rules at most.
pub(super) async fn list(client: Client, names: Vec<String>) -> Result<HashMap<String, Described>, AwsError> {
    let prefix = Some(prefix_of(&names)).filter(|prefix| !prefix.is_empty()).map(str::to_owned);
    let (mut found, mut next) = (HashMap::new(), None);
    loop {
        let request = client.list_rules().set_name_prefix(prefix.clone()).set_next_token(next);
        let page = call("ListRules", request.send()).await?;
        found.extend(page.rules.into_iter().flatten().filter_map(|rule| Some((rule.name.clone()?, rule))));
        next = page.next_token;
        if next.is_none() {
            return Ok(found);
        }
    }
}

/// All targets of the rules that are there: at most five each (a quota), so on one page.
pub(super) async fn targets(
    client: Client,
    rules: Vec<String>,
) -> Result<HashMap<String, Vec<Target>>, AwsError> {
    let mut found = HashMap::new();
    for rule in rules {
        match call("ListTargetsByRule", client.list_targets_by_rule().rule(&rule).send()).await {
            Ok(answer) => drop(found.insert(rule, answer.targets.unwrap_or_default())),
            Err(e) if e.is(NOT_FOUND) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
