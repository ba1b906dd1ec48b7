//! The arguments and outputs of `paas_tenant`: struct, schema and documentation in one.

use crate::pipelines::Approval;
use crate::timeouts::Timeouts;
use paas_aws::{Tags, world};
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Attr, Attributes};

/// A tenant's virtual host: its own role, security group, target group, listener rules and Auto Scaling group behind
/// the environment's load balancer.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct TenantModel {
    /// The environment: `paas_environment`'s `id` within one configuration, else its name, such as `dev`.
    #[attr(required, replace)]
    pub environment: Attr<String>,
    /// Name of the tenant: 1 to 32 lower-case letters, digits and single hyphens.
    #[attr(required, replace)]
    pub name: Attr<String>,
    /// Host names that belong to the tenant, such as `shop.example.com`. `*` and `?` are wildcards. More than the
    /// five values that one listener rule may hold are split over several rules.
    #[attr(required)]
    pub hosts: Attr<Vec<String>>,
    /// Paths that belong to the tenant, such as `/api/*`. Defaults to all of them.
    #[attr(optional)]
    pub paths: Attr<Vec<String>>,
    /// Priority of the (first) listener rule, 1 to 50000. Left out, it is allocated: exact hosts before wildcards,
    /// longer wildcards before shorter. Left out later, it stays what it became; `priorities` tells what that is.
    #[attr(optional)]
    pub priority: Attr<i64>,
    /// The machine image, `ami-…`.
    #[attr(required)]
    pub image_id: Attr<String>,
    /// Type of the instances.
    #[attr(optional, default = "t3.micro")]
    pub instance_type: Attr<String>,
    /// Fewest instances.
    #[attr(optional, default = 1)]
    pub min_size: Attr<i64>,
    /// Most instances.
    #[attr(optional, default = 2)]
    pub max_size: Attr<i64>,
    /// Instances to run now. Left out, it is Auto Scaling's to choose.
    #[attr(optional)]
    pub desired_capacity: Attr<i64>,
    /// Port that the application listens on.
    #[attr(optional, default = 80)]
    pub port: Attr<i64>,
    /// `HTTP` or `HTTPS`: how the load balancer speaks to the instances.
    #[attr(optional, default = "HTTP")]
    pub protocol: Attr<String>,
    /// When the load balancer takes an instance for healthy.
    #[attr(optional)]
    pub health_check: Attr<HealthCheck>,
    /// Seconds that a new instance has before it must be healthy.
    #[attr(optional, default = 300)]
    pub health_check_grace_period: Attr<i64>,
    /// Seconds that requests under way have when an instance goes, 0 to 3600.
    #[attr(optional, default = 60)]
    pub deregistration_delay: Attr<i64>,
    /// Grow and shrink by a metric.
    #[attr(optional)]
    pub target_tracking: Attr<TargetTracking>,
    /// What cloud-init runs at the first boot, as plain text; 16 KB at most. No secrets: every process of the
    /// instance can read it.
    #[attr(optional)]
    pub user_data: Attr<String>,
    /// The instances' disk. It is encrypted with the environment's key.
    #[attr(optional)]
    pub root_volume: Attr<RootVolume>,
    /// How running instances get a new image or template.
    #[attr(optional)]
    pub instance_refresh: Attr<InstanceRefresh>,
    /// A software pipeline: what is put at `source_object_key` in `source_bucket` is deployed onto the instances by
    /// CodeDeploy. Their image must have CodeDeploy's agent.
    #[attr(optional)]
    pub pipeline: Attr<Pipeline>,
    /// ARNs of further policies for the instances' role.
    #[attr(optional)]
    pub policy_arns: Attr<BTreeSet<String>>,
    /// ARN of a policy that bounds the permissions of the instances' role.
    #[attr(optional)]
    pub permissions_boundary: Attr<String>,
    /// Tags of everything that can carry tags, instances and their disks included. They win over the provider's
    /// `default_tags`.
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

    /// The environment's name, a slash, the tenant's name.
    #[attr(computed, keep)]
    pub id: Attr<String>,
    /// The listener rules.
    #[attr(computed)]
    pub listener_rule_arns: Attr<Vec<String>>,
    /// The listener rules' priorities, in the same order.
    #[attr(computed)]
    pub priorities: Attr<Vec<i64>>,
    /// The target group; with blue/green deployments, the blue one.
    #[attr(computed)]
    pub target_group_arn: Attr<String>,
    /// The Auto Scaling group; with blue/green deployments, the blue one.
    #[attr(computed)]
    pub autoscaling_group_name: Attr<String>,
    /// The Auto Scaling group's ARN.
    #[attr(computed)]
    pub autoscaling_group_arn: Attr<String>,
    /// The launch template.
    #[attr(computed)]
    pub launch_template_id: Attr<String>,
    /// The instances' security group.
    #[attr(computed)]
    pub security_group_id: Attr<String>,
    /// The instances' role.
    #[attr(computed)]
    pub role_arn: Attr<String>,
    /// The role's name.
    #[attr(computed)]
    pub role_name: Attr<String>,
    /// The instances' profile.
    #[attr(computed)]
    pub instance_profile_arn: Attr<String>,
    /// The environment's bucket: where the software pipeline's source belongs.
    #[attr(computed)]
    pub source_bucket: Attr<String>,
    /// The key of the source: an archive with an `appspec.yml` at its root, such as `software/acme.zip`.
    #[attr(computed)]
    pub source_object_key: Attr<String>,
    /// The software pipeline.
    #[attr(computed)]
    pub pipeline_name: Attr<String>,
    /// The software pipeline's ARN.
    #[attr(computed)]
    pub pipeline_arn: Attr<String>,
    /// The CodeDeploy application.
    #[attr(computed)]
    pub codedeploy_application_name: Attr<String>,
    /// The log group that the instances may write to.
    #[attr(computed)]
    pub log_group_name: Attr<String>,
    /// The SSM parameter with the published record.
    #[attr(computed)]
    pub parameter_name: Attr<String>,
    /// Where the tenant answers: one URL per host without wildcards.
    #[attr(computed)]
    pub urls: Attr<Vec<String>>,
    /// Whether everything stands as configured. False after an apply that broke off.
    #[attr(computed)]
    pub ready: Attr<bool>,
    /// `default_tags` and `tags` together.
    #[attr(computed)]
    pub tags_all: Attr<Tags>,
    /// Every AWS object of the tenant: its settings as JSON, by key. Shows in a plan what changes, and what was changed
    /// behind Terraform's back. Left out are tags that are `tags_all`, settings that aren't set or are as usual, and
    /// one's own account and region in ARNs (`arn:kms:key/…`); a record stands by its digest.
    #[attr(computed)]
    pub children: Attr<BTreeMap<String, Attr<String>>>,
}

