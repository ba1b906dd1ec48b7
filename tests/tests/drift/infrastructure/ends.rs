//! What somebody has deleted comes back, and what names it is put right.

use super::builds::firewall;
use super::permissions::versions;
use super::{
    BAKE, BAKE_ROLE, DEPLOY, DEPLOY_ROLE, GROUP, INSTANCE_ROLE, LOGS, PIPELINE, POLICY, PROFILE, RECORD,
    RULE, RULES, SEED,
};
use crate::roles::{attached, inline_policies};
use crate::row::{Account, Row, deleted};
use composite::Json;
use serde_json::json;

pub fn rows() -> Vec<Row> {
    vec![
        deleted(BAKE, &[PIPELINE.1, RECORD.1], delete_project),
        deleted(DEPLOY, &[PIPELINE.1, RECORD.1], delete_project),
        deleted(PIPELINE, &[RULE.1, RECORD.1], |a| {
            a.call("codepipeline", "delete_pipeline", json!({"name": a.id()}))
        }),
        deleted(RULE, &[RECORD.1], |a| {
            let targets = a.call("events", "list_targets_by_rule", json!({"Rule": a.id()}));
            let targets = targets["Targets"].as_array().into_iter().flatten();
            let ids: Vec<Json> = targets.map(|target| target["Id"].clone()).collect();
            a.call("events", "remove_targets", json!({"Rule": a.id(), "Ids": ids}));
            a.call("events", "delete_rule", json!({"Name": a.id()}))
        }),
        deleted(LOGS, &[BAKE.1, DEPLOY.1], |a| {
            a.call("logs", "delete_log_group", json!({"logGroupName": a.id()}))
        }),
        // The bucket keeps versions: what is deleted is hidden behind a marker, and is there again with the next version.
        deleted(SEED, &[PIPELINE.1], |a| {
            a.call("s3", "delete_object", json!({"Bucket": a.spec("bucket"), "Key": a.spec("key")}))
        })
        .seen_by(|a| {
            let below = json!({"Bucket": a.spec("bucket"), "Prefix": a.spec("key")});
            a.call("s3", "list_objects_v2", below)["KeyCount"].take()
        }),
        deleted(RULES, &[], |a| {
            let leaving = firewall(a)[1].take();
            let closed = json!({"GroupId": a.id(), "IpPermissions": leaving});
            a.call("ec2", "revoke_security_group_egress", closed)
        })
        .seen_by(firewall),
        deleted(GROUP, &[RULES.1, BAKE.1], |a| {
            a.call("ec2", "delete_security_group", json!({"GroupId": a.id()}))
        }),
        deleted(PROFILE, &[BAKE.1], |a| {
            let role = json!({"InstanceProfileName": a.id(), "RoleName": a.spec("role_name")});
            a.call("iam", "remove_role_from_instance_profile", role);
            a.call("iam", "delete_instance_profile", json!({"InstanceProfileName": a.id()}))
        }),
        deleted(INSTANCE_ROLE, &[PROFILE.1, BAKE.1], |a| {
            let profile = json!({"InstanceProfileName": a.id_of(PROFILE.1), "RoleName": a.id()});
            a.call("iam", "remove_role_from_instance_profile", profile);
            delete_role(a)
        }),
        deleted(BAKE_ROLE, &[BAKE.1], delete_role),
        deleted(DEPLOY_ROLE, &[DEPLOY.1], delete_role),
        deleted(POLICY, &[DEPLOY_ROLE.1, DEPLOY.1], |a| {
            let role = json!({"RoleName": a.id_of(DEPLOY_ROLE.1), "PolicyArn": a.id()});
            a.call("iam", "detach_role_policy", role);
            for version in versions(a).into_iter().filter(|version| version["IsDefaultVersion"] == false) {
                let other = json!({"PolicyArn": a.id(), "VersionId": version["VersionId"]});
                a.call("iam", "delete_policy_version", other);
            }
            a.call("iam", "delete_policy", json!({"PolicyArn": a.id()}))
        }),
    ]
}

fn delete_project(a: &Account<'_>) -> Json {
    a.call("codebuild", "delete_project", json!({"name": a.id()}))
}

fn delete_role(a: &Account<'_>) -> Json {
    for arn in attached(a).as_array().into_iter().flatten() {
        a.call("iam", "detach_role_policy", json!({"RoleName": a.id(), "PolicyArn": arn}));
    }
    for name in inline_policies(a).as_array().into_iter().flatten() {
        a.call("iam", "delete_role_policy", json!({"RoleName": a.id(), "PolicyName": name}));
    }
    a.call("iam", "delete_role", json!({"RoleName": a.id()}))
}
