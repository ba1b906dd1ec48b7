//! Quotas of the account in a region.

use crate::Session;
use crate::call::{AwsError, call};

/// The value of a quota (`L-…`) of a service; none where the account's isn't known or we may not ask.
///
/// # Errors
/// When AWS can't be asked.
pub async fn value(session: &Session, service: &str, code: &str) -> Result<Option<usize>, AwsError> {
    let request = session.servicequotas.get_service_quota().service_code(service).quota_code(code);
    match call("GetServiceQuota", request.send()).await {
        Ok(answer) => Ok(whole(answer.quota.and_then(|quota| quota.value))),
        Err(e) if e.is(&["NoSuchResourceException", "AccessDeniedException", "AccessDenied"]) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Service Quotas counts in floating point.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: Option<f64>) -> Option<usize> {
    value.filter(|v| *v >= 0.0).map(|v| v as usize)
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn quotas_are_whole_numbers() {
        assert_eq!(whole(Some(200.0)), Some(200));
        assert_eq!(whole(Some(-1.0)), None);
        assert_eq!(whole(None), None);
    }
}
