//! KMS. Keys have ids, not names, so what is ours is told by the tag `paas:owner`. But KMS takes up to five minutes until
//! a tag counts in its authorization, so what is done to a key that was just made can't ask for it.

use super::table::{
    ANY, Access, CREDENTIALS, DATABASE, Grant, IMAGES, MADE_OURS, OURS, Service, WEBHOOK, WITH_KEYS, calls,
    needs,
};

const KEYS: &[&str] = &["{regional}:key/*"];

pub(super) const SERVICE: Service = Service {
    name: "kms",
    prefix: "kms",
    sid: "Kms",
    grants: &[
        Grant {
            sid: "List",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[calls(WITH_KEYS, &["ListAliases", "ListKeys"])],
        },
        // An import finds the key by the tags of all of them.
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: KEYS,
            conditions: &[],
            rows: &[calls(
                WITH_KEYS,
                &["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"],
            )],
        },
        Grant {
            sid: "Create",
            access: Access::Apply,
            resources: ANY,
            conditions: &[MADE_OURS],
            rows: &[
                calls(WITH_KEYS, &["CreateKey"]),
                needs(WITH_KEYS, &["PutKeyPolicy", "TagResource"], "CreateKey sets a policy and tags."),
            ],
        },
        // Actions on aliases are asked for twice: here for the keys, which may be another's where somebody moved the alias.
        Grant {
            sid: "SetUp",
            access: Access::Apply,
            resources: KEYS,
            conditions: &[],
            rows: &[calls(WITH_KEYS, &["CreateAlias", "DeleteAlias", "EnableKeyRotation", "UpdateAlias"])],
        },
        Grant {
            sid: "Aliases",
            access: Access::Apply,
            resources: &["{regional}:alias/{project}-*"],
            conditions: &[],
            rows: &[calls(WITH_KEYS, &["CreateAlias", "DeleteAlias", "UpdateAlias"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: KEYS,
            conditions: &[OURS],
            rows: &[calls(
                WITH_KEYS,
                &[
                    "EnableKey",
                    "PutKeyPolicy",
                    "ScheduleKeyDeletion",
                    "TagResource",
                    "UntagResource",
                    "UpdateKeyDescription",
                ],
            )],
        },
        Grant {
            sid: "SeedObject",
            access: Access::Apply,
            resources: KEYS,
            conditions: &[OURS, ("StringEquals", "kms:ViaService", &["service:s3.{region}"])],
            rows: &[needs(
                IMAGES,
                &["GenerateDataKey"],
                "S3 encrypts a pipeline's first object, and the source of an image, with the environment's key.",
            )],
        },
        Grant {
            sid: "Database",
            access: Access::Apply,
            resources: KEYS,
            conditions: &[
                OURS,
                (
                    "StringEquals",
                    "kms:ViaService",
                    &["service:rds.{region}", "service:secretsmanager.{region}"],
                ),
            ],
            rows: &[needs(
                DATABASE,
                &["CreateGrant", "Decrypt", "GenerateDataKey"],
                "RDS and Secrets Manager encrypt the database and its secret with the environment's key in the caller's name.",
            )],
        },
        Grant {
            sid: "DescribeForDatabase",
            access: Access::Apply,
            resources: KEYS,
            conditions: &[OURS],
            rows: &[needs(
                DATABASE,
                &["DescribeKey"],
                "RDS looks at the key that the database and its secret are encrypted with.",
            )],
        },
        // The key was just made: its tag doesn't count yet. The secret tells whose it is.
        Grant {
            sid: "WebhookSecrets",
            access: Access::Apply,
            resources: KEYS,
            conditions: &[
                ("StringEquals", "kms:ViaService", &["service:secretsmanager.{region}"]),
                (
                    "StringLike",
                    "kms:EncryptionContext:SecretARN",
                    &["arn:*:secretsmanager:{region}:{account}:secret:{project}/gitlab_webhook/*"],
                ),
            ],
            rows: &[needs(
                WEBHOOK,
                &["Decrypt", "Encrypt", "GenerateDataKey"],
                "Secrets Manager encrypts a webhook's secrets with its key in the caller's name.",
            )],
        },
        Grant {
            sid: "Credentials",
            access: Access::Plan,
            resources: KEYS,
            conditions: &[OURS, ("StringEquals", "kms:ViaService", &["service:secretsmanager.{region}"])],
            rows: &[needs(CREDENTIALS, &["Decrypt"], "The secret is encrypted with the environment's key.")],
        },
    ],
};
