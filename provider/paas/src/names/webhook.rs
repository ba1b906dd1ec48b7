//! Names of what takes GitLab's webhooks. They belong to no environment: what would be an environment's name in them is
//! `gitlab-webhook`, and what is left of it has underscores between, as no environment's own names have.

use paas_aws::names::{ROLE_NAME, fit};
use paas_aws::{Owner, kms};

/// Longest name of a webhook. Lambda's names hold 64 characters, and the project stands before it.
pub const WEBHOOK: usize = 16;

/// Names that belong to one webhook.
#[derive(Debug, Clone, Copy)]
pub struct WebhookNames<'a> {
    /// The provider's `project`.
    pub project: &'a str,
    /// The webhook's name.
    pub webhook: &'a str,
}

impl WebhookNames<'_> {
    /// `paas_gitlab-webhook_gitlab`: the function, the API, the build project.
    #[must_use]
    pub fn base(self) -> String {
        format!("{}_gitlab-webhook_{}", self.project, self.webhook)
    }

    /// `alias/paas-gitlab_webhook-gitlab`: where a key is looked for (see [`kms::alias_name`]).
    #[must_use]
    pub fn key_alias(self) -> String {
        kms::alias_name(&Owner::gitlab_webhook(self.project, self.webhook))
    }

    /// The role of the function, or of the builds. IAM is global: the region stands in it.
    #[must_use]
    pub fn role(self, what: &str, region: &str) -> String {
        fit(ROLE_NAME, &[&self.base(), what, region])
    }

    /// A secret: `paas/gitlab_webhook/gitlab/token`.
    #[must_use]
    pub fn secret(self, what: &str) -> String {
        format!("{}/{what}", self.path())
    }

    /// A log group, of the function or of the builds.
    #[must_use]
    pub fn log_group(self, what: &str) -> String {
        format!("{}/{what}", self.parameter())
    }

    /// The SSM parameter that holds its record.
    #[must_use]
    pub fn parameter(self) -> String {
        format!("/paas/{}", self.path())
    }

    fn path(self) -> String {
        Owner::gitlab_webhook(self.project, self.webhook).path()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_names_fit_every_service() {
        let (project, webhook) = ("p".repeat(16), "w".repeat(WEBHOOK));
        let names = WebhookNames { project: &project, webhook: &webhook };
        assert!(names.base().len() <= 64, "Lambda");
        let role = |what| names.role(what, "ap-southeast-1");
        assert_ne!(role("function"), role("build"), "cut short, and still told apart");
    }

    #[test]
    fn names_are_readable() {
        let names = WebhookNames { project: "paas", webhook: "gitlab" };
        assert_eq!(names.base(), "paas_gitlab-webhook_gitlab");
        assert_eq!(names.key_alias(), "alias/paas-gitlab_webhook-gitlab");
        assert_eq!(names.secret("token"), "paas/gitlab_webhook/gitlab/token");
        assert_eq!(names.parameter(), "/paas/paas/gitlab_webhook/gitlab");
        assert_eq!(names.log_group("builds"), "/paas/paas/gitlab_webhook/gitlab/builds");
    }
}
