//! Elastic Load Balancing v2.

/// Batched reads of load balancers and their parts.
pub struct Reads {}

impl Reads {
    pub(crate) fn new(_client: &aws_sdk_elasticloadbalancingv2::Client) -> Self {
        Self {}
    }
}
