//! SSM Parameter Store.

/// Batched reads of parameters.
pub struct Reads {}

impl Reads {
    pub(crate) fn new(_client: &aws_sdk_ssm::Client) -> Self {
        Self {}
    }
}
