//! A bucket for sources, artifacts and logs.

use super::settings::{self, Settings};
use super::{LOGS, NO_BUCKET, UNSETTLED, emptying, sdk_tags};
use crate::call::{AwsError, call, creating};
use crate::tags::{self, Tags};
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership};
use composite::{Child, Diff, Error, Id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The spec of a bucket. ACLs are off in all of them (`BucketOwnerEnforced`, set when it is made).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// The name, which no other bucket in the partition may have. It can't be changed.
    pub name: String,
    /// The key that encrypts the objects, under an S3 Bucket Key.
    pub kms_key_arn: String,
    /// Days after which objects below a prefix expire.
    pub expirations: BTreeMap<String, i32>,
    /// Whether EventBridge gets the bucket's events.
    pub event_bridge: bool,
    /// Whether old versions are kept. CodePipeline's S3 source needs them.
    pub versioning: bool,
    /// Whether no ACL and no policy can make anything public: all four settings of the block.
    pub block_public_access: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BucketOut {
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
}

/// Whose a bucket of the wanted name is.
enum Holder {
    Nobody,
    Us,
    Other(String),
}

impl Child for Bucket {
    const KIND: &'static str = "bucket";
    type World = World;
    type Out = BucketOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.name != saw.name {
            return Diff::Replace("name");
        }
        if self == saw { Diff::Same } else { Diff::Update }
    }

    /// Whoever has the name, looked at before anything is made: in some regions S3 answers the creation of a bucket that
    /// the account has already as if it had been made now.
    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        if cx.not.contains(&self.name) {
            return Ok(None);
        }
        match holder(cx, &self.name).await? {
            Holder::Us => Ok(Some(self.name.clone())),
            Holder::Nobody => Ok(None),
            Holder::Other(tells) => Err(Error::message(format!(
                "bucket {} exists and belongs to someone else ({tells}); choose another `project` or environment name",
                self.name
            ))),
        }
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        // us-east-1 is the absence of a location.
        let region = Some(cx.world.region.as_str()).filter(|region| *region != "us-east-1");
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(region.map(BucketLocationConstraint::from))
            .set_tags(Some(sdk_tags(&tags::to_create(cx, &self.tags))))
            .build();
        // «OperationAborted»: a bucket of that name is just being deleted.
        wait::settled(cx, &["OperationAborted"], || {
            let request = cx
                .world
                .s3
                .create_bucket()
                .bucket(&self.name)
                .object_ownership(ObjectOwnership::BucketOwnerEnforced)
                .create_bucket_configuration(configuration.clone());
            async move {
                creating("CreateBucket", request.send())
                    .await
                    .map_err(|e| if e.is(&["BucketAlreadyOwnedByYou"]) { e.exists() } else { e })
            }
        })
        .await?;
        // Nothing is set yet: `sync` sets ours without a look at AWS's defaults.
        let tags = tags::to_create(cx, &self.tags);
        cx.world.reads.s3.made.hand_on(&self.name, Settings { tags, ..Settings::default() });
        Ok(self.name.clone())
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<BucketOut, Error> {
        let s3 = &cx.world.s3;
        let missing = || AwsError::ours("GetBucketTagging", format!("no bucket {id}")).coded(NO_BUCKET);
        let seen = match cx.world.reads.s3.made.take(id) {
            Some(made) => made,
            None => {
                let look = || async { Settings::read(s3, id).await?.ok_or_else(missing) };
                wait::settled(cx, UNSETTLED, look).await?
            }
        };
        let mut wanted = self.settings();
        wanted.tags = tags::to_create(cx, &self.tags);
        // AWS's own tags can't be written, but the call that writes tags replaces them all.
        wanted.tags.extend(seen.tags.clone().into_iter().filter(|(key, _)| key.starts_with("aws:")));
        wanted.write(cx, id, &seen).await?;
        Ok(out(cx, id))
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, BucketOut)>, Error> {
        let Some(seen) = Settings::read(&cx.world.s3, id).await? else { return Ok(None) };
        let spec = Self {
            name: id.clone(),
            kms_key_arn: seen.kms_key_arn,
            expirations: seen.expirations,
            event_bridge: seen.event_bridge,
            versioning: seen.versioning,
            block_public_access: seen.block_public_access,
            tags: tags::of_user(cx, &seen.tags),
        };
        Ok(Some((spec, out(cx, id))))
    }

    /// Empties the bucket first: all of it where `force_destroy` is set, else [`LOGS`] alone. CloudTrail delivers for
    /// some minutes after its trail is gone, so a bucket that just was emptied may hold a log again.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let s3 = &cx.world.s3;
        let below = if cx.world.steering.force_destroy { "" } else { LOGS };
        wait::until(cx, &format!("bucket {id} to be empty"), || async {
            if !emptying::empty(cx, id, below).await? {
                return Ok(Some(()));
            }
            match call("DeleteBucket", s3.delete_bucket().bucket(id).send()).await {
                Ok(_) => Ok(Some(())),
                Err(e) if e.is(&[NO_BUCKET]) => Ok(Some(())),
                Err(e) if e.is(&["OperationAborted"]) => Ok(None),
                Err(e) if e.is(&["BucketNotEmpty"]) => match emptying::one_outside(cx, id, below).await? {
                    None => Ok(None),
                    Some(key) => Err(Error::message(format!(
                        "bucket {id} still holds objects, such as {key:?}: delete them, or set `force_destroy = true`, \
                         apply, and then destroy"
                    ))
                    .refused()),
                },
                Err(e) => Err(e.into()),
            }
        })
        .await?;
        wait::until(cx, &format!("bucket {id} to be gone"), || async {
            match settings::tags(s3, id).await {
                Err(e) if e.is(&[NO_BUCKET]) => Ok(Some(())),
                Err(e) => Err(e.into()),
                Ok(_) => Ok(None),
            }
        })
        .await
    }
}

impl Bucket {
    fn settings(&self) -> Settings {
        Settings {
            kms_key_arn: self.kms_key_arn.clone(),
            expirations: self.expirations.clone(),
            event_bridge: self.event_bridge,
            versioning: self.versioning,
            block_public_access: self.block_public_access,
            tags: self.tags.clone(),
        }
    }
}

fn out(cx: &Cx<'_>, name: &str) -> BucketOut {
    BucketOut { name: name.to_owned(), arn: format!("arn:{}:s3:::{name}", cx.world.partition) }
}

async fn holder(cx: &Cx<'_>, name: &str) -> Result<Holder, Error> {
    match settings::tags(&cx.world.s3, name).await {
        Ok(carried) if tags::are_ours(cx, &carried) => Ok(Holder::Us),
        Ok(carried) => Ok(Holder::Other(tags::whose(&carried))),
        Err(e) if e.is(&[NO_BUCKET]) => Ok(Holder::Nobody),
        Err(e) if e.is(&["AccessDenied"]) => {
            Ok(Holder::Other("it is another account's, or these credentials lack s3:GetBucketTagging".into()))
        }
        Err(e) => Err(e.into()),
    }
}

#[test]
fn only_the_name_is_fixed() {
    let wanted = Bucket {
        name: "paas-dev".into(),
        kms_key_arn: "k".into(),
        expirations: BTreeMap::new(),
        event_bridge: true,
        versioning: true,
        block_public_access: true,
        tags: Tags::new(),
    };
    assert_eq!(wanted.diff(&wanted), Diff::Same);
    assert_eq!(wanted.diff(&Bucket { versioning: false, ..wanted.clone() }), Diff::Update);
    assert_eq!(wanted.diff(&Bucket { name: "other".into(), ..wanted.clone() }), Diff::Replace("name"));
}
