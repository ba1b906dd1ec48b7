//! CodeDeploy. An application is named `<project>_<environment>_<tenant>`; no name of ours holds an underscore.

use super::table::{ANY, Access, Grant, Service, TENANT, calls};

const OURS_BY_NAME: &[&str] =
    &["{regional}:application:{project}_*", "{regional}:deploymentgroup:{project}_*"];

pub(super) const SERVICE: Service = Service {
    name: "codedeploy",
    prefix: "codedeploy",
    sid: "CodeDeploy",
    grants: &[
        Grant {
            sid: "List",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[calls(TENANT, &["ListApplications"])],
        },
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: OURS_BY_NAME,
            conditions: &[],
            rows: &[calls(
                TENANT,
                &["BatchGetApplications", "BatchGetDeploymentGroups", "ListTagsForResource"],
            )],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: OURS_BY_NAME,
            conditions: &[],
            rows: &[calls(
                TENANT,
                &[
                    "CreateApplication",
                    "CreateDeploymentGroup",
                    "DeleteApplication",
                    "DeleteDeploymentGroup",
                    "TagResource",
                    "UntagResource",
                    "UpdateDeploymentGroup",
                ],
            )],
        },
    ],
};
