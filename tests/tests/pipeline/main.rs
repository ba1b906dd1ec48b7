//! A tenant with a software pipeline under real Terraform: made, changed, destroyed, and releases that go through it.

mod life;

#[path = "../support/changes.rs"]
mod changes;
