//! IAM. Roles, policies and instance profiles have their owner as their path, so `role/<project>/*` reaches exactly ours.
//!
//! Who may write roles and pass them to instances may become whatever those roles may. A permissions boundary on the
//! role that holds the policy is the answer to that; the policy itself can't be.

use super::table::{
    ANY, Access, DATABASE, ENVIRONMENT, Grant, INFRASTRUCTURE, Service, TENANT, WITH_MANAGED_POLICIES,
    WITH_PIPELINES, WITH_ROLES, calls, needs,
};

/// What AWS asks for where a service is given a role.
const PASSED: &str = "A service gets a role of ours: EC2 through the instance profile, CloudTrail, CodeBuild, CodeDeploy, \
                      CodePipeline, EventBridge and Lambda by its ARN.";
const SERVICE_LINKED: &str = "The first object of its kind in an account makes the service's own role.";

const POLICIES: &[&str] = &["{global}:policy/{project}/*"];

pub(super) const SERVICE: Service = Service {
    name: "iam",
    prefix: "iam",
    sid: "Iam",
    grants: &[
        // One call reads all roles with their policies, and knows no resources.
        Grant {
            sid: "List",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[calls(WITH_ROLES, &["GetAccountAuthorizationDetails"])],
        },
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: &["{global}:role/{project}/*", "{global}:instance-profile/{project}/*"],
            conditions: &[],
            rows: &[
                calls(
                    WITH_ROLES,
                    &["GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies"],
                ),
                calls(WITH_PIPELINES, &["GetInstanceProfile"]),
            ],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: &["{global}:role/{project}/*", "{global}:instance-profile/{project}/*"],
            conditions: &[],
            rows: &[
                calls(WITH_MANAGED_POLICIES, &["AttachRolePolicy"]),
                calls(
                    WITH_ROLES,
                    &[
                        "CreateRole",
                        "DeleteRole",
                        "DeleteRolePermissionsBoundary",
                        "DeleteRolePolicy",
                        "DetachRolePolicy",
                        "ListInstanceProfilesForRole",
                        "PutRolePermissionsBoundary",
                        "PutRolePolicy",
                        "TagRole",
                        "UntagRole",
                        "UpdateAssumeRolePolicy",
                    ],
                ),
                calls(
                    WITH_PIPELINES,
                    &[
                        "AddRoleToInstanceProfile",
                        "CreateInstanceProfile",
                        "DeleteInstanceProfile",
                        "RemoveRoleFromInstanceProfile",
                        "TagInstanceProfile",
                        "UntagInstanceProfile",
                    ],
                ),
            ],
        },
        Grant {
            sid: "ReadPolicies",
            access: Access::Plan,
            resources: POLICIES,
            conditions: &[],
            rows: &[calls(INFRASTRUCTURE, &["GetPolicy", "GetPolicyVersion"])],
        },
        Grant {
            sid: "ChangePolicies",
            access: Access::Apply,
            resources: POLICIES,
            conditions: &[],
            rows: &[calls(
                INFRASTRUCTURE,
                &[
                    "CreatePolicy",
                    "CreatePolicyVersion",
                    "DeletePolicy",
                    "DeletePolicyVersion",
                    "ListPolicyVersions",
                    "TagPolicy",
                    "UntagPolicy",
                ],
            )],
        },
        Grant {
            sid: "Pass",
            access: Access::Apply,
            resources: &["{global}:role/{project}/*"],
            conditions: &[(
                "StringEquals",
                "iam:PassedToService",
                &[
                    "service:cloudtrail",
                    "service:codebuild",
                    "service:codedeploy",
                    "service:codepipeline",
                    "service:ec2",
                    "service:events",
                    "service:lambda",
                ],
            )],
            rows: &[needs(WITH_ROLES, &["PassRole"], PASSED)],
        },
        Grant {
            sid: "LinkLoadBalancing",
            access: Access::Apply,
            resources: &["{global}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"],
            conditions: &[("StringEquals", "iam:AWSServiceName", &["elasticloadbalancing.amazonaws.com"])],
            rows: &[needs(ENVIRONMENT, &["CreateServiceLinkedRole"], SERVICE_LINKED)],
        },
        Grant {
            sid: "LinkAutoScaling",
            access: Access::Apply,
            resources: &["{global}:role/aws-service-role/autoscaling.amazonaws.com/*"],
            conditions: &[("StringEquals", "iam:AWSServiceName", &["autoscaling.amazonaws.com"])],
            rows: &[needs(TENANT, &["CreateServiceLinkedRole"], SERVICE_LINKED)],
        },
        Grant {
            sid: "LinkRds",
            access: Access::Apply,
            resources: &["{global}:role/aws-service-role/rds.amazonaws.com/*"],
            conditions: &[("StringEquals", "iam:AWSServiceName", &["rds.amazonaws.com"])],
            rows: &[needs(DATABASE, &["CreateServiceLinkedRole"], SERVICE_LINKED)],
        },
    ],
};
