//! Event selectors: which data events a trail records.

use aws_sdk_cloudtrail::types::{DataResource, EventSelector, ReadWriteType};
use std::collections::BTreeSet;

const OBJECTS: &str = "AWS::S3::Object";

/// A selector for each prefix of object ARNs, for writes only. Management events stay out: the account's own trails
/// record them, and every copy after the first costs.
pub(super) fn selectors(write_prefixes: &BTreeSet<String>) -> Vec<EventSelector> {
    let selector = |prefix: &String| {
        EventSelector::builder()
            .read_write_type(ReadWriteType::WriteOnly)
            .include_management_events(false)
            .data_resources(DataResource::builder().r#type(OBJECTS).values(prefix).build())
            .build()
    };
    write_prefixes.iter().map(selector).collect()
}

/// The prefixes of selectors such as [`selectors`] makes. Any other selector, such as a new trail's own for all
/// management events, is told in words, so that it shows as a difference.
pub(super) fn prefixes(seen: &[EventSelector]) -> BTreeSet<String> {
    seen.iter()
        .flat_map(|selector| prefixes_of(selector).unwrap_or_else(|| vec![describe(selector)]))
        .collect()
}

fn prefixes_of(selector: &EventSelector) -> Option<Vec<String>> {
    let ours = selector.read_write_type() == Some(&ReadWriteType::WriteOnly)
        && selector.include_management_events() == Some(false)
        && selector.data_resources().iter().all(|resource| resource.r#type() == Some(OBJECTS));
    ours.then(|| selector.data_resources().iter().flat_map(DataResource::values).cloned().collect())
}

fn describe(selector: &EventSelector) -> String {
    let events = selector.read_write_type().map_or("All", ReadWriteType::as_str);
    let management = if selector.include_management_events() == Some(false) { "" } else { " management" };
    let values = selector.data_resources().iter().flat_map(DataResource::values);
    let values: Vec<&str> = values.map(String::as_str).collect();
    format!("{events}{management} {}", values.join(" ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_read_back_as_the_prefixes() {
        let wanted = BTreeSet::from(["arn:aws:s3:::b/a/".to_owned(), "arn:aws:s3:::b/c/".to_owned()]);
        let made = selectors(&wanted);
        assert_eq!(made.len(), 2);
        assert_eq!(prefixes(&made), wanted);
    }

    #[test]
    fn other_selectors_show() {
        let of_a_new_trail = EventSelector::builder().include_management_events(true).build();
        assert_eq!(prefixes(&[of_a_new_trail]), BTreeSet::from(["All management".to_owned()]));
        let mut changed = selectors(&BTreeSet::from(["arn:aws:s3:::b/a/".to_owned()]));
        changed[0].read_write_type = Some(ReadWriteType::All);
        assert_eq!(prefixes(&changed), BTreeSet::from(["All arn:aws:s3:::b/a/".to_owned()]));
    }
}
