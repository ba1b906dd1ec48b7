//! Elastic Load Balancing. Load balancers' names begin with the project's, and stand in the ARNs of their listeners and
//! rules. The pattern `paas-*` also reaches those of a project `paas-2`. Target groups' names are too short for it: they
//! are told by their tags.

use super::table::{
    ANY, Access, ENVIRONMENT, ENVIRONMENT_AND_TENANT, Grant, MADE_OURS, OURS, Service, TENANT, calls, needs,
};

pub(super) const SERVICE: Service = Service {
    name: "elbv2",
    prefix: "elasticloadbalancing",
    sid: "LoadBalancing",
    grants: &[
        // Its reads know no resources.
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[
                calls(
                    ENVIRONMENT,
                    &[
                        "DescribeListenerCertificates",
                        "DescribeListeners",
                        "DescribeLoadBalancerAttributes",
                        "DescribeLoadBalancers",
                    ],
                ),
                calls(TENANT, &["DescribeRules", "DescribeTargetGroupAttributes", "DescribeTargetGroups"]),
                calls(ENVIRONMENT_AND_TENANT, &["DescribeTags"]),
                needs(
                    TENANT,
                    &["DescribeAccountLimits"],
                    "Service Quotas asks Elastic Load Balancing for its quotas in the caller's name.",
                ),
            ],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: &["{regional}:loadbalancer/app/{project}-*", "{regional}:listener/app/{project}-*"],
            conditions: &[],
            rows: &[calls(
                ENVIRONMENT,
                &[
                    "AddListenerCertificates",
                    "AddTags",
                    "CreateListener",
                    "CreateLoadBalancer",
                    "DeleteListener",
                    "DeleteLoadBalancer",
                    "ModifyListener",
                    "ModifyLoadBalancerAttributes",
                    "RemoveListenerCertificates",
                    "RemoveTags",
                    "SetSecurityGroups",
                    "SetSubnets",
                ],
            )],
        },
        Grant {
            sid: "Rules",
            access: Access::Apply,
            resources: &["{regional}:listener/app/{project}-*", "{regional}:listener-rule/app/{project}-*"],
            conditions: &[],
            rows: &[calls(
                TENANT,
                &["AddTags", "CreateRule", "DeleteRule", "ModifyRule", "RemoveTags", "SetRulePriorities"],
            )],
        },
        Grant {
            sid: "CreateTargets",
            access: Access::Apply,
            resources: &["{regional}:targetgroup/*"],
            conditions: &[MADE_OURS],
            rows: &[calls(TENANT, &["CreateTargetGroup"])],
        },
        Grant {
            sid: "TagNewTargets",
            access: Access::Apply,
            resources: &["{regional}:targetgroup/*"],
            conditions: &[("StringEquals", "elasticloadbalancing:CreateAction", &["CreateTargetGroup"])],
            rows: &[needs(TENANT, &["AddTags"], "CreateTargetGroup sets tags.")],
        },
        Grant {
            sid: "ChangeTargets",
            access: Access::Apply,
            resources: &["{regional}:targetgroup/*"],
            conditions: &[OURS],
            rows: &[calls(
                TENANT,
                &[
                    "AddTags",
                    "DeleteTargetGroup",
                    "ModifyTargetGroup",
                    "ModifyTargetGroupAttributes",
                    "RemoveTags",
                ],
            )],
        },
    ],
};
