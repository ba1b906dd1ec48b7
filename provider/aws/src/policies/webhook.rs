//! What the parts of a webhook may do: the function that GitLab calls, and the builds that bring a push to the buckets of
//! the environments. The builds run no code of the repositories, so they may write for all tenants.

use super::infrastructure::logs as build_logs;
use super::key::{administration, log_groups};
use super::{Inline, Site, inline};
use crate::policy::{Document, Statement, document};

/// The prefixes of what starts pipelines in an environment's bucket.
const SOURCES: [&str; 2] = ["software", "infrastructure"];

/// How many environments there is room for: in the policies of the builds' role, and in the one variable that tells a build
/// their buckets, beside what a push brings (CodeBuild takes about 5,500 characters of variables in all).
pub const MOST_DESTINATIONS: usize = 20;

/// What an environment is to the builds. Both follow from its name: it needn't exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The ARN of its bucket.
    pub bucket_arn: String,
    /// The alias of its key: `alias/paas-dev`.
    pub key_alias: String,
}

/// The policy of the webhook's own key: the account's root as administrator, and CloudWatch Logs for the log groups of
/// these names, a pattern. What else uses it has it from its role.
#[must_use]
pub fn key(site: &Site, log_group_names: &str) -> Document {
    document(vec![administration(site), log_groups(site, log_group_names)])
}

/// The policies of the function's role.
///
/// - Overriding variables of a build takes no more than starting it (CodeBuild's actions in the Service Authorization
///   Reference).
/// - The log group is there already, so the function needn't make it.
#[must_use]
pub fn function(
    site: &Site,
    project_arn: &str,
    secret_arns: &[String],
    key_arn: &str,
    log_group: &str,
) -> Inline {
    let group = site.arn("logs", &format!("log-group:{log_group}"));
    inline([
        (
            "builds",
            document(vec![
                Statement::allow("Start").actions(&["codebuild:StartBuild"]).resource(project_arn),
            ]),
        ),
        (
            "logs",
            document(vec![
                Statement::allow("Write")
                    .actions(&["logs:CreateLogStream", "logs:PutLogEvents"])
                    .resources([group.clone(), format!("{group}:*")]),
            ]),
        ),
        ("secrets", secrets(site, secret_arns, key_arn)),
    ])
}

/// The policies of the role of the builds. `credentials` is the secret with GitLab's credentials, if there is one.
///
/// - Buckets encrypt with the environments' keys, whose ids don't follow from a name: their aliases do
///   (`kms:ResourceAliases`, a key of many values; KMS takes up to five minutes until a new alias counts).
/// - S3 asks for `kms:Decrypt` where an object is looked at, and for `kms:GenerateDataKey` where it is written.
/// - S3 says «denied» of an object that isn't there to who may not list the bucket, and «no such key» to others.
#[must_use]
pub fn builds(
    site: &Site,
    destinations: &[Destination],
    credentials: Option<&Credentials>,
    log_group: &str,
) -> Inline {
    let mut policies = inline([
        ("archives", archives(destinations)),
        ("encryption", encryption(site, destinations)),
        ("logs", build_logs(site, log_group)),
    ]);
    if let Some(Credentials { secret_arn, key_arn }) = credentials {
        let any_key = keys_beside(site, secret_arn);
        let key_arn = key_arn.as_deref().unwrap_or(&any_key);
        policies.insert("secrets".into(), secrets(site, std::slice::from_ref(secret_arn), key_arn));
    }
    policies
}

/// The secret with the credentials that builds clone with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Its ARN.
    pub secret_arn: String,
    /// The key that encrypts it; none where that is somebody else's affair.
    pub key_arn: Option<String>,
}

fn archives(destinations: &[Destination]) -> Document {
    let objects = |bucket: &String| SOURCES.map(|prefix| format!("{bucket}/{prefix}/*.zip"));
    let buckets = destinations.iter().map(|destination| &destination.bucket_arn);
    document(vec![
        Statement::allow("List").actions(&["s3:ListBucket"]).resources(buckets.clone().cloned()),
        Statement::allow("Archives")
            .actions(&["s3:GetObject", "s3:PutObject"])
            .resources(buckets.flat_map(objects)),
    ])
}

