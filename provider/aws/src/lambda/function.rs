//! A function: its code, its configuration, and nothing around it.

use super::{CONFLICT, NOT_FOUND, declared, is_busy, orphan};
use crate::call::{AwsError, call, creating};
use crate::digested::Digested;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The answer to a role that Lambda may not assume, and to a key that it can't use, among much else.
const REFUSED: &str = "InvalidParameterValueException";

/// The spec of a function that comes as an archive: on x86-64, outside any VPC, with 512 MB of disk, and without a key of its
/// own for its variables. No variable is secret: whoever may look at the function sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// 1 to 64 letters, digits, hyphens and underscores, unique in the account and region. It can't be changed.
    pub name: String,
    /// For people; at most 256 characters.
    pub description: String,
    /// The role that the function calls AWS with.
    pub role_arn: String,
    /// Such as `python3.13`.
    pub runtime: String,
    /// File and function that take an event: `handler.handler`.
    pub handler: String,
    /// MB, 128 to 10,240; the processor's share follows it.
    pub memory_size: i32,
    /// Seconds until a call is ended, 1 to 900. API Gateway waits for 29.
    pub timeout: i32,
    /// Variables by name: 4 KB in all, as JSON (Lambda's quota).
    pub environment: BTreeMap<String, String>,
    /// The archive (zip), at most 50 MB.
    pub code: Digested,
    /// Where the function writes what it prints. Lambda would make a group that is missing, without an end to what it keeps.
    pub log_group_name: String,
    /// The user's tags.
    pub tags: Tags,
    /// What somebody else has set, by Lambda's names, where nothing is wanted: layers, a network, a queue for what fails.
    /// Always empty in what is wanted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unwanted: BTreeMap<String, String>,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionOut {
    /// The name.
    pub name: String,
    /// `arn:…:lambda:…:function:<name>`
    pub arn: String,
    /// What API Gateway calls the function by: `arn:…:apigateway:…:lambda:path/2015-03-31/functions/<arn>/invocations`.
    pub invoke_arn: String,
}

/// A function as Lambda tells of it in one answer.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub configuration: FunctionConfiguration,
    /// All of them, ownership included.
    pub tags: Tags,
    /// How many calls at once are kept for it, and are the most it gets. 0: it is switched off.
    pub reserved_concurrency: Option<i32>,
}

