//! CloudWatch Logs. Log groups lie below `/paas/<project>/`.

use super::table::{ANY, Access, ENVIRONMENT_AND_TENANT, Grant, Service, calls};

const GROUPS: &[&str] = &["{regional}:log-group:/paas/{project}/*"];

pub(super) const SERVICE: Service = Service {
    name: "logs",
    prefix: "logs",
    sid: "Logs",
    grants: &[
        Grant {
            sid: "List",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[calls(ENVIRONMENT_AND_TENANT, &["DescribeLogGroups"])],
        },
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: GROUPS,
            conditions: &[],
            rows: &[calls(ENVIRONMENT_AND_TENANT, &["ListTagsForResource"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: GROUPS,
            conditions: &[],
            rows: &[calls(
                ENVIRONMENT_AND_TENANT,
                &[
                    "AssociateKmsKey",
                    "CreateLogGroup",
                    "DeleteLogGroup",
                    "PutRetentionPolicy",
                    "TagResource",
                    "UntagResource",
                ],
            )],
        },
    ],
};
