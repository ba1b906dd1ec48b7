//! EventBridge: what starts a pipeline.

mod pattern;
mod rule;
mod tagging;

pub use pattern::{object_created, object_written_by_trail};
pub use rule::{Rule, RuleOut};

use crate::batch::Batched;
use crate::tags::Tags;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{Rule as Described, Target};

/// As many as one page of `ListRules` holds.
const RULES_PER_CALL: usize = 100;
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];
/// EventBridge takes one change of a rule and its targets at a time.
const BUSY: &str = "ConcurrentModificationException";

/// Batched reads of the default bus's rules.
pub struct Reads {
    /// By name; pattern, description and state come along.
    rules: Batched<String, Described>,
    /// By the rule's name; AWS lists those of one rule at a time.
    targets: Batched<String, Vec<Target>>,
    /// By ARN; AWS lists those of one rule at a time.
    tags: Batched<String, Tags>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_rules, of_targets, of_tags) = (client.clone(), client.clone(), client.clone());
        Self {
            rules: Batched::new(RULES_PER_CALL, move |names| rule::list(of_rules.clone(), names)),
            targets: Batched::new(1, move |names| rule::targets(of_targets.clone(), names)),
            tags: Batched::new(1, move |arns| tagging::list(of_tags.clone(), arns)),
        }
    }
}
