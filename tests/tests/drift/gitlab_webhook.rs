//! A webhook: the API that GitLab calls (`api.rs`), the function behind it and what it starts (`programs.rs`), what is kept
//! secret (`secrets.rs`), and what becomes of all that when it is deleted (`ends.rs`).

mod api;
mod ends;
mod programs;
mod secrets;

use crate::row::Row;
use paas_tests::Emulator;
use serde_json::json;

const KEY: (&str, &str) = ("key", "key");
const ALIAS: (&str, &str) = ("key_alias", "key_alias");
const TOKEN: (&str, &str) = ("secret", "token_secret");
const CREDENTIALS: (&str, &str) = ("secret", "credentials_secret");
const FUNCTION_LOGS: (&str, &str) = ("log_group", "function_log_group");
const BUILD_LOGS: (&str, &str) = ("log_group", "build_log_group");
const BUILD_ROLE: (&str, &str) = ("role", "build_role");
const PROJECT: (&str, &str) = ("build_project", "build_project");
const FUNCTION_ROLE: (&str, &str) = ("role", "function_role");
const FUNCTION: (&str, &str) = ("function", "function");
const API: (&str, &str) = ("rest_api", "rest_api");
const DEPLOYMENT: (&str, &str) = ("rest_api_deployment", "deployment");
const STAGE: (&str, &str) = ("rest_api_stage", "stage");
const PERMISSION: (&str, &str) = ("function_permission", "invoke_permission");
const RECORD: (&str, &str) = ("parameter", "record");

/// A role of somebody else's, which functions may have.
const OTHERS: &str = "others";
/// An alias of somebody else's key.
const SPARE_KEY: &str = "alias/spare";

/// What is there before somebody does anything.
pub fn prepare(aws: &Emulator) {
    let programs = json!({"Service": ["codebuild.amazonaws.com", "lambda.amazonaws.com"]});
    let statement = json!({"Effect": "Allow", "Principal": programs, "Action": "sts:AssumeRole"});
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let role = json!({"RoleName": OTHERS, "AssumeRolePolicyDocument": trust});
    aws.call("iam", "create_role", &role).expect("there is none yet");
    let key = aws.call("kms", "create_key", &json!({})).expect("there is room");
    let alias = json!({"AliasName": SPARE_KEY, "TargetKeyId": key["KeyMetadata"]["KeyId"]});
    aws.call("kms", "create_alias", &alias).expect("there is none yet");
}

pub fn rows() -> Vec<Row> {
    [secrets::rows(), programs::rows(), api::rows(), ends::rows()].into_iter().flatten().collect()
}