impl Child for Function {
    const KIND: &'static str = "function";
    type World = World;
    type Out = FunctionOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.name) {
            return Ok(None);
        }
        let found = cx.world.reads.lambda.functions.fresh(&self.name).await?;
        Ok(found.filter(|found| tags::are_ours(cx, &found.tags)).map(|_| self.name.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = declared::creation(&cx.world.lambda, self, tags::to_create(cx, &self.tags));
        let made = wait::settled_if(cx, is_unsettled, || async {
            match creating("CreateFunction", request.clone().send()).await {
                Err(e) if e.is(&[CONFLICT]) && !is_busy(&e) => Ok(Err(e)),
                made => made.map(Ok),
            }
        })
        .await;
        cx.world.reads.lambda.functions.forget(&self.name);
        match made? {
            Ok(_) => {
                cx.world.reads.lambda.made.hand_on(&self.name, ());
                Ok(self.name.clone())
            }
            Err(taken) => Err(self.name_taken(cx, taken).await),
        }
    }

    /// The configuration first, then the code: new code that misses a variable fails, old code that has one too many
    /// doesn't.
    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<FunctionOut, Error> {
        let client = &cx.world.lambda;
        let mut seen = usable(cx, id).await?;
        if cx.world.reads.lambda.made.take(id).is_none() && orphan::problem(cx, &seen).await?.is_some() {
            orphan::remake(cx, self, id).await?;
            seen = usable(cx, id).await?;
        }
        let saw = declared::seen(&seen, self.tags.clone());
        if declared::configuration_of(self) != declared::configuration_of(&saw) {
            let request = declared::update(client, self, &saw);
            wait::settled_if(cx, is_unsettled, || {
                call("UpdateFunctionConfiguration", request.clone().send())
            })
            .await?;
            updated(cx, id).await?;
        }
        if declared::code_of(self) != declared::code_of(&saw) {
            let request = declared::new_code(client, self);
            wait::settled_if(cx, is_unsettled, || call("UpdateFunctionCode", request.clone().send())).await?;
            updated(cx, id).await?;
        }
        if seen.reserved_concurrency.is_some() {
            let request = client.delete_function_concurrency().function_name(id);
            wait::settled_if(cx, is_busy, || call("DeleteFunctionConcurrency", request.clone().send()))
                .await?;
        }
        let changes = tags::changes(&seen.tags, &tags::to_create(cx, &self.tags));
        if !changes.set.is_empty() {
            let set = changes.set.into_iter().collect();
            let request = client.tag_resource().resource(arn(cx, id)).set_tags(Some(set));
            wait::settled_if(cx, is_busy, || call("TagResource", request.clone().send())).await?;
        }
        if !changes.remove.is_empty() {
            let request = client.untag_resource().resource(arn(cx, id)).set_tag_keys(Some(changes.remove));
            wait::settled_if(cx, is_busy, || call("UntagResource", request.clone().send())).await?;
        }
        cx.world.reads.lambda.functions.forget(id);
        Ok(out(cx, id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, FunctionOut)>, Error> {
        let Some(found) = cx.world.reads.lambda.functions.get(id).await? else { return Ok(None) };
        let mut spec = declared::seen(&found, tags::of_user(cx, &found.tags));
        if let Some(problem) = orphan::problem(cx, &found).await? {
            spec.unwanted.insert(declared::ROLE.into(), problem.into());
        }
        Ok(Some((spec, out(cx, id))))
    }

    /// Its log group stays: that is another child.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        wait::settled_if(cx, is_busy, || async {
            match call("DeleteFunction", cx.world.lambda.delete_function().function_name(id).send()).await {
                Err(e) if !e.is(&[NOT_FOUND]) => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        cx.world.reads.lambda.functions.forget(id);
        cx.world.reads.lambda.policies.forget(id);
        Ok(())
    }
}

impl Function {
    /// A function of that name is ours, whose first answer was lost, or someone else's.
    async fn name_taken(&self, cx: &Cx<'_>, refused: AwsError) -> Error {
        let found = match cx.world.reads.lambda.functions.fresh(&self.name).await {
            Err(e) => return e.into(),
            Ok(found) => found,
        };
        match found.filter(|found| !tags::are_ours(cx, &found.tags)) {
            None => refused.exists().into(),
            Some(found) => Error::message(format!(
                "function {} exists and belongs to someone else ({}); delete it or choose another `project`",
                self.name,
                tags::whose(&found.tags)
            )),
        }
    }
}

/// Waits until a function can be changed and called: one just made is pending, one just changed takes its time.
async fn usable(cx: &Cx<'_>, id: &Id) -> Result<Seen, Error> {
    let reads = &cx.world.reads.lambda.functions;
    wait::until(cx, &format!("function {id} to become active"), || async {
        // A function just made may be unknown for a moment.
        let seen = wait::settled(cx, &[NOT_FOUND], || async {
            let seen = reads.fresh(id).await?;
            seen.ok_or_else(|| AwsError::ours("GetFunction", format!("no function {id}")).coded(NOT_FOUND))
        })
        .await?;
        let configuration = &seen.configuration;
        let is_pending = configuration.state == Some(State::Pending);
        let is_changing = configuration.last_update_status == Some(LastUpdateStatus::InProgress);
        if configuration.state == Some(State::Failed) {
            let why = configuration.state_reason.as_deref().unwrap_or("no reason given");
            return Err(Error::message(format!(
                "function {id} failed: {why}. Delete it: the next apply makes it anew"
            )));
        }
        Ok((!is_pending && !is_changing).then_some(seen))
    })
    .await
}

/// Waits for the end of a change, which may have failed. An earlier one that failed is no reason not to make another.
async fn updated(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
    let configuration = usable(cx, id).await?.configuration;
    if configuration.last_update_status != Some(LastUpdateStatus::Failed) {
        return Ok(());
    }
    let why = configuration.last_update_status_reason.as_deref().unwrap_or("no reason given");
    Err(Error::message(format!("function {id} couldn't be changed: {why}")))
}

/// A role that was just made can't be assumed at once, nor get a grant on the key of the variables; Lambda tells so by text
/// only.
fn is_unsettled(e: &AwsError) -> bool {
    let message = e.message.to_ascii_lowercase();
    let too_new = ["cannot be assumed by lambda", "invalid for creategrant"];
    is_busy(e) || (e.is(&[REFUSED]) && too_new.iter().any(|text| message.contains(text)))
}

fn arn(cx: &Cx<'_>, name: &str) -> String {
    cx.world.arn("lambda", &format!("function:{name}"))
}

fn out(cx: &Cx<'_>, name: &str) -> FunctionOut {
    let (arn, partition, region) = (arn(cx, name), &cx.world.partition, &cx.world.region);
    // 2015-03-31 is the version of Lambda's API that the ARN is made of; there is no other.
    let invoke_arn =
        format!("arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations");
    FunctionOut { name: name.to_owned(), arn, invoke_arn }
}

/// The functions that are there, by name.
pub(super) async fn describe(client: Client, names: Vec<String>) -> Result<HashMap<String, Seen>, AwsError> {
    let mut found = HashMap::new();
    for name in names {
        let answer = match call("GetFunction", client.get_function().function_name(&name).send()).await {
            Err(e) if e.is(&[NOT_FOUND]) => continue,
            answer => answer?,
        };
        // Who may not list tags gets all but them, with a word about it.
        if let Some(denied) = answer.tags_error {
            return Err(AwsError::ours("GetFunction", denied.message).coded(&denied.error_code));
        }
        let Some(configuration) = answer.configuration else { continue };
        let seen = Seen {
            configuration,
            tags: answer.tags.into_iter().flatten().collect(),
            reserved_concurrency: answer.concurrency.and_then(|c| c.reserved_concurrent_executions),
        };
        found.insert(name, seen);
    }
    Ok(found)
}

#[cfg(test)]
#[path = "function_tests.rs"]
mod tests;
