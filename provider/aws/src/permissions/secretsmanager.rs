//! Secrets Manager: RDS keeps the master user's password there, as `rds!db-<id>`. A webhook's secrets are named
//! `<project>/gitlab_webhook/<name>/…`; they are written and never read.

use super::table::{ANY, Access, CREDENTIALS, DATABASE, Grant, Service, WEBHOOK, calls, needs};

const SECRETS: &[&str] = &["{regional}:secret:rds!*"];
const OF_WEBHOOKS: &[&str] = &["{regional}:secret:{project}/gitlab_webhook/*"];

pub(super) const SERVICE: Service = Service {
    name: "secretsmanager",
    prefix: "secretsmanager",
    sid: "Secrets",
    grants: &[
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: SECRETS,
            conditions: &[(
                "StringLike",
                "secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn",
                &["arn:*:rds:{region}:{account}:db:{project}-*"],
            )],
            rows: &[calls(CREDENTIALS, &["GetSecretValue"])],
        },
        Grant {
            sid: "Managed",
            access: Access::Apply,
            resources: SECRETS,
            conditions: &[],
            rows: &[needs(
                DATABASE,
                &["CreateSecret", "TagResource"],
                "RDS makes the master user's secret in the caller's name.",
            )],
        },
        Grant {
            sid: "ReadWebhook",
            access: Access::Plan,
            resources: OF_WEBHOOKS,
            conditions: &[],
            rows: &[calls(WEBHOOK, &["DescribeSecret"])],
        },
        // It makes a value up and keeps none: it knows no resources.
        Grant {
            sid: "Generate",
            access: Access::Apply,
            resources: ANY,
            conditions: &[],
            rows: &[calls(WEBHOOK, &["GetRandomPassword"])],
        },
        Grant {
            sid: "ChangeWebhook",
            access: Access::Apply,
            resources: OF_WEBHOOKS,
            conditions: &[],
            rows: &[calls(
                WEBHOOK,
                &[
                    "CreateSecret",
                    "DeleteSecret",
                    "PutSecretValue",
                    "RestoreSecret",
                    "TagResource",
                    "UntagResource",
                    "UpdateSecret",
                ],
            )],
        },
    ],
};
