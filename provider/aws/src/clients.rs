//! The clients of one account and region: made once, shared by all composites.

use crate::session::Settings;
use aws_config::SdkConfig;

/// Makes one service's client: the shared configuration, this service's endpoint, no blind retries.
macro_rules! client {
    ($service:ident, $config:expr, $settings:expr, [$($name:literal),+] $(, $more:expr)?) => {{
        let mut builder = $service::config::Builder::from($config).retry_classifier(crate::retry::NoBlindRetry);
        if let Some(url) = [$($name),+].iter().find_map(|n| $settings.endpoints.get(*n)) {
            builder = builder.endpoint_url(url);
        }
        $(builder = $more(builder);)?
        $service::Client::from_conf(builder.build())
    }};
}
pub(crate) use client;

/// The names that `endpoints` takes, hashicorp/aws's aliases included.
pub const SERVICES: &[&str] = &[
    "acm",
    "apigateway",
    "autoscaling",
    "cloudtrail",
    "cloudwatchevents",
    "cloudwatchlogs",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "ec2",
    "elb",
    "elbv2",
    "eventbridge",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "rds",
    "resourcegroupstaggingapi",
    "s3",
    "secretsmanager",
    "servicequotas",
    "ssm",
    "sts",
];

/// One client per service.
pub struct Clients {
    /// Certificates.
    pub acm: aws_sdk_acm::Client,
    /// REST APIs.
    pub apigateway: aws_sdk_apigateway::Client,
    /// Auto Scaling groups.
    pub autoscaling: aws_sdk_autoscaling::Client,
    /// Trails.
    pub cloudtrail: aws_sdk_cloudtrail::Client,
    /// Builds.
    pub codebuild: aws_sdk_codebuild::Client,
    /// Deployments.
    pub codedeploy: aws_sdk_codedeploy::Client,
    /// Pipelines.
    pub codepipeline: aws_sdk_codepipeline::Client,
    /// Networks, instances, images, launch templates.
    pub ec2: aws_sdk_ec2::Client,
    /// Load balancers.
    pub elbv2: aws_sdk_elasticloadbalancingv2::Client,
    /// Event rules.
    pub eventbridge: aws_sdk_eventbridge::Client,
    /// Roles.
    pub iam: aws_sdk_iam::Client,
    /// Keys.
    pub kms: aws_sdk_kms::Client,
    /// Functions.
    pub lambda: aws_sdk_lambda::Client,
    /// Log groups.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Databases.
    pub rds: aws_sdk_rds::Client,
    /// Tags of objects of all services.
    pub resourcegroupstagging: aws_sdk_resourcegroupstagging::Client,
    /// Buckets.
    pub s3: aws_sdk_s3::Client,
    /// Secrets.
    pub secretsmanager: aws_sdk_secretsmanager::Client,
    /// Limits of the account.
    pub servicequotas: aws_sdk_servicequotas::Client,
    /// Parameters.
    pub ssm: aws_sdk_ssm::Client,
}

impl Clients {
    /// The clients of `config`'s account and region.
    pub(crate) fn new(config: &SdkConfig, settings: &Settings) -> Self {
        let (c, s) = (config, settings);
        Self {
            acm: client!(aws_sdk_acm, c, s, ["acm"]),
            apigateway: client!(aws_sdk_apigateway, c, s, ["apigateway"]),
            autoscaling: client!(aws_sdk_autoscaling, c, s, ["autoscaling"]),
            cloudtrail: client!(aws_sdk_cloudtrail, c, s, ["cloudtrail"]),
            codebuild: client!(aws_sdk_codebuild, c, s, ["codebuild"]),
            codedeploy: client!(aws_sdk_codedeploy, c, s, ["codedeploy"]),
            codepipeline: client!(aws_sdk_codepipeline, c, s, ["codepipeline"]),
            ec2: client!(aws_sdk_ec2, c, s, ["ec2"]),
            elbv2: client!(aws_sdk_elasticloadbalancingv2, c, s, ["elbv2", "elb"]),
            eventbridge: client!(aws_sdk_eventbridge, c, s, ["eventbridge", "events", "cloudwatchevents"]),
            iam: client!(aws_sdk_iam, c, s, ["iam"]),
            kms: client!(aws_sdk_kms, c, s, ["kms"]),
            lambda: client!(aws_sdk_lambda, c, s, ["lambda"]),
            logs: client!(aws_sdk_cloudwatchlogs, c, s, ["logs", "cloudwatchlogs"]),
            rds: client!(aws_sdk_rds, c, s, ["rds"]),
            resourcegroupstagging: client!(aws_sdk_resourcegroupstagging, c, s, ["resourcegroupstaggingapi"]),
            s3: client!(aws_sdk_s3, c, s, ["s3"], |b: aws_sdk_s3::config::Builder| {
                if s.s3_use_path_style { b.force_path_style(true) } else { b }
            }),
            secretsmanager: client!(aws_sdk_secretsmanager, c, s, ["secretsmanager"]),
            servicequotas: client!(aws_sdk_servicequotas, c, s, ["servicequotas"]),
            ssm: client!(aws_sdk_ssm, c, s, ["ssm"]),
        }
    }
}
