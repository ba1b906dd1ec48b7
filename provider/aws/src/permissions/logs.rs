//! CloudWatch Logs. Log groups lie below `/paas/<project>/`.

use super::table::{AMI, ANY, Access, Grant, Service, WITH_ROLES, calls};

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
            rows: &[calls(WITH_ROLES, &["DescribeLogGroups"])],
        },
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: GROUPS,
            conditions: &[],
            rows: &[calls(WITH_ROLES, &["ListTagsForResource"])],
        },
        // The end of a failed build's log.
        Grant {
            sid: "ReadBuilds",
            access: Access::Apply,
            resources: &["{regional}:log-group:/paas/{project}/*:log-stream:*"],
            conditions: &[],
            rows: &[calls(AMI, &["GetLogEvents"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: GROUPS,
            conditions: &[],
            rows: &[calls(
                WITH_ROLES,
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
