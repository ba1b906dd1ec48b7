//! CloudWatch Logs.

mod log_group;

pub use log_group::{LogGroup, LogGroupOut};

use crate::batch::{Batched, prefix_of};
use crate::call::{AwsError, call};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroup as Described;
use std::collections::HashMap;

/// How long events may be kept, in days (PutRetentionPolicy).
pub const RETENTION_DAYS: &[i64] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

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

/// Names can't be listed in the call: it takes a prefix. What else has it is as good as asked for.
async fn describe(client: &Client, names: Vec<String>) -> Result<HashMap<String, Described>, AwsError> {
    let prefix = Some(prefix_of(&names)).filter(|prefix| !prefix.is_empty());
    let request = client.describe_log_groups().set_log_group_name_prefix(prefix.map(str::to_owned));
    let mut pages = request.into_paginator().send();
    let mut found = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = call("DescribeLogGroups", std::future::ready(page)).await?;
        let groups = page.log_groups.into_iter().flatten();
        found.extend(groups.filter_map(|group| Some((group.log_group_name.clone()?, group))));
    }
    Ok(found)
}
