//! EC2. Its objects have ids, not names, so what is ours is told by the tag `paas:owner`: set in the creating call, asked
//! for by everything that changes an object.

use super::table::{
    AMI, ANY, Access, BAKING, ENVIRONMENT, Grant, IMAGES, MADE_OURS, OURS, REACHED, REACHING_OUT, Service,
    TENANT, WITH_SECURITY_GROUPS, calls, needs,
};

pub(super) const SERVICE: Service = Service {
    name: "ec2",
    prefix: "ec2",
    sid: "Ec2",
    grants: &[
        // EC2's reads know no resources.
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[
                calls(
                    ENVIRONMENT,
                    &[
                        "DescribeAddresses",
                        "DescribeAvailabilityZones",
                        "DescribeInstances",
                        "DescribeInternetGateways",
                        "DescribeNatGateways",
                        "DescribeRouteTables",
                        "DescribeSubnets",
                        "DescribeVpcs",
                    ],
                ),
                calls(TENANT, &["DescribeLaunchTemplateVersions", "DescribeLaunchTemplates"]),
                calls(IMAGES, &["DescribeImages"]),
                calls(WITH_SECURITY_GROUPS, &["DescribeSecurityGroups"]),
            ],
        },
        // What a build has left, and what still needs an image.
        Grant {
            sid: "ReadBakes",
            access: Access::Apply,
            resources: ANY,
            conditions: &[],
            rows: &[
                calls(BAKING, &["DescribeInstances", "DescribeKeyPairs", "DescribeVolumes"]),
                calls(AMI, &["DescribeLaunchTemplateVersions", "DescribeLaunchTemplates"]),
            ],
        },
        // A network may be brought along: then it isn't ours.
        Grant {
            sid: "ReadVpc",
            access: Access::Plan,
            resources: &["{regional}:vpc/*"],
            conditions: &[],
            rows: &[calls(ENVIRONMENT, &["DescribeVpcAttribute"])],
        },
        // What a NAT instance may be of, and who lies in a subnet that is to go.
        Grant {
            sid: "ReadToApply",
            access: Access::Apply,
            resources: ANY,
            conditions: &[],
            rows: &[calls(ENVIRONMENT, &["DescribeInstanceTypes", "DescribeNetworkInterfaces"])],
        },
        Grant {
            sid: "Create",
            access: Access::Apply,
            resources: ANY,
            conditions: &[MADE_OURS],
            rows: &[
                calls(
                    ENVIRONMENT,
                    &[
                        "AllocateAddress",
                        "CreateInternetGateway",
                        "CreateNatGateway",
                        "CreateRouteTable",
                        "CreateSubnet",
                        "CreateVpc",
                    ],
                ),
                calls(TENANT, &["CreateLaunchTemplate"]),
                calls(WITH_SECURITY_GROUPS, &["CreateSecurityGroup"]),
            ],
        },
        Grant {
            sid: "CreateIn",
            access: Access::Apply,
            resources: &["{regional}:vpc/*"],
            conditions: &[],
            rows: &[calls(WITH_SECURITY_GROUPS, &["CreateSecurityGroup"])],
        },
        // `ec2:CreateAction` is there only while the call that it names makes something.
        Grant {
            sid: "TagNew",
            access: Access::Apply,
            resources: ANY,
            conditions: &[(
                "StringEquals",
                "ec2:CreateAction",
                &[
                    "AllocateAddress",
                    "CreateInternetGateway",
                    "CreateLaunchTemplate",
                    "CreateNatGateway",
                    "CreateRouteTable",
                    "CreateSecurityGroup",
                    "CreateSubnet",
                    "CreateVpc",
                    "RunInstances",
                ],
            )],
            rows: &[needs(
                WITH_SECURITY_GROUPS,
                &["CreateTags"],
                "Every creating call sets tags; Auto Scaling checks it for the instances of a launch template.",
            )],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: ANY,
            conditions: &[OURS],
            rows: &[
                calls(
                    ENVIRONMENT,
                    &[
                        "AssociateAddress",
                        "AssociateRouteTable",
                        "AttachInternetGateway",
                        "CreateNatGateway",
                        "CreateRoute",
                        "CreateRouteTable",
                        "CreateSubnet",
                        "DeleteInternetGateway",
                        "DeleteNatGateway",
                        "DeleteRoute",
                        "DeleteRouteTable",
                        "DeleteSubnet",
                        "DeleteVpc",
                        "DetachInternetGateway",
                        "DisassociateRouteTable",
                        "ModifyInstanceAttribute",
                        "ModifySubnetAttribute",
                        "ModifyVpcAttribute",
                        "ReleaseAddress",
                        "ReplaceRoute",
                        "ReplaceRouteTableAssociation",
                        "StartInstances",
                        "TerminateInstances",
                    ],
                ),
                calls(
                    TENANT,
                    &[
                        "CreateLaunchTemplateVersion",
                        "DeleteLaunchTemplate",
                        "DeleteLaunchTemplateVersions",
                        "ModifyLaunchTemplate",
                    ],
                ),
                calls(BAKING, &["DeleteVolume", "TerminateInstances"]),
                calls(AMI, &["DeregisterImage"]),
                needs(AMI, &["DeleteSnapshot"], "An image is deregistered together with its snapshots."),
                // A database's security group lets nothing out.
                calls(
                    REACHING_OUT,
                    &["AuthorizeSecurityGroupEgress", "UpdateSecurityGroupRuleDescriptionsEgress"],
                ),
                calls(
                    WITH_SECURITY_GROUPS,
                    &[
                        "CreateTags",
                        "DeleteSecurityGroup",
                        "DeleteTags",
                        "RevokeSecurityGroupEgress",
                        "RevokeSecurityGroupIngress",
                    ],
                ),
                calls(
                    REACHED,
                    &["AuthorizeSecurityGroupIngress", "UpdateSecurityGroupRuleDescriptionsIngress"],
                ),
            ],
        },
        // Older releases of Packer tag no key pair.
        Grant {
            sid: "KeyPairs",
            access: Access::Apply,
            resources: &["{regional}:key-pair/{project}-*"],
            conditions: &[],
            rows: &[calls(BAKING, &["DeleteKeyPair"])],
        },
        // Images and their snapshots may be anybody's, subnets those of a network brought along.
        Grant {
            sid: "Launch",
            access: Access::Apply,
            resources: &[
                "{public}:image/*",
                "{public}:snapshot/*",
                "{regional}:instance/*",
                "{regional}:launch-template/*",
                "{regional}:network-interface/*",
                "{regional}:security-group/*",
                "{regional}:subnet/*",
                "{regional}:volume/*",
            ],
            conditions: &[],
            rows: &[
                calls(ENVIRONMENT, &["RunInstances"]),
                needs(
                    TENANT,
                    &["RunInstances"],
                    "Auto Scaling takes a launch template only from who could launch from it.",
                ),
            ],
        },
    ],
};
