//! S3. Buckets' names begin with the project's. Many permissions aren't named as their calls are.

use super::table::{
    AMI, Access, ENVIRONMENT, Grant, INFRASTRUCTURE, Service, TENANT, WITH_PIPELINES, calls, calls_as, needs,
};

const BUCKETS: &[&str] = &["{bare}:{project}-*"];

pub(super) const SERVICE: Service = Service {
    name: "s3",
    prefix: "s3",
    sid: "S3",
    grants: &[
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: BUCKETS,
            conditions: &[],
            rows: &[
                calls(ENVIRONMENT, &["GetBucketPolicy", "GetBucketTagging", "GetBucketVersioning"]),
                calls_as(ENVIRONMENT, &["GetBucketEncryption"], &["GetEncryptionConfiguration"]),
                calls_as(ENVIRONMENT, &["GetBucketLifecycleConfiguration"], &["GetLifecycleConfiguration"]),
                calls_as(ENVIRONMENT, &["GetBucketNotificationConfiguration"], &["GetBucketNotification"]),
                calls_as(ENVIRONMENT, &["GetPublicAccessBlock"], &["GetBucketPublicAccessBlock"]),
                calls_as(WITH_PIPELINES, &["ListObjectsV2"], &["ListBucket"]),
                needs(
                    AMI,
                    &["ListBucket"],
                    "S3 says that an object isn't there only to who may list the bucket.",
                ),
            ],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: BUCKETS,
            conditions: &[],
            rows: &[
                // It sets the ownership of objects, and tags.
                calls_as(
                    ENVIRONMENT,
                    &["CreateBucket"],
                    &["CreateBucket", "PutBucketOwnershipControls", "TagResource"],
                ),
                calls(
                    ENVIRONMENT,
                    &[
                        "DeleteBucket",
                        "DeleteBucketPolicy",
                        "PutBucketPolicy",
                        "PutBucketTagging",
                        "PutBucketVersioning",
                    ],
                ),
                calls_as(ENVIRONMENT, &["PutBucketEncryption"], &["PutEncryptionConfiguration"]),
                calls_as(ENVIRONMENT, &["PutBucketLifecycleConfiguration"], &["PutLifecycleConfiguration"]),
                calls_as(ENVIRONMENT, &["PutBucketNotificationConfiguration"], &["PutBucketNotification"]),
                calls_as(ENVIRONMENT, &["PutPublicAccessBlock"], &["PutBucketPublicAccessBlock"]),
                calls_as(ENVIRONMENT, &["ListObjectVersions"], &["ListBucketVersions"]),
                calls_as(WITH_PIPELINES, &["ListObjectVersions"], &["ListBucketVersions"]),
            ],
        },
        // A destroy empties the bucket, as far as it may.
        Grant {
            sid: "Empty",
            access: Access::Apply,
            resources: &["{bare}:{project}-*/*"],
            conditions: &[],
            rows: &[calls_as(ENVIRONMENT, &["DeleteObjects"], &["DeleteObject", "DeleteObjectVersion"])],
        },
        // The first release, and the folders that CodePipeline keeps artifacts in: `<pipeline>/Software/`.
        Grant {
            sid: "Seed",
            access: Access::Apply,
            resources: &["{bare}:{project}-*/software/*"],
            conditions: &[],
            rows: &[calls(TENANT, &["PutObject"])],
        },
        Grant {
            sid: "Releases",
            access: Access::Apply,
            resources: &["{bare}:{project}-*/software/*", "{bare}:{project}-*/*/Software/*"],
            conditions: &[],
            rows: &[calls_as(TENANT, &["DeleteObjects"], &["DeleteObject", "DeleteObjectVersion"])],
        },
        // Which version of a tenant's scripts is the newest.
        Grant {
            sid: "Sources",
            access: Access::Plan,
            resources: &["{bare}:{project}-*/infrastructure/*"],
            conditions: &[],
            rows: &[calls_as(AMI, &["HeadObject"], &["GetObject", "GetObjectVersion"])],
        },
        // The first scripts, and the folders of artifacts: `<pipeline>/Scripts/`, `<pipeline>/Plan/`.
        Grant {
            sid: "SeedScripts",
            access: Access::Apply,
            resources: &["{bare}:{project}-*/infrastructure/*"],
            conditions: &[],
            rows: &[calls(INFRASTRUCTURE, &["PutObject"])],
        },
        Grant {
            sid: "Scripts",
            access: Access::Apply,
            resources: &[
                "{bare}:{project}-*/infrastructure/*",
                "{bare}:{project}-*/*/Plan/*",
                "{bare}:{project}-*/*/Scripts/*",
            ],
            conditions: &[],
            rows: &[calls_as(INFRASTRUCTURE, &["DeleteObjects"], &["DeleteObject", "DeleteObjectVersion"])],
        },
        // Scripts from a folder of Terraform's own.
        Grant {
            sid: "Bakes",
            access: Access::Apply,
            resources: &["{bare}:{project}-*/bakes/*"],
            conditions: &[],
            rows: &[calls(AMI, &["PutObject"])],
        },
    ],
};
