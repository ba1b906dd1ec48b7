//! CloudTrail. A trail has its environment's name.

use super::table::{Access, ENVIRONMENT, Grant, Service, calls};

const TRAILS: &[&str] = &["{regional}:trail/{project}-*"];

pub(super) const SERVICE: Service = Service {
    name: "cloudtrail",
    prefix: "cloudtrail",
    sid: "Trail",
    grants: &[
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: TRAILS,
            conditions: &[],
            rows: &[calls(ENVIRONMENT, &["GetEventSelectors", "GetTrail", "GetTrailStatus", "ListTags"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: TRAILS,
            conditions: &[],
            rows: &[calls(
                ENVIRONMENT,
                &[
                    "AddTags",
                    "CreateTrail",
                    "DeleteTrail",
                    "PutEventSelectors",
                    "RemoveTags",
                    "StartLogging",
                    "UpdateTrail",
                ],
            )],
        },
    ],
};
