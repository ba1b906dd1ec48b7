//! What a NAT instance boots: the image, and the script that makes it masquerade.

use crate::call::call;
use crate::world::Cx;
use aws_sdk_ec2::types::{self, InstanceType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use composite::Error;

/// Amazon's own parameters name the newest Amazon Linux 2023 image.
const IMAGE_PARAMETER: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";
/// The image's root device.
pub(super) const ROOT_DEVICE: &str = "/dev/xvda";

/// Tries until the packages come: the instance's address is associated a moment after it starts.
const USER_DATA: &str = r#"#!/bin/bash
set -eu
echo net.ipv4.ip_forward=1 >/etc/sysctl.d/90-nat.conf
sysctl -p /etc/sysctl.d/90-nat.conf
until dnf -y install nftables; do sleep 2; done
cat >/etc/sysconfig/nftables.conf <<'RULES'
flush ruleset
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname != "lo" masquerade
  }
}
RULES
systemctl enable --now nftables
"#;

/// The script, encoded as EC2 takes it.
pub(super) fn user_data() -> String {
    STANDARD.encode(USER_DATA)
}

/// The newest Amazon Linux for the instance type's architecture.
pub(super) async fn newest(cx: &Cx<'_>, instance_type: &str) -> Result<String, Error> {
    let request = cx.world.ec2.describe_instance_types().instance_types(InstanceType::from(instance_type));
    let described = call("DescribeInstanceTypes", request.send()).await?;
    let processor = described.instance_types().first().and_then(types::InstanceTypeInfo::processor_info);
    let architectures = processor.map(types::ProcessorInfo::supported_architectures).unwrap_or_default();
    let architecture =
        if architectures.contains(&types::ArchitectureType::Arm64) { "arm64" } else { "x86_64" };
    let name = format!("{IMAGE_PARAMETER}{architecture}");
    let found = call("GetParameter", cx.world.ssm.get_parameter().name(&name).send()).await?;
    let image = found.parameter.and_then(|p| p.value);
    image.ok_or_else(|| Error::message(format!("the public parameter {name} is empty")))
}
