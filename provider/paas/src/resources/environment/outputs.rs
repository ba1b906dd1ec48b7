//! What an environment publishes for its tenants.

use serde::{Deserialize, Serialize};

/// The outputs in an environment's record. Ids and ARNs only; 4 KB at most together with the arguments (SSM).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are the attributes of `paas_environment`, described there")]
pub struct Outputs {
    pub vpc_id: String,
    pub vpc_cidr_block: String,
    pub public_subnet_ids: Vec<String>,
    pub natted_subnet_ids: Vec<String>,
    pub private_subnet_ids: Vec<String>,
    pub kms_key_arn: String,
    pub bucket: String,
    pub infrastructure_pipeline_role_arn: String,
    pub software_pipeline_role_arn: String,
    pub deploy_role_arn: String,
    pub load_balancer_arn: String,
    pub load_balancer_dns_name: String,
    pub load_balancer_zone_id: String,
    pub http_listener_arn: String,
    pub https_listener_arn: String,
    pub load_balancer_security_group_id: String,
    /// Pairs of first and last.
    pub reserved_priorities: Vec<(u16, u16)>,
}
