//! Changes of one argument after the other, in place.

use paas_tests::Configuration;
use serde_json::Value;

/// One change of one argument in place.
pub struct Change {
    pub argument: &'static str,
    pub to: Value,
    /// The children that the plan shows changed, besides the record, which holds every argument; and no others.
    pub children: &'static [&'static str],
    /// What to ask AWS for afterwards.
    pub ask: fn(&Configuration) -> Value,
    pub answer: Value,
}

/// Makes the changes one after the other. Each must be planned as said, and be true in AWS afterwards; what one leaves
/// undone would show in the plan of the next.
#[track_caller]
pub fn make(configuration: &mut Configuration, address: &str, changes: Vec<Change>) {
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
