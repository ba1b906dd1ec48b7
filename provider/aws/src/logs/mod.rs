//! CloudWatch Logs.

mod log_group;

pub use log_group::{LogGroup, LogGroupOut};

use crate::batch::Batched;
use crate::call::{AwsError, call};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroup as Described;
use std::collections::HashMap;

/// Batched reads of log groups by name.
pub struct Reads {
    pub(crate) groups: Batched<String, Described>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let client = client.clone();
        Self {
            groups: Batched::new(200, move |names| {
                let client = client.clone();
                async move { describe(&client, names).await }
            }),
        }
    }
}

/// Names can't be listed in the call: it takes a prefix. The wanted names share theirs, and come with the few others
/// that begin alike.
async fn describe(client: &Client, names: Vec<String>) -> Result<HashMap<String, Described>, AwsError> {
    let prefix = Some(common_prefix(&names)).filter(|prefix| !prefix.is_empty());
    let request = client.describe_log_groups().set_log_group_name_prefix(prefix.map(str::to_owned));
    let mut pages = request.into_paginator().send();
    let mut found = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = call("DescribeLogGroups", std::future::ready(page)).await?;
        for group in page.log_groups.into_iter().flatten() {
            if let Some(name) = group.log_group_name.clone().filter(|name| names.contains(name)) {
                found.insert(name, group);
            }
        }
    }
    Ok(found)
}

fn common_prefix(names: &[String]) -> &str {
    let Some((first, others)) = names.split_first() else { return "" };
    let shared = |other: &String| {
        let pairs = first.char_indices().zip(other.chars());
        let alike = pairs.take_while(|((_, a), b)| a == b);
        alike.last().map_or(0, |((at, c), _)| at + c.len_utf8())
    };
    &first[..others.iter().map(shared).min().unwrap_or(first.len())]
}

#[test]
fn what_names_share() {
    for (names, prefix) in [
        (vec!["/paas/dev/a", "/paas/dev/b"], "/paas/dev/"),
        (vec!["/paas/dev"], "/paas/dev"),
        (vec!["/paas/dev", "/paas/dev/a"], "/paas/dev"),
        (vec!["a", "b"], ""),
        (vec![], ""),
    ] {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(common_prefix(&names), prefix, "{names:?}");
    }
}
