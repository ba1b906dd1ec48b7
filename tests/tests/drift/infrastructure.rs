//! A tenant's infrastructure pipeline: what builds are made on (`builds.rs`), what they may do (`permissions.rs`), what leads
//! from a source to the tenant (`stages.rs`), and what becomes of all that when it is deleted (`ends.rs`).

mod builds;
mod ends;
mod permissions;
mod stages;

use crate::row::Row;
use paas_tests::Emulator;
use serde_json::json;

const LOGS: (&str, &str) = ("log_group", "log_group");
const SEED: (&str, &str) = ("seed_object", "seed_object");
const GROUP: (&str, &str) = ("security_group", "bake_security_group");
const RULES: (&str, &str) = ("security_group_rules", "bake_security_group_rules");
const INSTANCE_ROLE: (&str, &str) = ("role", "bake_instance_role");
const PROFILE: (&str, &str) = ("instance_profile", "bake_instance_profile");
const BAKE_ROLE: (&str, &str) = ("role", "bake_role");
const BAKE: (&str, &str) = ("build_project", "bake_project");
const POLICY: (&str, &str) = ("iam_policy", "deploy_policy.1");
const DEPLOY_ROLE: (&str, &str) = ("role", "deploy_role");
const DEPLOY: (&str, &str) = ("build_project", "deploy_project");
const PIPELINE: (&str, &str) = ("pipeline", "pipeline");
const RULE: (&str, &str) = ("event_rule", "event_rule");
const RECORD: (&str, &str) = ("parameter", "record");

/// A role of somebody else's, which builds may have.
const OTHERS: &str = "others";

/// What is there before somebody does anything.
pub fn prepare(aws: &Emulator) {
    let builds = json!({"Service": "codebuild.amazonaws.com"});
    let statement = json!({"Effect": "Allow", "Principal": builds, "Action": "sts:AssumeRole"});
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let role = json!({"RoleName": OTHERS, "AssumeRolePolicyDocument": trust});
    aws.call("iam", "create_role", &role).expect("there is none yet");
}

pub fn rows() -> Vec<Row> {
    [builds::rows(), permissions::rows(), stages::rows(), ends::rows()].into_iter().flatten().collect()
}
