//! EC2 Auto Scaling. Groups' names begin with the project's.

use super::table::{ANY, Access, Grant, Service, TENANT, calls};

pub(super) const SERVICE: Service = Service {
    name: "autoscaling",
    prefix: "autoscaling",
    sid: "AutoScaling",
    grants: &[
        // Its reads know no resources.
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[calls(
                TENANT,
                &["DescribeAutoScalingGroups", "DescribeLifecycleHooks", "DescribePolicies"],
            )],
        },
        Grant {
            sid: "ReadProgress",
            access: Access::Apply,
            resources: ANY,
            conditions: &[],
            rows: &[calls(TENANT, &["DescribeInstanceRefreshes", "DescribeScalingActivities"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: &["{regional}:autoScalingGroup:*:autoScalingGroupName/{project}-*"],
            conditions: &[],
            rows: &[calls(
                TENANT,
                &[
                    "AttachLoadBalancerTargetGroups",
                    "CancelInstanceRefresh",
                    "CreateAutoScalingGroup",
                    "CreateOrUpdateTags",
                    "DeleteAutoScalingGroup",
                    "DeletePolicy",
                    "DeleteTags",
                    "DetachLoadBalancerTargetGroups",
                    "PutScalingPolicy",
                    "StartInstanceRefresh",
                    "UpdateAutoScalingGroup",
                ],
            )],
        },
    ],
};
