//! A database's AWS objects by themselves, without Terraform: made, changed at once or later, restored, ended.

mod account;
mod changes;
mod ending;
mod groups;
mod making;
