//! A tenant with a software pipeline under real Terraform: made, changed, destroyed, and releases that go through it.

mod life;
mod release;
mod seen;
mod slots;

use paas_tests::Configuration;
use paas_tests::configuration::TENANT;
use serde_json::Value;

/// A tenant with a pipeline, yet to be applied.
fn stage(pipeline: Value) -> Configuration {
    let mut stage = Configuration::with_tenant();
    stage.set(TENANT, "pipeline", pipeline);
    stage
}

#[path = "../support/changes.rs"]
mod changes;
