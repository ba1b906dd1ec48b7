//! ACM: whether a certificate can be used. Certificates are made elsewhere.

use crate::Session;
use crate::call::{AwsError, call};
use aws_sdk_acm::types::CertificateStatus;

/// What ACM answers for an ARN that isn't a certificate of this account and region.
const NOT_OURS: &[&str] = &["ResourceNotFoundException", "InvalidArnException", "ValidationException"];

/// A certificate, as far as a listener cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its ARN.
    pub arn: String,
    /// Whether a listener takes it.
    pub issued: bool,
    /// ACM's word, such as `ISSUED`, `PENDING_VALIDATION` or `EXPIRED`.
    pub status: String,
}

/// The certificate; none if there is none of that ARN in this session's account and region, where a load balancer's
/// certificates have to be.
///
/// # Errors
/// When AWS can't be asked.
pub async fn certificate(session: &Session, arn: &str) -> Result<Option<Certificate>, AwsError> {
    let sent = session.acm.describe_certificate().certificate_arn(arn).send();
    let answer = match call("DescribeCertificate", sent).await {
        Err(e) if e.is(NOT_OURS) => return Ok(None),
        answer => answer?,
    };
    Ok(answer.certificate.and_then(|found| found.status).map(|status| Certificate {
        arn: arn.to_owned(),
        issued: status == CertificateStatus::Issued,
        status: status.as_str().to_owned(),
    }))
}
