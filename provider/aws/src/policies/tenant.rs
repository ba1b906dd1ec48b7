//! What a tenant's instances may do: their own software, their own logs, sessions; nothing of another tenant's.

use super::{Inline, Site, inline};
use crate::policy::{Document, Statement, document};

/// The policies of the role of `tenant`'s instances.
///
/// They take the place of `AmazonSSMManagedInstanceCore`, which also grants `ssm:GetParameter` on every parameter of
/// the account: one tenant could read another's.
#[must_use]
pub fn instance(site: &Site, tenant: &str, bucket_arn: &str, key_arn: &str) -> Inline {
    inline([
        ("software", software(site, tenant, bucket_arn, key_arn)),
        ("logs", logs(site, tenant)),
        ("session-manager", session_manager()),
    ])
}

/// Reads `software/<tenant>/`. The slash matters: without it `acme` could read `acme-2`'s. The key opens through S3
/// alone and for this bucket alone: under an S3 Bucket Key the encryption context is the bucket's ARN.
fn software(site: &Site, tenant: &str, bucket_arn: &str, key_arn: &str) -> Document {
    let prefix = format!("software/{tenant}/");
    document(vec![
        Statement::allow("List").actions(&["s3:ListBucket"]).resource(bucket_arn).when(
            "StringLike",
            "s3:prefix",
            [format!("{prefix}*")],
        ),
        Statement::allow("Read")
            .actions(&["s3:GetObject", "s3:GetObjectVersion"])
            .resource(format!("{bucket_arn}/{prefix}*")),
        Statement::allow("Decrypt")
            .actions(&["kms:Decrypt"])
            .resource(key_arn)
            .when("StringEquals", "kms:ViaService", [site.regional_service("s3")])
            .when(
                "StringLike",
                "kms:EncryptionContext:aws:s3:arn",
                [bucket_arn, &format!("{bucket_arn}/{prefix}*")],
            ),
    ])
}

/// Writes the log groups `…/<tenant>` and `…/<tenant>/<anything>`.
fn logs(site: &Site, tenant: &str) -> Document {
    let group = |name: &str| site.arn("logs", &format!("log-group:{}{name}:*", site.log_group_name(tenant)));
    document(vec![
        Statement::allow("Write")
            .actions(&[
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ])
            .resources([group(""), group("/*")]),
    ])
}

/// What the SSM agent needs to register and to carry sessions (Session Manager's guide, «minimal permissions»), and
/// to run commands. None of these actions can be limited to a resource.
fn session_manager() -> Document {
    document(vec![
        Statement::allow("Agent")
            .actions(&[
                "ssm:UpdateInstanceInformation",
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
                "ec2messages:AcknowledgeMessage",
                "ec2messages:DeleteMessage",
                "ec2messages:FailMessage",
                "ec2messages:GetEndpoint",
                "ec2messages:GetMessages",
                "ec2messages:SendReply",
            ])
            .resource("*"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::evaluate::{Decision, Request, decide};

    const ROLE: &str = "arn:aws:iam::111122223333:role/paas/dev/acme/instance";
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

    fn may(request: &Request) -> bool {
        let policies = instance(&Site::example(), "acme", "arn:aws:s3:::b", KEY);
        decide(policies.values(), request) == Decision::Allow
    }

    #[test]
    fn a_tenant_reads_its_own_software_only() {
        let get = |key: &str| Request::by(ROLE, "s3:GetObject", &format!("arn:aws:s3:::b/{key}"));
        let list =
            |prefix: &str| Request::by(ROLE, "s3:ListBucket", "arn:aws:s3:::b").with("s3:prefix", prefix);
        let decrypt = |via: &str, context: &str| {
            Request::by(ROLE, "kms:Decrypt", KEY)
                .with("kms:ViaService", via)
                .with("kms:EncryptionContext:aws:s3:arn", context)
        };
        for (request, allowed, what) in [
            (get("software/acme/source.zip"), true, "its own"),
            (get("software/acme-2/source.zip"), false, "one whose name starts alike"),
            (get("infrastructure/acme/source.zip"), false, "infrastructure"),
            (get("logs/AWSLogs/x"), false, "logs"),
            (Request::by(ROLE, "s3:PutObject", "arn:aws:s3:::b/software/acme/x"), false, "writing"),
            (list("software/acme/"), true, "listing its own"),
            (list("software/"), false, "listing all"),
            (decrypt("s3.eu-west-1.amazonaws.com", "arn:aws:s3:::b"), true, "through S3"),
            (decrypt("s3.eu-west-1.amazonaws.com", "arn:aws:s3:::other"), false, "another bucket's"),
            (
                decrypt("secretsmanager.eu-west-1.amazonaws.com", "arn:aws:s3:::b"),
                false,
                "through another service",
            ),
            (Request::by(ROLE, "kms:Decrypt", KEY), false, "directly"),
        ] {
            assert_eq!(may(&request), allowed, "{what}");
        }
    }

    #[test]
    fn a_tenant_writes_its_own_logs_and_reads_no_parameters() {
        let put = |group: &str| {
            let arn =
                format!("arn:aws:logs:eu-west-1:111122223333:log-group:/paas/paas/dev/{group}:log-stream:x");
            Request::by(ROLE, "logs:PutLogEvents", &arn)
        };
        let parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/paas/paas/dev/other";
        for (request, allowed, what) in [
            (put("acme"), true, "its own"),
            (put("acme/web"), true, "below its own"),
            (put("acme-2"), false, "one whose name starts alike"),
            (put("cloudtrail"), false, "the trail's"),
            (Request::by(ROLE, "ssm:GetParameter", parameter), false, "another tenant's record"),
            (Request::by(ROLE, "ssmmessages:OpenDataChannel", "*"), true, "a session"),
        ] {
            assert_eq!(may(&request), allowed, "{what}");
        }
    }
}
