//! API Gateway. IAM knows five permissions for all of its calls, the methods of HTTP, and tells calls apart by the paths of
//! API Gateway's own API, which stand in the ARNs. An API's id is nobody's choice, so what is ours is told by the tag
//! `paas:owner`; what is in an API counts as tagged as the API is.

use super::table::{Access, Grant, MADE_OURS, OURS, Service, WEBHOOK, calls_as, needs};

/// All APIs, and one with what is in it.
const APIS: &str = "{public}:/restapis";
const OF_APIS: &str = "{public}:/restapis/*";

pub(super) const SERVICE: Service = Service {
    name: "apigateway",
    prefix: "apigateway",
    sid: "ApiGateway",
    grants: &[
        // The list of all of them tells which one is ours.
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: &[APIS, OF_APIS],
            conditions: &[],
            rows: &[calls_as(
                WEBHOOK,
                &["GetDeployments", "GetResources", "GetRestApis", "GetStages"],
                &["GET"],
            )],
        },
        Grant {
            sid: "Create",
            access: Access::Apply,
            resources: &[APIS],
            conditions: &[MADE_OURS],
            rows: &[calls_as(WEBHOOK, &["CreateRestApi"], &["POST"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: &[OF_APIS],
            conditions: &[OURS],
            rows: &[
                calls_as(WEBHOOK, &["CreateDeployment", "CreateResource", "CreateStage"], &["POST"]),
                calls_as(WEBHOOK, &["PutIntegration", "PutMethod"], &["PUT"]),
                calls_as(WEBHOOK, &["UpdateRestApi", "UpdateStage"], &["PATCH"]),
                calls_as(
                    WEBHOOK,
                    &["DeleteDeployment", "DeleteMethod", "DeleteResource", "DeleteRestApi", "DeleteStage"],
                    &["DELETE"],
                ),
            ],
        },
        // A path of tags has the ARN of what is tagged at its end, and no tags itself. Whose tags they are can't be asked.
        Grant {
            sid: "Tags",
            access: Access::Apply,
            resources: &["{public}:/tags/arn*apigateway*restapis*"],
            conditions: &[],
            rows: &[
                calls_as(WEBHOOK, &["TagResource"], &["PUT"]),
                calls_as(WEBHOOK, &["UntagResource"], &["DELETE"]),
                needs(WEBHOOK, &["POST", "PUT"], "CreateRestApi and CreateStage set tags."),
            ],
        },
    ],
};
