//! S3: the environment's bucket and its policy.

mod bucket;
mod bucket_policy;
mod emptying;
mod lifecycle;
mod seed_object;
mod settings;

pub use bucket::{Bucket, BucketOut};
pub use bucket_policy::{BucketPolicy, BucketPolicyOut};
pub use seed_object::{SeedObject, SeedObjectOut};

use crate::batch::Handed;
use crate::tags::Tags;
use aws_sdk_s3::types::Tag;

/// The prefix of what AWS services write into the bucket. It is emptied at every destroy, `force_destroy` or not:
/// nobody put it there by hand, it expires within days, and it would block the destruction of each environment.
pub const LOGS: &str = "logs/";

/// What is known without asking.
#[derive(Default)]
pub struct Reads {
    /// Buckets that were just made.
    made: Handed<settings::Settings>,
}

const NO_BUCKET: &str = "NoSuchBucket";

/// S3 takes one change of a bucket at a time, and knows a bucket a little after it was made.
const UNSETTLED: &[&str] = &["OperationAborted", NO_BUCKET];

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag =
        |(k, v): (&String, &String)| Tag::builder().key(k).value(v).build().expect("key and value are set");
    tags.iter().map(tag).collect()
}
