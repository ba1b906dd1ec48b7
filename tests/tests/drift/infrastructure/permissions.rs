//! Roles and policies: what builds may do, and who may be them.

use super::{BAKE_ROLE, DEPLOY_ROLE, INSTANCE_ROLE, POLICY};
use crate::roles::{attached, for_all_actions, inline_policies, role};
use crate::row::{Account, Row, changed};
use crate::tags::{policy_tags, role_tags};
use composite::Json;
use serde_json::json;

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

pub fn rows() -> Vec<Row> {
    [roles(), policies()].into_iter().flatten().collect()
}

fn roles() -> Vec<Row> {
    vec![
        changed(
            BAKE_ROLE,
            "with a wider policy",
            &["policies"],
            |a| {
                let name = inline_policies(a)[0].take();
                let wider =
                    json!({"RoleName": a.id(), "PolicyName": name, "PolicyDocument": for_all_actions()});
                a.call("iam", "put_role_policy", wider)
            },
            |a| {
                let name = inline_policies(a)[0].take();
                let named = json!({"RoleName": a.id(), "PolicyName": name});
                a.call("iam", "get_role_policy", named)["PolicyDocument"].take()
            },
        ),
        changed(
            INSTANCE_ROLE,
            "with a policy",
            &["policies"],
            |a| {
                let more =
                    json!({"RoleName": a.id(), "PolicyName": "more", "PolicyDocument": for_all_actions()});
                a.call("iam", "put_role_policy", more)
            },
            inline_policies,
        ),
        changed(
            DEPLOY_ROLE,
            "an administrator, without bounds",
            &["managed_policy_arns", "permissions_boundary"],
            |a| {
                a.call("iam", "delete_role_permissions_boundary", json!({"RoleName": a.id()}));
                a.call("iam", "attach_role_policy", json!({"RoleName": a.id(), "PolicyArn": ADMINISTRATOR}))
            },
            |a| json!([attached(a), role(a)["PermissionsBoundary"]]),
        ),
        changed(
            DEPLOY_ROLE,
            "without one of its policies",
            &["managed_policy_arns"],
            |a| {
                let arn = a.id_of(POLICY.1);
                a.call("iam", "detach_role_policy", json!({"RoleName": a.id(), "PolicyArn": arn}))
            },
            attached,
        ),
        changed(
            BAKE_ROLE,
            "for everybody to assume",
            &["trust"],
            |a| {
                let anybody =
                    json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"});
                let trust = json!({"Version": "2012-10-17", "Statement": [anybody]}).to_string();
                let of_role = json!({"RoleName": a.id(), "PolicyDocument": trust});
                a.call("iam", "update_assume_role_policy", of_role)
            },
            |a| role(a)["AssumeRolePolicyDocument"].take(),
        ),
        role_tags(INSTANCE_ROLE),
        role_tags(BAKE_ROLE),
        role_tags(DEPLOY_ROLE),
    ]
}

/// The managed policies of the role that deploys.
fn policies() -> Vec<Row> {
    vec![
        changed(
            POLICY,
            "that allows everything",
            &["document"],
            |a| {
                let version =
                    json!({"PolicyArn": a.id(), "PolicyDocument": for_all_actions(), "SetAsDefault": true});
                a.call("iam", "create_policy_version", version)
            },
            document,
        ),
        // IAM keeps five versions: the oldest has to go before ours can come.
        changed(
            POLICY,
            "with as many versions as there can be",
            &["document"],
            |a| {
                while versions(a).len() < 5 {
                    let version = json!({"PolicyArn": a.id(), "PolicyDocument": for_all_actions(), "SetAsDefault": true});
                    a.call("iam", "create_policy_version", version);
                }
                Json::Null
            },
            document,
        ),
        policy_tags(POLICY),
    ]
}

pub fn versions(a: &Account<'_>) -> Vec<Json> {
    let found = a.call("iam", "list_policy_versions", json!({"PolicyArn": a.id()}));
    found["Versions"].as_array().cloned().unwrap_or_default()
}

/// The document of the version that counts.
fn document(a: &Account<'_>) -> Json {
    let default = versions(a).into_iter().find(|version| version["IsDefaultVersion"] == true);
    let named = json!({"PolicyArn": a.id(), "VersionId": default.expect("one counts")["VersionId"]});
    a.call("iam", "get_policy_version", named)["PolicyVersion"]["Document"].take()
}
