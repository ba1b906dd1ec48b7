//! The rules of a security group: all of them, so that a rule added by hand shows and goes.

use super::listing;
use super::refusals;
use super::rule::{Changes, Rule, changes, permissions, rules};
use crate::call::{AwsError, call};
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, IpPermission};
use composite::{Child, Diff, Error, Id};
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Refusals that mean that the rules aren't what they were when we looked: a repeated call whose first answer was
/// lost, or somebody else at work.
const STALE: &[&str] = &["InvalidPermission.Duplicate", "InvalidPermission.NotFound"];
const LOOKS: usize = 4;

/// The spec of a group's rules. Without any rule it counts as gone: leave the child out instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroupRules {
    /// The group; also this child's id.
    pub group_id: String,
    /// What may come in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ingress: BTreeSet<Rule>,
    /// What may go out. A new group comes with a rule that lets all out; it goes unless it is wanted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub egress: BTreeSet<Rule>,
}

/// Nothing that siblings could use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroupRulesOut {}

fn seen(group: &types::SecurityGroup) -> SecurityGroupRules {
    SecurityGroupRules {
        group_id: group.group_id.clone().unwrap_or_default(),
        ingress: rules(group.ip_permissions()),
        egress: rules(group.ip_permissions_egress()),
    }
}

/// `None` if there is no rule at all.
fn existing(group: &types::SecurityGroup) -> Option<SecurityGroupRules> {
    Some(seen(group)).filter(|rules| !rules.ingress.is_empty() || !rules.egress.is_empty())
}

/// Sends the rules, if any, in the call of one direction.
macro_rules! send {
    ($cx:expr, $group:expr, $rules:expr, $call:ident as $operation:literal) => {{
        let permissions: Vec<IpPermission> = permissions($rules);
        if !permissions.is_empty() {
            let request = $cx.world.ec2.$call().group_id($group).set_ip_permissions(Some(permissions));
            call($operation, request.send()).await?;
        }
    }};
}

/// Both directions at once; each adds before it removes, so that traffic which both allow never stops.
async fn change(cx: &Cx<'_>, group: &str, ingress: &Changes, egress: &Changes) -> Result<(), AwsError> {
    let inwards = async {
        send!(cx, group, &ingress.authorize, authorize_security_group_ingress as "AuthorizeSecurityGroupIngress");
        send!(
            cx, group, &ingress.describe,
            update_security_group_rule_descriptions_ingress as "UpdateSecurityGroupRuleDescriptionsIngress"
        );
        send!(cx, group, &ingress.revoke, revoke_security_group_ingress as "RevokeSecurityGroupIngress");
        Ok(())
    };
    let outwards = async {
        send!(cx, group, &egress.authorize, authorize_security_group_egress as "AuthorizeSecurityGroupEgress");
        send!(
            cx, group, &egress.describe,
            update_security_group_rule_descriptions_egress as "UpdateSecurityGroupRuleDescriptionsEgress"
        );
        send!(cx, group, &egress.revoke, revoke_security_group_egress as "RevokeSecurityGroupEgress");
        Ok(())
    };
    try_join(inwards, outwards).await.map(|_: ((), ())| ())
}

impl SecurityGroupRules {
    /// Looks, changes, and looks again where the group turned out to be another than seen.
    async fn reconcile(&self, cx: &Cx<'_>) -> Result<(), Error> {
        let reads = &cx.world.reads.ec2.security_groups;
        let mut looks = 0;
        loop {
            let saw = seen(&listing::appeared(cx, reads, &self.group_id).await?);
            let ingress = changes(&saw.ingress, &self.ingress);
            let egress = changes(&saw.egress, &self.egress);
            // A group named in a rule may have been made a moment ago.
            let changed = refusals::settled(cx, || async {
                match change(cx, &self.group_id, &ingress, &egress).await {
                    Err(e) if e.is(STALE) => Ok(Err(e)),
                    changed => changed.map(Ok),
                }
            })
            .await;
            reads.forget(&self.group_id);
            looks += 1;
            match changed? {
                Err(_) if looks < LOOKS => {}
                changed => return Ok(changed?),
            }
        }
    }
}

impl Child for SecurityGroupRules {
    const KIND: &'static str = "security_group_rules";
    type World = World;
    type Out = SecurityGroupRulesOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.group_id != saw.group_id {
            return Diff::Replace("group_id");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    /// Rules carry no ownership of their own: those of our group are ours, the default ones included.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let reads = &cx.world.reads.ec2.security_groups;
        let Some(group) = reads.fresh(&self.group_id).await? else { return Ok(None) };
        let found = existing(&group).map(|rules| rules.group_id).filter(|id| !cx.not.contains(id));
        // `sync` is next, and looks again by itself where this turns out to be out of date.
        reads.hand_on(&self.group_id, group);
        Ok(found)
    }

    /// Makes nothing: `sync` does it all.
    async fn create(&self, _: &Cx<'_>) -> Result<Id, Error> {
        Ok(self.group_id.clone())
    }

    async fn sync(&self, cx: &Cx<'_>, _: &Id) -> Result<SecurityGroupRulesOut, Error> {
        self.reconcile(cx).await?;
        Ok(SecurityGroupRulesOut {})
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, SecurityGroupRulesOut)>, Error> {
        let group = cx.world.reads.ec2.security_groups.get(id).await?;
        Ok(group.and_then(|group| existing(&group)).map(|spec| (spec, SecurityGroupRulesOut {})))
    }

    /// Removes all rules, so that groups which refer to each other can be deleted.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        if cx.world.reads.ec2.security_groups.fresh(id).await?.is_none() {
            return Ok(());
        }
        let none = Self { group_id: id.clone(), ingress: BTreeSet::new(), egress: BTreeSet::new() };
        none.reconcile(cx).await
    }
}
