//! From `git push` to running instances, on one machine: real Git, the webhook's own Lambda, the buildspecs, Packer, Terraform
//! with this provider. What AWS holds in the end counts.

#![allow(clippy::too_many_lines, reason = "a journey is as long as its way")]

mod crowd;
mod failures;
mod refused;
mod stage;
mod walk;
