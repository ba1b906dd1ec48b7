//! The life of environments and tenants under real Terraform: created, unchanged, changed in every argument,
//! replaced, destroyed; and what AWS holds at each step.

mod environment;
mod network;
mod replacement;
mod rollout;
mod tags;
mod tenant;
mod timeouts;

use paas_tests::Configuration;
use serde_json::Value;

/// One change of one argument in place.
struct Change {
    argument: &'static str,
    to: Value,
    /// The children that the plan shows changed, besides the record, which holds every argument; and no others.
    children: &'static [&'static str],
    /// What to ask AWS for afterwards.
    ask: fn(&Configuration) -> Value,
    answer: Value,
}

/// Makes the changes one after the other. Each must be planned as said, and be true in AWS afterwards; what one leaves
/// undone would show in the plan of the next.
#[track_caller]
fn make(configuration: &mut Configuration, address: &str, changes: Vec<Change>) {
    for Change { argument, to, children, ask, answer } in changes {
        let change = format!("{argument} = {to}");
        configuration.set(address, argument, to);
        let planned = configuration.planned(address);
        let planned: Vec<&str> =
            planned.iter().map(String::as_str).filter(|line| *line != "~ record").collect();
        assert_eq!(planned, children, "{change}");
        configuration.terraform.apply_plan().expect_success();
        assert_eq!(ask(configuration), answer, "{change}");
    }
    configuration.assert_settled();
}
