//! CloudWatch Logs.

/// Batched reads of log groups.
pub struct Reads {}

impl Reads {
    pub(crate) fn new(_client: &aws_sdk_cloudwatchlogs::Client) -> Self {
        Self {}
    }
}
