//! Tags edited by hand, in each service's own way: one of the user's changed, and one added.

use crate::row::{Account, Row, changed};
use composite::Json;
use serde_json::json;

type Child = (&'static str, &'static str);

const WHAT: &str = "with other tags";
const FIELDS: &[&str] = &["tags"];

/// `TEAM` is the one that the configuration sets.
fn edited() -> Json {
    json!([{"Key": "team", "Value": "somebody"}, {"Key": "stray", "Value": "1"}])
}

/// A list of tags in any of the services' forms, as one object.
fn object(list: &Json) -> Json {
    let text = |tag: &Json, key: &str| tag.get(key).and_then(Json::as_str).map(str::to_owned);
    let tags = list.as_array().expect("a list of tags").iter();
    tags.filter_map(|tag| Some((text(tag, "Key")?, Json::from(text(tag, "Value")?)))).collect()
}

/// Of an object of EC2.
pub fn ec2_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("ec2", "create_tags", json!({"Resources": [a.id()], "Tags": edited()})),
        |a| {
            let only = json!([{"Name": "resource-id", "Values": [a.id()]}]);
            object(&a.call("ec2", "describe_tags", json!({"Filters": only}))["Tags"])
        },
    )
}

/// Of an object of the load balancer.
pub fn elb_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("elbv2", "add_tags", json!({"ResourceArns": [a.id()], "Tags": edited()})),
        |a| {
            let answer = a.call("elbv2", "describe_tags", json!({"ResourceArns": [a.id()]}));
            object(&answer["TagDescriptions"][0]["Tags"])
        },
    )
}

/// Of a role.
pub fn role_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("iam", "tag_role", json!({"RoleName": a.id(), "Tags": edited()})),
        |a| object(&a.call("iam", "list_role_tags", json!({"RoleName": a.id()}))["Tags"]),
    )
}

/// Of a managed policy.
pub fn policy_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("iam", "tag_policy", json!({"PolicyArn": a.id(), "Tags": edited()})),
        |a| object(&a.call("iam", "list_policy_tags", json!({"PolicyArn": a.id()}))["Tags"]),
    )
}

/// Of an instance profile.
pub fn instance_profile_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("iam", "tag_instance_profile", json!({"InstanceProfileName": a.id(), "Tags": edited()})),
        |a| {
            let answer = a.call("iam", "list_instance_profile_tags", json!({"InstanceProfileName": a.id()}));
            object(&answer["Tags"])
        },
    )
}

/// Of a key.
pub fn key_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            let tags =
                json!([{"TagKey": "team", "TagValue": "somebody"}, {"TagKey": "stray", "TagValue": "1"}]);
            a.call("kms", "tag_resource", json!({"KeyId": a.id(), "Tags": tags}))
        },
        |a| {
            let answer = a.call("kms", "list_resource_tags", json!({"KeyId": a.id()}));
            let tags = answer["Tags"].as_array().expect("a list of tags").iter();
            tags.map(|tag| (tag["TagKey"].as_str().unwrap_or_default().to_owned(), tag["TagValue"].clone()))
                .collect()
        },
    )
}

/// Of a bucket, whose tags can only be written all together.
pub fn bucket_tags(child: Child) -> Row {
    fn tags(a: &Account<'_>) -> Json {
        object(&a.call("s3", "get_bucket_tagging", json!({"Bucket": a.id()}))["TagSet"])
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            let mut all = tags(a);
            for tag in edited().as_array().into_iter().flatten() {
                all[tag["Key"].as_str().unwrap_or_default()] = tag["Value"].clone();
            }
            let all = all.as_object().into_iter().flatten();
            let set: Vec<_> = all.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
            a.call("s3", "put_bucket_tagging", json!({"Bucket": a.id(), "Tagging": {"TagSet": set}}))
        },
        tags,
    )
}

/// Of a log group.
pub fn log_group_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            a.call(
                "logs",
                "tag_log_group",
                json!({"logGroupName": a.id(), "tags": {"team": "somebody", "stray": "1"}}),
            )
        },
        |a| a.call("logs", "list_tags_log_group", json!({"logGroupName": a.id()}))["tags"].take(),
    )
}

/// Of a trail.
pub fn trail_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("cloudtrail", "add_tags", json!({"ResourceId": a.id(), "TagsList": edited()})),
        |a| {
            let answer = a.call("cloudtrail", "list_tags", json!({"ResourceIdList": [a.id()]}));
            object(&answer["ResourceTagList"][0]["TagsList"])
        },
    )
}

/// Of a parameter.
pub fn parameter_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            a.call(
                "ssm",
                "add_tags_to_resource",
                json!({"ResourceType": "Parameter", "ResourceId": a.id(), "Tags": edited()}),
            )
        },
        |a| {
            let resource = json!({"ResourceType": "Parameter", "ResourceId": a.id()});
            object(&a.call("ssm", "list_tags_for_resource", resource)["TagList"])
        },
    )
}

/// Of an Auto Scaling group.
pub fn group_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            let tag = |key: &str, value: &str| json!({"ResourceId": a.id(), "ResourceType": "auto-scaling-group", "Key": key, "Value": value, "PropagateAtLaunch": false});
            let tags = [tag("team", "somebody"), tag("stray", "1")];
            a.call("autoscaling", "create_or_update_tags", json!({"Tags": tags}))
        },
        |a| {
            let only = json!([{"Name": "auto-scaling-group", "Values": [a.id()]}]);
            object(&a.call("autoscaling", "describe_tags", json!({"Filters": only}))["Tags"])
        },
    )
}

