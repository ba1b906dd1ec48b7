//! A parameter: one published record.

use crate::call::{AwsError, call, creating};
use crate::digested::Digested;
use crate::tagging;
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{ParameterTier, ParameterType, ResourceTypeForTagging, Tag};
use composite::{Child, Diff, Error, Id};
use futures::TryFutureExt;
use futures::future::try_join;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::HashMap;

/// Characters that a value of the standard tier may have.
pub const MAX_VALUE: usize = 4096;

/// The spec of a parameter: plain text, standard tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name, a path such as `/paas/paas/dev`. It can't be changed.
    pub name: String,
    /// The value: text of at most [`MAX_VALUE`] characters. States and plans hold its digest: what it says, a record's
    /// arguments and outputs, stands beside it there.
    #[serde(deserialize_with = "value")]
    pub value: Digested,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterOut {
    /// The name.
    pub name: String,
}

/// A digest, or the value itself, as earlier providers wrote it: text, and data where it was the compact JSON of an object.
fn value<'de, D: Deserializer<'de>>(from: D) -> Result<Digested, D::Error> {
    Ok(match Json::deserialize(from)? {
        Json::String(text) if Digested::is_digest(&text) => Digested::seen(text),
        Json::String(text) => Digested::of(text.into_bytes()),
        data => Digested::of(data.to_string().into_bytes()),
    })
}

const NOT_FOUND: &[&str] = &["ParameterNotFound", "InvalidResourceId"];
/// Two changes of one parameter at a time.
const BUSY: &str = "TooManyUpdates";

