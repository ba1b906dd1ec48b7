//! What a tenant's instances may do: their own software, their own logs, sessions; nothing of another tenant's.

use super::{Inline, Site, inline};
use crate::policy::{Document, Statement, document};

/// The names by which a tenant's policies know what is its own.
#[derive(Debug, Clone, Copy)]
pub struct Tenant<'a> {
    /// The tenant's name.
    pub name: &'a str,
    /// How the folder of its software pipeline's artifacts begins in the bucket.
    pub artifact_folder: &'a str,
    /// How the identifiers of its databases begin.
    pub database_prefix: &'a str,
}

/// The policies of the role of the tenant's instances.
///
/// They take the place of `AmazonSSMManagedInstanceCore`, which also grants `ssm:GetParameter` on every parameter of
/// the account: one tenant could read another's.
#[must_use]
pub fn instance(site: &Site, tenant: &Tenant<'_>, bucket_arn: &str, key_arn: &str) -> Inline {
    inline([
        ("software", software(site, tenant, bucket_arn, key_arn)),
        ("databases", databases(site, tenant, key_arn)),
        ("logs", logs(site, tenant.name)),
        ("session-manager", session_manager()),
    ])
}

/// Reads its releases: CodeDeploy's agent fetches them from the pipeline's artifacts with the instance's role. The key
/// opens through S3 alone and for this bucket alone: under an S3 Bucket Key the encryption context is the bucket's ARN.
fn software(site: &Site, tenant: &Tenant<'_>, bucket_arn: &str, key_arn: &str) -> Document {
    let artifacts = format!("{bucket_arn}/{}*", tenant.artifact_folder);
    document(vec![
        Statement::allow("Read").actions(&["s3:GetObject", "s3:GetObjectVersion"]).resource(&artifacts),
        Statement::allow("Decrypt")
            .actions(&["kms:Decrypt"])
            .resource(key_arn)
            .when("StringEquals", "kms:ViaService", [site.regional_service("s3")])
            .when("StringLike", "kms:EncryptionContext:aws:s3:arn", [bucket_arn, &artifacts]),
    ])
}

/// Finds its databases by their records, and reads their master users' secrets. RDS tags the secrets that it manages with
/// the instance's ARN; nobody else can set a tag that begins with `aws:`.
fn databases(site: &Site, tenant: &Tenant<'_>, key_arn: &str) -> Document {
    let records = format!("parameter/paas/{}/{}/*", site.path(), tenant.name);
    let secrets = site.arn("secretsmanager", "secret:rds!db-*");
    document(vec![
        Statement::allow("Records")
            .actions(&["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"])
            .resource(site.arn("ssm", &records)),
        Statement::allow("Secrets")
            .actions(&["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"])
            .resource(&secrets)
            .when(
                "StringLike",
                "secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn",
                [site.arn("rds", &format!("db:{}-*", tenant.database_prefix))],
            ),
        Statement::allow("Decrypt")
            .actions(&["kms:Decrypt"])
            .resource(key_arn)
            .when("StringEquals", "kms:ViaService", [site.regional_service("secretsmanager")])
            .when("StringLike", "kms:EncryptionContext:SecretARN", [secrets]),
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
pub(super) fn session_manager() -> Document {
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
        let acme = Tenant {
            name: "acme",
            artifact_folder: "acme-1a2b3c4d",
            database_prefix: "paas-dev-acme-1a2b3c",
        };
        let policies = instance(&Site::example(), &acme, "arn:aws:s3:::b", KEY);
        decide(policies.values(), request) == Decision::Allow
    }

    #[test]
    fn a_tenant_reads_its_own_releases_only() {
        let get = |key: &str| Request::by(ROLE, "s3:GetObject", &format!("arn:aws:s3:::b/{key}"));
        let decrypt = |via: &str, context: &str| {
            Request::by(ROLE, "kms:Decrypt", KEY)
                .with("kms:ViaService", via)
                .with("kms:EncryptionContext:aws:s3:arn", context)
        };
        for (request, allowed, what) in [
            (get("acme-1a2b3c4d_paas_d/Software/x"), true, "its own release"),
            (get("acme-5e6f7a8b_paas_d/Software/x"), false, "one of a tenant whose name starts alike"),
            (get("software/acme.zip"), false, "a source: releases come through the pipeline"),
            (get("infrastructure/acme/source.zip"), false, "infrastructure"),
            (get("logs/AWSLogs/x"), false, "logs"),
            (
                Request::by(ROLE, "s3:PutObject", "arn:aws:s3:::b/acme-1a2b3c4d_paas_d/Software/x"),
                false,
                "writing",
            ),
            (Request::by(ROLE, "s3:ListBucket", "arn:aws:s3:::b"), false, "listing"),
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
    fn a_tenant_reads_the_secrets_of_its_own_databases_only() {
        let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-AbCdEf";
        let get = |database: &str| {
            let arn = format!("arn:aws:rds:eu-west-1:111122223333:db:{database}");
            Request::by(ROLE, "secretsmanager:GetSecretValue", secret)
                .with("secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn", &arn)
        };
        let decrypt = |context: &str| {
            Request::by(ROLE, "kms:Decrypt", KEY)
                .with("kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com")
                .with("kms:EncryptionContext:SecretARN", context)
        };
        let record = |name: &str| {
            let arn = format!("arn:aws:ssm:eu-west-1:111122223333:parameter/paas/paas/dev/{name}");
            Request::by(ROLE, "ssm:GetParameter", &arn)
        };
        for (request, allowed, what) in [
            (get("paas-dev-acme-1a2b3c-database"), true, "its own"),
            (get("paas-dev-acme-2-4d5e6f-database"), false, "one whose name starts alike"),
            (Request::by(ROLE, "secretsmanager:GetSecretValue", secret), false, "one that RDS didn't tag"),
            (decrypt(secret), true, "decrypting it"),
            (decrypt("arn:aws:secretsmanager:eu-west-1:1:secret:other"), false, "decrypting another"),
            (record("acme/database"), true, "the record of its database"),
            (record("acme"), false, "its own record, which is the operators'"),
            (record("acme-2/database"), false, "another tenant's"),
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
