//! S3. Buckets' names begin with the project's. Many permissions aren't named as their calls are.

use super::table::{Access, ENVIRONMENT, Grant, Service, TENANT, calls, calls_as};

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
                calls_as(TENANT, &["ListObjectsV2"], &["ListBucket"]),
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
                calls_as(TENANT, &["ListObjectVersions"], &["ListBucketVersions"]),
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
    ],
};
