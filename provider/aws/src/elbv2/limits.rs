//! The quotas of an application load balancer that are checked at plan: an error there says what to do, where AWS would
//! leave a half-made tenant at apply.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>

use crate::Session;
use crate::call::AwsError;
use crate::servicequotas;

/// Target groups of one load balancer, and so tenants of one environment. AWS doesn't raise it.
pub const MOST_TARGET_GROUPS: usize = 100;

/// "Rules per Application Load Balancer", default rules not counted.
const RULES: &str = "L-7EED9B64";
/// Without an increase.
const RULES_BY_DEFAULT: usize = 100;

/// How many rules one load balancer may have. The account's own quota is asked for only where `wanted` is more than
/// AWS's default.
///
/// # Errors
/// When AWS can't be asked.
pub async fn most_rules(session: &Session, wanted: usize) -> Result<usize, AwsError> {
    if wanted <= RULES_BY_DEFAULT {
        return Ok(RULES_BY_DEFAULT);
    }
    let raised = servicequotas::value(session, "elasticloadbalancing", RULES).await?;
    Ok(raised.unwrap_or(RULES_BY_DEFAULT))
}
