//! EC2's refusals that mean something other than failure: not visible yet, already gone, still in use.

use crate::call::AwsError;
use crate::wait;
use crate::world::Cx;
use composite::Error;
use std::future::Future;

const NOT_THERE: &str = "NotFound";
/// Something still refers to the object. Load balancers and NAT gateways let go of their network interfaces minutes
/// after they are gone themselves.
pub(super) const IN_USE: &[&str] = &["DependencyViolation", "InvalidGroup.InUse", "InvalidIPAddress.InUse"];

/// Whether the object isn't there. EC2 has a code for each kind (`InvalidVpcID.NotFound`, `NatGatewayNotFound`,
/// `InvalidLaunchTemplateId.VersionNotFound`); all end alike.
pub(super) fn is_not_found(e: &AwsError) -> bool {
    e.code.as_deref().is_some_and(|code| code.ends_with(NOT_THERE) || code.ends_with("NotFoundException"))
}

/// The same refusal, where a filtered list just lacks the object.
pub(super) fn not_there(operation: &'static str, id: &str) -> AwsError {
    AwsError { code: Some(NOT_THERE.into()), ..AwsError::ours(operation, format!("{id} isn't there")) }
}

/// Already gone is as good as deleted.
pub(super) fn gone<T>(deleted: Result<T, AwsError>) -> Result<(), AwsError> {
    match deleted {
        Err(e) if !is_not_found(&e) => Err(e),
        _ => Ok(()),
    }
}

/// A refusal with one of `codes` says that it is done already: a repeated call whose first answer was lost.
pub(super) fn done_unless<T>(codes: &[&str], answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(e) if !e.is(codes) => Err(e),
        _ => Ok(()),
    }
}

/// Repeats a call while an id in it isn't found: EC2 may not know an id for some seconds after it gave it out.
pub(super) async fn settled<T, F>(cx: &Cx<'_>, attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    wait::settled_if(cx, is_not_found, attempt).await
}

/// Repeats a deleting call until nothing uses the object `id` any more, as long as the resource's delete time-out
/// allows.
pub(super) async fn released<T, F>(cx: &Cx<'_>, id: &str, mut delete: impl FnMut() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let what = format!("{id} to be released by what still uses it (DependencyViolation)");
    wait::until(cx, &what, || {
        let deleted = delete();
        async {
            match deleted.await {
                Err(e) if e.is(IN_USE) => Ok(None),
                deleted => Ok(Some(gone(deleted)?)),
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> AwsError {
        AwsError { code: Some(code.into()), ..AwsError::ours("DeleteThing", "no") }
    }

    #[test]
    fn every_way_to_say_not_found_is_understood() {
        for code in [
            "InvalidVpcID.NotFound",
            "InvalidGroup.NotFound",
            "NatGatewayNotFound",
            "InvalidLaunchTemplateId.VersionNotFound",
            "InvalidLaunchTemplateName.NotFoundException",
        ] {
            assert!(gone::<()>(Err(refused(code))).is_ok(), "{code}");
        }
        for code in ["DependencyViolation", "UnauthorizedOperation", "InvalidParameterValue"] {
            assert!(gone::<()>(Err(refused(code))).is_err(), "{code}");
        }
        assert!(gone::<()>(Err(AwsError::ours("DeleteThing", "no answer"))).is_err());
    }

    #[test]
    fn a_filtered_list_that_lacks_an_object_says_the_same() {
        assert!(is_not_found(&not_there("DescribeVpcs", "vpc-1")));
    }
}
