//! CodePipeline. A pipeline's name ends with `_<project>_<environment>`.

use super::table::{Access, Grant, Service, WITH_PIPELINES, calls};

const PIPELINES: &[&str] = &["{regional}:*_{project}_*"];

pub(super) const SERVICE: Service = Service {
    name: "codepipeline",
    prefix: "codepipeline",
    sid: "CodePipeline",
    grants: &[
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: PIPELINES,
            conditions: &[],
            rows: &[calls(WITH_PIPELINES, &["GetPipeline", "ListTagsForResource"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: PIPELINES,
            conditions: &[],
            rows: &[calls(
                WITH_PIPELINES,
                &["CreatePipeline", "DeletePipeline", "TagResource", "UntagResource", "UpdatePipeline"],
            )],
        },
    ],
};