/// The health check of the target group.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct HealthCheck {
    /// Path to ask for.
    #[attr(optional, default = "/")]
    pub path: Attr<String>,
    /// Port to ask on: a number, or `traffic-port`.
    #[attr(optional, default = "traffic-port")]
    pub port: Attr<String>,
    /// `HTTP` or `HTTPS`. Defaults to the tenant's `protocol`.
    #[attr(optional)]
    pub protocol: Attr<String>,
    /// Seconds between two checks, 5 to 300.
    #[attr(optional, default = 30)]
    pub interval: Attr<i64>,
    /// Seconds to wait for an answer, 2 to 120, less than `interval`.
    #[attr(optional, default = 5)]
    pub timeout: Attr<i64>,
    /// Good answers in a row that make an instance healthy, 2 to 10.
    #[attr(optional, default = 3)]
    pub healthy_threshold: Attr<i64>,
    /// Bad answers in a row that make it unhealthy, 2 to 10.
    #[attr(optional, default = 3)]
    pub unhealthy_threshold: Attr<i64>,
    /// Status codes of a good answer, such as `200` or `200-299`.
    #[attr(optional, default = "200")]
    pub matcher: Attr<String>,
}

/// A target-tracking scaling policy.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct TargetTracking {
    /// `ASGAverageCPUUtilization` (percent) or `ALBRequestCountPerTarget` (per minute).
    #[attr(optional, default = "ASGAverageCPUUtilization")]
    pub predefined_metric_type: Attr<String>,
    /// What the metric is kept at.
    #[attr(required)]
    pub target_value: Attr<f64>,
}

