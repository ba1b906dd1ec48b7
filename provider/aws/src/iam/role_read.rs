//! Roles as they are: all of the account's at once, or one by one.

use super::{NOT_FOUND, plain_tags};
use crate::call::{AwsError, call};
use crate::policy::Document;
use crate::tags::Tags;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AttachedPolicy, EntityType, RoleDetail};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A role with all that belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub arn: String,
    pub trust: Document,
    pub policies: BTreeMap<String, Document>,
    pub managed_policy_arns: BTreeSet<String>,
    pub permissions_boundary: Option<String>,
    /// All of them, ownership included.
    pub tags: Tags,
    /// When it was made, in seconds of Unix time; not told of one that was made just now.
    pub created: Option<i64>,
}

/// The roles named, as far as they exist. `GetAccountAuthorizationDetails` gives all roles of the account with all
/// that belongs to them in a page or few; one role takes four calls and more. Where that call is denied, they are
/// read one by one.
pub(super) async fn many(iam: &Client, names: Vec<String>) -> Result<HashMap<String, Seen>, AwsError> {
    match all(iam, &names).await {
        Err(e) if e.is(&["AccessDenied", "AccessDeniedException"]) => {
            let reads = names.iter().map(|name| async move { Ok((name.clone(), one(iam, name).await?)) });
            let read: Vec<(String, Option<Seen>)> = futures::future::try_join_all(reads).await?;
            Ok(read.into_iter().filter_map(|(name, seen)| Some((name, seen?))).collect())
        }
        other => other,
    }
}

async fn all(iam: &Client, names: &[String]) -> Result<HashMap<String, Seen>, AwsError> {
    let request = iam.get_account_authorization_details().filter(EntityType::Role).max_items(1000);
    let mut pages = request.into_paginator().send();
    let mut found = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = call("GetAccountAuthorizationDetails", std::future::ready(page)).await?;
        for role in page.role_detail_list.into_iter().flatten() {
            // The others are answered too: whoever asks next in this run needs no call.
            if let Some(name) = role.role_name.clone() {
                match detailed(role) {
                    Ok(seen) => drop(found.insert(name, seen)),
                    Err(e) if names.contains(&name) => return Err(e),
                    Err(_) => {}
                }
            }
        }
    }
    Ok(found)
}

fn detailed(role: RoleDetail) -> Result<Seen, AwsError> {
    let inline = role.role_policy_list.into_iter().flatten();
    let policies = inline.filter_map(|policy| policy.policy_name.zip(policy.policy_document));
    Ok(Seen {
        arn: role.arn.unwrap_or_default(),
        trust: decode(
            "GetAccountAuthorizationDetails",
            &role.assume_role_policy_document.unwrap_or_default(),
        )?,
        policies: policies
            .map(|(name, text)| Ok((name, decode("GetAccountAuthorizationDetails", &text)?)))
            .collect::<Result<_, AwsError>>()?,
        managed_policy_arns: arns(role.attached_managed_policies.unwrap_or_default()),
        permissions_boundary: role.permissions_boundary.and_then(|b| b.permissions_boundary_arn),
        tags: plain_tags(role.tags),
        created: role.create_date.map(|date| date.secs()),
    })
}

/// One role; `None` if there is none of that name.
pub(super) async fn one(iam: &Client, name: &str) -> Result<Option<Seen>, AwsError> {
    let role = match call("GetRole", iam.get_role().role_name(name).send()).await {
        Ok(answer) => answer.role,
        Err(e) if e.is(&[NOT_FOUND]) => return Ok(None),
        Err(e) => return Err(e),
    };
    let Some(role) = role else { return Ok(None) };
    let (policies, managed_policy_arns) = match futures::try_join!(inline(iam, name), attached(iam, name)) {
        Ok(both) => both,
        Err(e) if e.is(&[NOT_FOUND]) => return Ok(None),
        Err(e) => return Err(e),
    };
    Ok(Some(Seen {
        arn: role.arn,
        trust: decode("GetRole", &role.assume_role_policy_document.unwrap_or_default())?,
        policies,
        managed_policy_arns,
        permissions_boundary: role.permissions_boundary.and_then(|b| b.permissions_boundary_arn),
        tags: plain_tags(role.tags),
        created: Some(role.create_date.secs()),
    }))
}

/// The names of a role's inline policies.
pub(super) async fn inline_names(iam: &Client, role: &str) -> Result<Vec<String>, AwsError> {
    let mut pages = iam.list_role_policies().role_name(role).into_paginator().send();
    let mut names = vec![];
    while let Some(page) = pages.next().await {
        names.extend(call("ListRolePolicies", std::future::ready(page)).await?.policy_names);
    }
    Ok(names)
}

async fn inline(iam: &Client, role: &str) -> Result<BTreeMap<String, Document>, AwsError> {
    let reads = inline_names(iam, role).await?.into_iter().map(|name| async move {
        let request = iam.get_role_policy().role_name(role).policy_name(&name);
        let answer = call("GetRolePolicy", request.send()).await?;
        Ok::<_, AwsError>((name, decode("GetRolePolicy", &answer.policy_document)?))
    });
    Ok(futures::future::try_join_all(reads).await?.into_iter().collect())
}

/// The ARNs of the managed policies attached to a role.
pub(super) async fn attached(iam: &Client, role: &str) -> Result<BTreeSet<String>, AwsError> {
    let mut pages = iam.list_attached_role_policies().role_name(role).into_paginator().send();
    let mut found = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = call("ListAttachedRolePolicies", std::future::ready(page)).await?;
        found.extend(arns(page.attached_policies.unwrap_or_default()));
    }
    Ok(found)
}

fn arns(policies: Vec<AttachedPolicy>) -> BTreeSet<String> {
    policies.into_iter().filter_map(|policy| policy.policy_arn).collect()
}

/// IAM gives documents back as URL-encoded JSON (RFC 3986).
pub(super) fn decode(operation: &'static str, text: &str) -> Result<Document, AwsError> {
    let text = percent_decode_str(text).decode_utf8_lossy();
    text.parse().map_err(|e| AwsError::ours(operation, format!("a policy document isn't JSON: {e}")))
}

#[test]
fn documents_come_url_encoded() {
    let decoded =
        decode("GetRole", "%7B%22Statement%22%3A%5B%7B%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D")
            .unwrap();
    assert_eq!(decoded.to_string(), r#"{"Statement":[{"Action":"sts:AssumeRole"}]}"#);
    assert!(decode("GetRole", "%7B").unwrap_err().to_string().contains("isn't JSON"));
}
