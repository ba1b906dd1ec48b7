//! The roles of an environment's pipelines.

use crate::row::{Account, Row, changed, deleted, sorted};
use crate::tags::role_tags;
use composite::Json;
use serde_json::json;

const ROLE: (&str, &str) = ("role", "infrastructure_pipeline_role");
const DEPLOY_ROLE: (&str, &str) = ("role", "deploy_role");

pub fn rows() -> Vec<Row> {
    vec![
        changed(
            ROLE,
            "with a wider policy",
            &["policies"],
            |a| {
                let name = inline_policies(a)[0].take();
                a.call(
                    "iam",
                    "put_role_policy",
                    json!({"RoleName": a.id(), "PolicyName": name, "PolicyDocument": for_all_actions()}),
                )
            },
            |a| {
                let name = inline_policies(a)[0].take();
                a.call("iam", "get_role_policy", json!({"RoleName": a.id(), "PolicyName": name}))["PolicyDocument"].take()
            },
        ),
        changed(
            ROLE,
            "with one policy more",
            &["policies"],
            |a| {
                a.call(
                    "iam",
                    "put_role_policy",
                    json!({"RoleName": a.id(), "PolicyName": "more", "PolicyDocument": for_all_actions()}),
                )
            },
            inline_policies,
        ),
        changed(
            ROLE,
            "without its policy",
            &["policies"],
            |a| {
                let name = inline_policies(a)[0].take();
                a.call("iam", "delete_role_policy", json!({"RoleName": a.id(), "PolicyName": name}))
            },
            inline_policies,
        ),
        changed(
            ROLE,
            "for everybody to assume",
            &["trust"],
            |a| {
                let statement =
                    json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"});
                let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
                a.call(
                    "iam",
                    "update_assume_role_policy",
                    json!({"RoleName": a.id(), "PolicyDocument": policy.to_string()}),
                )
            },
            |a| role(a)["AssumeRolePolicyDocument"].take(),
        ),
        changed(
            ROLE,
            "an administrator",
            &["managed_policy_arns"],
            |a| {
                a.call(
                    "iam",
                    "attach_role_policy",
                    json!({"RoleName": a.id(), "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
                )
            },
            attached,
        ),
        changed(
            DEPLOY_ROLE,
            "without CodeDeploy's policy",
            &["managed_policy_arns"],
            |a| {
                let arn = attached(a)[0].take();
                a.call("iam", "detach_role_policy", json!({"RoleName": a.id(), "PolicyArn": arn}))
            },
            attached,
        ),
        changed(
            ROLE,
            "within another boundary",
            &["permissions_boundary"],
            |a| {
                let boundary = "arn:aws:iam::aws:policy/AdministratorAccess";
                a.call(
                    "iam",
                    "put_role_permissions_boundary",
                    json!({"RoleName": a.id(), "PermissionsBoundary": boundary}),
                )
            },
            |a| role(a)["PermissionsBoundary"].take(),
        ),
        role_tags(ROLE),
        deleted(DEPLOY_ROLE, &["record"], |a| {
            for arn in attached(a).as_array().into_iter().flatten() {
                a.call("iam", "detach_role_policy", json!({"RoleName": a.id(), "PolicyArn": arn}));
            }
            for name in inline_policies(a).as_array().into_iter().flatten() {
                a.call("iam", "delete_role_policy", json!({"RoleName": a.id(), "PolicyName": name}));
            }
            a.call("iam", "delete_role", json!({"RoleName": a.id()}))
        }),
    ]
}

pub fn role(a: &Account<'_>) -> Json {
    a.call("iam", "get_role", json!({"RoleName": a.id()}))["Role"].take()
}

pub fn inline_policies(a: &Account<'_>) -> Json {
    sorted(a.call("iam", "list_role_policies", json!({"RoleName": a.id()}))["PolicyNames"].take())
}

/// The ARNs of the managed policies attached.
pub fn attached(a: &Account<'_>) -> Json {
    let found = a.call("iam", "list_attached_role_policies", json!({"RoleName": a.id()}));
    sorted(
        found["AttachedPolicies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|policy| policy["PolicyArn"].clone())
            .collect(),
    )
}

/// A role's policy that allows everything.
pub fn for_all_actions() -> String {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}
