//! Secrets Manager: RDS keeps the master user's password there, as `rds!db-<id>`.

use super::table::{Access, CREDENTIALS, DATABASE, Grant, Service, calls, needs};

const SECRETS: &[&str] = &["{regional}:secret:rds!*"];

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
    ],
};
