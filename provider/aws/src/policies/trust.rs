//! Who may assume the roles.

use super::Site;
use crate::policy::{Document, Statement, document};

/// For CodePipeline, CodeBuild, CodeDeploy by their short names, on behalf of this account alone: they send
/// `aws:SourceAccount` when they assume a role (each service's guide, «cross-service confused deputy prevention»).
/// A statement for each, as CodePipeline's own console writes it.
#[must_use]
pub fn services(site: &Site, names: &[&str]) -> Document {
    let statements = names.iter().map(|name| {
        assume(name, &site.service(name)).when("StringEquals", "aws:SourceAccount", [&site.account_id])
    });
    document(statements.collect())
}

/// For the builds of one project: CodeBuild sends its ARN as `aws:SourceArn` (its guide, «cross-service confused deputy
/// prevention»).
#[must_use]
pub fn builds(site: &Site, project: &str) -> Document {
    let project = site.arn("codebuild", &format!("project/{project}"));
    let statement = assume("codebuild", &site.service("codebuild"))
        .when("StringEquals", "aws:SourceAccount", [&site.account_id])
        .when("ArnEquals", "aws:SourceArn", [project]);
    document(vec![statement])
}

/// For CloudTrail's delivery to CloudWatch Logs. CloudTrail's guide: such a role supports neither `aws:SourceArn`
/// nor `aws:SourceAccount`.
#[must_use]
pub fn log_delivery() -> Document {
    document(vec![assume("cloudtrail", "cloudtrail.amazonaws.com")])
}

/// For EC2 instances. EC2 sends no source: an instance profile can be given only to instances of its own account.
#[must_use]
pub fn instances(site: &Site) -> Document {
    document(vec![assume("ec2", &site.service("ec2"))])
}

/// For functions. Lambda's guide («execution role») asks for its principal alone, and names no source that it would send. A
/// function can be given only a role of its own account (`iam:PassRole`).
#[must_use]
pub fn functions(site: &Site) -> Document {
    document(vec![assume("lambda", &site.service("lambda"))])
}

fn assume(sid: &str, principal: &str) -> Statement {
    Statement::allow(sid).service(principal).actions(&["sts:AssumeRole"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::evaluate::{Decision, Request, decide};

    #[test]
    fn only_the_services_named_and_only_for_our_account() {
        let site = Site::example();
        let pipeline = services(&site, &["codepipeline", "codebuild"]);
        let by = |service: &str| Request::by_service(service, "sts:AssumeRole", "");
        let from = |service: &str, account: &str| by(service).with("aws:SourceAccount", account);
        let of_project = |name: &str| {
            let arn = format!("arn:aws:codebuild:eu-west-1:111122223333:project/{name}");
            from("codebuild.amazonaws.com", "111122223333").with("aws:SourceArn", &arn)
        };
        for (document, request, decided) in [
            (&pipeline, from("codepipeline.amazonaws.com", "111122223333"), Decision::Allow),
            (&pipeline, from("codebuild.amazonaws.com", "111122223333"), Decision::Allow),
            (&pipeline, from("codebuild.amazonaws.com", "999999999999"), Decision::Silent),
            (&pipeline, by("codebuild.amazonaws.com"), Decision::Silent),
            (&pipeline, from("codedeploy.amazonaws.com", "111122223333"), Decision::Silent),
            (&builds(&site, "bake"), from("codebuild.amazonaws.com", "111122223333"), Decision::Silent),
            (&builds(&site, "bake"), of_project("bake"), Decision::Allow),
            (&builds(&site, "bake"), of_project("bake-2"), Decision::Silent),
            (
                &builds(&site, "bake"),
                of_project("bake").with("aws:SourceAccount", "999999999999"),
                Decision::Silent,
            ),
            (&log_delivery(), by("cloudtrail.amazonaws.com"), Decision::Allow),
            (&log_delivery(), by("ec2.amazonaws.com"), Decision::Silent),
            (&instances(&site), by("ec2.amazonaws.com"), Decision::Allow),
            (&functions(&site), by("lambda.amazonaws.com"), Decision::Allow),
            (&functions(&site), by("ec2.amazonaws.com"), Decision::Silent),
            (
                &instances(&site),
                Request::by("arn:aws:iam::111122223333:role/x", "sts:AssumeRole", ""),
                Decision::Silent,
            ),
        ] {
            assert_eq!(decide([document], &request), decided, "{document}");
        }
    }
}
