//! A tenant's infrastructure pipeline: the projects that bake and deploy, what they run as, and what leads from one to the
//! other.

use crate::roles::{attached, for_all_actions, inline_policies, role};
use crate::row::{Account, Row, changed, deleted};
use crate::tags::{
    build_project_tags, ec2_tags, event_rule_tags, instance_profile_tags, log_group_tags, parameter_tags,
    pipeline_tags, policy_tags, role_tags,
};
use composite::Json;
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

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

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
    [projects(), roles(), policies(), instances(), stages(), ends()].into_iter().flatten().collect()
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

/// What builds may do, and who may be them.
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

/// The way from the source to the tenant.
fn stages() -> Vec<Row> {
    vec![
        pipeline_tags(PIPELINE),
        changed(
            PIPELINE,
            "that deploys unseen, in a queue",
            &["execution_mode", "stages"],
            |a| {
                let mut pipeline = pipeline(a);
                pipeline["executionMode"] = json!("QUEUED");
                let stages = pipeline["stages"].as_array_mut().expect("stages");
                let deploy = stages.iter_mut().find(|stage| stage["name"] == "Deploy").expect("it deploys");
                let actions = deploy["actions"].as_array_mut().expect("actions");
                actions.retain(|action| action["name"] != "Approval");
                a.call("codepipeline", "update_pipeline", json!({ "pipeline": pipeline }))
            },
            |a| {
                let mut pipeline = pipeline(a);
                pipeline["version"].take();
                pipeline
            },
        ),
        event_rule_tags(RULE),
        changed(
            RULE,
            "off",
            &["enabled"],
            |a| a.call("events", "disable_rule", json!({"Name": a.id()})),
            |a| a.call("events", "describe_rule", json!({"Name": a.id()}))["State"].take(),
        ),
        changed(
            LOGS,
            "kept for ever, without the key",
            &["kms_key_arn", "retention_in_days"],
            |a| {
                a.call("logs", "disassociate_kms_key", json!({"logGroupName": a.id()}));
                a.call("logs", "delete_retention_policy", json!({"logGroupName": a.id()}))
            },
            |a| {
                let named = json!({"logGroupNamePrefix": a.id()});
                let group = a.call("logs", "describe_log_groups", named)["logGroups"][0].take();
                json!([group["retentionInDays"], group["kmsKeyId"]])
            },
        ),
        log_group_tags(LOGS),
        changed(
            RECORD,
            "edited",
            &["value"],
            |a| {
                let edited = a.child.saw["value"].to_string().replace("_bake", "_mine");
                let parameter = json!({"Name": a.id(), "Value": edited, "Type": "String", "Overwrite": true});
                a.call("ssm", "put_parameter", parameter)
            },
            |a| a.call("ssm", "get_parameter", json!({"Name": a.id()}))["Parameter"]["Value"].take(),
        ),
        parameter_tags(RECORD),
    ]
}

/// What somebody has deleted comes back, and what names it is put right.
fn ends() -> Vec<Row> {
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

fn versions(a: &Account<'_>) -> Vec<Json> {
    let found = a.call("iam", "list_policy_versions", json!({"PolicyArn": a.id()}));
    found["Versions"].as_array().cloned().unwrap_or_default()
}

/// The document of the version that counts.
fn document(a: &Account<'_>) -> Json {
    let default = versions(a).into_iter().find(|version| version["IsDefaultVersion"] == true);
    let named = json!({"PolicyArn": a.id(), "VersionId": default.expect("one counts")["VersionId"]});
    a.call("iam", "get_policy_version", named)["PolicyVersion"]["Document"].take()
}

/// What may come in, and what may go out.
fn firewall(a: &Account<'_>) -> Json {
    let found = a.call("ec2", "describe_security_groups", json!({"GroupIds": [a.id()]}));
    let group = &found["SecurityGroups"][0];
    json!([group["IpPermissions"], group["IpPermissionsEgress"]])
}

fn pipeline(a: &Account<'_>) -> Json {
    a.call("codepipeline", "get_pipeline", json!({"name": a.id()}))["pipeline"].take()
}
