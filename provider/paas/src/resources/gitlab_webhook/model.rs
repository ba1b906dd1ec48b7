//! The arguments and outputs of `paas_gitlab_webhook`: struct, schema and documentation in one.

use crate::timeouts::Timeouts;
use paas_aws::Tags;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Attr, Attributes};

/// What GitLab tells of every push, once for all environments: a push to a branch of an environment becomes an archive in
/// that environment's bucket, at `software/<tenant>.zip` or `infrastructure/<tenant>.zip`, which starts the tenant's pipeline.
/// The environments needn't exist yet.
///
/// In GitLab, add a webhook with `url`, the secret token of `token_secret_arn` and push events, to each project or to a
/// group. Filter the push events by the branches of `branches`: GitLab counts every answer of 4xx as a failure, and stops
/// sending for a while after four in a row. The function behind it checks the token (and the signature, with
/// `signing_token_wo`), the host, the repository and the branch, and starts a build, which clones exactly the commit that was
/// pushed. It answers 202 with the build's id; 200 where there is nothing to do; 400, 401, 403 or 404 with the reason in a
/// JSON body. The same delivery never starts two builds.
///
/// The archive holds the work tree with submodules and the files of Git LFS, and in `.paas/push.json` the push's commit,
/// user, message, repository and branch. Its metadata holds the commit.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct GitlabWebhookModel {
    /// Its name: 1 to 16 lower-case letters, digits and single hyphens. It tells several of them apart.
    #[attr(optional, default = "gitlab", replace)]
    pub name: Attr<String>,
    /// GitLab's host, such as `gitlab.example.com`, with its port where that isn't the usual one. A GitLab without TLS is
    /// written `http://gitlab.example.com`. Repositories are cloned from there and nowhere else.
    #[attr(required)]
    pub gitlab_host: Attr<String>,
    /// Which environment a branch belongs to: the environment's name, by the branch's. At most 20 environments.
    /// Defaults to `dev` for the branch `dev`, `staging` for `staging`, and `production` for `master`.
    #[attr(optional, default = common_branches())]
    pub branches: Attr<BTreeMap<String, String>>,
    /// Whose a repository is: its tenant and kind, by its path in GitLab. They stand in the function's variables, for which
    /// Lambda has 4 KB in all: some thirty repositories fit. `naming_rule` knows no such limit.
    #[attr(optional)]
    pub repositories: Attr<BTreeMap<String, Repository>>,
    /// Whose the other repositories are: a regular expression over a repository's whole path, with the groups `tenant` and
    /// `kind`, such as `shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)`. Without look-around and
    /// back-references.
    #[attr(optional)]
    pub naming_rule: Attr<String>,
    /// Patterns of the repositories that may start builds at all, such as `shops/*`; `*` stands for any text, slashes
    /// included.
    #[attr(required)]
    pub allowed_repositories: Attr<BTreeSet<String>>,
    /// The secret token that GitLab sends: at least 16 characters, letters, digits and punctuation. Left out, Secrets Manager
    /// makes one of 40 letters and digits, which Terraform never sees.
    #[attr(optional, sensitive, write_only)]
    pub token_wo: Attr<String>,
    /// A number that changes with `token_wo`: Terraform can't see that a write-only argument has changed.
    #[attr(optional)]
    pub token_wo_version: Attr<i64>,
    /// GitLab's signing token, `whsec_…`. With it, every delivery must be signed, and a delivery older than five minutes is
    /// refused. Left out, the secret token suffices.
    #[attr(optional, sensitive, write_only)]
    pub signing_token_wo: Attr<String>,
    /// A number that changes with `signing_token_wo`.
    #[attr(optional)]
    pub signing_token_wo_version: Attr<i64>,
    /// What repositories are cloned with: a token of GitLab that may read them (`read_repository`), or a JSON object with
    /// `username` and `password`.
    #[attr(optional, sensitive, write_only)]
    pub credentials_wo: Attr<String>,
    /// A number that changes with `credentials_wo`.
    #[attr(optional)]
    pub credentials_wo_version: Attr<i64>,
    /// ARN of a secret of your own that holds the credentials. Not used with `credentials_wo`. Without either, repositories
    /// are cloned as everybody may.
    #[attr(optional)]
    pub credentials_secret_arn: Attr<String>,
    /// How many requests a second API Gateway passes on, 1 to 10000. The others are answered 429;
    /// GitLab keeps them among the webhook's recent events, from where they can be sent again.
    #[attr(optional, default = 20)]
    pub throttling_rate_limit: Attr<i64>,
    /// How many requests may come at once, 1 to 5000.
    #[attr(optional, default = 50)]
    pub throttling_burst_limit: Attr<i64>,
    /// The image that the builds run in: one of CodeBuild's own, or one in a registry. It has Git, `zip`, Python 3 and the
    /// AWS CLI; with `git-lfs` in it, repositories that use it are built sooner.
    #[attr(optional, default = "aws/codebuild/amazonlinux-x86_64-standard:5.0")]
    pub build_image: Attr<String>,
    /// The machine that the builds run on, as CodeBuild names it.
    #[attr(optional, default = "BUILD_GENERAL1_SMALL")]
    pub compute_type: Attr<String>,
    /// Minutes that a build may take, 5 to 480.
    #[attr(optional, default = 15)]
    pub build_timeout: Attr<i64>,
    /// Days that the logs of the function and the builds are kept, as CloudWatch Logs takes them.
    #[attr(optional, default = 30)]
    pub log_retention_in_days: Attr<i64>,
    /// ARN of a policy that bounds the permissions of both roles.
    #[attr(optional)]
    pub permissions_boundary: Attr<String>,
    /// Tags of everything that can carry tags. They win over the provider's `default_tags`.
    #[attr(optional)]
    pub tags: Attr<Tags>,
    /// What becomes of a create that fails half-way. `taint`: Terraform destroys what is there and makes it anew.
    /// `resume`: the create ends with a warning and `ready = false`, and the next apply goes on in place; have a
    /// `postcondition` on `ready`, so that the run fails.
    #[attr(optional, default = "taint")]
    pub on_create_failure: Attr<String>,
    /// How long to wait for AWS.
    #[attr(optional)]
    pub timeouts: Attr<Timeouts>,

    /// Its name.
    #[attr(computed, keep)]
    pub id: Attr<String>,
    /// What GitLab calls.
    #[attr(computed)]
    pub url: Attr<String>,
    /// The REST API.
    #[attr(computed)]
    pub rest_api_id: Attr<String>,
    /// The API's stage.
    #[attr(computed)]
    pub stage_name: Attr<String>,
    /// The function.
    #[attr(computed)]
    pub function_name: Attr<String>,
    /// The function's ARN.
    #[attr(computed)]
    pub function_arn: Attr<String>,
    /// The secret that holds the token. GitLab gets its value, nobody else needs it.
    #[attr(computed)]
    pub token_secret_arn: Attr<String>,
    /// The secret that holds the signing token; none without `signing_token_wo`.
    #[attr(computed)]
    pub signing_token_secret_arn: Attr<String>,
    /// The CodeBuild project.
    #[attr(computed)]
    pub build_project_name: Attr<String>,
    /// The role that builds work with.
    #[attr(computed)]
    pub build_role_arn: Attr<String>,
    /// The log group of the function: one line of JSON per request, with nothing secret in it.
    #[attr(computed)]
    pub function_log_group_name: Attr<String>,
    /// The log group of the builds.
    #[attr(computed)]
    pub build_log_group_name: Attr<String>,
    /// The key that encrypts the secrets and the logs.
    #[attr(computed)]
    pub kms_key_arn: Attr<String>,
    /// The SSM parameter with the published record.
    #[attr(computed)]
    pub parameter_name: Attr<String>,
    /// Whether everything stands as configured. False after an apply that broke off.
    #[attr(computed)]
    pub ready: Attr<bool>,
    /// `default_tags` and `tags` together.
    #[attr(computed)]
    pub tags_all: Attr<Tags>,
    /// Every AWS object of the webhook: its settings as JSON, by key. Shows in a plan what changes, and what was
    /// changed behind Terraform's back. Left out are tags that are `tags_all`, settings that aren't set or are as
    /// usual, and one's own account and region in ARNs (`arn:kms:key/…`); a record stands by its digest.
    #[attr(computed)]
    pub children: Attr<BTreeMap<String, Attr<String>>>,
}

/// Whose a repository is.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Repository {
    /// The tenant.
    #[attr(required)]
    pub tenant: Attr<String>,
    /// `software`, which is released to the tenant's instances, or `infrastructure`, which their images are baked from.
    #[attr(required)]
    pub kind: Attr<String>,
}

/// A branch for each of the three common environments.
fn common_branches() -> BTreeMap<String, String> {
    [("dev", "dev"), ("staging", "staging"), ("master", "production")]
        .map(|(branch, environment)| (branch.to_owned(), environment.to_owned()))
        .into()
}