/// The instances' disk.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct RootVolume {
    /// Size in GiB; at least the image's.
    #[attr(optional, default = 16)]
    pub size: Attr<i64>,
    /// `gp3` or `gp2`.
    #[attr(optional, default = "gp3")]
    pub r#type: Attr<String>,
    /// Device of the image's root disk. Defaults to what the image says.
    #[attr(optional)]
    pub device_name: Attr<String>,
}

/// The preferences of an instance refresh.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct InstanceRefresh {
    /// Percent of the desired capacity that stays in service meanwhile, 0 to 100.
    #[attr(optional, default = 100)]
    pub min_healthy_percentage: Attr<i64>,
    /// Percent of the desired capacity that may run meanwhile, 100 to 200, and at most 100 more than stays.
    #[attr(optional, default = 110)]
    pub max_healthy_percentage: Attr<i64>,
    /// Seconds until a new instance counts as warmed up. Defaults to the group's grace period.
    #[attr(optional)]
    pub instance_warmup: Attr<i64>,
    /// Go back to the old version when the refresh fails.
    #[attr(optional, default = true)]
    pub auto_rollback: Attr<bool>,
    /// Leave instances alone that already have the new configuration.
    #[attr(optional, default = true)]
    pub skip_matching: Attr<bool>,
}

impl InstanceRefresh {
    /// For the Auto Scaling group; what is left out has Auto Scaling's or our default.
    #[must_use]
    pub fn preferences(&self) -> world::InstanceRefresh {
        let default = world::InstanceRefresh::default();
        let number = |attr: &Attr<i64>| attr.known().and_then(|n| i32::try_from(*n).ok());
        world::InstanceRefresh {
            min_healthy_percentage: number(&self.min_healthy_percentage)
                .unwrap_or(default.min_healthy_percentage),
            max_healthy_percentage: number(&self.max_healthy_percentage)
                .unwrap_or(default.max_healthy_percentage),
            instance_warmup: number(&self.instance_warmup),
            auto_rollback: self.auto_rollback.unwrap_or(default.auto_rollback),
            skip_matching: self.skip_matching.unwrap_or(default.skip_matching),
        }
    }
}

/// A software pipeline: source, approval if wanted, deployment.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Pipeline {
    /// `IN_PLACE`: the running instances get the release, one after the other. `BLUE_GREEN`: there are two groups of
    /// instances behind two target groups (which costs twice as much), the idle one gets the release, then the listener
    /// rules lead to it; the other keeps the release before. Changing from one to the other makes new instances, which
    /// have no release until the pipeline is started again.
    #[attr(optional, default = "IN_PLACE")]
    pub deployment_type: Attr<String>,
    /// How many instances are deployed to at once: the name of one of CodeDeploy's configurations, or of your own.
    #[attr(optional, default = "CodeDeployDefault.OneAtATime")]
    pub deployment_config_name: Attr<String>,
    /// Whether a failed deployment is followed by one of the last good release.
    #[attr(optional, default = true)]
    pub auto_rollback: Attr<bool>,
    /// Names of CloudWatch alarms that stop a deployment, at most 10.
    #[attr(optional)]
    pub alarm_names: Attr<BTreeSet<String>>,
    /// Has somebody approve every release: before it is deployed, or, with `BLUE_GREEN`, before requests are led to it.
    #[attr(optional)]
    pub approval: Attr<Approval>,
    /// What starts the pipeline: `S3`, the bucket's own event, or `CLOUDTRAIL`, the environment's trail.
    #[attr(optional, default = "S3")]
    pub trigger: Attr<String>,
    /// Days that the instances' logs are kept, as CloudWatch Logs takes them.
    #[attr(optional, default = 30)]
    pub log_retention_in_days: Attr<i64>,
}
