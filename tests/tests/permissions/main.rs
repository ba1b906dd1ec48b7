//! The published policy is enough, and is what the provider's table says: real Terraform with the credentials of two
//! roles for each resource type, one that may plan and one that may apply, and nothing else.
//!
//! The suites that drive the provider through the protocol do the same for every variant and every drift. That nothing
//! in the policy is unused is for the suite `whole`, which runs last.

mod credentials;
mod crowd;
mod data;
mod images;
mod lives;

#[path = "../support/baked.rs"]
#[allow(dead_code, reason = "what comes of the bakes is for other suites")]
mod baked;
#[path = "../support/roles.rs"]
mod roles;

use paas_aws::permissions::{operations, without_a_call};
use paas_tests::golden::assert_golden;
use std::fmt::Write;

/// Also the list that every suite's calls are held against.
#[test]
fn the_list_of_what_is_covered_is_current() {
    let mut list = String::new();
    for (operation, actions) in operations() {
        let words: Vec<String> = [operation].into_iter().chain(actions).collect();
        let _ = writeln!(list, "{}", words.join(" "));
    }
    list.push('\n');
    for (action, reasons) in without_a_call() {
        let reasons: Vec<&str> = reasons.into_iter().collect();
        let _ = writeln!(list, "{action}: {}", reasons.join(" "));
    }
    assert_golden("operations", &list);
}
