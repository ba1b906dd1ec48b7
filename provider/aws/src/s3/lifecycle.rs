//! Lifecycle rules: what expires, and when.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use std::collections::BTreeMap;

/// A rule for each prefix, which S3 takes literally: it knows no wildcards there. In a bucket with versions,
/// expiration only hides an object, so the hidden version goes a day later; the delete marker left over goes with
/// the rule's days. One more rule ends uploads that nobody finished.
pub(super) fn configuration(
    expirations: &BTreeMap<String, i32>,
) -> Result<BucketLifecycleConfiguration, BuildError> {
    let unfinished = LifecycleRule::builder()
        .id("abort-incomplete-uploads")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::builder().days_after_initiation(1).build(),
        )
        .build()?;
    let mut rules = vec![unfinished];
    for (prefix, days) in expirations {
        rules.push(
            LifecycleRule::builder()
                .id(format!("expire-{}", prefix.trim_end_matches('/')))
                .status(ExpirationStatus::Enabled)
                .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
                .expiration(LifecycleExpiration::builder().days(*days).build())
                .noncurrent_version_expiration(
                    NoncurrentVersionExpiration::builder().noncurrent_days(1).build(),
                )
                .build()?,
        );
    }
    BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build()
}

/// Days by prefix of the rules in force.
pub(super) fn expirations(rules: &[LifecycleRule]) -> BTreeMap<String, i32> {
    let in_force = rules.iter().filter(|rule| rule.status == ExpirationStatus::Enabled);
    in_force
        .filter_map(|rule| {
            let days = rule.expiration()?.days()?;
            let prefix = rule.filter().and_then(LifecycleRuleFilter::prefix);
            Some((prefix.unwrap_or_default().to_owned(), days))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_back_as_the_spec() {
        for wanted in [
            BTreeMap::new(),
            BTreeMap::from([("logs/".to_owned(), 1)]),
            BTreeMap::from([("logs/".to_owned(), 1), ("tmp/".to_owned(), 30)]),
        ] {
            let rules = configuration(&wanted).unwrap().rules;
            assert_eq!(rules.len(), wanted.len() + 1);
            assert_eq!(expirations(&rules), wanted);
        }
    }

    #[test]
    fn a_rule_that_was_switched_off_expires_nothing() {
        let mut rules = configuration(&BTreeMap::from([("logs/".to_owned(), 1)])).unwrap().rules;
        for rule in &mut rules {
            rule.status = ExpirationStatus::Disabled;
        }
        assert_eq!(expirations(&rules), BTreeMap::new());
    }
}
