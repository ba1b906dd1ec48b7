//! Who may use the environment's bucket, whatever their own policies say.

use super::Site;
use crate::policy::{Document, Statement, document};

/// The trail that writes into the bucket.
#[derive(Debug, Clone)]
pub struct TrailDelivery {
    /// The trail's name.
    pub name: String,
    /// Its `S3KeyPrefix`, without a slash at the end.
    pub prefix: String,
}

/// The bucket's policy.
///
/// - Nothing without TLS.
/// - CloudTrail asks for the ACL first and then writes below `<prefix>/AWSLogs/<account>/` with the canned ACL
///   `bucket-owner-full-control`, which a bucket without ACLs takes too; `aws:SourceArn` is the trail (the policy in
///   CloudTrail's guide).
/// - An upload that asks for S3's own key (`AES256`) is refused. One that asks for nothing gets the environment's
///   key by the bucket's default; hence `Null`, since a negated operator (and `…IfExists`) holds for a missing key.
///   AWS's own services are left out: CloudTrail's digests are `AES256` wherever they aren't yet encrypted like its logs.
///   Which KMS key an upload names isn't checked: services name it by id, ARN or alias, and the condition key holds
///   what they sent.
#[must_use]
pub fn bucket(site: &Site, bucket_arn: &str, trail: Option<&TrailDelivery>) -> Document {
    let objects = format!("{bucket_arn}/*");
    let mut statements = vec![
        Statement::deny("OnlyTls").anyone().actions(&["s3:*"]).resources([bucket_arn, &objects]).when(
            "Bool",
            "aws:SecureTransport",
            ["false"],
        ),
        Statement::deny("OnlyKms")
            .anyone()
            .actions(&["s3:PutObject"])
            .resource(&objects)
            .when("StringNotEquals", "s3:x-amz-server-side-encryption", ["aws:kms", "aws:kms:dsse"])
            .when("Null", "s3:x-amz-server-side-encryption", ["false"])
            .when("Bool", "aws:PrincipalIsAWSService", ["false"]),
    ];
    if let Some(trail) = trail {
        let arn = site.arn("cloudtrail", &format!("trail/{}", trail.name));
        let from_trail = |sid: &str, action: &str| {
            Statement::allow(sid).service("cloudtrail.amazonaws.com").actions(&[action]).when(
                "StringEquals",
                "aws:SourceArn",
                [&arn],
            )
        };
        statements.push(from_trail("TrailChecksAcl", "s3:GetBucketAcl").resource(bucket_arn));
        statements.push(
            from_trail("TrailWrites", "s3:PutObject")
                .resource(format!("{bucket_arn}/{}/AWSLogs/{}/*", trail.prefix, site.account_id))
                .when("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"]),
        );
    }
    document(statements)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::evaluate::{Decision, Request, decide};

    const BUCKET: &str = "arn:aws:s3:::b";
    const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t";
    const ROLE: &str = "arn:aws:iam::111122223333:role/r";

    fn decision(request: &Request) -> Decision {
        let trail = TrailDelivery { name: "t".into(), prefix: "logs".into() };
        decide([&bucket(&Site::example(), BUCKET, Some(&trail))], request)
    }

    #[test]
    fn cloudtrail_writes_its_logs_and_nothing_else() {
        let put = |key: &str, source: &str| {
            Request::by_service("cloudtrail.amazonaws.com", "s3:PutObject", &format!("{BUCKET}/{key}"))
                .with("aws:SourceArn", source)
                .with("s3:x-amz-acl", "bucket-owner-full-control")
                .with("s3:x-amz-server-side-encryption", "aws:kms")
        };
        let acl = Request::by_service("cloudtrail.amazonaws.com", "s3:GetBucketAcl", BUCKET);
        for (request, decided, what) in [
            (put("logs/AWSLogs/111122223333/CloudTrail/x", TRAIL), Decision::Allow, "a log"),
            (put("logs/AWSLogs/111122223333/CloudTrail-Digest/x", TRAIL), Decision::Allow, "a digest"),
            (
                put("logs/AWSLogs/111122223333/CloudTrail-Digest/x", TRAIL)
                    .with("s3:x-amz-server-side-encryption", "AES256"),
                Decision::Allow,
                "a digest under S3's own key",
            ),
            (put("logs/AWSLogs/999999999999/CloudTrail/x", TRAIL), Decision::Silent, "another account's log"),
            (put("software/x", TRAIL), Decision::Silent, "software"),
            (
                put("logs/AWSLogs/111122223333/x", "arn:aws:cloudtrail:eu-west-1:1:trail/t"),
                Decision::Silent,
                "another trail",
            ),
            (
                put("logs/AWSLogs/111122223333/x", TRAIL).with("s3:x-amz-acl", "private"),
                Decision::Silent,
                "another ACL",
            ),
            (acl.clone().with("aws:SourceArn", TRAIL), Decision::Allow, "the ACL"),
            (acl, Decision::Silent, "the ACL for nobody knows whom"),
        ] {
            assert_eq!(decision(&request), decided, "{what}");
        }
    }

    #[test]
    fn refusals_hold_for_everyone() {
        let put = Request::by(ROLE, "s3:PutObject", "arn:aws:s3:::b/software/x");
        let encrypted = |with: &str| put.clone().with("s3:x-amz-server-side-encryption", with);
        for (request, decided, what) in [
            (put.clone(), Decision::Silent, "the bucket's default encryption: up to the role's policy"),
            (encrypted("aws:kms"), Decision::Silent, "KMS: up to the role's policy"),
            (encrypted("AES256"), Decision::Deny, "S3's own key"),
            (put.clone().with("aws:SecureTransport", "false"), Decision::Deny, "no TLS"),
            (
                Request::by(ROLE, "s3:ListBucket", BUCKET).with("aws:SecureTransport", "false"),
                Decision::Deny,
                "no TLS",
            ),
        ] {
            assert_eq!(decision(&request), decided, "{what}");
        }
    }
}
