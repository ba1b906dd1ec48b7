//! The arguments and outputs of `paas_environment`: struct, schema and documentation in one.

use crate::timeouts::Timeouts;
use paas_aws::Tags;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Attr, Attributes};

/// A shared environment: network, key, bucket, trail, roles and load balancer, for any number of tenants.
///
/// Tenants find it by its name, through the record it publishes in SSM Parameter Store; no Terraform state is shared.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct EnvironmentModel {
    /// Name of the environment, such as `dev`: 1 to 16 lower-case letters, digits and single hyphens.
    #[attr(required, replace)]
    pub name: Attr<String>,
    /// Address range of the network to make, /16 to /20. It is cut into three contiguous tiers (public, natted,
    /// private) with room for four zones each. Exactly one of `cidr_block` and `network`.
    #[attr(optional, replace)]
    pub cidr_block: Attr<String>,
    /// A network that exists already. Exactly one of `cidr_block` and `network`.
    #[attr(optional, replace)]
    pub network: Attr<ExistingNetwork>,
    /// Two to four availability zones, in the order of their subnets. Defaults to the region's first three. Add a
    /// zone at the end: the others keep their subnets. One that is taken away from the end goes at once where nobody
    /// lies in its subnets; else they stay, with a warning, and an apply after everybody has left removes them.
    #[attr(optional, computed)]
    pub availability_zones: Attr<Vec<String>>,
    /// How the natted tier reaches the internet. Not used with `network`.
    #[attr(optional)]
    pub nat: Attr<Nat>,
    /// ARN of the ACM certificate of the HTTPS listener. It must be issued and in this region.
    #[attr(required)]
    pub certificate_arn: Attr<String>,
    /// ARNs of further certificates, chosen by host name (SNI). AWS allows 25 in all.
    #[attr(optional)]
    pub additional_certificate_arns: Attr<BTreeSet<String>>,
    /// TLS policy of the HTTPS listener.
    #[attr(optional, default = "ELBSecurityPolicy-TLS13-1-2-2021-06")]
    pub ssl_policy: Attr<String>,
    /// Who may reach the load balancer. Defaults to everyone.
    #[attr(optional)]
    pub ingress_cidr_blocks: Attr<Vec<String>>,
    /// Whether the load balancer has private addresses only; it then stands in the natted tier.
    #[attr(optional, replace, default = false)]
    pub internal: Attr<bool>,
    /// Seconds until the load balancer closes an idle connection, 1 to 4000.
    #[attr(optional, default = 60)]
    pub idle_timeout: Attr<i64>,
    /// Listener-rule priorities that tenants never get: yours for maintenance pages and the like. Defaults to 1 to 999.
    #[attr(optional)]
    pub reserved_priorities: Attr<Vec<PriorityRange>>,
    /// Whether destroying the environment is refused, at plan and by the load balancer itself.
    #[attr(optional, default = false)]
    pub deletion_protection: Attr<bool>,
    /// Whether the bucket is emptied when the environment is destroyed.
    #[attr(optional, default = false)]
    pub force_destroy: Attr<bool>,
    /// Whether writes to `software/` and `infrastructure/` in the bucket are recorded by CloudTrail.
    #[attr(optional, default = true)]
    pub enable_cloudtrail: Attr<bool>,
    /// Days that CloudTrail's events stay in CloudWatch Logs.
    #[attr(optional, default = 3)]
    pub cloudtrail_retention_in_days: Attr<i64>,
    /// Days until objects under `logs/` in the bucket expire.
    #[attr(optional, default = 1)]
    pub log_expiration_days: Attr<i64>,
    /// Days that the key can be got back after a destroy, 7 to 30.
    #[attr(optional, default = 30)]
    pub deletion_window_in_days: Attr<i64>,
    /// ARN of a policy that bounds the permissions of every role made here.
    #[attr(optional)]
    pub permissions_boundary: Attr<String>,
    /// Tags of everything that can carry tags. They win over the provider's `default_tags`.
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

    /// The environment's name: what tenants give as `environment`.
    #[attr(computed, keep)]
    pub id: Attr<String>,
    /// The VPC.
    #[attr(computed)]
    pub vpc_id: Attr<String>,
    /// The VPC's address range.
    #[attr(computed)]
    pub vpc_cidr_block: Attr<String>,
    /// Subnets with a route to the internet, in the order of the zones.
    #[attr(computed)]
    pub public_subnet_ids: Attr<Vec<String>>,
    /// Subnets with a route out through a NAT.
    #[attr(computed)]
    pub natted_subnet_ids: Attr<Vec<String>>,
    /// Subnets without a way out.
    #[attr(computed)]
    pub private_subnet_ids: Attr<Vec<String>>,
    /// The one range that covers the public tier.
    #[attr(computed)]
    pub public_cidr_block: Attr<String>,
    /// The one range that covers the natted tier.
    #[attr(computed)]
    pub natted_cidr_block: Attr<String>,
    /// The one range that covers the private tier.
    #[attr(computed)]
    pub private_cidr_block: Attr<String>,
    /// The addresses that the tenants' traffic comes from.
    #[attr(computed)]
    pub nat_public_ips: Attr<Vec<String>>,
    /// The key that encrypts everything of the environment.
    #[attr(computed)]
    pub kms_key_arn: Attr<String>,
    /// The key's id.
    #[attr(computed)]
    pub kms_key_id: Attr<String>,
    /// The key's alias, `alias/…`.
    #[attr(computed)]
    pub kms_alias_name: Attr<String>,
    /// The bucket for sources, artifacts and logs.
    #[attr(computed)]
    pub bucket: Attr<String>,
    /// The bucket's ARN.
    #[attr(computed)]
    pub bucket_arn: Attr<String>,
    /// The trail; none with `enable_cloudtrail = false`.
    #[attr(computed)]
    pub cloudtrail_arn: Attr<String>,
    /// The trail's log group; none with `enable_cloudtrail = false`.
    #[attr(computed)]
    pub log_group_name: Attr<String>,
    /// The log group's ARN.
    #[attr(computed)]
    pub log_group_arn: Attr<String>,
    /// The role of the tenants' infrastructure pipelines.
    #[attr(computed)]
    pub infrastructure_pipeline_role_arn: Attr<String>,
    /// The role of the tenants' software pipelines.
    #[attr(computed)]
    pub software_pipeline_role_arn: Attr<String>,
    /// The role that CodeDeploy works with.
    #[attr(computed)]
    pub deploy_role_arn: Attr<String>,
    /// The role with which EventBridge starts the tenants' pipelines.
    #[attr(computed)]
    pub events_role_arn: Attr<String>,
    /// The load balancer.
    #[attr(computed)]
    pub load_balancer_arn: Attr<String>,
    /// What the tenants' host names point to.
    #[attr(computed)]
    pub load_balancer_dns_name: Attr<String>,
    /// The hosted zone for alias records.
    #[attr(computed)]
    pub load_balancer_zone_id: Attr<String>,
    /// The listener on port 80, which redirects to HTTPS.
    #[attr(computed)]
    pub http_listener_arn: Attr<String>,
    /// The listener on port 443, which holds the tenants' rules.
    #[attr(computed)]
    pub https_listener_arn: Attr<String>,
    /// The load balancer's security group.
    #[attr(computed)]
    pub load_balancer_security_group_id: Attr<String>,
    /// The SSM parameter with the published record.
    #[attr(computed)]
    pub parameter_name: Attr<String>,
    /// Whether everything stands as configured. False after an apply that broke off.
    #[attr(computed)]
    pub ready: Attr<bool>,
    /// `default_tags` and `tags` together.
    #[attr(computed)]
    pub tags_all: Attr<Tags>,
    /// Every AWS object of the environment: its settings as JSON, by key. Shows in a plan what changes, and what was
    /// changed behind Terraform's back. Left out are tags that are `tags_all`, settings that aren't set or are as
    /// usual, and one's own account and region in ARNs (`arn:kms:key/…`); a record stands by its digest.
    #[attr(computed)]
    pub children: Attr<BTreeMap<String, Attr<String>>>,
}

