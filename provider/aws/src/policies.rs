//! The policy documents of an environment, its tenants and a webhook: pure functions, each after the AWS fact that it follows.

mod bucket;
pub mod infrastructure;
mod key;
mod pipelines;
mod site;
mod tenant;
mod trail;
pub mod trust;
pub mod webhook;

pub use bucket::{TrailDelivery, bucket};
pub use key::{KeyUsers, key};
pub use pipelines::{
    INFRASTRUCTURE, PLAN, SOFTWARE, deploy, events, infrastructure_pipeline, software_pipeline,
};
pub use site::Site;
pub use tenant::{Tenant, instance};
pub use trail::log_delivery;

use crate::policy::Document;
use std::collections::BTreeMap;

/// A role's inline policies by name.
pub type Inline = BTreeMap<String, Document>;

fn inline<const N: usize>(policies: [(&str, Document); N]) -> Inline {
    policies.into_iter().map(|(name, document)| (name.to_owned(), document)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IAM counts what isn't white space: 10,240 over all inline policies of a role, 2,048 for a trust policy;
    /// S3 takes 20 KB, KMS 32 KB.
    #[test]
    fn documents_keep_within_the_quotas() {
        let mut site = Site::example();
        site.project = "p".repeat(20);
        site.environment = "e".repeat(20);
        let (bucket_arn, key_arn) =
            (format!("arn:aws:s3:::{}", "b".repeat(63)), site.arn("kms", &"k".repeat(40)));
        let size = |policies: &Inline| policies.values().map(|d| d.to_string().len()).sum::<usize>();
        for (what, policies) in [
            ("infrastructure", infrastructure_pipeline(&site, &bucket_arn, &key_arn)),
            ("software", software_pipeline(&site, &bucket_arn, &key_arn)),
            ("deploy", deploy(&site)),
            ("events", events(&site)),
            (
                "instance",
                instance(
                    &site,
                    &Tenant {
                        name: &"t".repeat(32),
                        artifact_folder: &"f".repeat(20),
                        database_prefix: &"d".repeat(46),
                    },
                    &bucket_arn,
                    &key_arn,
                ),
            ),
            (
                "webhook",
                webhook::builds(
                    &site,
                    &vec![
                        webhook::Destination { bucket_arn: bucket_arn.clone(), key_alias: "a".repeat(39) };
                        webhook::MOST_DESTINATIONS
                    ],
                    Some(&webhook::Credentials { secret_arn: "s".repeat(600), key_arn: None }),
                    &"l".repeat(80),
                ),
            ),
            ("log delivery", log_delivery(&site, &"l".repeat(200))),
        ] {
            assert!(size(&policies) < 10_240, "{what}: {}", size(&policies));
        }
        let pipeline = trust::services(&site, &["codepipeline", "codebuild"]);
        assert!(pipeline.to_string().len() < 2_048);
        let users = KeyUsers { trail: Some("trail".into()), roles: vec!["r".repeat(64); 3] };
        assert!(key(&site, &users).to_string().len() < 32_768);
    }
}
