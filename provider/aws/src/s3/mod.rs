//! S3: the environment's bucket, its policy, and the releases in it.

mod bucket;
mod bucket_policy;
mod emptying;
mod lifecycle;
pub mod objects;
mod seed_object;
mod settings;

pub use bucket::{Bucket, BucketOut};
pub use bucket_policy::{BucketPolicy, BucketPolicyOut};
pub(crate) use emptying::empty;
pub use seed_object::{Seed, SeedObject, SeedObjectOut};

use crate::batch::{Batched, Handed};
use crate::tags::Tags;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Object, Tag};

/// The prefix of what AWS services write into the bucket. It is emptied at every destroy, `force_destroy` or not:
/// nobody put it there by hand, it expires within days, and it would block the destruction of each environment.
pub const LOGS: &str = "logs/";

/// As many as one page of `ListObjectsV2` holds.
const OBJECTS_PER_CALL: usize = 1000;

/// Batched reads of objects, and what is known without asking.
pub struct Reads {
    /// Buckets that were just made.
    made: Handed<settings::Settings>,
    /// By bucket and key.
    objects: Batched<(String, String), Object>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let client = client.clone();
        Self {
            made: Handed::default(),
            objects: Batched::new(OBJECTS_PER_CALL, move |keys| seed_object::list(client.clone(), keys)),
        }
    }
}

const NO_BUCKET: &str = "NoSuchBucket";

/// S3 takes one change of a bucket at a time, and knows a bucket a little after it was made.
const UNSETTLED: &[&str] = &["OperationAborted", NO_BUCKET];

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag =
        |(k, v): (&String, &String)| Tag::builder().key(k).value(v).build().expect("key and value are set");
    tags.iter().map(tag).collect()
}
