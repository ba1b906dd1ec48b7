//! A NAT instance: the cheap alternative to a NAT gateway. An Amazon Linux instance that masquerades what the private
//! subnets send through it.

use super::listing::{self, Listed, state};
use super::nat_image::{self, ROOT_DEVICE};
use super::owned;
use super::refusals;
use super::tagging;
use crate::call::{AwsError, call, creating};
use crate::tags::Tags;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_ec2::types::{
    self, AttributeBooleanValue, BlockDeviceMapping, EbsBlockDevice, HttpTokensState,
    InstanceMetadataOptionsRequest, InstanceStateName, InstanceType, ResourceType, VolumeType,
};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of a NAT instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NatInstance {
    /// The public subnet it stands in.
    pub subnet_id: String,
    /// Its address; empty in what was seen: it has none.
    pub allocation_id: String,
    /// Such as `t4g.nano`. The image fits its architecture.
    pub instance_type: String,
    /// Its only security group.
    pub security_group_id: String,
    /// Whether it can forward: it runs, and its source/destination check is off. Want `true`.
    pub forwards: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NatInstanceOut {
    /// `i-…`
    pub instance_id: String,
    /// `eni-…`: what routes lead to.
    pub network_interface_id: String,
}

fn out(instance: &types::Instance) -> NatInstanceOut {
    NatInstanceOut {
        instance_id: instance.id().to_owned(),
        network_interface_id: instance
            .network_interfaces()
            .first()
            .and_then(|interface| interface.network_interface_id.clone())
            .unwrap_or_default(),
    }
}

fn forwards(instance: &types::Instance) -> bool {
    let runs = matches!(state(instance), Some(InstanceStateName::Pending | InstanceStateName::Running));
    runs && instance.source_dest_check == Some(false)
}

fn group(instance: &types::Instance) -> String {
    let ids: Vec<&str> =
        instance.security_groups().iter().filter_map(types::GroupIdentifier::group_id).collect();
    ids.join(" ")
}

/// `Some` when it runs, an error when it never will.
fn running(instance: types::Instance) -> Result<Option<types::Instance>, Error> {
    if state(&instance) == Some(&InstanceStateName::Running) {
        return Ok(Some(instance));
    }
    if instance.is_alive() {
        return Ok(None);
    }
    let why = instance.state_reason().and_then(types::StateReason::message).unwrap_or("EC2 gives no reason");
    Err(Error::message(format!(
        "NAT instance {} has ended: {why}. The next apply makes it anew",
        instance.id()
    )))
}

impl NatInstance {
    async fn sync_attributes(&self, cx: &Cx<'_>, instance: &types::Instance) -> Result<(), Error> {
        let modify = || cx.world.ec2.modify_instance_attribute().instance_id(instance.id());
        if instance.source_dest_check != Some(!self.forwards) {
            let check = AttributeBooleanValue::builder().value(!self.forwards).build();
            call("ModifyInstanceAttribute", modify().source_dest_check(check).send()).await?;
        }
        if group(instance) != self.security_group_id {
            call("ModifyInstanceAttribute", modify().groups(&self.security_group_id).send()).await?;
        }
        Ok(())
    }

    /// Takes the address over even from a predecessor that still runs.
    async fn sync_address(&self, cx: &Cx<'_>, interface: &String) -> Result<(), Error> {
        let reads = &cx.world.reads.ec2;
        let held = reads.addresses_by_interface.fresh(interface).await?.and_then(|a| a.allocation_id);
        if held.as_deref() != Some(&self.allocation_id) {
            let request = cx
                .world
                .ec2
                .associate_address()
                .allocation_id(&self.allocation_id)
                .network_interface_id(interface)
                .allow_reassociation(true);
            refusals::settled(cx, || call("AssociateAddress", request.clone().send())).await?;
            reads.addresses_by_interface.forget(interface);
            reads.addresses.forget(&self.allocation_id);
        }
        Ok(())
    }
}

impl Child for NatInstance {
    const KIND: &'static str = "nat_instance";
    type World = World;
    type Out = NatInstanceOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.subnet_id != saw.subnet_id {
            Diff::Replace("subnet_id")
        } else if self.instance_type != saw.instance_type {
            Diff::Replace("instance_type")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        owned::find::<types::Instance>(cx).await
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let (image, earlier) =
            tokio::join!(nat_image::newest(cx, &self.instance_type), owned::earlier::<types::Instance>(cx));
        let (image, mut dead) = (image?, cx.not.to_vec());
        dead.extend(earlier?.iter().filter(|i| !i.is_alive()).map(|i| i.id().to_owned()));
        let disk = EbsBlockDevice::builder().encrypted(true).volume_type(VolumeType::Gp3).build();
        // The interface, too: IAM asks whose it is when it gets its address.
        let tagged = [ResourceType::Instance, ResourceType::Volume, ResourceType::NetworkInterface]
            .map(|kind| tagging::specification(cx, kind, &self.tags));
        let asked = [&image, &self.instance_type, &self.subnet_id, &self.security_group_id];
        let request = cx
            .world
            .ec2
            .run_instances()
            .min_count(1)
            .max_count(1)
            .client_token(tagging::client_token(cx, &asked.map(String::as_str), &dead))
            .image_id(&image)
            .instance_type(InstanceType::from(self.instance_type.as_str()))
            .subnet_id(&self.subnet_id)
            .security_group_ids(&self.security_group_id)
            .user_data(nat_image::user_data())
            .block_device_mappings(BlockDeviceMapping::builder().device_name(ROOT_DEVICE).ebs(disk).build())
            .metadata_options(
                // One hop: nothing here but the host itself needs them.
                InstanceMetadataOptionsRequest::builder()
                    .http_tokens(HttpTokensState::Required)
                    .http_put_response_hop_limit(1)
                    .build(),
            )
            .set_tag_specifications(Some(tagged.into()));
        let made = refusals::settled(cx, || creating("RunInstances", request.clone().send())).await?;
        made.instances()
            .first()
            .map(|i| i.id().to_owned())
            .ok_or_else(|| AwsError::ours("RunInstances", "the answer holds no instance").into())
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<NatInstanceOut, Error> {
        let reads = &cx.world.reads.ec2.instances;
        let instance = listing::appeared(cx, reads, id).await?;
        tagging::sync(cx, &instance, &self.tags).await?;
        let instance = wait::until(cx, &format!("NAT instance {id} to run"), || async {
            let Some(instance) = reads.fresh(id).await? else { return Ok(None) };
            if state(&instance) == Some(&InstanceStateName::Stopped) {
                call("StartInstances", cx.world.ec2.start_instances().instance_ids(id).send()).await?;
            }
            running(instance)
        })
        .await?;
        self.sync_attributes(cx, &instance).await?;
        let out = out(&instance);
        self.sync_address(cx, &out.network_interface_id).await?;
        reads.forget(id);
        Ok(out)
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, NatInstanceOut)>, Error> {
        let reads = &cx.world.reads.ec2;
        let Some(instance) = reads.instances.get(id).await?.filter(Listed::is_alive) else { return Ok(None) };
        let out = out(&instance);
        let address = reads.addresses_by_interface.get(&out.network_interface_id).await?;
        let spec = Self {
            subnet_id: instance.subnet_id().unwrap_or_default().to_owned(),
            allocation_id: address.and_then(|a| a.allocation_id).unwrap_or_default(),
            instance_type: instance.instance_type().map(|t| t.as_str().to_owned()).unwrap_or_default(),
            security_group_id: group(&instance),
            forwards: forwards(&instance),
            tags: tagging::of_user(cx, &instance),
        };
        Ok(Some((spec, out)))
    }

    /// Waits until it is terminated: until then its interface holds the address, the group and the subnet.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        refusals::gone(
            call("TerminateInstances", cx.world.ec2.terminate_instances().instance_ids(id).send()).await,
        )?;
        let reads = &cx.world.reads.ec2.instances;
        listing::ended(cx, reads, id).await?;
        reads.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(name: InstanceStateName, check: bool) -> types::Instance {
        types::Instance::builder()
            .instance_id("i-1")
            .state(types::InstanceState::builder().name(name).build())
            .state_reason(types::StateReason::builder().message("Client.InternalError").build())
            .source_dest_check(check)
            .build()
    }

    #[test]
    fn it_forwards_while_it_runs_unchecked() {
        assert!(forwards(&seen(InstanceStateName::Running, false)));
        assert!(!forwards(&seen(InstanceStateName::Running, true)));
        assert!(!forwards(&seen(InstanceStateName::Stopped, false)));
    }

    #[test]
    fn an_instance_that_ended_says_why_and_is_waited_for_no_longer() {
        let why = running(seen(InstanceStateName::Terminated, false)).unwrap_err().to_string();
        assert!(why.contains("i-1 has ended: Client.InternalError"), "{why}");
        assert!(running(seen(InstanceStateName::Pending, false)).unwrap().is_none());
        assert!(running(seen(InstanceStateName::Stopping, false)).unwrap().is_none());
        assert!(running(seen(InstanceStateName::Running, false)).unwrap().is_some());
    }

    #[test]
    fn only_place_and_size_are_fixed() {
        let wanted = NatInstance {
            subnet_id: "subnet-1".into(),
            allocation_id: "eipalloc-1".into(),
            instance_type: "t4g.nano".into(),
            security_group_id: "sg-1".into(),
            forwards: true,
            tags: Tags::new(),
        };
        let changed = |change: fn(&mut NatInstance)| {
            let mut saw = wanted.clone();
            change(&mut saw);
            wanted.diff(&saw)
        };
        assert_eq!(changed(|_| ()), Diff::Same);
        assert_eq!(changed(|i| i.allocation_id.clear()), Diff::Update);
        assert_eq!(changed(|i| i.forwards = false), Diff::Update);
        assert_eq!(changed(|i| i.security_group_id = "sg-2".into()), Diff::Update);
        assert_eq!(changed(|i| i.instance_type = "t3.nano".into()), Diff::Replace("instance_type"));
        assert_eq!(changed(|i| i.subnet_id = "subnet-2".into()), Diff::Replace("subnet_id"));
    }
}
