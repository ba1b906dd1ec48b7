//! A secret whose value is given or generated, and never read.
//!
//! Secrets Manager keeps no number for a value that Terraform could compare. So a tag says which value the secret holds: the
//! number that its write-only argument came with, or that it was generated. The tag is set in the call that makes the
//! secret, together with the value; when the number changes, the value goes first, then the tag. Whoever rotates the secret
//! by other means changes nothing that is looked at here.

use crate::call::{AwsError, call, creating, unlogged};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, Sensitive, World};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which value the secret holds: a version's number, or [`GENERATED`].
const VERSION: &str = "paas:version";
/// Stands in [`VERSION`] for a value that Secrets Manager has made up.
const GENERATED: &str = "generated";
/// Stands in [`VERSION`] while a secret that was restored hasn't got its value yet.
const RESTORED: &str = "restored";
/// What [`Secret::version`] shows where the tag tells nothing.
const UNKNOWN: i64 = -1;
/// Letters and digits of a value that is generated: 238 bits.
const LENGTH: i64 = 40;

pub(super) const NOT_FOUND: &str = "ResourceNotFoundException";
const EXISTS: &str = "ResourceExistsException";
/// The answer to what can't be done in the secret's state; which state, only the text tells.
const REFUSED: &str = "InvalidRequestException";
/// A key that was just made isn't known everywhere at once.
const UNSETTLED: &[&str] = &["DecryptionFailure", "EncryptionFailure", NOT_FOUND];

/// The spec of a secret. Its value is no part of it: an apply finds it in [`World::secrets`] under the child's key, or has it
/// generated. The key of a child whose value is given is the argument's name with `_secret` in place of `_wo`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Secret {
    /// 1 to 512 letters, digits and `/_+=.@-`, unique in the account and region. It can't be changed.
    pub name: String,
    /// For people; at most 2,048 characters.
    pub description: String,
    /// The key that encrypts the value.
    pub kms_key_arn: String,
    /// The number of the value that was given, 0 or more; none where the value is generated.
    pub version: Option<i64>,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecretOut {
    /// `arn:…:secret:<name>-<six letters>`, which is also the id: a secret that is made anew has another one.
    pub arn: String,
    /// The name.
    pub name: String,
}