/// A network that exists already. The tiers may not share a subnet.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct ExistingNetwork {
    /// The VPC. It needs DNS host names on.
    #[attr(required)]
    pub vpc_id: Attr<String>,
    /// Subnets in two zones at least, with a route to an internet gateway.
    #[attr(required)]
    pub public_subnet_ids: Attr<Vec<String>>,
    /// Subnets in two zones at least, with a route out through a NAT.
    #[attr(required)]
    pub natted_subnet_ids: Attr<Vec<String>>,
    /// Subnets for databases, in two zones at least.
    #[attr(required)]
    pub private_subnet_ids: Attr<Vec<String>>,
}

/// Network address translation for the natted tier.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Nat {
    /// `gateway`, or `instance`: cheaper, slower, and down while it restarts. A change brings new public addresses; the
    /// old NAT works until the new one does.
    #[attr(optional, default = "gateway")]
    pub r#type: Attr<String>,
    /// One NAT per zone, so that no zone depends on another.
    #[attr(optional, default = false)]
    pub per_zone: Attr<bool>,
    /// Type of a NAT instance.
    #[attr(optional, default = "t4g.nano")]
    pub instance_type: Attr<String>,
}

/// Listener-rule priorities, first and last included.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct PriorityRange {
    /// The first, 1 at least.
    #[attr(required)]
    pub from: Attr<i64>,
    /// The last, 50000 at most.
    #[attr(required)]
    pub to: Attr<i64>,
}

impl EnvironmentModel {
    /// The reserved priorities as numbers; 1 to 999 unless set.
    #[must_use]
    pub fn reserved_ranges(&self) -> Vec<(u16, u16)> {
        let Some(ranges) = self.reserved_priorities.known() else { return vec![(1, 999)] };
        let number = |attr: &Attr<i64>| attr.known().and_then(|n| u16::try_from(*n).ok());
        ranges.iter().filter_map(|range| Some((number(&range.from)?, number(&range.to)?))).collect()
    }
}
