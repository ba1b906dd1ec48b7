//! Systems Manager: the published records, below `/paas/<project>/`, and AWS's public parameters.

use super::table::{Access, COMPOSITES, ENVIRONMENT, EVERY, Grant, Service, calls};

const RECORDS: &[&str] = &["{regional}:parameter/paas/{project}/*"];

pub(super) const SERVICE: Service = Service {
    name: "ssm",
    prefix: "ssm",
    sid: "Records",
    grants: &[
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: RECORDS,
            conditions: &[],
            rows: &[
                calls(EVERY, &["GetParameters"]),
                calls(ENVIRONMENT, &["GetParametersByPath"]),
                calls(COMPOSITES, &["ListTagsForResource"]),
            ],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: RECORDS,
            conditions: &[],
            rows: &[calls(
                COMPOSITES,
                &["AddTagsToResource", "DeleteParameter", "PutParameter", "RemoveTagsFromResource"],
            )],
        },
        Grant {
            sid: "NatImage",
            access: Access::Apply,
            resources: &["{public}:parameter/aws/service/*"],
            conditions: &[],
            rows: &[calls(ENVIRONMENT, &["GetParameter"])],
        },
    ],
};
