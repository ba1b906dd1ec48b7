//! Every example, applied and destroyed by real Terraform; and the tenant's repository, whose scripts and application run.

mod environments;
mod hcp;
mod infrastructure;
mod repository;
mod shared;
mod tenants;

use paas_tests::{Emulator, Workspace, root};
use std::fs;

/// An account with what the examples ask for.
fn account() -> (Emulator, String, String) {
    let aws = Emulator::start();
    let certificate = aws.seed_certificate("*.dev.example.test");
    let image = aws.seed_image("web-1");
    (aws, certificate, image)
}

fn example(aws: &Emulator, path: &str) -> Workspace {
    let workspace = Workspace::new(aws).of(&format!("examples/{path}"));
    workspace.get().expect_success();
    workspace
}

fn count(aws: &Emulator, kind: &str) -> usize {
    aws.inventory().iter().filter(|object| object.kind == kind).count()
}

#[test]
fn examples_are_formatted_and_valid() {
    let all = Workspace::offline().of("examples");
    all.run(["fmt", "-check", "-diff", "-recursive"]).expect_success();
    let mut seen = vec![];
    for folder in ["environments", "tenants", "hcp-terraform"] {
        for entry in fs::read_dir(root().join("examples").join(folder)).unwrap() {
            let path = format!("examples/{folder}/{}", entry.unwrap().file_name().into_string().unwrap());
            // The roles of HCP Terraform are made with hashicorp/aws, which isn't here: see `hcp`.
            if !root().join(&path).is_dir() || path == hcp::ROLES {
                continue;
            }
            let example = all.sibling(&path);
            example.get().expect_success();
            example.validate().expect_success();
            seen.push(path);
        }
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
}