fn encryption(site: &Site, destinations: &[Destination]) -> Document {
    let aliases = destinations.iter().map(|destination| &destination.key_alias);
    document(vec![
        Statement::allow("Use")
            .actions(&["kms:Decrypt", "kms:GenerateDataKey"])
            .resource(site.arn("kms", "key/*"))
            .when("StringEquals", "kms:ViaService", [site.regional_service("s3")])
            .when("ForAnyValue:StringEquals", "kms:ResourceAliases", aliases),
    ])
}

/// Reads secrets. Secrets Manager has the secret's ARN in the encryption context, so that a key that encrypts others, too,
/// decrypts these alone.
fn secrets(site: &Site, arns: &[String], key_arn: &str) -> Document {
    document(vec![
        Statement::allow("Read").actions(&["secretsmanager:GetSecretValue"]).resources(arns.iter().cloned()),
        Statement::allow("Decrypt")
            .actions(&["kms:Decrypt"])
            .resource(key_arn)
            .when("StringEquals", "kms:ViaService", [site.regional_service("secretsmanager")])
            .when("StringEquals", "kms:EncryptionContext:SecretARN", arns),
    ])
}

/// The keys of the account that a secret is in.
fn keys_beside(site: &Site, secret_arn: &str) -> String {
    let account = secret_arn.split(':').nth(4).unwrap_or(&site.account_id);
    format!("arn:{}:kms:{}:{account}:key/*", site.partition, site.region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::evaluate::{Decision, Request, decide};

    const ROLE: &str = "arn:aws:iam::111122223333:role/paas/gitlab_webhook/gitlab/x";
    const PROJECT: &str = "arn:aws:codebuild:eu-west-1:111122223333:project/paas_gitlab-webhook_gitlab";
    const TOKEN: &str =
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:paas/gitlab_webhook/gitlab/token-a1b2c3";
    const GIVEN: &str = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:gitlab-a1b2c3";
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
    const LOGS: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/paas/paas/gitlab_webhook/gitlab";

    fn site() -> Site {
        Site { environment: "gitlab_webhook".into(), ..Site::example() }
    }

    fn destinations() -> Vec<Destination> {
        let destination = |name: &str| Destination {
            bucket_arn: format!("arn:aws:s3:::paas-{name}"),
            key_alias: format!("alias/paas-{name}"),
        };
        ["dev", "production"].map(destination).into()
    }

    fn check(policies: &Inline, table: impl IntoIterator<Item = (Request, bool, &'static str)>) {
        for (request, allowed, what) in table {
            assert_eq!(decide(policies.values(), &request) == Decision::Allow, allowed, "{what}");
        }
    }

    fn by(action: &str, resource: &str) -> Request {
        Request::by(ROLE, action, resource)
    }

    fn decrypt(key: &str, secret: &str) -> Request {
        by("kms:Decrypt", key)
            .with("kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com")
            .with("kms:EncryptionContext:SecretARN", secret)
    }

    #[test]
    fn the_function_reads_its_secrets_and_starts_builds_of_one_project() {
        let policies =
            function(&site(), PROJECT, &[TOKEN.into()], KEY, "/paas/paas/gitlab_webhook/gitlab/function");
        let log = |action: &str, end: &str| by(action, &format!("{LOGS}/{end}"));
        check(
            &policies,
            [
                (by("codebuild:StartBuild", PROJECT), true, "a build"),
                (by("codebuild:StartBuild", &format!("{PROJECT}-2")), false, "a build of another project"),
                (by("codebuild:UpdateProject", PROJECT), false, "a change of the project"),
                (by("secretsmanager:GetSecretValue", TOKEN), true, "the token"),
                (by("secretsmanager:PutSecretValue", TOKEN), false, "a token of its own"),
                (by("secretsmanager:GetSecretValue", GIVEN), false, "the credentials"),
                (decrypt(KEY, TOKEN), true, "the token's key"),
                (decrypt(KEY, GIVEN), false, "its key for another secret"),
                (by("kms:Decrypt", KEY), false, "its key past Secrets Manager"),
                (log("logs:PutLogEvents", "function:log-stream:2026/01/01/[$LATEST]1"), true, "its log"),
                (log("logs:CreateLogStream", "function"), true, "its log's stream"),
                (log("logs:CreateLogGroup", "function"), false, "a log group"),
                (log("logs:PutLogEvents", "builds:log-stream:1"), false, "the builds' log"),
            ],
        );
    }

    #[test]
    fn builds_write_what_starts_pipelines_and_nothing_else() {
        let credentials = Credentials { secret_arn: TOKEN.into(), key_arn: Some(KEY.into()) };
        let policies =
            builds(&site(), &destinations(), Some(&credentials), "/paas/paas/gitlab_webhook/gitlab/builds");
        let encrypt = |action: &str, alias: &str| {
            by(action, &KEY.replace("/k", "/other"))
                .with("kms:ViaService", "s3.eu-west-1.amazonaws.com")
                .with("kms:ResourceAliases", alias)
        };
        let object = |action: &str, key: &str| by(action, &format!("arn:aws:s3:::{key}"));
        check(
            &policies,
            [
                (object("s3:PutObject", "paas-dev/software/acme.zip"), true, "a release"),
                (
                    object("s3:GetObject", "paas-production/infrastructure/acme.zip"),
                    true,
                    "an image's source",
                ),
                (object("s3:ListBucket", "paas-dev"), true, "a look for what isn't there"),
                (object("s3:PutObject", "paas-staging/software/acme.zip"), false, "no branch's environment"),
                (object("s3:PutObject", "paas-dev/terraform/acme.tfstate"), false, "a state"),
                (object("s3:GetObject", "paas-dev/terraform/acme.tfstate"), false, "a look at a state"),
                (object("s3:DeleteObject", "paas-dev/software/acme.zip"), false, "a deletion"),
                (encrypt("kms:GenerateDataKey", "alias/paas-dev"), true, "an environment's key"),
                (encrypt("kms:Decrypt", "alias/paas-production"), true, "another environment's key"),
                (encrypt("kms:GenerateDataKey", "alias/paas-staging"), false, "no branch's key"),
                (
                    by("kms:Decrypt", KEY).with("kms:ResourceAliases", "alias/paas-dev"),
                    false,
                    "a key past S3",
                ),
                (by("secretsmanager:GetSecretValue", TOKEN), true, "its credentials"),
                (by("secretsmanager:GetSecretValue", GIVEN), false, "other secrets"),
                (decrypt(KEY, TOKEN), true, "its credentials' key"),
                (by("logs:PutLogEvents", &format!("{LOGS}/builds:log-stream:1")), true, "its log"),
                (
                    by("logs:PutLogEvents", &format!("{LOGS}/function:log-stream:1")),
                    false,
                    "the function's log",
                ),
            ],
        );
    }

    #[test]
    fn a_secret_of_the_users_own_may_have_any_key_of_its_account() {
        let credentials = Credentials { secret_arn: GIVEN.into(), key_arn: None };
        let policies = builds(&site(), &destinations(), Some(&credentials), "x");
        let theirs = KEY.replace("111122223333", "444455556666");
        check(
            &policies,
            [
                (decrypt(&theirs, GIVEN), true, "the secret's key"),
                (decrypt(&theirs, TOKEN), false, "that key for another secret"),
                (decrypt(KEY, GIVEN), false, "a key of another account"),
            ],
        );
        assert!(!builds(&site(), &destinations(), None, "x").contains_key("secrets"));
    }

    #[test]
    fn the_key_is_the_accounts_and_encrypts_the_webhooks_logs() {
        let policy = key(&site(), "/paas/paas/gitlab_webhook/gitlab/*");
        let logs = |group: &str| {
            Request::by_service("logs.eu-west-1.amazonaws.com", "kms:Encrypt", "*")
                .with("kms:EncryptionContext:aws:logs:arn", group)
        };
        for (request, decision, what) in [
            (by("kms:Decrypt", "*"), Decision::Silent, "a role has it from its own policy"),
            (
                Request::by("arn:aws:iam::111122223333:root", "kms:PutKeyPolicy", "*"),
                Decision::Allow,
                "root administers",
            ),
            (logs(&format!("{LOGS}/builds")), Decision::Allow, "its log group"),
            (logs(&format!("{LOGS}-2/builds")), Decision::Silent, "another webhook's log group"),
        ] {
            assert_eq!(decide([&policy], &request), decision, "{what}");
        }
    }
}
