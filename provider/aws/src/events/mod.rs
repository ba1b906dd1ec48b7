//! EventBridge: what starts a pipeline.

mod pattern;
mod rule;

pub use pattern::{object_created, object_written_by_trail};
pub use rule::{Rule, RuleOut};
