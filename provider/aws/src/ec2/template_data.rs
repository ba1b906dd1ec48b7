//! What is in a launch template, as EC2 takes it and as EC2 gives it back.

use super::launch_template::LaunchTemplate;
use super::tagging;
use crate::tags::{self, Tags};
use crate::world::Cx;
use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState, LaunchTemplateIamInstanceProfileSpecificationRequest,
    LaunchTemplateInstanceMetadataEndpointState, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateTagSpecificationRequest, LaunchTemplatesMonitoringRequest, RequestLaunchTemplateData,
    ResourceType, ResponseLaunchTemplateData, VolumeType,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Counts the changes of what below is fixed, so that an upgrade of the provider makes a new version.
pub(super) const REVISION: &str = "1";

/// One hop reaches the host only. Containers behind the host's bridge are a second one away, and tenants run them;
/// it is the default of Amazon Linux 2023 too.
const METADATA_HOPS: i32 = 2;

const NAME: &str = "Name";

/// Tags of what the template launches: the user's, whose it is, and the owner's name. No child key: an instance is
/// no child, it comes and goes with its group.
fn launched_tags(cx: &Cx<'_>, user: &Tags) -> Tags {
    let mut tags = user.clone();
    tags.insert(tags::OWNER.into(), cx.world.owner.path());
    tags.entry(NAME.into()).or_insert_with(|| cx.world.owner.parts().join("-"));
    tags
}

/// The user's part of them.
fn user_tags(cx: &Cx<'_>, launched: &Tags) -> Tags {
    let ours = launched_tags(cx, &Tags::new());
    launched.iter().filter(|(k, v)| ours.get(*k) != Some(*v)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The spec as EC2 takes it. Fixed: IMDSv2 only, encrypted disks that end with their instance, basic monitoring.
pub(super) fn request(cx: &Cx<'_>, spec: &LaunchTemplate) -> RequestLaunchTemplateData {
    let disk = LaunchTemplateEbsBlockDeviceRequest::builder()
        .encrypted(true)
        .kms_key_id(&spec.kms_key_arn)
        .volume_size(spec.volume_size)
        .volume_type(VolumeType::from(spec.volume_type.as_str()))
        .delete_on_termination(true)
        .build();
    let root = LaunchTemplateBlockDeviceMappingRequest::builder()
        .device_name(&spec.root_device_name)
        .ebs(disk)
        .build();
    let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .http_endpoint(LaunchTemplateInstanceMetadataEndpointState::Enabled)
        .http_tokens(LaunchTemplateHttpTokensState::Required)
        .http_put_response_hop_limit(METADATA_HOPS)
        .build();
    let launched = tagging::from_tags(launched_tags(cx, &spec.instance_tags));
    let tagged = [ResourceType::Instance, ResourceType::Volume].map(|kind| {
        LaunchTemplateTagSpecificationRequest::builder()
            .resource_type(kind)
            .set_tags(Some(launched.clone()))
            .build()
    });
    RequestLaunchTemplateData::builder()
        .image_id(&spec.image_id)
        .instance_type(InstanceType::from(spec.instance_type.as_str()))
        .iam_instance_profile(
            LaunchTemplateIamInstanceProfileSpecificationRequest::builder()
                .arn(&spec.instance_profile_arn)
                .build(),
        )
        .set_security_group_ids(Some(spec.security_group_ids.clone()))
        .set_user_data(spec.user_data.as_ref().map(|text| STANDARD.encode(text)))
        .block_device_mappings(root)
        .metadata_options(metadata)
        .monitoring(LaunchTemplatesMonitoringRequest::builder().enabled(false).build())
        .set_tag_specifications(Some(tagged.into()))
        .build()
}

/// The spec that the contents of a version mean; `name` and `tags` are the template's.
pub(super) fn spec(
    cx: &Cx<'_>,
    name: String,
    tags: Tags,
    data: ResponseLaunchTemplateData,
) -> LaunchTemplate {
    let (device, disk) = data
        .block_device_mappings
        .and_then(|mut all| (!all.is_empty()).then(|| all.swap_remove(0)))
        .map(|mapping| (mapping.device_name, mapping.ebs))
        .unwrap_or_default();
    let launched = data.tag_specifications.unwrap_or_default();
    let launched = launched.iter().find(|s| s.resource_type == Some(ResourceType::Instance));
    LaunchTemplate {
        name,
        image_id: data.image_id.unwrap_or_default(),
        instance_type: data.instance_type.map(|t| t.as_str().to_owned()).unwrap_or_default(),
        instance_profile_arn: data.iam_instance_profile.and_then(|p| p.arn).unwrap_or_default(),
        security_group_ids: data.security_group_ids.unwrap_or_default(),
        user_data: data.user_data.map(|text| decode(&text)),
        root_device_name: device.unwrap_or_default(),
        volume_size: disk.as_ref().and_then(|d| d.volume_size).unwrap_or_default(),
        volume_type: disk
            .as_ref()
            .and_then(|d| d.volume_type.as_ref())
            .map(|t| t.as_str().to_owned())
            .unwrap_or_default(),
        kms_key_arn: disk
            .filter(|d| d.encrypted == Some(true))
            .and_then(|d| d.kms_key_id)
            .unwrap_or_default(),
        instance_tags: launched.map(|s| user_tags(cx, &tagging::to_tags(s.tags()))).unwrap_or_default(),
        tags,
    }
}

/// What isn't Base64 or no text, set by hand, shows as it is.
fn decode(user_data: &str) -> String {
    let bytes = STANDARD.decode(user_data).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| user_data.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_decoded_where_it_can_be() {
        assert_eq!(decode(&STANDARD.encode("#!/bin/sh\n")), "#!/bin/sh\n");
        assert_eq!(decode("no Base64!"), "no Base64!");
    }
}
