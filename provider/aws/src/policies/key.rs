//! Who may use the environment's key.

use super::Site;
use crate::policy::{Document, Statement, document};

/// Who uses the key besides the account's administrators and CloudWatch Logs.
#[derive(Debug, Clone, Default)]
pub struct KeyUsers {
    /// The trail's name, where there is one.
    pub trail: Option<String>,
    /// Names of the environment's roles that read and write encrypted objects.
    pub roles: Vec<String>,
}

/// What use of a key takes (KMS's «key users», and what the Auto Scaling guide lists for encrypted volumes).
const USE: &[&str] =
    &["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/// The key's policy.
///
/// - The account's root as administrator hands the key to IAM: with it a role's own policy can grant the use
///   (tenants' instances do so), and without it a key can become unmanageable.
/// - Roles are told by `aws:PrincipalArn`, not as principals: KMS refuses a policy that names a role which doesn't
///   exist yet, and replaces one that was deleted by its dead id. That key holds the role's ARN for its sessions
///   too, service-linked roles included.
///   They use it through S3 and EC2 alone.
/// - The Auto Scaling service-linked role: without use and `CreateGrant` (`kms:GrantIsForAWSResource`: for EBS only),
///   instances from an encrypted image die at launch.
/// - CloudTrail: `aws:SourceArn` is the trail. Its encryption context is the trail too, save under an S3 Bucket Key,
///   where the context is the bucket's: hence `IfExists`. With a Bucket Key, a trail can't be made without `Decrypt`.
/// - CloudWatch Logs calls as the region's own principal, with the log group as encryption context.
#[must_use]
pub fn key(site: &Site, users: &KeyUsers) -> Document {
    let auto_scaling = site
        .global_arn("iam", "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling");
    let role_arns = |names: &[String]| names.iter().map(|name| site.role_arn(name)).collect::<Vec<_>>();
    let ours = |sid: &str, actions: &[&str], arns: Vec<String>| {
        Statement::allow(sid)
            .anyone()
            .actions(actions)
            .resource("*")
            .when("StringEquals", "kms:CallerAccount", [&site.account_id])
            .when("ArnEquals", "aws:PrincipalArn", arns)
    };
    let mut statements = vec![
        administration(site),
        ours("AutoScaling", USE, vec![auto_scaling.clone()]),
        ours("GrantsForVolumes", &["kms:CreateGrant"], vec![auto_scaling]).when(
            "Bool",
            "kms:GrantIsForAWSResource",
            ["true"],
        ),
        log_groups(site, &site.log_group_name("*")),
    ];
    if !users.roles.is_empty() {
        let via = [site.regional_service("ec2"), site.regional_service("s3")];
        statements.push(ours("Roles", USE, role_arns(&users.roles)).when(
            "StringEquals",
            "kms:ViaService",
            via,
        ));
    }
    if let Some(name) = &users.trail {
        let trail = site.arn("cloudtrail", &format!("trail/{name}"));
        statements.push(
            Statement::allow("Trail")
                .service("cloudtrail.amazonaws.com")
                .actions(&["kms:Decrypt", "kms:GenerateDataKey*"])
                .resource("*")
                .when("StringEquals", "aws:SourceArn", [&trail])
                .when("StringEqualsIfExists", "kms:EncryptionContext:aws:cloudtrail:arn", [&trail]),
        );
        statements.push(
            Statement::allow("TrailDescribes")
                .service("cloudtrail.amazonaws.com")
                .actions(&["kms:DescribeKey"])
                .resource("*")
                .when("StringEquals", "aws:SourceArn", [&trail]),
        );
    }
    document(statements)
}

/// The account's root as administrator.
pub(super) fn administration(site: &Site) -> Statement {
    Statement::allow("Administration").aws(&site.global_arn("iam", "root")).actions(&["kms:*"]).resource("*")
}

/// CloudWatch Logs, for the log groups of these names: a pattern.
pub(super) fn log_groups(site: &Site, names: &str) -> Statement {
    Statement::allow("LogGroups").service(&site.regional_service("logs")).actions(USE).resource("*").when(
        "ArnLike",
        "kms:EncryptionContext:aws:logs:arn",
        [site.arn("logs", &format!("log-group:{names}"))],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::evaluate::{Decision, Request, decide};

    const AUTO_SCALING: &str = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    const BUILD: &str = "arn:aws:iam::111122223333:role/paas/dev/build";
    const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/paas-dev";

    fn allowed(request: &Request) -> bool {
        let users =
            KeyUsers { trail: Some("paas-dev".into()), roles: vec!["build".into(), "software".into()] };
        decide([&key(&Site::example(), &users)], request) == Decision::Allow
    }

    fn by(arn: &str, action: &str) -> Request {
        Request::by(arn, action, "*")
    }

    #[test]
    fn roles_and_accounts() {
        let via = |arn: &str, action: &str, service: &str| by(arn, action).with("kms:ViaService", service);
        let s3 = "s3.eu-west-1.amazonaws.com";
        let grant = |arn, for_aws| by(arn, "kms:CreateGrant").with("kms:GrantIsForAWSResource", for_aws);
        for (request, may, what) in [
            (by("arn:aws:iam::111122223333:root", "kms:ScheduleKeyDeletion"), true, "root administers"),
            (by("arn:aws:iam::999999999999:root", "kms:Decrypt"), false, "another account"),
            (
                via(BUILD, "kms:GenerateDataKeyWithoutPlaintext", "ec2.eu-west-1.amazonaws.com"),
                true,
                "a role's volume",
            ),
            (via(BUILD, "kms:Decrypt", s3), true, "a role's object"),
            (by(BUILD, "kms:Decrypt"), false, "a role past the services"),
            (via(BUILD, "kms:ScheduleKeyDeletion", s3), false, "a pipeline's role may not administer"),
            (
                via("arn:aws:iam::111122223333:role/paas/prod/build", "kms:Decrypt", s3),
                false,
                "another environment",
            ),
            (
                via("arn:aws:iam::111122223333:role/build", "kms:Decrypt", s3),
                false,
                "a role without the path",
            ),
            (
                via("arn:aws:iam::999999999999:role/paas/dev/build", "kms:Decrypt", s3),
                false,
                "another account's role",
            ),
            (by(AUTO_SCALING, "kms:ReEncryptFrom"), true, "Auto Scaling"),
            (grant(AUTO_SCALING, "true"), true, "a grant for a volume"),
            (grant(AUTO_SCALING, "false"), false, "a grant for anyone"),
            (by(AUTO_SCALING, "kms:CreateGrant"), false, "a grant for nobody knows whom"),
            (grant(BUILD, "true"), false, "a role that launches has it from its own policy"),
        ] {
            assert_eq!(allowed(&request), may, "{what}");
        }
    }

    #[test]
    fn services() {
        let trail = |action: &str| Request::by_service("cloudtrail.amazonaws.com", action, "*");
        let from = |action: &str, source: &str| trail(action).with("aws:SourceArn", source);
        let context = "kms:EncryptionContext:aws:cloudtrail:arn";
        let logs = |group: &str| {
            Request::by_service("logs.eu-west-1.amazonaws.com", "kms:Encrypt", "*").with(
                "kms:EncryptionContext:aws:logs:arn",
                &format!("arn:aws:logs:eu-west-1:111122223333:log-group:{group}"),
            )
        };
        let other = TRAIL.replace("paas-dev", "other");
        for (request, may, what) in [
            (from("kms:GenerateDataKey", TRAIL).with(context, TRAIL), true, "the trail encrypts"),
            (from("kms:Decrypt", TRAIL), true, "the trail under a Bucket Key"),
            (from("kms:DescribeKey", TRAIL), true, "the trail looks"),
            (from("kms:GenerateDataKey", TRAIL).with(context, &other), false, "another trail's context"),
            (from("kms:GenerateDataKey", &other).with(context, &other), false, "another trail"),
            (trail("kms:DescribeKey"), false, "a trail without a source"),
            (logs("/paas/paas/dev/cloudtrail"), true, "our log group"),
            (logs("/paas/paas/dev2/cloudtrail"), false, "another environment's"),
            (logs("/aws/lambda/x"), false, "any log group"),
            (Request::by_service("logs.eu-west-1.amazonaws.com", "kms:Encrypt", "*"), false, "no context"),
        ] {
            assert_eq!(allowed(&request), may, "{what}");
        }
    }

    #[test]
    fn without_a_trail_cloudtrail_may_nothing() {
        let policy = key(&Site::example(), &KeyUsers::default());
        let request = Request::by_service("cloudtrail.amazonaws.com", "kms:DescribeKey", "*")
            .with("aws:SourceArn", TRAIL);
        assert_eq!(decide([&policy], &request), Decision::Silent);
    }
}
