//! How many calls it takes to see that nothing changed.

use crate::{WEBHOOK, alone, arguments};
use paas_tests::Configuration;
use paas_tests::emulator::Counts;
use serde_json::json;

/// Calls that AWS answers for one object only, and how many of these each webhook has.
const ONE_BY_ONE: [(&str, u64); 6] = [
    ("apigateway:GetDeployments", 1),
    ("apigateway:GetResources", 1),
    ("apigateway:GetStages", 1),
    ("lambda:GetFunction", 1),
    ("lambda:GetPolicy", 1),
    ("secretsmanager:DescribeSecret", 1),
];
/// And of these, which a key has.
const OF_KEYS: [&str; 4] =
    ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"];

fn calls_to_plan(dev: &Configuration) -> Counts {
    let mark = dev.aws.mark();
    dev.assert_settled();
    let counts = dev.aws.counts(mark);
    assert_eq!(counts.mutating, 0, "{counts:#?}");
    counts
}

#[test]
fn a_plan_without_changes_reads_each_object_once() {
    let mut dev = alone();
    dev.apply();
    let counts = calls_to_plan(&dev);
    println!("{} calls for one webhook", counts.total);
    // Its own record, then those of its environments.
    let records = "ssm:GetParameters";
    let others = counts.by_operation.iter().filter(|(operation, _)| *operation != records);
    assert!(others.map(|(_, calls)| *calls).all(|calls| calls == 1), "{counts:#?}");
    assert!(counts.by_operation[records] <= 2, "{counts:#?}");
    assert!(counts.total <= 20, "{counts:#?}");

    // What many can be asked about at once is.
    const MANY: u64 = 6;
    for n in 1..MANY {
        let mut more = arguments();
        more["name"] = json!(format!("gitlab-{n}"));
        dev.declare(&format!("{WEBHOOK}-{n}"), more);
    }
    dev.apply();
    let counts = calls_to_plan(&dev);
    println!("{} calls for {MANY} webhooks", counts.total);
    for (operation, calls) in &counts.by_operation {
        let each = ONE_BY_ONE.iter().find(|(of, _)| of == operation).map(|(_, each)| *each);
        let each = each.or_else(|| OF_KEYS.contains(&operation.as_str()).then_some(1));
        let most = each.map_or(2, |each| each * MANY);
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }
    dev.end();
}
