//! EC2: networks, addresses, security groups, launch templates.

/// Batched reads of EC2 objects.
pub struct Reads {}

impl Reads {
    pub(crate) fn new(_client: &aws_sdk_ec2::Client) -> Self {
        Self {}
    }
}
