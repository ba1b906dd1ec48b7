//! Lambda. A webhook's function is named `<project>_gitlab-webhook_<name>`.

use super::table::{Access, Grant, Service, WEBHOOK, calls, needs};

const FUNCTIONS: &[&str] = &["{regional}:function:{project}_gitlab-webhook_*"];

pub(super) const SERVICE: Service = Service {
    name: "lambda",
    prefix: "lambda",
    sid: "Lambda",
    grants: &[
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: FUNCTIONS,
            conditions: &[],
            rows: &[
                calls(WEBHOOK, &["GetFunction", "GetPolicy"]),
                needs(WEBHOOK, &["ListTags"], "GetFunction tells a function's tags to who may list them."),
            ],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: FUNCTIONS,
            conditions: &[],
            rows: &[calls(
                WEBHOOK,
                &[
                    "CreateFunction",
                    "DeleteFunction",
                    "DeleteFunctionConcurrency",
                    "RemovePermission",
                    "TagResource",
                    "UntagResource",
                    "UpdateFunctionCode",
                    "UpdateFunctionConfiguration",
                ],
            )],
        },
        // Nobody but API Gateway is let in.
        Grant {
            sid: "LetIn",
            access: Access::Apply,
            resources: FUNCTIONS,
            conditions: &[("StringEquals", "lambda:Principal", &["apigateway.amazonaws.com"])],
            rows: &[calls(WEBHOOK, &["AddPermission"])],
        },
    ],
};
