//! Nothing in the published policy is unused. Cargo runs the suites in the order of their names, so this one comes last: it
//! goes through what the others saw the provider call.

#[path = "support/roles.rs"]
mod roles;

use paas_aws::permissions::{Access, ResourceType, calls};
use paas_tests::emulator::record::{self, Called};
use paas_tests::prerequisites;
use std::collections::BTreeSet;

/// Suites without the built provider, or in which it calls nothing.
const WITHOUT_CALLS: [&str; 7] =
    ["apigateway", "codebuild", "documentation", "emulator", "modules", "rds", "whole"];

const RUN_ALL: &str = "run all of `cargo test -p paas-tests`. Each suite keeps in target/operations what this build of the \
     provider called in it.";

/// What all suites saw.
fn called() -> BTreeSet<Called> {
    let kept = record::kept().unwrap_or_else(|error| panic!("{error}"));
    let silent = |suite: &String| !kept.contains_key(suite) && !WITHOUT_CALLS.contains(&suite.as_str());
    let missing: Vec<String> = record::suites().into_iter().filter(silent).collect();
    assert!(missing.is_empty(), "nothing is kept of {missing:?}: {RUN_ALL}");
    kept.into_values().flatten().collect()
}

#[test]
fn this_suite_is_the_last() {
    assert_eq!(record::suites().last().map(String::as_str), Some("whole"));
}

/// By the roles that have exactly the policy: of each resource type, one that plans and one that applies.
#[test]
fn every_permission_is_used_by_who_has_it() {
    let called = called();
    let mut unused = vec![];
    // Without Packer no image is baked, as the other suites have said.
    let bakes = prerequisites::packer().is_some();
    for of in ResourceType::ALL.iter().filter(|of| bakes || **of != ResourceType::Ami) {
        for access in [Access::Plan, Access::Apply] {
            let key = roles::key(access, *of);
            let idle =
                calls(access, *of).into_iter().filter(|call| !called.contains(&(key.clone(), call.clone())));
            unused.extend(idle.map(|call| format!("{} {access:?} {call}", of.name())));
        }
    }
    assert!(
        unused.is_empty(),
        "these are in the policy, and no role that has it called them. If a suite ran in part, {RUN_ALL}\n{}",
        unused.join("\n")
    );
}
