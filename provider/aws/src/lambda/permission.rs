//! One statement of a function's policy: which service may call the function, and for what.

use super::{CONFLICT, NOT_FOUND, is_busy};
use crate::call::{AwsError, call, creating};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_lambda::Client;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};

/// What is permitted.
const INVOKE: &str = "lambda:InvokeFunction";
const SID: &str = "Sid";

/// The statements of one function's policy, by their ids.
pub(super) type Statements = BTreeMap<String, Json>;

/// The spec of a permission. The function carries the tags: what is in its policy under this id is ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Permission {
    /// The function. It can't be changed.
    pub function_name: String,
    /// Unique in the function's policy: 1 to 100 letters, digits, hyphens and underscores. It can't be changed.
    pub statement_id: String,
    /// The service that may call, such as `apigateway.amazonaws.com`.
    pub principal: String,
    /// The service's object that may call, or a pattern of such.
    pub source_arn: String,
    /// What somebody else has put into the statement, by IAM's names, where nothing is wanted. Always empty in what is
    /// wanted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unwanted: BTreeMap<String, Json>,
}

/// Nothing for siblings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermissionOut {}

impl Child for Permission {
    const KIND: &'static str = "function_permission";
    type World = World;
    type Out = PermissionOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.function_name != saw.function_name {
            Diff::Replace("function_name")
        } else if self.statement_id != saw.statement_id {
            Diff::Replace("statement_id")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.id()) {
            return Ok(None);
        }
        let statements = cx.world.reads.lambda.policies.fresh(&self.function_name).await?;
        let is_there = statements.is_some_and(|statements| statements.contains_key(&self.statement_id));
        Ok(is_there.then(|| self.id()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let added = self.add(cx).await;
        cx.world.reads.lambda.policies.forget(&self.function_name);
        match added? {
            None => Ok(self.id()),
            Some(exists) => Err(exists.exists().into()),
        }
    }

    /// Lambda changes no statement: one that differs is taken out and put in again, and for a moment nobody may call.
    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<PermissionOut, Error> {
        let reads = &cx.world.reads.lambda.policies;
        // A policy just written may be unknown for a moment.
        let statement = wait::settled(cx, &[NOT_FOUND], || async {
            let statements = reads.fresh(&self.function_name).await?;
            statements
                .and_then(|all| all.get(&self.statement_id).cloned())
                .ok_or_else(|| AwsError::ours("GetPolicy", format!("no statement {id}")).coded(NOT_FOUND))
        })
        .await?;
        if self.diff(&seen(&self.function_name, &self.statement_id, &statement)) != Diff::Same {
            remove(cx, &self.function_name, &self.statement_id).await?;
            let added = self.add(cx).await;
            reads.forget(&self.function_name);
            if let Some(exists) = added? {
                return Err(exists.into());
            }
        }
        Ok(PermissionOut {})
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, PermissionOut)>, Error> {
        let (function, statement) = parts(id);
        let statements = cx.world.reads.lambda.policies.get(&function.to_owned()).await?;
        let found = statements.and_then(|statements| statements.get(statement).cloned());
        Ok(found.map(|found| (seen(function, statement, &found), PermissionOut {})))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let (function, statement) = parts(id);
        remove(cx, function, statement).await
    }
}

impl Permission {
    fn id(&self) -> Id {
        format!("{}/{}", self.function_name, self.statement_id)
    }

