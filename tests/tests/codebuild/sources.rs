//! Sources of images in the bucket.

use crate::account::{Account, BUCKET, archive};
use paas_aws::s3::objects::{put_once, version};
use paas_tests::emulator::Fault;
use serde_json::json;

const KEY: &str = "bakes/acme/1.zip";

#[tokio::test]
async fn an_object_that_its_contents_name_is_put_once() {
    let account = Account::new();
    let session = &account.provider().await.world;
    assert_eq!(version(session, BUCKET, KEY, None).await.unwrap(), None);
    let archive = archive(&[("install.sh", "#!/bin/bash\n")]);
    put_once(session, BUCKET, KEY, &archive).await.unwrap();
    let first = version(session, BUCKET, KEY, None).await.unwrap().expect("it is there");
    let head = account.call("s3", "head_object", json!({"Bucket": BUCKET, "Key": KEY}));
    assert_eq!((&head["ContentLength"], &head["VersionId"]), (&json!(archive.len()), &json!(first)));
    assert_eq!(head["ContentType"], "application/zip");
    // Whoever comes again, or lost the answer, makes no second version.
    account.aws.faults([Fault::drop_after().operation("PutObject").times(1)]);
    put_once(session, BUCKET, KEY, b"other").await.unwrap();
    assert_eq!(version(session, BUCKET, KEY, None).await.unwrap(), Some(first));
}

#[tokio::test]
async fn a_version_is_told_from_the_newest() {
    let account = Account::new();
    let session = &account.provider().await.world;
    let put = |body: &str| {
        let put = account.call("s3", "put_object", json!({"Bucket": BUCKET, "Key": KEY, "Body": body}));
        put["VersionId"].as_str().expect("the bucket keeps versions").to_owned()
    };
    let (old, new) = (put("old"), put("newer"));
    assert_eq!(version(session, BUCKET, KEY, None).await.unwrap(), Some(new));
    assert_eq!(version(session, BUCKET, KEY, Some(&old)).await.unwrap(), Some(old));
    account.call("s3", "delete_object", json!({"Bucket": BUCKET, "Key": KEY}));
    assert_eq!(version(session, BUCKET, KEY, None).await.unwrap(), None, "its deletion is the newest");
}

/// S3 refuses a text that can't be a version's id with the status alone: the answer to a `HEAD` has no body.
#[tokio::test]
async fn what_can_be_no_version_is_none_and_any_other_refusal_is_an_error() {
    let account = Account::new();
    let session = &account.provider().await.world;
    let refused = |status| {
        account
            .aws
            .faults([Fault::error("Hidden", "nobody reads this", status).operation("HeadObject").times(1)])
    };
    refused(400);
    assert_eq!(version(session, BUCKET, KEY, Some("no id")).await.unwrap(), None);
    refused(400);
    let bad = version(session, BUCKET, KEY, None).await.unwrap_err().to_string();
    assert!(bad.starts_with("HeadObject: BadRequest: HTTP status 400"), "{bad}");
    refused(403);
    let denied = version(session, BUCKET, KEY, Some("1")).await.unwrap_err().to_string();
    assert!(denied.starts_with("HeadObject: Forbidden: HTTP status 403"), "{denied}");
}

#[tokio::test]
async fn who_writes_at_the_same_moment_is_waited_for() {
    let account = Account::new();
    let session = &account.provider().await.world;
    account
        .aws
        .faults([Fault::error("ConditionalRequestConflict", "busy", 409).operation("PutObject").times(1)]);
    put_once(session, BUCKET, KEY, b"archive").await.unwrap();
    assert!(version(session, BUCKET, KEY, None).await.unwrap().is_some());
}
