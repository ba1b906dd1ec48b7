//! Credentials beyond the SDK's default chain: the provider's `assume_role` and `assume_role_with_web_identity`.

use crate::call::call;
use crate::session::Settings;
use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use std::fmt;
use std::time::{Duration, SystemTime};

/// `sts:AssumeRole`, under hashicorp/aws's names.
#[derive(Debug, Clone, Default)]
pub struct AssumeRole {
    /// The role.
    pub role_arn: String,
    /// Shown in CloudTrail.
    pub session_name: Option<String>,
    /// What a third party's trust policy asks for.
    pub external_id: Option<String>,
    /// How long the credentials live; 15 minutes to 12 hours.
    pub duration: Option<Duration>,
    /// A JSON policy that narrows the session.
    pub policy: Option<String>,
}

/// `sts:AssumeRoleWithWebIdentity`: exactly one of the token and its file.
#[derive(Clone, Default)]
pub struct WebIdentity {
    /// The role.
    pub role_arn: String,
    /// Shown in CloudTrail.
    pub session_name: Option<String>,
    /// The OIDC token itself.
    pub token: Option<String>,
    /// A file with the token; read again at every renewal.
    pub token_file: Option<String>,
    /// How long the credentials live.
    pub duration: Option<Duration>,
    /// A JSON policy that narrows the session.
    pub policy: Option<String>,
}

/// Never shows the token.
impl fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebIdentity").field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}

const SESSION_NAME: &str = "terraform-provider-paas";

/// Puts the roles that `settings` ask for in front of the credentials that `config` found.
pub(crate) fn apply(config: SdkConfig, settings: &Settings) -> SdkConfig {
    let mut config = config;
    if let Some(identity) = &settings.assume_role_with_web_identity {
        let source = WebIdentitySource { sts: sts(&config, settings), identity: identity.clone() };
        config = with(config, SharedCredentialsProvider::new(source));
    }
    if let Some(role) = &settings.assume_role {
        let source = RoleSource { config: with_sts_endpoint(&config, settings), role: role.clone() };
        config = with(config, SharedCredentialsProvider::new(source));
    }
    config
}

fn with(config: SdkConfig, credentials: SharedCredentialsProvider) -> SdkConfig {
    config.into_builder().credentials_provider(credentials).build()
}

fn with_sts_endpoint(config: &SdkConfig, settings: &Settings) -> SdkConfig {
    match settings.endpoints.get("sts") {
        Some(url) => config.clone().into_builder().endpoint_url(url).build(),
        None => config.clone(),
    }
}

fn sts(config: &SdkConfig, settings: &Settings) -> aws_sdk_sts::Client {
    aws_sdk_sts::Client::new(&with_sts_endpoint(config, settings))
}

#[derive(Debug)]
struct RoleSource {
    config: SdkConfig,
    role: AssumeRole,
}

impl RoleSource {
    async fn assume(&self) -> provider::Result {
        let role = &self.role;
        let mut builder = AssumeRoleProvider::builder(&role.role_arn)
            .configure(&self.config)
            .session_name(role.session_name.as_deref().unwrap_or(SESSION_NAME));
        if let Some(id) = &role.external_id {
            builder = builder.external_id(id);
        }
        if let Some(duration) = role.duration {
            builder = builder.session_length(duration);
        }
        if let Some(policy) = &role.policy {
            builder = builder.policy(policy);
        }
        builder.build().await.provide_credentials().await
    }
}

impl ProvideCredentials for RoleSource {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

#[derive(Debug)]
struct WebIdentitySource {
    sts: aws_sdk_sts::Client,
    identity: WebIdentity,
}

impl WebIdentitySource {
    async fn assume(&self) -> provider::Result {
        let identity = &self.identity;
        let token = match (&identity.token, &identity.token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(file)) => tokio::fs::read_to_string(file).await.map_err(|e| {
                CredentialsError::invalid_configuration(format!("web identity token file {file}: {e}"))
            })?,
            (None, None) => return Err(CredentialsError::not_loaded("no web identity token")),
        };
        let request = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(&identity.role_arn)
            .role_session_name(identity.session_name.as_deref().unwrap_or(SESSION_NAME))
            .web_identity_token(token.trim())
            .set_policy(identity.policy.clone())
            .set_duration_seconds(identity.duration.and_then(|d| i32::try_from(d.as_secs()).ok()));
        let answer = call("AssumeRoleWithWebIdentity", request.send())
            .await
            .map_err(CredentialsError::provider_error)?;
        let c = answer.credentials.ok_or_else(|| {
            CredentialsError::unhandled("AssumeRoleWithWebIdentity answered without credentials")
        })?;
        let expiry = SystemTime::try_from(c.expiration).map_err(CredentialsError::unhandled)?;
        Ok(Credentials::new(
            c.access_key_id,
            c.secret_access_key,
            Some(c.session_token),
            Some(expiry),
            "web identity",
        ))
    }
}

impl ProvideCredentials for WebIdentitySource {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}
