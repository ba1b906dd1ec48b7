//! A launch template. Its versions can't be changed: other contents are a new version, which becomes the default, and the
//! oldest go.

use super::listing::{self, Listed};
use super::old_versions;
use super::owned;
use super::refusals::{self, gone, is_not_found};
use super::tagging::{self, filter};
use super::template_data;
use super::template_versions::{self, template_version};
use crate::call::{AwsError, call, creating};
use crate::names;
use crate::tags::Tags;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{self, ResourceType};
use composite::{Child, Diff, Error, Id, Order};
use serde::{Deserialize, Serialize};

/// The spec of a launch template's default version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// 3 to 128 letters, digits and `().-/_`; unique in account and region.
    pub name: String,
    /// `ami-…`
    pub image_id: String,
    /// Such as `t3.micro`.
    pub instance_type: String,
    /// The instance profile's ARN.
    pub instance_profile_arn: String,
    /// The instances' security groups.
    pub security_group_ids: Vec<String>,
    /// What runs at first boot, up to 16 KB; readable by whoever may describe the template, so no place for secrets.
    pub user_data: Option<String>,
    /// The image's root device, such as `/dev/xvda`.
    pub root_device_name: String,
    /// In GiB; at least the image's.
    pub volume_size: i32,
    /// Such as `gp3`.
    pub volume_type: String,
    /// The key of the root volume.
    pub kms_key_arn: String,
    /// The user's tags of instances and volumes.
    pub instance_tags: Tags,
    /// The user's tags of the template itself.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplateOut {
    /// `lt-…`
    pub id: String,
}

impl LaunchTemplate {
    /// A digest of what a version holds. It is the version's description, which tells what a group runs.
    #[must_use]
    pub fn digest(&self) -> String {
        let contents = Self { name: String::new(), tags: Tags::new(), ..self.clone() };
        let contents = serde_json::json!(contents).to_string();
        names::digest(&[contents.as_str(), template_data::REVISION], old_versions::DIGEST)
    }

    /// Makes the version with our contents the default; makes it first if it isn't there.
    async fn sync_version(&self, cx: &Cx<'_>, template: &types::LaunchTemplate) -> Result<(), Error> {
        let (ec2, id, digest) = (&cx.world.ec2, template.id(), self.digest());
        let number = match template_version(cx.world, id, &digest).await? {
            Some(number) => number,
            None => self.add_version(cx, template, &digest).await?,
        };
        if template.default_version_number != Some(number) {
            let request =
                ec2.modify_launch_template().launch_template_id(id).default_version(number.to_string());
            refusals::settled(cx, || call("ModifyLaunchTemplate", request.clone().send())).await?;
            cx.world.reads.ec2.default_versions.forget(&id.to_owned());
            // Last: whoever is killed before it leaves versions too many, which go with the next one.
            old_versions::clear(cx, id, number).await;
        }
        Ok(())
    }

    async fn add_version(
        &self,
        cx: &Cx<'_>,
        template: &types::LaunchTemplate,
        digest: &str,
    ) -> Result<i64, Error> {
        // A repeated call must not make a second version; contents that return after others are a new one.
        let after = template.latest_version_number.unwrap_or_default().to_string();
        let request = cx
            .world
            .ec2
            .create_launch_template_version()
            .launch_template_id(template.id())
            .version_description(digest)
            .launch_template_data(template_data::request(cx, self))
            .client_token(names::digest(&[template.id(), digest, &after], 40));
        let made = wait::settled_if(cx, is_unsettled, || {
            call("CreateLaunchTemplateVersion", request.clone().send())
        });
        let version = made.await?.launch_template_version;
        version
            .and_then(|v| v.version_number)
            .ok_or_else(|| Error::message("CreateLaunchTemplateVersion answered without a number"))
    }

    /// The template that has our name, whoever's it is.
    async fn namesake(&self, cx: &Cx<'_>) -> Result<Option<Tags>, Error> {
        let by_name = vec![filter("launch-template-name", [&self.name])];
        let found = types::LaunchTemplate::list(&cx.world.ec2, by_name).await?;
        Ok(found.first().map(|template| tagging::to_tags(template.tags())))
    }
}

/// A template, group or instance profile made a moment ago. EC2 says of a profile only that a parameter is invalid.
fn is_unsettled(e: &AwsError) -> bool {
    let profile = e.message.to_ascii_lowercase().contains("iaminstanceprofile");
    is_not_found(e) || (profile && e.is(&["InvalidParameterValue"]))
}

