//! The provider's configuration: which account and region, under the names that users of hashicorp/aws know.

use crate::names;
use crate::run::ThisRun;
use crate::shared::{validate_name, validate_range, validate_tags};
use paas_aws::clients::SERVICES;
use paas_aws::{AssumeRole, Session, Settings, WebIdentity};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tfplugin::{Attr, Attributes, Cx, Diagnostic, Diagnostics, Path, Provider};

/// The `paas` provider is a virtual-host vending machine on AWS: shared environments, and tenants with their own
/// hosts in them.
///
/// Credentials come from the AWS SDK's default chain: environment variables, shared configuration files, web
/// identity, container and instance roles. HCP Terraform's dynamic credentials arrive that way too.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Config {
    /// AWS region. Defaults to `AWS_REGION`, or to the profile's region.
    #[attr(optional)]
    pub region: Attr<String>,
    /// Profile of the shared configuration files.
    #[attr(optional)]
    pub profile: Attr<String>,
    /// A role to assume with the credentials found.
    #[attr(optional)]
    pub assume_role: Attr<AssumeRoleConfig>,
    /// A role to assume with an OIDC token.
    #[attr(optional)]
    pub assume_role_with_web_identity: Attr<WebIdentityConfig>,
    /// Tags of everything that can carry tags. A resource's own `tags` win.
    #[attr(optional)]
    pub default_tags: Attr<DefaultTags>,
    /// Endpoint URLs by service, such as `{ ec2 = "http://127.0.0.1:5000" }`. `AWS_ENDPOINT_URL` sets all of them.
    #[attr(optional)]
    pub endpoints: Attr<BTreeMap<String, String>>,
    /// Accounts that may be worked on. Any other is refused before the first change.
    #[attr(optional)]
    pub allowed_account_ids: Attr<BTreeSet<String>>,
    /// How often a throttled or failed call is tried again. Defaults to 25.
    #[attr(optional)]
    pub max_retries: Attr<i64>,
    /// Address buckets as `https://host/bucket` instead of `https://bucket.host`.
    #[attr(optional)]
    pub s3_use_path_style: Attr<bool>,
    /// Keeps two installations in one account apart: it stands in the names and the ownership tags of everything.
    /// 1 to 16 lower-case letters, digits and hyphens. Defaults to `paas`.
    #[attr(optional)]
    pub project: Attr<String>,
}

/// `sts:AssumeRole`.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct AssumeRoleConfig {
    /// ARN of the role.
    #[attr(required)]
    pub role_arn: Attr<String>,
    /// Name of the session, shown in CloudTrail. Defaults to `terraform-provider-paas`.
    #[attr(optional)]
    pub session_name: Attr<String>,
    /// What the role's trust policy asks of a third party.
    #[attr(optional)]
    pub external_id: Attr<String>,
    /// How long the credentials live, such as `"1h"`: 15 minutes to 12 hours.
    #[attr(optional)]
    pub duration: Attr<String>,
    /// An IAM policy as JSON that narrows the session.
    #[attr(optional)]
    pub policy: Attr<String>,
}

/// `sts:AssumeRoleWithWebIdentity`. Exactly one of `web_identity_token` and `web_identity_token_file`.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct WebIdentityConfig {
    /// ARN of the role.
    #[attr(required)]
    pub role_arn: Attr<String>,
    /// Name of the session, shown in CloudTrail. Defaults to `terraform-provider-paas`.
    #[attr(optional)]
    pub session_name: Attr<String>,
    /// The OIDC token.
    #[attr(optional, sensitive)]
    pub web_identity_token: Attr<String>,
    /// A file that holds the OIDC token.
    #[attr(optional)]
    pub web_identity_token_file: Attr<String>,
    /// How long the credentials live, such as `"1h"`: 15 minutes to 12 hours.
    #[attr(optional)]
    pub duration: Attr<String>,
    /// An IAM policy as JSON that narrows the session.
    #[attr(optional)]
    pub policy: Attr<String>,
}

/// Tags of everything.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct DefaultTags {
    /// The tags.
    #[attr(optional)]
    pub tags: Attr<BTreeMap<String, String>>,
}

/// What all resources share: the session, once the provider is configured, and what is known of this run.
#[derive(Clone, Default)]
pub struct Connection {
    session: Arc<RwLock<Option<Arc<Session>>>>,
    run: ThisRun,
}

impl Connection {
    /// The session; `None` while the provider's configuration isn't wholly known (a first plan may need what an
    /// apply will give).
    #[must_use]
    pub fn get(&self) -> Option<Arc<Session>> {
        self.session.read().expect("no panic while held").clone()
    }

    /// The session, or the error that says why there is none.
    ///
    /// # Errors
    /// The provider's configuration isn't known yet.
    pub fn need(&self) -> Result<Arc<Session>, Diagnostics> {
        self.get().ok_or_else(|| {
            Diagnostic::error(
                "Provider not configured",
                "The provider's configuration holds values that aren't known yet. Apply what gives them first, for example with -target.",
            )
            .into()
        })
    }

    /// What is known of this run.
    #[must_use]
    pub fn run(&self) -> &ThisRun {
        &self.run
    }

    fn set(&self, session: Session) {
        *self.session.write().expect("no panic while held") = Some(Arc::new(session));
    }
}

