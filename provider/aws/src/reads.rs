//! The batched reads of all services, in one place of the session.

use crate::clients::Clients;
use crate::{
    apigateway, autoscaling, codebuild, codedeploy, codepipeline, ec2, elbv2, events, iam, kms, lambda, logs,
    rds, s3, secretsmanager, ssm, tagging,
};

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
    /// Buckets and objects.
    pub s3: s3::Reads,
    /// APIs with all that is in them.
    pub apigateway: apigateway::Reads,
    /// Groups and scaling policies.
    pub autoscaling: autoscaling::Reads,
    /// Build projects.
    pub codebuild: codebuild::Reads,
    /// Applications and deployment groups.
    pub codedeploy: codedeploy::Reads,
    /// Pipelines.
    pub codepipeline: codepipeline::Reads,
    /// Event rules and their targets.
    pub events: events::Reads,
    /// Parameters.
    pub ssm: ssm::Reads,
    /// Functions and their permissions.
    pub lambda: lambda::Reads,
    /// Secrets, but for their values.
    pub secretsmanager: secretsmanager::Reads,
    /// Log groups.
    pub logs: logs::Reads,
    /// Databases and their groups.
    pub rds: rds::Reads,
    /// Tags of everything of an owner.
    pub tags: tagging::Reads,
}

impl Reads {
    pub(crate) fn new(clients: &Clients) -> Self {
        let (rds, ssm) = (rds::Reads::new(&clients.rds), ssm::Reads::new(&clients.ssm));
        let codebuild = codebuild::Reads::new(&clients.codebuild);
        let (of_rds, of_ssm, of_codebuild) = (rds.clone(), ssm.clone(), codebuild.clone());
        let noted = move |arn: &str| {
            of_codebuild.expect(arn);
            of_rds.expect(arn);
            of_ssm.expect(arn);
        };
        Self {
            ec2: ec2::Reads::new(&clients.ec2),
            elbv2: elbv2::Reads::new(&clients.elbv2),
            iam: iam::Reads::new(&clients.iam),
            kms: kms::Reads::new(&clients.kms),
            s3: s3::Reads::new(&clients.s3),
            apigateway: apigateway::Reads::new(&clients.apigateway),
            autoscaling: autoscaling::Reads::new(&clients.autoscaling),
            codebuild,
            codedeploy: codedeploy::Reads::new(&clients.codedeploy, &clients.autoscaling),
            codepipeline: codepipeline::Reads::new(&clients.codepipeline),
            events: events::Reads::new(&clients.eventbridge),
            lambda: lambda::Reads::new(&clients.lambda),
            logs: logs::Reads::new(&clients.logs),
            secretsmanager: secretsmanager::Reads::new(&clients.secretsmanager),
            tags: tagging::Reads::new(&clients.resourcegroupstagging, noted),
            rds,
            ssm,
        }
    }
}