impl Child for LaunchTemplate {
    const KIND: &'static str = "launch_template";
    /// Only another name needs another template, and then both can exist.
    const REPLACE: Order = Order::CreateFirst;
    type World = World;
    type Out = LaunchTemplateOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::LaunchTemplate>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let request = cx
            .world
            .ec2
            .create_launch_template()
            .launch_template_name(&self.name)
            .version_description(self.digest())
            .launch_template_data(template_data::request(cx, self))
            .tag_specifications(tagging::specification(cx, ResourceType::LaunchTemplate, &self.tags));
        let made = wait::settled_if(cx, is_unsettled, || async {
            match creating("CreateLaunchTemplate", request.clone().send()).await {
                Err(e) if e.is(&["InvalidLaunchTemplateName.AlreadyExistsException"]) => Ok(Err(e)),
                made => made.map(Ok),
            }
        });
        match made.await? {
            Ok(made) => {
                let reads = &cx.world.reads.ec2;
                let id =
                    listing::made(&reads.launch_templates, "CreateLaunchTemplate", made.launch_template)?;
                reads.default_versions.hand_on(&id, template_versions::first(&id, self.digest()));
                Ok(id)
            }
            Err(taken) => {
                let holder = self.namesake(cx).await?;
                Err(tagging::name_taken(
                    cx,
                    taken,
                    &format!("Launch template {}", self.name),
                    holder.as_ref(),
                ))
            }
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<LaunchTemplateOut, Error> {
        let reads = &cx.world.reads.ec2;
        let template = listing::appeared(cx, &reads.launch_templates, id).await?;
        tagging::sync(cx, &template, &self.tags).await?;
        self.sync_version(cx, &template).await?;
        reads.launch_templates.forget(id);
        Ok(LaunchTemplateOut { id: id.clone() })
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, LaunchTemplateOut)>, Error> {
        let reads = &cx.world.reads.ec2;
        let (template, version) =
            tokio::join!(reads.launch_templates.get(id), reads.default_versions.get(id));
        let (Some(template), Some(version)) = (template?, version?) else { return Ok(None) };
        let tags = tagging::of_user(cx, &template);
        let name = template.launch_template_name.unwrap_or_default();
        let data = version.launch_template_data;
        let data =
            data.ok_or_else(|| Error::message(format!("launch template {name}: EC2 shows no contents")))?;
        Ok(Some((template_data::spec(cx, name, tags, data), LaunchTemplateOut { id: id.clone() })))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        gone(
            call("DeleteLaunchTemplate", cx.world.ec2.delete_launch_template().launch_template_id(id).send())
                .await,
        )?;
        cx.world.reads.ec2.launch_templates.forget(id);
        cx.world.reads.ec2.default_versions.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> LaunchTemplate {
        LaunchTemplate {
            name: "paas-dev-acme".into(),
            image_id: "ami-1".into(),
            instance_type: "t3.micro".into(),
            instance_profile_arn: "arn:aws:iam::123456789012:instance-profile/acme".into(),
            security_group_ids: vec!["sg-1".into()],
            user_data: None,
            root_device_name: "/dev/xvda".into(),
            volume_size: 16,
            volume_type: "gp3".into(),
            kms_key_arn: "arn:aws:kms:eu-west-1:123456789012:key/1".into(),
            instance_tags: Tags::new(),
            tags: Tags::new(),
        }
    }

    #[test]
    fn the_digest_is_of_what_instances_are_launched_with() {
        let digest = template().digest();
        let other = |change: fn(&mut LaunchTemplate)| {
            let mut template = template();
            change(&mut template);
            template.digest()
        };
        assert_eq!(digest, other(|t| t.name = "other".into()));
        assert_eq!(digest, other(|t| drop(t.tags.insert("a".into(), "b".into()))));
        assert_ne!(digest, other(|t| t.image_id = "ami-2".into()));
        assert_ne!(digest, other(|t| t.user_data = Some(String::new())));
        assert_ne!(digest, other(|t| drop(t.instance_tags.insert("a".into(), "b".into()))));
    }

    #[test]
    fn only_another_name_needs_another_template() {
        let changed = |change: fn(&mut LaunchTemplate)| {
            let mut saw = template();
            change(&mut saw);
            template().diff(&saw)
        };
        assert_eq!(changed(|_| ()), Diff::Same);
        assert_eq!(changed(|t| t.image_id = "ami-2".into()), Diff::Update);
        assert_eq!(changed(|t| t.name = "other".into()), Diff::Replace("name"));
    }

    #[test]
    fn a_profile_made_a_moment_ago_is_waited_for_and_a_bad_value_is_not() {
        let refused = |message: &str| AwsError {
            code: Some("InvalidParameterValue".into()),
            ..AwsError::ours("CreateLaunchTemplate", message)
        };
        assert!(is_unsettled(&refused("Value (acme) for parameter iamInstanceProfile.arn is invalid.")));
        assert!(!is_unsettled(&refused("Value (-1) for parameter volumeSize is invalid.")));
    }
}
