//! The batched reads of all services, in one place of the session.

use crate::clients::Clients;
use crate::{autoscaling, ec2, elbv2, iam, kms, logs, s3, ssm, tagging};

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
    /// Tags of everything of an owner.
    pub tags: tagging::Reads,
}

impl Reads {
    pub(crate) fn new(clients: &Clients) -> Self {
        Self {
            ec2: ec2::Reads::new(&clients.ec2),
            elbv2: elbv2::Reads::new(&clients.elbv2),
            iam: iam::Reads::new(&clients.iam),
            kms: kms::Reads::new(&clients.kms),
            s3: s3::Reads::default(),
            autoscaling: autoscaling::Reads::new(&clients.autoscaling),
            ssm: ssm::Reads::new(&clients.ssm),
            logs: logs::Reads::new(&clients.logs),
            tags: tagging::Reads::new(&clients.resourcegroupstagging),
        }
    }
}
