//! What a tenant publishes.

use serde::{Deserialize, Serialize};

/// The outputs in a tenant's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are the attributes of `paas_tenant`, described there")]
pub struct Outputs {
    pub hosts: Vec<String>,
    pub paths: Vec<String>,
    pub priorities: Vec<u16>,
    pub target_group_arn: String,
    pub autoscaling_group_name: String,
    pub launch_template_id: String,
    pub security_group_id: String,
    pub role_name: String,
}
