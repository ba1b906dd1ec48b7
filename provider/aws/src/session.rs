//! One connection to one AWS account and region: whose it is, its clients, and what has been read.

use crate::call::{AwsError, call};
use crate::clients::{Clients, client};
use crate::credentials::{self, AssumeRole, WebIdentity};
use crate::reads::Reads;
use crate::tags::Tags;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::time::Duration;

/// How to reach AWS: the provider's arguments, under the names that users of hashicorp/aws know.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The region; else the environment's or the profile's.
    pub region: Option<String>,
    /// A profile of the shared configuration files.
    pub profile: Option<String>,
    /// A role to assume with the credentials found.
    pub assume_role: Option<AssumeRole>,
    /// A role to assume with an OIDC token.
    pub assume_role_with_web_identity: Option<WebIdentity>,
    /// Endpoint URLs by service name.
    pub endpoints: BTreeMap<String, String>,
    /// Accounts that may be worked on; empty: any.
    pub allowed_account_ids: BTreeSet<String>,
    /// Retries of one call after the first try.
    pub max_retries: Option<u32>,
    /// `http://host/bucket` instead of `http://bucket.host`.
    pub s3_use_path_style: bool,
    /// Keeps two installations in one account apart.
    pub project: String,
    /// Tags of everything that can carry tags.
    pub default_tags: Tags,
}

/// hashicorp/aws's default too. Throttling is what these are for; the SDK's budget of retry tokens ends an outage sooner.
const MAX_RETRIES: u32 = 25;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);

/// One account and region, and what is known of both. Gives access to the [`Clients`] directly.
pub struct Session {
    /// The account that the credentials belong to.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// `aws`, `aws-cn` or `aws-us-gov`: the second part of every ARN.
    pub partition: String,
    /// See [`Settings::project`].
    pub project: String,
    /// See [`Settings::default_tags`].
    pub default_tags: Tags,
    /// Batched and cached reads.
    pub reads: Reads,
    clients: Clients,
}

impl Session {
    /// Finds credentials, asks STS whose they are, and makes the clients.
    ///
    /// # Errors
    /// One text that says what to do: no region, no credentials, refused credentials, an endpoint that doesn't
    /// answer, an account that isn't allowed.
    pub async fn connect(settings: Settings) -> Result<Self, String> {
        let config = configure(&settings).await?;
        let region = config.region().map(ToString::to_string).ok_or(
            "No AWS region is set. Set the provider's `region`, or AWS_REGION, or a region in the profile.",
        )?;
        let config = credentials::apply(config, &settings);
        let (account_id, partition) = identity(&config, &settings).await?;
        if !settings.allowed_account_ids.is_empty() && !settings.allowed_account_ids.contains(&account_id) {
            let allowed: Vec<&str> = settings.allowed_account_ids.iter().map(String::as_str).collect();
            return Err(format!(
                "The credentials belong to AWS account {account_id}, and `allowed_account_ids` allows only {}.",
                allowed.join(", ")
            ));
        }
        let clients = Clients::new(&config, &settings);
        Ok(Self {
            reads: Reads::new(&clients),
            clients,
            account_id,
            region,
            partition,
            project: settings.project.clone(),
            default_tags: settings.default_tags.clone(),
        })
    }

    /// An ARN in this session's partition: `arn:aws:<service>:<region>:<account>:<resource>`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account_id)
    }

    /// The ARN of something without a region, such as an IAM role: `arn:aws:iam::<account>:role/…`.
    #[must_use]
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition, self.account_id)
    }
}

impl Deref for Session {
    type Target = Clients;
    fn deref(&self) -> &Clients {
        &self.clients
    }
}

/// The SDK's default chain (environment, profiles, web identity, container, instance), with our settings on top.
///
/// Retries are the standard ones, as hashicorp/aws's are. The adaptive ones hold back a service's other calls, too: with a
/// fifth of all calls refused, an environment and a tenant took six times as long.
async fn configure(settings: &Settings) -> Result<SdkConfig, String> {
    let retries = RetryConfig::standard()
        .with_max_attempts(settings.max_retries.unwrap_or(MAX_RETRIES) + 1)
        .with_initial_backoff(Duration::from_millis(500));
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(retries).timeout_config(
        TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build(),
    );
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    Ok(loader.load().await)
}

/// An endpoint that takes a connection and never answers is given up after this; getting the credentials counts too.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(30);
const IDENTITY_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Asks STS whose the credentials are: the account, and the partition out of the caller's ARN. Tried a few
/// times in quick succession: enough for throttling, and a wrong key or endpoint is an error within seconds.
async fn identity(config: &SdkConfig, settings: &Settings) -> Result<(String, String), String> {
    let sts = client!(aws_sdk_sts, config, settings, ["sts"], |b: aws_sdk_sts::config::Builder| {
        b.retry_config(
            RetryConfig::standard()
                .with_max_attempts(5)
                .with_initial_backoff(Duration::from_millis(100))
                .with_max_backoff(Duration::from_secs(1)),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .operation_attempt_timeout(IDENTITY_ATTEMPT_TIMEOUT)
                .operation_timeout(IDENTITY_TIMEOUT)
                .build(),
        )
    });
    let answer =
        call("GetCallerIdentity", sts.get_caller_identity().send()).await.map_err(|e| refused(&e))?;
    let account = answer.account.ok_or("GetCallerIdentity: the answer holds no account.")?;
    let partition = answer.arn.as_deref().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws");
    Ok((account, partition.to_owned()))
}

fn refused(e: &AwsError) -> String {
    let advice = if e.is(&[
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "AuthFailure",
    ]) {
        "AWS refused the credentials. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the `profile`, or the web identity's role."
    } else if e.is(&["ExpiredToken", "ExpiredTokenException"]) {
        "The credentials have expired. Get new ones, for example with `aws sso login`."
    } else if e.is(&["AccessDenied"]) {
        "The role can't be assumed. Check its trust policy and `assume_role`."
    } else if e.code.is_none() && e.message.contains("credentials") {
        "No usable AWS credentials were found. Set AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a web identity; see the provider's `profile` and `assume_role`."
    } else if e.code.is_none() {
        "AWS can't be reached. Check the network, the `region` and the provider's `endpoints`."
    } else {
        "AWS refused the first call."
    };
    format!("{advice}\n\n{e}")
}
