//! The batched reads of all services, in one place of the session.

use crate::{autoscaling, ec2, elbv2, iam, kms, logs, s3, ssm};

/// One [`Batched`](crate::batch::Batched) per kind of object that can be read many at a time.
pub struct Reads {
    /// Networks, security groups, launch templates.
    pub ec2: ec2::Reads,
    /// Load balancers, listeners, rules, target groups and their tags.
    pub elbv2: elbv2::Reads,
    /// Roles with all that belongs to them.
    pub iam: iam::Reads,
    /// Keys and aliases.
    pub kms: kms::Reads,
    /// Buckets.
    pub s3: s3::Reads,
    /// Groups and scaling policies.
    pub autoscaling: autoscaling::Reads,
    /// Parameters.
    pub ssm: ssm::Reads,
    /// Log groups.
    pub logs: logs::Reads,
}

impl Reads {
    pub(crate) fn new(
        ec2: &aws_sdk_ec2::Client,
        elbv2: &aws_sdk_elasticloadbalancingv2::Client,
        iam: &aws_sdk_iam::Client,
        kms: &aws_sdk_kms::Client,
        autoscaling: &aws_sdk_autoscaling::Client,
        ssm: &aws_sdk_ssm::Client,
        logs: &aws_sdk_cloudwatchlogs::Client,
    ) -> Self {
        Self {
            ec2: ec2::Reads::new(ec2),
            elbv2: elbv2::Reads::new(elbv2),
            iam: iam::Reads::new(iam),
            kms: kms::Reads::new(kms),
            s3: s3::Reads::default(),
            autoscaling: autoscaling::Reads::new(autoscaling),
            ssm: ssm::Reads::new(ssm),
            logs: logs::Reads::new(logs),
        }
    }
}
