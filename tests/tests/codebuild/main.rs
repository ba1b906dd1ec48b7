//! What bakes images, by itself, without Terraform: projects, their builds, the images and what else builds leave.

mod account;
mod builds;
mod images;
mod policies;
mod projects;
mod sources;
