//! EventBridge. The rule that starts a pipeline has the pipeline's name, which ends with `_<project>_<environment>`.

use super::table::{ANY, Access, Grant, Service, WITH_PIPELINES, calls};

const RULES: &[&str] = &["{regional}:rule/*_{project}_*"];

pub(super) const SERVICE: Service = Service {
    name: "events",
    prefix: "events",
    sid: "Events",
    grants: &[
        Grant {
            sid: "List",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[calls(WITH_PIPELINES, &["ListRules"])],
        },
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: RULES,
            conditions: &[],
            rows: &[calls(WITH_PIPELINES, &["ListTagsForResource", "ListTargetsByRule"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: RULES,
            conditions: &[],
            rows: &[calls(
                WITH_PIPELINES,
                &["DeleteRule", "PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"],
            )],
        },
    ],
};
