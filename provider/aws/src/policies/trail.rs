//! What CloudTrail may do in CloudWatch Logs.

use super::{Inline, Site, inline};
use crate::policy::{Statement, document};

/// The policies of the role with which CloudTrail writes into `log_group`: to make its own streams there, named
/// `<account>_CloudTrail_<region>…`, and to write into them (the role policy in CloudTrail's guide).
#[must_use]
pub fn log_delivery(site: &Site, log_group: &str) -> Inline {
    let streams = format!("log-group:{log_group}:log-stream:{}_CloudTrail_{}*", site.account_id, site.region);
    let policy = document(vec![
        Statement::allow("WriteEvents")
            .actions(&["logs:CreateLogStream", "logs:PutLogEvents"])
            .resource(site.arn("logs", &streams)),
    ]);
    inline([("logs", policy)])
}

#[test]
fn only_its_streams_in_that_group() {
    use crate::policy::evaluate::{Decision, Request, decide};
    let policies = log_delivery(&Site::example(), "/paas/paas/dev/cloudtrail");
    let put = |stream: &str| {
        let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{stream}");
        decide(policies.values(), &Request::by("arn:aws:iam::111122223333:role/x", "logs:PutLogEvents", &arn))
    };
    let stream = "log-stream:111122223333_CloudTrail_eu-west-1";
    assert_eq!(put(&format!("/paas/paas/dev/cloudtrail:{stream}_3")), Decision::Allow);
    assert_eq!(put(&format!("/paas/paas/dev/acme:{stream}")), Decision::Silent);
    assert_eq!(put("/paas/paas/dev/cloudtrail:log-stream:x"), Decision::Silent);
}
