//! The projects that bake and deploy, and what images are made on.

use super::{BAKE, DEPLOY, GROUP, OTHERS, PROFILE, RULES};
use crate::row::{Account, Row, changed};
use crate::tags::{build_project_tags, ec2_tags, instance_profile_tags};
use composite::Json;
use serde_json::json;

pub fn rows() -> Vec<Row> {
    [projects(), instances()].into_iter().flatten().collect()
}

/// What builds do, and what they do it with.
fn projects() -> Vec<Row> {
    vec![
        changed(
            BAKE,
            "with another buildspec",
            &["buildspec"],
            |a| {
                let mine =
                    "version: 0.2\nphases:\n  build:\n    commands:\n      - curl https://example.test\n";
                update(a, json!({"source": {"type": "CODEPIPELINE", "buildspec": mine}}))
            },
            |a| project(a)["source"]["buildspec"].take(),
        ),
        changed(
            BAKE,
            "with one variable more, and one that is another",
            &["environment_variables"],
            |a| {
                environment(a, |environment| {
                    let variables = environment["environmentVariables"].as_array_mut().expect("a list");
                    let keep = variables.iter_mut().find(|one| one["name"] == "KEEP_IMAGES");
                    keep.expect("it is set")["value"] = json!("99");
                    variables.push(json!({"name": "MINE", "value": "1", "type": "PLAINTEXT"}));
                })
            },
            |a| project(a)["environment"].take(),
        ),
        changed(
            BAKE,
            "with a variable from Parameter Store",
            &["environment_variables", "unwanted"],
            |a| {
                environment(a, |environment| {
                    let variables = environment["environmentVariables"].as_array_mut().expect("a list");
                    let keep = variables.iter_mut().find(|one| one["name"] == "KEEP_IMAGES");
                    *keep.expect("it is set") =
                        json!({"name": "KEEP_IMAGES", "value": "/mine", "type": "PARAMETER_STORE"});
                })
            },
            |a| project(a)["environment"].take(),
        ),
        changed(
            BAKE,
            "privileged, on another machine and image",
            &["compute_type", "image", "unwanted"],
            |a| {
                environment(a, |environment| {
                    environment["privilegedMode"] = json!(true);
                    environment["computeType"] = json!("BUILD_GENERAL1_LARGE");
                    environment["image"] = json!("aws/codebuild/standard:7.0");
                })
            },
            |a| project(a)["environment"].take(),
        ),
        changed(
            BAKE,
            "in another's role",
            &["role_arn"],
            |a| update(a, json!({"serviceRole": format!("arn:aws:iam::123456789012:role/{OTHERS}")})),
            |a| project(a)["serviceRole"].take(),
        ),
        changed(
            BAKE,
            "without logs",
            &["unwanted"],
            |a| {
                let mut logs = project(a)["logsConfig"].take();
                logs["cloudWatchLogs"]["status"] = json!("DISABLED");
                update(a, json!({ "logsConfig": logs }))
            },
            |a| project(a)["logsConfig"].take(),
        ),
        changed(
            BAKE,
            "printing elsewhere",
            &["log_group_name", "log_stream_name"],
            |a| {
                let logs = json!({"status": "ENABLED", "groupName": "/mine", "streamName": "mine"});
                update(a, json!({"logsConfig": {"cloudWatchLogs": logs}}))
            },
            |a| project(a)["logsConfig"]["cloudWatchLogs"].take(),
        ),
        changed(
            DEPLOY,
            "for half a day, described otherwise",
            &["description", "timeout_in_minutes"],
            |a| update(a, json!({"description": "mine", "timeoutInMinutes": 720})),
            |a| {
                let project = project(a);
                json!([project["description"], project["timeoutInMinutes"]])
            },
        ),
        build_project_tags(BAKE),
        build_project_tags(DEPLOY),
    ]
}

/// What images are made on.
fn instances() -> Vec<Row> {
    vec![
        ec2_tags(GROUP),
        changed(
            RULES,
            "open to the world",
            &["ingress"],
            |a| {
                let ssh = json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
                let opened = json!({"GroupId": a.id(), "IpPermissions": ssh});
                a.call("ec2", "authorize_security_group_ingress", opened)
            },
            firewall,
        ),
        instance_profile_tags(PROFILE),
        changed(
            PROFILE,
            "without its role",
            &["role_name"],
            |a| {
                let from = json!({"InstanceProfileName": a.id(), "RoleName": a.spec("role_name")});
                a.call("iam", "remove_role_from_instance_profile", from)
            },
            |a| {
                let named = json!({"InstanceProfileName": a.id()});
                a.call("iam", "get_instance_profile", named)["InstanceProfile"]["Roles"].take()
            },
        ),
    ]
}

fn project(a: &Account<'_>) -> Json {
    a.call("codebuild", "batch_get_projects", json!({"names": [a.id()]}))["projects"][0].take()
}

fn update(a: &Account<'_>, mut change: Json) -> Json {
    change["name"] = json!(a.id());
    a.call("codebuild", "update_project", change)
}

fn environment(a: &Account<'_>, change: fn(&mut Json)) -> Json {
    let mut environment = project(a)["environment"].take();
    change(&mut environment);
    update(a, json!({ "environment": environment }))
}

/// What may come in, and what may go out.
pub fn firewall(a: &Account<'_>) -> Json {
    let found = a.call("ec2", "describe_security_groups", json!({"GroupIds": [a.id()]}));
    let group = &found["SecurityGroups"][0];
    json!([group["IpPermissions"], group["IpPermissionsEgress"]])
}