    /// Adds the statement; answers with Lambda's refusal where there is one of that id.
    pub(super) async fn add(&self, cx: &Cx<'_>) -> Result<Option<AwsError>, Error> {
        let request = cx
            .world
            .lambda
            .add_permission()
            .function_name(&self.function_name)
            .statement_id(&self.statement_id)
            .action(INVOKE)
            .principal(&self.principal)
            .source_arn(&self.source_arn);
        // A function just made may be unknown for a moment.
        wait::settled_if(
            cx,
            |e| is_busy(e) || e.is(&[NOT_FOUND]),
            || async {
                match creating("AddPermission", request.clone().send()).await {
                    Err(e) if e.is(&[CONFLICT]) && !is_busy(&e) => Ok(Some(e)),
                    added => added.map(|_| None),
                }
            },
        )
        .await
    }
}

async fn remove(cx: &Cx<'_>, function: &str, statement: &str) -> Result<(), Error> {
    let request = cx.world.lambda.remove_permission().function_name(function).statement_id(statement);
    let removed = wait::settled_if(cx, is_busy, || async {
        match call("RemovePermission", request.clone().send()).await {
            Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
            _ => Ok(()),
        }
    })
    .await;
    cx.world.reads.lambda.policies.forget(&function.to_owned());
    removed
}

/// Function and statement; neither holds a slash.
fn parts(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or((id, ""))
}

/// The spec that a statement has. What `AddPermission` wouldn't write for the spec is unwanted.
pub(super) fn seen(function: &str, id: &str, statement: &Json) -> Permission {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut rest = statement.as_object().cloned().unwrap_or_default();
    let principal = text(&statement["Principal"]["Service"]);
    let source_arn = text(&statement["Condition"]["ArnLike"]["AWS:SourceArn"]);
    let expected = [
        (SID, json!(id)),
        ("Effect", json!("Allow")),
        ("Action", json!(INVOKE)),
        ("Principal", json!({"Service": principal})),
        ("Condition", json!({"ArnLike": {"AWS:SourceArn": source_arn}})),
    ];
    // It is always the function.
    rest.remove("Resource");
    let mut unwanted = BTreeMap::new();
    for (name, wanted) in expected {
        unwanted.extend(rest.remove(name).filter(|is| *is != wanted).map(|is| (name.to_owned(), is)));
    }
    unwanted.extend(rest);
    Permission {
        function_name: function.to_owned(),
        statement_id: id.to_owned(),
        principal,
        source_arn,
        unwanted,
    }
}

/// The policies of the functions that have one, by function.
pub(super) async fn describe(
    client: Client,
    functions: Vec<String>,
) -> Result<HashMap<String, Statements>, AwsError> {
    let mut found = HashMap::new();
    for function in functions {
        let text = match call("GetPolicy", client.get_policy().function_name(&function).send()).await {
            Err(e) if e.is(&[NOT_FOUND]) => continue,
            answer => answer?.policy.unwrap_or_default(),
        };
        let statements = parse(&text).ok_or_else(|| {
            AwsError::ours("GetPolicy", format!("the policy of function {function} can't be read"))
        })?;
        found.insert(function, statements);
    }
    Ok(found)
}

/// The statements of a policy, by their ids. Lambda gives every statement one.
fn parse(text: &str) -> Option<Statements> {
    let policy: Json = serde_json::from_str(text).ok()?;
    let statements = policy["Statement"].as_array()?.iter();
    Some(statements.filter_map(|one| Some((one[SID].as_str()?.to_owned(), one.clone()))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Permission {
        Permission {
            function_name: "paas_gitlab-webhook_gitlab".into(),
            statement_id: "api".into(),
            principal: "apigateway.amazonaws.com".into(),
            source_arn: "arn:aws:execute-api:eu-central-1:111122223333:abc/v1/POST/push".into(),
            unwanted: BTreeMap::new(),
        }
    }

    /// As Lambda writes it.
    fn statement() -> Json {
        json!({
            "Sid": "api",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:eu-central-1:111122223333:function:paas_gitlab-webhook_gitlab",
            "Condition": {"ArnLike": {"AWS:SourceArn": sample().source_arn}},
        })
    }

    #[test]
    fn function_and_statement_are_fixed() {
        let other = |change: fn(&mut Permission)| {
            let mut other = sample();
            change(&mut other);
            sample().diff(&other)
        };
        assert_eq!(other(|_| ()), Diff::Same);
        assert_eq!(other(|p| p.source_arn.push('x')), Diff::Update);
        assert_eq!(other(|p| p.principal.push('x')), Diff::Update);
        assert_eq!(other(|p| p.function_name.push('x')), Diff::Replace("function_name"));
        assert_eq!(other(|p| p.statement_id.push('x')), Diff::Replace("statement_id"));
    }

    #[test]
    fn an_id_leads_back_to_function_and_statement() {
        assert_eq!(parts(&sample().id()), ("paas_gitlab-webhook_gitlab", "api"));
    }

    #[test]
    fn a_policy_is_read_back_as_it_was_wanted() {
        let text = json!({"Version": "2012-10-17", "Id": "default", "Statement": [statement()]}).to_string();
        let statements = parse(&text).unwrap();
        assert_eq!(seen(&sample().function_name, "api", &statements["api"]), sample());
        assert_eq!(parse("no policy"), None);
    }

    #[test]
    fn what_somebody_put_into_the_statement_is_seen() {
        for (pointer, value, name) in [
            ("/Action", json!("lambda:*"), "Action"),
            ("/Effect", json!("Deny"), "Effect"),
            ("/Principal", json!("*"), "Principal"),
            ("/Principal", json!({"AWS": "arn:aws:iam::111122223333:root"}), "Principal"),
            ("/Condition/StringEquals", json!({"AWS:SourceAccount": "111122223333"}), "Condition"),
            ("/Condition/ArnLike", json!({}), "Condition"),
        ] {
            let mut changed = statement();
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap()[field] = value.clone();
            let seen = seen(&sample().function_name, "api", &changed);
            assert_eq!(seen.unwanted.keys().collect::<Vec<_>>(), [name], "{pointer} {value}");
        }
    }
}
