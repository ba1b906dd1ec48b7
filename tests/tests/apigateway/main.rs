//! An API with its deployments and its stage by themselves, without Terraform: made, changed, put right, ended.

mod account;
mod apis;
mod stages;
