//! IAM.

/// Batched reads of roles.
pub struct Reads {}

impl Reads {
    pub(crate) fn new(_client: &aws_sdk_iam::Client) -> Self {
        Self {}
    }
}
