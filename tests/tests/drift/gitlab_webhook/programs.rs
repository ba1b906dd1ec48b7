//! The function and the builds: their code, their roles, and where they write.

use super::{BUILD_LOGS, BUILD_ROLE, FUNCTION, FUNCTION_LOGS, FUNCTION_ROLE, OTHERS, PROJECT};
use crate::roles::{attached, for_all_actions, inline_policies, role};
use crate::row::{Account, Row, changed};
use crate::tags::{build_project_tags, lambda_tags, log_group_tags, role_tags};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use composite::Json;
use serde_json::json;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub fn rows() -> Vec<Row> {
    [functions(), builds(), roles(), logs()].into_iter().flatten().collect()
}

fn functions() -> Vec<Row> {
    vec![
        changed(
            FUNCTION,
            "with other code",
            &["code"],
            |a| {
                let code = packed("handler.py", "def handler(event, context):\n    return {}\n");
                let code = json!({"FunctionName": a.id(), "ZipFile": {"$base64": code}});
                a.call("lambda", "update_function_code", code)
            },
            |a| configuration(a)["CodeSha256"].take(),
        ),
        changed(
            FUNCTION,
            "with a variable that lets everything in",
            &["environment"],
            |a| {
                let mut environment = configuration(a)["Environment"].take();
                environment["Variables"]["ALLOWED"] = json!("[\"*\"]");
                configure(a, json!({ "Environment": environment }))
            },
            |a| configuration(a)["Environment"].take(),
        ),
        changed(
            FUNCTION,
            "described otherwise, larger, slower, at another door",
            &["description", "handler", "memory_size", "timeout"],
            |a| {
                configure(
                    a,
                    json!({"Description": "mine", "Handler": "handler.mine", "MemorySize": 512, "Timeout": 60}),
                )
            },
            |a| {
                let held = configuration(a);
                json!([held["Description"], held["Handler"], held["MemorySize"], held["Timeout"]])
            },
        ),
        changed(
            FUNCTION,
            "in another's role",
            &["role_arn"],
            |a| configure(a, json!({"Role": format!("arn:aws:iam::123456789012:role/{OTHERS}")})),
            |a| configuration(a)["Role"].take(),
        ),
        changed(
            FUNCTION,
            "printing elsewhere",
            &["log_group_name"],
            |a| configure(a, json!({"LoggingConfig": {"LogGroup": "/mine"}})),
            |a| configuration(a)["LoggingConfig"].take(),
        ),
        changed(
            FUNCTION,
            "switched off",
            &["unwanted"],
            |a| {
                let none = json!({"FunctionName": a.id(), "ReservedConcurrentExecutions": 0});
                a.call("lambda", "put_function_concurrency", none)
            },
            |a| a.call("lambda", "get_function", json!({"FunctionName": a.id()}))["Concurrency"].take(),
        ),
        lambda_tags(FUNCTION),
    ]
}

/// Base64 of an archive of one file.
fn packed(name: &str, text: &str) -> String {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    archive.start_file(name, SimpleFileOptions::default()).expect("a name");
    archive.write_all(text.as_bytes()).expect("memory is there");
    STANDARD.encode(archive.finish().expect("an archive").into_inner())
}

fn configuration(a: &Account<'_>) -> Json {
    a.call("lambda", "get_function_configuration", json!({"FunctionName": a.id()}))
}

fn configure(a: &Account<'_>, mut change: Json) -> Json {
    change["FunctionName"] = json!(a.id());
    a.call("lambda", "update_function_configuration", change)
}

fn builds() -> Vec<Row> {
    vec![
        changed(
            PROJECT,
            "with another buildspec",
            &["buildspec"],
            |a| {
                let mine =
                    "version: 0.2\nphases:\n  build:\n    commands:\n      - curl https://example.test\n";
                update(a, json!({"source": {"type": "NO_SOURCE", "buildspec": mine}}))
            },
            |a| project(a)["source"]["buildspec"].take(),
        ),
        changed(
            PROJECT,
            "of a pipeline",
            &["source"],
            |a| {
                let buildspec = a.spec("buildspec");
                let source = json!({"type": "CODEPIPELINE", "buildspec": buildspec});
                update(a, json!({"source": source, "artifacts": {"type": "CODEPIPELINE"}}))
            },
            |a| {
                let project = project(a);
                json!([project["source"]["type"], project["artifacts"]["type"]])
            },
        ),
        changed(
            PROJECT,
            "for half a day, in another's role",
            &["role_arn", "timeout_in_minutes"],
            |a| {
                let role = format!("arn:aws:iam::123456789012:role/{OTHERS}");
                update(a, json!({"serviceRole": role, "timeoutInMinutes": 720}))
            },
            |a| {
                let project = project(a);
                json!([project["serviceRole"], project["timeoutInMinutes"]])
            },
        ),
        build_project_tags(PROJECT),
    ]
}

fn project(a: &Account<'_>) -> Json {
    a.call("codebuild", "batch_get_projects", json!({"names": [a.id()]}))["projects"][0].take()
}

fn update(a: &Account<'_>, mut change: Json) -> Json {
    change["name"] = json!(a.id());
    a.call("codebuild", "update_project", change)
}

fn roles() -> Vec<Row> {
    vec![
        changed(
            FUNCTION_ROLE,
            "with a policy more",
            &["policies"],
            |a| {
                let more =
                    json!({"RoleName": a.id(), "PolicyName": "more", "PolicyDocument": for_all_actions()});
                a.call("iam", "put_role_policy", more)
            },
            inline_policies,
        ),
        changed(
            BUILD_ROLE,
            "without bounds",
            &["permissions_boundary"],
            |a| a.call("iam", "delete_role_permissions_boundary", json!({"RoleName": a.id()})),
            |a| role(a)["PermissionsBoundary"].take(),
        ),
        changed(
            FUNCTION_ROLE,
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
        changed(
            BUILD_ROLE,
            "an administrator",
            &["managed_policy_arns"],
            |a| {
                let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
                let attached_to = json!({"RoleName": a.id(), "PolicyArn": administrator});
                a.call("iam", "attach_role_policy", attached_to)
            },
            attached,
        ),
        role_tags(FUNCTION_ROLE),
        role_tags(BUILD_ROLE),
    ]
}

fn logs() -> Vec<Row> {
    vec![
        changed(
            FUNCTION_LOGS,
            "kept for a day",
            &["retention_in_days"],
            |a| {
                let day = json!({"logGroupName": a.id(), "retentionInDays": 1});
                a.call("logs", "put_retention_policy", day)
            },
            |a| {
                let named = json!({"logGroupNamePrefix": a.id()});
                a.call("logs", "describe_log_groups", named)["logGroups"][0]["retentionInDays"].take()
            },
        ),
        log_group_tags(FUNCTION_LOGS),
        log_group_tags(BUILD_LOGS),
    ]
}
