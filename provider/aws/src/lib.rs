//! AWS objects as children of composites: one file per kind, its spec and its whole life cycle together.
//!
//! This crate knows the engine (`composite`) and AWS, not Terraform. It alone names the SDK's types.

pub mod archive;
pub mod batch;
pub mod call;
pub mod clients;
mod credentials;
pub mod digested;
pub mod names;
pub mod permissions;
pub mod policies;
pub mod policy;
mod reads;
mod retry;
pub mod session;
pub mod shown;
mod tagged;
pub mod tagging;
pub mod tags;
mod unwanted;
pub mod usual;
pub mod wait;
pub mod world;

pub mod acm;
pub mod apigateway;
pub mod autoscaling;
pub mod cloudtrail;
pub mod codebuild;
pub mod codedeploy;
pub mod codepipeline;
pub mod ec2;
pub mod elbv2;
pub mod events;
pub mod iam;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod rds;
pub mod s3;
pub mod secretsmanager;
pub mod servicequotas;
pub mod ssm;

pub use credentials::{AssumeRole, WebIdentity};
pub use session::{Session, Settings};
pub use tags::Tags;
pub use world::{Cx, Owner, World};

composite::children! {
    /// Every kind of AWS object that a composite may hold: by service, in alphabetical order.
    catalogue: pub static CATALOGUE: Catalogue<World>;
    apigateway::Deployment,
    apigateway::RestApi,
    apigateway::Stage,
    autoscaling::Group,
    autoscaling::ScalingPolicy,
    cloudtrail::Trail,
    codebuild::Project,
    codedeploy::Application,
    codedeploy::DeploymentGroup,
    codepipeline::Pipeline,
    ec2::Address,
    ec2::InternetGateway,
    ec2::LaunchTemplate,
    ec2::NatGateway,
    ec2::NatInstance,
    ec2::RouteTable,
    ec2::SecurityGroup,
    ec2::SecurityGroupRules,
    ec2::Subnet,
    ec2::Vpc,
    elbv2::Listener,
    elbv2::ListenerRule,
    elbv2::LoadBalancer,
    elbv2::TargetGroup,
    events::Rule,
    iam::InstanceProfile,
    iam::Policy,
    iam::Role,
    kms::Alias,
    kms::Key,
    lambda::Function,
    lambda::Permission,
    logs::LogGroup,
    rds::Instance,
    rds::ParameterGroup,
    rds::SubnetGroup,
    s3::Bucket,
    s3::BucketPolicy,
    s3::SeedObject,
    secretsmanager::Secret,
    ssm::Parameter,
}
