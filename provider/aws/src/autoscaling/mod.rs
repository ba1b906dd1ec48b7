//! Auto Scaling.

/// Batched reads of groups and policies.
pub struct Reads {}

impl Reads {
    pub(crate) fn new(_client: &aws_sdk_autoscaling::Client) -> Self {
        Self {}
    }
}