impl Child for Parameter {
    const KIND: &'static str = "parameter";
    type World = World;
    type Out = ParameterOut;

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
        let carried = cx.world.reads.ssm.tags.fresh(&self.name).await?;
        Ok(carried.filter(|tags| tags::are_ours(cx, tags)).map(|_| self.name.clone()))
    }

    /// `Overwrite` off makes it atomic: of two that claim one name, one is refused.
    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        self.check()?;
        let request = self.put(&cx.world.ssm).overwrite(false).tier(ParameterTier::Standard);
        let request = request.set_tags(Some(sdk_tags(&tags::to_create(cx, &self.tags))));
        let made = creating("PutParameter", request.send()).await;
        let reads = &cx.world.reads.ssm;
        reads.values.forget(&self.name);
        match made {
            Ok(_) => {
                reads.values.hand_on(&self.name, self.text().into_owned());
                reads.tags.hand_on(&self.name, tags::to_create(cx, &self.tags));
                Ok(self.name.clone())
            }
            Err(e) if e.is(&["ParameterAlreadyExists"]) => {
                let carried = reads.tags.fresh(&self.name).await?.unwrap_or_default();
                if tags::are_ours(cx, &carried) {
                    return Err(e.exists().into());
                }
                Err(Error::message(format!(
                    "parameter {} exists and belongs to someone else ({}): the name is taken",
                    self.name,
                    tags::whose(&carried),
                )))
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<ParameterOut, Error> {
        self.check()?;
        let (ssm, reads) = (&cx.world.ssm, &cx.world.reads.ssm);
        let carried = wait::settled(cx, NOT_FOUND, || async {
            let carried = reads.tags.fresh(id).await?;
            let missing =
                || AwsError::ours("ListTagsForResource", format!("no parameter {id}")).coded(NOT_FOUND[0]);
            carried.ok_or_else(missing)
        });
        let (value, carried) = try_join(reads.values.fresh(id).err_into(), carried).await?;
        if value.is_none_or(|value| Digested::of(value.into_bytes()) != self.value) {
            // SSM takes no tags in a call that overwrites.
            wait::settled(cx, &[BUSY], || async {
                call("PutParameter", self.put(ssm).overwrite(true).send()).await.map(|_| ())
            })
            .await?;
        }
        let changes = tags::changes(&carried, &tags::to_create(cx, &self.tags));
        let kind = ResourceTypeForTagging::Parameter;
        if !changes.set.is_empty() {
            let request = ssm.add_tags_to_resource().resource_type(kind.clone()).resource_id(id);
            call("AddTagsToResource", request.set_tags(Some(sdk_tags(&changes.set))).send()).await?;
        }
        if !changes.remove.is_empty() {
            let request = ssm.remove_tags_from_resource().resource_type(kind).resource_id(id);
            call("RemoveTagsFromResource", request.set_tag_keys(Some(changes.remove)).send()).await?;
        }
        reads.values.forget(id);
        reads.tags.forget(id);
        Ok(ParameterOut { name: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, ParameterOut)>, Error> {
        let reads = &cx.world.reads.ssm;
        // A parameter's name is a path that starts with the slash.
        let arn = cx.world.arn("ssm", &format!("parameter{id}"));
        let carried = tagging::carried(cx, &arn, || reads.tags.get(id));
        let (value, carried) = try_join(reads.values.get(id), carried).await?;
        let Some((value, carried)) = value.zip(carried) else { return Ok(None) };
        let value = Digested::of(value.into_bytes());
        let spec = Self { name: id.clone(), value, tags: tags::of_user(cx, &carried) };
        Ok(Some((spec, ParameterOut { name: id.clone() })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let deleted = call("DeleteParameter", cx.world.ssm.delete_parameter().name(id).send()).await;
        cx.world.reads.ssm.values.forget(id);
        cx.world.reads.ssm.tags.forget(id);
        match deleted {
            Err(e) if !e.is(NOT_FOUND) => Err(e.into()),
            _ => Ok(()),
        }
    }
}

impl Parameter {
    fn put(
        &self,
        ssm: &Client,
    ) -> aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder {
        ssm.put_parameter().name(&self.name).value(self.text()).r#type(ParameterType::String)
    }

    fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.value.content())
    }

    fn check(&self) -> Result<(), Error> {
        let length = self.text().chars().count();
        if length <= MAX_VALUE {
            return Ok(());
        }
        Err(Error::message(format!(
            "the record {} has {length} characters and a parameter holds {MAX_VALUE}: use fewer or shorter values",
            self.name
        )))
    }
}

/// All tags of the parameters that are there.
pub(super) async fn tags(ssm: Client, names: Vec<String>) -> Result<HashMap<String, Tags>, AwsError> {
    let mut found = HashMap::new();
    for name in names {
        let request =
            ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id(&name);
        match call("ListTagsForResource", request.send()).await {
            Ok(answer) => {
                let tags = answer.tag_list.into_iter().flatten().map(|tag| (tag.key, tag.value));
                found.insert(name, tags.collect());
            }
            Err(e) if e.is(NOT_FOUND) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag =
        |(k, v): (&String, &String)| Tag::builder().key(k).value(v).build().expect("key and value are set");
    tags.iter().map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: &str) -> Parameter {
        let value = Digested::of(value.as_bytes());
        Parameter { name: "/paas/paas/dev".into(), value, tags: Tags::new() }
    }

    #[test]
    fn only_the_name_is_fixed() {
        assert_eq!(of("a").diff(&of("a")), Diff::Same);
        assert_eq!(of("a").diff(&of("b")), Diff::Update);
        assert_eq!(of("a").diff(&Parameter { name: "/b".into(), ..of("a") }), Diff::Replace("name"));
    }

    /// Objects stood as data, all else as text.
    #[test]
    fn a_spec_that_an_earlier_provider_wrote_is_read() {
        for text in [r#"{"b":1,"a":[1.5,"x"]}"#, r#"{"a": 1}"#, r#"{"a":1,"a":2}"#, "[1]", "true", "", "a{"] {
            let data = serde_json::from_str::<Json>(text).ok().filter(Json::is_object);
            let data = data
                .filter(|data| serde_json::to_string(data).is_ok_and(|again| again == text))
                .unwrap_or_else(|| text.into());
            let earlier = json!({"name": "/paas/paas/dev", "value": data, "tags": {}});
            assert_eq!(serde_json::from_value::<Parameter>(earlier).unwrap(), of(text));
            let today = serde_json::to_value(of(text)).unwrap();
            assert_eq!(today["value"], of(text).value.digest());
            assert_eq!(serde_json::from_value::<Parameter>(today).unwrap(), of(text));
        }
    }

    #[test]
    fn a_value_is_measured_in_characters() {
        assert!(of(&"é".repeat(MAX_VALUE)).check().is_ok());
        let refused = of(&"a".repeat(MAX_VALUE + 1)).check().unwrap_err().to_string();
        assert!(refused.contains("4097 characters") && refused.contains("/paas/paas/dev"), "{refused}");
    }
}
