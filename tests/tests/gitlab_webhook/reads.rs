//! How many calls it takes to see that nothing changed.

use crate::{WEBHOOK, alone, arguments};
use paas_tests::Configuration;
use paas_tests::emulator::Counts;
use serde_json::json;

/// Calls that AWS answers for one object only, and that each webhook has one of.
const ONE_BY_ONE: [&str; 10] = [
    "apigateway:GetDeployments",
    "apigateway:GetResources",
    "apigateway:GetStages",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "lambda:GetFunction",
    "lambda:GetPolicy",
    "secretsmanager:DescribeSecret",
];

fn calls_to_plan(dev: &Configuration) -> Counts {
    let mark = dev.aws.mark();
    dev.assert_settled();
    let counts = dev.aws.counts(mark);
    assert_eq!(counts.mutating, 0, "{counts:#?}");
    counts
}

#[test]
fn a_plan_without_changes_reads_each_object_once() {
    const MANY: u64 = 6;
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

    for n in 1..MANY {
        let mut more = arguments();
        more["name"] = json!(format!("gitlab-{n}"));
        dev.declare(&format!("{WEBHOOK}-{n}"), more);
    }
    dev.apply();
    let counts = calls_to_plan(&dev);
    println!("{} calls for {MANY} webhooks", counts.total);
    for (operation, calls) in &counts.by_operation {
        // What many can be asked about at once is asked once, and again for those who came later.
        let most = if ONE_BY_ONE.contains(&operation.as_str()) { MANY } else { 4 };
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }
    assert!(counts.total <= 14 * MANY, "{counts:#?}");
    dev.end();
}