const OF_THE_ACCOUNT: &str = "eu-west-1:123456789012";

/// Of an application or a deployment group.
pub fn codedeploy_tags(child: Child) -> Row {
    fn arn(a: &Account<'_>) -> String {
        let kind = if a.id().contains('/') { "deploymentgroup" } else { "application" };
        format!("arn:aws:codedeploy:{OF_THE_ACCOUNT}:{kind}:{}", a.id())
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("codedeploy", "tag_resource", json!({"ResourceArn": arn(a), "Tags": edited()})),
        |a| object(&a.call("codedeploy", "list_tags_for_resource", json!({"ResourceArn": arn(a)}))["Tags"]),
    )
}

/// Of a pipeline.
pub fn pipeline_tags(child: Child) -> Row {
    fn arn(a: &Account<'_>) -> String {
        format!("arn:aws:codepipeline:{OF_THE_ACCOUNT}:{}", a.id())
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            let tags = json!([{"key": "team", "value": "somebody"}, {"key": "stray", "value": "1"}]);
            a.call("codepipeline", "tag_resource", json!({"resourceArn": arn(a), "tags": tags}))
        },
        |a| {
            let answer = a.call("codepipeline", "list_tags_for_resource", json!({"resourceArn": arn(a)}));
            let tags = answer["tags"].as_array().expect("a list of tags").iter();
            tags.map(|tag| (tag["key"].as_str().unwrap_or_default().to_owned(), tag["value"].clone()))
                .collect()
        },
    )
}

/// Of a build project, whose tags can only be written all together.
pub fn build_project_tags(child: Child) -> Row {
    fn tags(a: &Account<'_>) -> Json {
        let found = a.call("codebuild", "batch_get_projects", json!({"names": [a.id()]}));
        let tags = found["projects"][0]["tags"].as_array().cloned().unwrap_or_default();
        tags.iter()
            .map(|tag| (tag["key"].as_str().unwrap_or_default().to_owned(), tag["value"].clone()))
            .collect()
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            let mut all = tags(a);
            for tag in edited().as_array().into_iter().flatten() {
                all[tag["Key"].as_str().unwrap_or_default()] = tag["Value"].clone();
            }
            let all = all.as_object().into_iter().flatten();
            let list: Vec<_> = all.map(|(key, value)| json!({"key": key, "value": value})).collect();
            a.call("codebuild", "update_project", json!({"name": a.id(), "tags": list}))
        },
        tags,
    )
}

/// Of an event rule.
pub fn event_rule_tags(child: Child) -> Row {
    fn arn(a: &Account<'_>) -> String {
        format!("arn:aws:events:{OF_THE_ACCOUNT}:rule/{}", a.id())
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("events", "tag_resource", json!({"ResourceARN": arn(a), "Tags": edited()})),
        |a| object(&a.call("events", "list_tags_for_resource", json!({"ResourceARN": arn(a)}))["Tags"]),
    )
}

/// Of an instance of RDS, or of one of its groups.
pub fn rds_tags(child: Child) -> Row {
    fn arn(a: &Account<'_>) -> String {
        let kind = match a.child.kind.as_str() {
            "db_instance" => "db",
            "db_parameter_group" => "pg",
            _ => "subgrp",
        };
        format!("arn:aws:rds:{OF_THE_ACCOUNT}:{kind}:{}", a.id())
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("rds", "add_tags_to_resource", json!({"ResourceName": arn(a), "Tags": edited()})),
        |a| object(&a.call("rds", "list_tags_for_resource", json!({"ResourceName": arn(a)}))["TagList"]),
    )
}

/// Of a function.
pub fn lambda_tags(child: Child) -> Row {
    fn arn(a: &Account<'_>) -> String {
        format!("arn:aws:lambda:{OF_THE_ACCOUNT}:function:{}", a.id())
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            let tags = json!({"team": "somebody", "stray": "1"});
            a.call("lambda", "tag_resource", json!({"Resource": arn(a), "Tags": tags}))
        },
        |a| a.call("lambda", "list_tags", json!({"Resource": arn(a)}))["Tags"].take(),
    )
}

/// Of an API or of one of its stages.
pub fn apigateway_tags(child: Child) -> Row {
    fn arn(a: &Account<'_>) -> String {
        let path = a.id().replace('/', "/stages/");
        format!("arn:aws:apigateway:eu-west-1::/restapis/{path}")
    }
    changed(
        child,
        WHAT,
        FIELDS,
        |a| {
            let tags = json!({"team": "somebody", "stray": "1"});
            a.call("apigateway", "tag_resource", json!({"resourceArn": arn(a), "tags": tags}))
        },
        |a| a.call("apigateway", "get_tags", json!({"resourceArn": arn(a)}))["tags"].take(),
    )
}

/// Of a secret.
pub fn secret_tags(child: Child) -> Row {
    changed(
        child,
        WHAT,
        FIELDS,
        |a| a.call("secretsmanager", "tag_resource", json!({"SecretId": a.id(), "Tags": edited()})),
        |a| object(&a.call("secretsmanager", "describe_secret", json!({"SecretId": a.id()}))["Tags"]),
    )
}