/// The provider.
pub struct Paas {
    connection: Connection,
}

impl Paas {
    /// A provider that will put its session into `connection`.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

const DEFAULT_PROJECT: &str = "paas";
/// The longest name of a project.
pub const PROJECT: usize = 16;

impl Provider for Paas {
    type Config = Config;

    fn validate(&self, config: &Config, diagnostics: &mut Diagnostics) {
        validate_name("project", &config.project, PROJECT, diagnostics);
        if let Some(prefix) = config.project.known().and_then(|project| names::reserved(project)) {
            let detail = format!(
                "AWS refuses names that start with {prefix:?}, and the project stands first in them."
            );
            diagnostics.error("project", "Reserved name", detail);
        }
        validate_range("max_retries", &config.max_retries, 0..=100, diagnostics);
        if let Some(default_tags) = config.default_tags.known() {
            validate_tags(&Path::from("default_tags").attribute("tags"), &default_tags.tags, diagnostics);
        }
        for service in config.endpoints.known().into_iter().flat_map(BTreeMap::keys) {
            if !SERVICES.contains(&service.as_str()) {
                let known = SERVICES.join(", ");
                diagnostics.error(
                    Path::from("endpoints").key(service.clone()),
                    "Unknown service",
                    format!("{service:?} is none of the services that the provider calls: {known}."),
                );
            }
        }
        for account in config.allowed_account_ids.known().into_iter().flatten() {
            if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
                diagnostics.error(
                    "allowed_account_ids",
                    "Invalid account",
                    format!("{account:?} is not an AWS account id: 12 digits."),
                );
            }
        }
        if let Some(role) = config.assume_role.known() {
            let path = Path::from("assume_role");
            validate_role_arn(&path, &role.role_arn, diagnostics);
            validate_duration(&path, &role.duration, diagnostics);
        }
        if let Some(identity) = config.assume_role_with_web_identity.known() {
            let path = Path::from("assume_role_with_web_identity");
            validate_role_arn(&path, &identity.role_arn, diagnostics);
            validate_duration(&path, &identity.duration, diagnostics);
            let both = (identity.web_identity_token.settled(), identity.web_identity_token_file.settled());
            if let (Some(None), Some(None)) | (Some(Some(_)), Some(Some(_))) = both {
                diagnostics.error(
                    path,
                    "Exactly one token",
                    "Set exactly one of web_identity_token and web_identity_token_file.",
                );
            }
        }
    }

    async fn configure(&self, _: &Cx, config: Config) -> Diagnostics {
        if !config.to_value().is_wholly_known() {
            return Diagnostics::new();
        }
        match Session::connect(settings(config)).await {
            Ok(session) => {
                self.connection.set(session);
                Diagnostics::new()
            }
            Err(why) => Diagnostic::error("Can't work with AWS", why).into(),
        }
    }
}

fn settings(config: Config) -> Settings {
    let assume_role = config.assume_role.into_known().map(|role| AssumeRole {
        role_arn: role.role_arn.unwrap_or_default(),
        session_name: role.session_name.into_known(),
        external_id: role.external_id.into_known(),
        duration: role.duration.known().and_then(|text| parse(text)),
        policy: role.policy.into_known(),
    });
    let assume_role_with_web_identity =
        config.assume_role_with_web_identity.into_known().map(|identity| WebIdentity {
            role_arn: identity.role_arn.unwrap_or_default(),
            session_name: identity.session_name.into_known(),
            token: identity.web_identity_token.into_known(),
            token_file: identity.web_identity_token_file.into_known(),
            duration: identity.duration.known().and_then(|text| parse(text)),
            policy: identity.policy.into_known(),
        });
    Settings {
        region: config.region.into_known(),
        profile: config.profile.into_known(),
        assume_role,
        assume_role_with_web_identity,
        endpoints: config.endpoints.unwrap_or_default(),
        allowed_account_ids: config.allowed_account_ids.unwrap_or_default(),
        max_retries: config.max_retries.into_known().and_then(|n| u32::try_from(n).ok()),
        s3_use_path_style: config.s3_use_path_style.unwrap_or_default(),
        project: config.project.unwrap_or(DEFAULT_PROJECT.to_owned()),
        default_tags: config
            .default_tags
            .into_known()
            .map(|d| d.tags.unwrap_or_default())
            .unwrap_or_default(),
    }
}

fn parse(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|d| (900..=43_200).contains(&d.as_secs()))
}

fn validate_duration(path: &Path, duration: &Attr<String>, diagnostics: &mut Diagnostics) {
    if let Some(text) = duration.known().filter(|text| parse(text).is_none()) {
        diagnostics.error(
            path.clone().attribute("duration"),
            "Invalid duration",
            format!("{text:?} is not a duration of 15 minutes to 12 hours, such as \"1h\"."),
        );
    }
}

fn validate_role_arn(path: &Path, arn: &Attr<String>, diagnostics: &mut Diagnostics) {
    if let Some(arn) = arn.known().filter(|arn| !(arn.starts_with("arn:") && arn.contains(":role/"))) {
        diagnostics.error(
            path.clone().attribute("role_arn"),
            "Invalid role",
            format!("{arn:?} is not the ARN of a role, such as \"arn:aws:iam::123456789012:role/deploy\"."),
        );
    }
}
