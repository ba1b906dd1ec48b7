//! CodeBuild. A project is named `<project>_<environment>_<tenant>_…`, or `<project>_gitlab-webhook_…`; no name of ours holds
//! an underscore. What is done to a build is asked for of its project.

use super::table::{AMI, Access, FOLLOWING_BUILDS, Grant, Service, WITH_BUILDS, calls};

const PROJECTS: &[&str] = &["{regional}:project/{project}_*"];

pub(super) const SERVICE: Service = Service {
    name: "codebuild",
    prefix: "codebuild",
    sid: "CodeBuild",
    grants: &[
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: PROJECTS,
            conditions: &[],
            rows: &[calls(WITH_BUILDS, &["BatchGetProjects"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: PROJECTS,
            conditions: &[],
            rows: &[
                calls(WITH_BUILDS, &["CreateProject", "DeleteProject", "UpdateProject"]),
                calls(AMI, &["StartBuild"]),
                // A project's end ends what runs of it.
                calls(FOLLOWING_BUILDS, &["BatchGetBuilds", "ListBuildsForProject", "StopBuild"]),
            ],
        },
    ],
};
