//! A bucket's policy: a child of its own, since it names the trail that the bucket must exist for.

use super::{NO_BUCKET, UNSETTLED};
use crate::call::{AwsError, call};
use crate::policy::{Document, compact};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_s3::Client;
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};

/// The spec of a bucket's policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BucketPolicy {
    /// The bucket's name. It can't be changed.
    pub bucket: String,
    /// Who may do what; see [`crate::policies::bucket`].
    #[serde(with = "compact")]
    pub policy: Document,
}

/// Nothing for siblings to use but that it is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BucketPolicyOut {}

const NO_POLICY: &str = "NoSuchBucketPolicy";

impl Child for BucketPolicy {
    const KIND: &'static str = "bucket_policy";
    type World = World;
    type Out = BucketPolicyOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.bucket != saw.bucket {
            return Diff::Replace("bucket");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    /// A bucket has one policy, and the bucket is ours: so is its policy.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.bucket) {
            return Ok(None);
        }
        Ok(look(&cx.world.s3, &self.bucket).await?.map(|_| self.bucket.clone()))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        self.put(cx).await?;
        Ok(self.bucket.clone())
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<BucketPolicyOut, Error> {
        if look(&cx.world.s3, id).await?.as_ref() != Some(&self.policy) {
            self.put(cx).await?;
        }
        Ok(BucketPolicyOut {})
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, BucketPolicyOut)>, Error> {
        let policy = look(&cx.world.s3, id).await?;
        Ok(policy.map(|policy| (Self { bucket: id.clone(), policy }, BucketPolicyOut {})))
    }

    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        wait::settled(cx, &["OperationAborted"], || async {
            match call("DeleteBucketPolicy", cx.world.s3.delete_bucket_policy().bucket(id).send()).await {
                Err(e) if !e.is(&[NO_BUCKET, NO_POLICY]) => Err(e),
                _ => Ok(()),
            }
        })
        .await
    }
}

impl BucketPolicy {
    /// Writing the whole policy means the same twice, so it needs no care against repetition.
    async fn put(&self, cx: &Cx<'_>) -> Result<(), Error> {
        wait::settled(cx, UNSETTLED, || {
            let request =
                cx.world.s3.put_bucket_policy().bucket(&self.bucket).policy(self.policy.to_string());
            async move { call("PutBucketPolicy", request.send()).await.map(|_| ()) }
        })
        .await
    }
}

async fn look(s3: &Client, bucket: &str) -> Result<Option<Document>, AwsError> {
    let text = match call("GetBucketPolicy", s3.get_bucket_policy().bucket(bucket).send()).await {
        Ok(answer) => answer.policy.unwrap_or_default(),
        Err(e) if e.is(&[NO_BUCKET, NO_POLICY]) => return Ok(None),
        Err(e) => return Err(e),
    };
    text.parse().map(Some).map_err(|e| {
        AwsError::ours("GetBucketPolicy", format!("bucket {bucket}: the policy isn't JSON: {e}"))
    })
}

#[test]
fn only_the_bucket_is_fixed() {
    let of = |bucket: &str, statements| BucketPolicy {
        bucket: bucket.into(),
        policy: crate::policy::document(statements),
    };
    let denied = crate::policy::Statement::deny("A").anyone().actions(&["s3:*"]).resource("*");
    assert_eq!(of("a", vec![]).diff(&of("a", vec![])), Diff::Same);
    assert_eq!(of("a", vec![]).diff(&of("a", vec![denied])), Diff::Update);
    assert_eq!(of("a", vec![]).diff(&of("b", vec![])), Diff::Replace("bucket"));
}
