//! Sources of images in the bucket.

use crate::account::{Account, BUCKET, archive};
use paas_aws::s3::objects::{head, put_once};
use paas_tests::emulator::Fault;
use serde_json::json;
use std::collections::BTreeMap;

const KEY: &str = "bakes/acme/1.zip";

#[tokio::test]
async fn an_object_that_its_contents_name_is_put_once() {
    let account = Account::new();
    let session = &account.provider().await.world;
    assert_eq!(head(session, BUCKET, KEY, None).await.unwrap(), None);
    let archive = archive(&[("install.sh", "#!/bin/bash\n")]);
    let metadata = BTreeMap::from([("commit".to_owned(), "c0ffee".to_owned())]);
    put_once(session, BUCKET, KEY, &archive, &metadata).await.unwrap();
    let first = head(session, BUCKET, KEY, None).await.unwrap().expect("it is there");
    assert_eq!((first.size, &first.metadata), (i64::try_from(archive.len()).unwrap(), &metadata));
    // Whoever comes again, or lost the answer, makes no second version.
    account.aws.faults([Fault::drop_after().operation("PutObject").times(1)]);
    put_once(session, BUCKET, KEY, b"other", &BTreeMap::new()).await.unwrap();
    assert_eq!(head(session, BUCKET, KEY, None).await.unwrap(), Some(first));
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
    let newest = head(session, BUCKET, KEY, None).await.unwrap().expect("it is there");
    assert_eq!((newest.version.as_ref(), newest.size), (Some(&new), 5));
    let first = head(session, BUCKET, KEY, Some(&old)).await.unwrap().expect("it is there");
    assert_eq!((first.version.as_ref(), first.size), (Some(&old), 3));
    account.call("s3", "delete_object", json!({"Bucket": BUCKET, "Key": KEY}));
    assert_eq!(head(session, BUCKET, KEY, None).await.unwrap(), None, "its deletion is the newest");
}

#[tokio::test]
async fn who_writes_at_the_same_moment_is_waited_for() {
    let account = Account::new();
    let session = &account.provider().await.world;
    account
        .aws
        .faults([Fault::error("ConditionalRequestConflict", "busy", 409).operation("PutObject").times(1)]);
    put_once(session, BUCKET, KEY, b"archive", &BTreeMap::new()).await.unwrap();
    assert!(head(session, BUCKET, KEY, None).await.unwrap().is_some());
}