impl Child for Secret {
    const KIND: &'static str = "secret";
    type World = World;
    type Out = SecretOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    /// One that is scheduled for deletion is as good as gone: `create` gets it back.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let reads = &cx.world.reads.secretsmanager.secrets;
        let found = reads.fresh(&self.name).await?.filter(|found| found.deleted_date.is_none());
        let Some(found) = found.filter(|found| tags::are_ours(cx, &carried(found))) else { return Ok(None) };
        let Some(arn) = found.arn.clone().filter(|arn| !cx.not.contains(arn)) else { return Ok(None) };
        reads.hand_on(&arn, found);
        Ok(Some(arn))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let value = self.value(cx).await?;
        let request = cx
            .world
            .secretsmanager
            .create_secret()
            .name(&self.name)
            .description(&self.description)
            .kms_key_id(&self.kms_key_arn)
            .secret_string(value.reveal())
            .set_tags(Some(sdk_tags(&self.all_tags(cx))));
        let made = wait::settled_if(
            cx,
            |e| e.is(UNSETTLED) || is_leaving(e),
            || async {
                match creating("CreateSecret", unlogged(request.clone().send())).await {
                    Ok(answer) => Ok(Ok(self.made(cx, answer.arn.unwrap_or_default()))),
                    Err(e) if e.is(&[EXISTS]) => Ok(Err(e)),
                    Err(e) if is_leaving(&e) => self.recover(cx, e).await,
                    Err(e) => Err(without(e, &value)),
                }
            },
        )
        .await;
        cx.world.reads.secretsmanager.secrets.forget(&self.name);
        match made? {
            Ok(arn) => Ok(arn),
            Err(taken) => Err(self.name_taken(cx, taken).await),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<SecretOut, Error> {
        let (client, reads) = (&cx.world.secretsmanager, &cx.world.reads.secretsmanager.secrets);
        let seen = wait::settled(cx, &[NOT_FOUND], || async {
            let seen = reads.fresh(id).await?;
            seen.ok_or_else(|| AwsError::ours("DescribeSecret", format!("no secret {id}")).coded(NOT_FOUND))
        })
        .await?;
        let is_rekeyed = seen.kms_key_id.as_ref() != Some(&self.kms_key_arn);
        if is_rekeyed || seen.description.as_ref() != Some(&self.description) {
            let request = client.update_secret().secret_id(id).description(&self.description);
            let request = request.set_kms_key_id(is_rekeyed.then(|| self.kms_key_arn.clone()));
            wait::settled(cx, UNSETTLED, || call("UpdateSecret", request.clone().send())).await?;
        }
        let (carried, wanted) = (carried(&seen), self.all_tags(cx));
        // What another key encrypted may be readable no more. One that was generated isn't made anew for that: whoever was
        // told it would have to be told again.
        if carried.get(VERSION) != wanted.get(VERSION) || (is_rekeyed && self.version.is_some()) {
            let value = self.value(cx).await?;
            let request = client.put_secret_value().secret_id(id).secret_string(value.reveal());
            wait::settled(cx, UNSETTLED, || async {
                let written = call("PutSecretValue", unlogged(request.clone().send())).await;
                written.map_err(|e| without(e, &value))
            })
            .await?;
        }
        let changes = tags::changes(&carried, &wanted);
        if !changes.set.is_empty() {
            let request = client.tag_resource().secret_id(id).set_tags(Some(sdk_tags(&changes.set)));
            call("TagResource", request.send()).await?;
        }
        if !changes.remove.is_empty() {
            let request = client.untag_resource().secret_id(id).set_tag_keys(Some(changes.remove));
            call("UntagResource", request.send()).await?;
        }
        reads.forget(id);
        reads.forget(&self.name);
        Ok(SecretOut { arn: id.clone(), name: self.name.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, SecretOut)>, Error> {
        let seen = cx.world.reads.secretsmanager.secrets.get(id).await?;
        let Some(seen) = seen.filter(|seen| seen.deleted_date.is_none()) else { return Ok(None) };
        let carried = carried(&seen);
        let mut of_user = tags::of_user(cx, &carried);
        of_user.remove(VERSION);
        let spec = Self {
            name: seen.name.unwrap_or_default(),
            description: seen.description.unwrap_or_default(),
            kms_key_arn: seen.kms_key_id.unwrap_or_default(),
            version: noted(&carried),
            tags: of_user,
        };
        let out = SecretOut { arn: id.clone(), name: spec.name.clone() };
        Ok(Some((spec, out)))
    }

    /// At once and for good: a secret that could be got back would keep its name from the next one for a week or longer.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let reads = &cx.world.reads.secretsmanager.secrets;
        let request =
            cx.world.secretsmanager.delete_secret().secret_id(id).force_delete_without_recovery(true);
        match call("DeleteSecret", request.send()).await {
            Err(e) if !e.is(&[NOT_FOUND]) => return Err(e.into()),
            _ => {}
        }
        // The name is free a moment later.
        wait::until(cx, &format!("secret {id} to be gone"), || async {
            Ok(reads.fresh(id).await?.is_none().then_some(()))
        })
        .await
    }
}

impl Secret {
    fn all_tags(&self, cx: &Cx<'_>) -> Tags {
        let version = self.version.map_or_else(|| GENERATED.to_owned(), |version| version.to_string());
        let mut all = tags::to_create(cx, &self.tags);
        all.insert(VERSION.into(), version);
        all
    }

    /// Notes what is known of a secret that was just made.
    fn made(&self, cx: &Cx<'_>, arn: Id) -> Id {
        let known = DescribeSecretOutput::builder()
            .arn(&arn)
            .name(&self.name)
            .description(&self.description)
            .kms_key_id(&self.kms_key_arn)
            .set_tags(Some(sdk_tags(&self.all_tags(cx))));
        cx.world.reads.secretsmanager.secrets.hand_on(&arn, known.build());
        arn
    }

    /// The value to write.
    async fn value(&self, cx: &Cx<'_>) -> Result<Sensitive, Error> {
        let Some(version) = self.version else { return generated(&cx.world.secretsmanager).await };
        cx.world.secrets.get(cx.key).cloned().ok_or_else(|| {
            let argument = cx.key.strip_suffix("_secret").unwrap_or(cx.key);
            Error::message(format!(
                "secret {} is to hold version {version} of `{argument}_wo`, and the configuration gives no value: set `{argument}_wo`",
                self.name
            ))
        })
    }

    /// Gets a secret back that is scheduled for deletion, if it is ours. One that was generated is as good as it was; one
    /// that was given may have been another under the same number. `refused` where it is on its way out.
    async fn recover(&self, cx: &Cx<'_>, refused: AwsError) -> Result<Result<Id, AwsError>, AwsError> {
        let (client, reads) = (&cx.world.secretsmanager, &cx.world.reads.secretsmanager.secrets);
        let found = reads.fresh(&self.name).await?.filter(|found| found.deleted_date.is_some());
        let Some((arn, carried)) = found.and_then(|found| Some((found.arn.clone()?, carried(&found)))) else {
            return Err(refused);
        };
        if !tags::are_ours(cx, &carried) {
            return Ok(Err(refused));
        }
        call("RestoreSecret", client.restore_secret().secret_id(&arn).send()).await?;
        if self.version.is_some() {
            let tag = Tag::builder().key(VERSION).value(RESTORED).build();
            call("TagResource", client.tag_resource().secret_id(&arn).tags(tag).send()).await?;
        }
        reads.forget(&arn);
        Ok(Ok(arn))
    }

    /// A secret of that name is ours, whose first answer was lost, or someone else's.
    async fn name_taken(&self, cx: &Cx<'_>, refused: AwsError) -> Error {
        let found = match cx.world.reads.secretsmanager.secrets.fresh(&self.name).await {
            Err(e) => return e.into(),
            Ok(found) => found,
        };
        match found.map(|found| carried(&found)).filter(|carried| !tags::are_ours(cx, carried)) {
            None => refused.exists().into(),
            Some(carried) => Error::message(format!(
                "secret {} exists and belongs to someone else ({}); delete it or choose another `project`",
                self.name,
                tags::whose(&carried)
            )),
        }
    }
}

/// A value that nobody knows but Secrets Manager and whoever may read it there.
async fn generated(client: &Client) -> Result<Sensitive, Error> {
    let request = client.get_random_password().password_length(LENGTH).exclude_punctuation(true);
    let answer = call("GetRandomPassword", unlogged(request.send())).await?;
    let value = answer.random_password.filter(|value| !value.is_empty());
    value.map(Sensitive::new).ok_or_else(|| Error::message("GetRandomPassword answered without a password"))
}

/// The version that the tag tells.
fn noted(carried: &Tags) -> Option<i64> {
    match carried.get(VERSION).map(String::as_str) {
        Some(GENERATED) => None,
        other => Some(other.and_then(|number| number.parse().ok()).unwrap_or(UNKNOWN)),
    }
}

/// Whether a secret of that name is scheduled for deletion, or was just deleted for good. Secrets Manager deletes in the
/// background, and tells of it in either way meanwhile.
fn is_leaving(e: &AwsError) -> bool {
    let message = e.message.to_ascii_lowercase();
    e.is(&[REFUSED]) && ["scheduled for deletion", "was deleted"].iter().any(|text| message.contains(text))
}

/// The error as it is shown, should AWS ever repeat what it was sent.
fn without(e: AwsError, value: &Sensitive) -> AwsError {
    AwsError { message: e.message.replace(value.reveal(), "(sensitive)"), ..e }
}

/// All tags of a secret.
fn carried(secret: &DescribeSecretOutput) -> Tags {
    let tag = |tag: &Tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    secret.tags().iter().filter_map(tag).collect()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The secrets that are there, by name or ARN, as they were asked for; those that are scheduled for deletion among them.
/// `ListSecrets` would give many, and lags up to five minutes behind (its documentation).
pub(super) async fn describe(
    client: Client,
    ids: Vec<String>,
) -> Result<HashMap<String, DescribeSecretOutput>, AwsError> {
    let mut found = HashMap::new();
    for id in ids {
        match call("DescribeSecret", client.describe_secret().secret_id(&id).send()).await {
            Ok(secret) => {
                found.insert(id, secret);
            }
            Err(e) if e.is(&[NOT_FOUND]) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Secret {
        Secret {
            name: "paas/gitlab_webhook/gitlab/token".into(),
            description: "what GitLab sends".into(),
            kms_key_arn: "arn:k".into(),
            version: Some(1),
            tags: Tags::new(),
        }
    }

    #[test]
    fn only_the_name_is_fixed() {
        assert_eq!(sample().diff(&sample()), Diff::Same);
        assert_eq!(sample().diff(&Secret { version: None, ..sample() }), Diff::Update);
        assert_eq!(sample().diff(&Secret { kms_key_arn: "arn:l".into(), ..sample() }), Diff::Update);
        assert_eq!(sample().diff(&Secret { name: "x".into(), ..sample() }), Diff::Replace("name"));
    }

    #[test]
    fn the_tag_tells_which_value_a_secret_holds() {
        for (tag, version) in [
            (Some("3"), Some(3)),
            (Some("0"), Some(0)),
            (Some(GENERATED), None),
            (Some(RESTORED), Some(UNKNOWN)),
            (Some(""), Some(UNKNOWN)),
            (None, Some(UNKNOWN)),
        ] {
            let carried = tag.map(|value| (VERSION.to_owned(), value.to_owned())).into_iter().collect();
            assert_eq!(noted(&carried), version, "{tag:?}");
        }
    }

    #[test]
    fn only_a_name_that_comes_free_is_waited_for() {
        let refused = |message: &str| AwsError::ours("CreateSecret", message).coded(REFUSED);
        assert!(is_leaving(&refused(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )));
        assert!(is_leaving(&refused(
            "You can't perform this operation on the secret because it was deleted."
        )));
        assert!(!is_leaving(&refused(
            "You have already created a version with the same ClientRequestToken."
        )));
    }

    #[test]
    fn an_error_that_repeats_the_value_is_shown_without_it() {
        let e = AwsError::ours("PutSecretValue", "can't take \"hunter2\": too short")
            .coded("InvalidParameterException");
        let shown = without(e, &Sensitive::new("hunter2".into())).to_string();
        assert_eq!(shown, "PutSecretValue: InvalidParameterException: can't take \"(sensitive)\": too short");
    }
}
