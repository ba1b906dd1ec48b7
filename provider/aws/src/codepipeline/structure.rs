//! What a pipeline is made of: stages of actions.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A stage: its actions run by their `run_order`, and the next stage begins when all have succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Unique in the pipeline.
    pub name: String,
    /// At least one.
    pub actions: Vec<Action>,
}

/// One action of one of AWS's own providers, version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Unique in its stage.
    pub name: String,
    /// `Source`, `Approval`, `Deploy`, `Compute`, …
    pub category: String,
    /// `S3`, `Manual`, `CodeDeploy`, `Commands`, …
    pub provider: String,
    /// What the provider takes, such as `S3Bucket`.
    pub configuration: BTreeMap<String, String>,
    /// Artifacts of earlier actions, in order.
    pub inputs: Vec<String>,
    /// Artifacts it makes.
    pub outputs: Vec<String>,
    /// Under which later actions see its variables: `#{namespace.variable}`.
    pub namespace: Option<String>,
    /// What `Commands` runs.
    pub commands: Vec<String>,
    /// Variables of the environment that `Commands` exports, in order.
    pub output_variables: Vec<String>,
    /// Its turn in the stage, from 1; those of one turn run side by side.
    pub run_order: i32,
}
