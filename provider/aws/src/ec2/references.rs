//! Rules of other security groups that name one which is to go: EC2 doesn't delete a group that another one's rule names.
//!
//! A tenant may go, or have its group replaced, under a database that admits it: the database is a resource of its own,
//! and takes the new group up with its next apply.

use super::listing::Listed;
use super::refusals;
use super::rule::{Peer, Rule, permissions, rules};
use super::tagging::{filter, to_tags};
use crate::call::{AwsError, call};
use crate::tags::{self, Tags};
use crate::world::{Cx, Owner};
use aws_sdk_ec2::types::{IpPermission, SecurityGroup};
use futures::future::try_join;

/// Revokes the rules that name the group, in all groups of its environment; says whether there was one. Groups that
/// somebody else made are left alone.
///
/// # Errors
/// AWS refuses.
pub(super) async fn revoke(cx: &Cx<'_>, id: &str) -> Result<bool, AwsError> {
    let naming = |name| SecurityGroup::list(&cx.world.ec2, vec![filter(name, [id])]);
    let (inwards, outwards) =
        try_join(naming("ip-permission.group-id"), naming("egress.ip-permission.group-id")).await?;
    let mut revoked = false;
    for group in inwards.iter().filter(|group| is_sibling(cx, id, group)) {
        let request = cx.world.ec2.revoke_security_group_ingress().group_id(group.id());
        let request = request.set_ip_permissions(Some(that_name(id, group.ip_permissions())));
        gone(call("RevokeSecurityGroupIngress", request.send()).await)?;
        revoked = true;
    }
    for group in outwards.iter().filter(|group| is_sibling(cx, id, group)) {
        let request = cx.world.ec2.revoke_security_group_egress().group_id(group.id());
        let request = request.set_ip_permissions(Some(that_name(id, group.ip_permissions_egress())));
        gone(call("RevokeSecurityGroupEgress", request.send()).await)?;
        revoked = true;
    }
    for group in inwards.iter().chain(&outwards) {
        cx.world.reads.ec2.security_groups.forget(&group.id().to_owned());
    }
    Ok(revoked)
}

fn is_sibling(cx: &Cx<'_>, id: &str, group: &SecurityGroup) -> bool {
    group.id() != id && is_of_environment(&cx.world.owner, &to_tags(group.tags()))
}

/// Whether it belongs to the owner's environment, or to any tenant or database in it.
fn is_of_environment(owner: &Owner, carried: &Tags) -> bool {
    let environment = Owner::environment(&owner.project, &owner.environment).path();
    let rest = carried.get(tags::OWNER).and_then(|path| path.strip_prefix(&environment));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Those among the permissions that name the group, and nothing else of them.
fn that_name(id: &str, all: &[IpPermission]) -> Vec<IpPermission> {
    let names = |rule: &Rule| matches!(&rule.peer, Peer::Group(group) if group == id);
    permissions(&rules(all).into_iter().filter(names).collect::<Vec<_>>())
}

/// A rule, or a group, that went meanwhile is as good as revoked.
fn gone<T>(revoked: Result<T, AwsError>) -> Result<(), AwsError> {
    refusals::gone(refusals::done_unless(&["InvalidPermission.NotFound"], revoked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_the_same_environment_alone() {
        let owner = Owner::tenant("paas", "dev", "acme");
        for (path, is_ours) in [
            (Some("paas/dev"), true),
            (Some("paas/dev/acme/database"), true),
            (Some("paas/dev/other"), true),
            (Some("paas/dev2/acme"), false),
            (Some("shop/dev/acme"), false),
            (None, false),
        ] {
            let carried = path.map(|path| (tags::OWNER.to_owned(), path.to_owned())).into_iter().collect();
            assert_eq!(is_of_environment(&owner, &carried), is_ours, "{path:?}");
        }
    }

    #[test]
    fn of_a_permission_only_the_group_itself_is_revoked() {
        let mysql = |peer| Rule::tcp(3306, peer, "");
        let all = permissions(&[
            mysql(Peer::Group("sg-1".into())),
            mysql(Peer::Group("sg-2".into())),
            mysql(Peer::cidr("10.0.0.0/8")),
        ]);
        assert_eq!(that_name("sg-1", &all), permissions(&[mysql(Peer::Group("sg-1".into()))]));
    }
}
