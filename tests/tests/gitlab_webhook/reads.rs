//! How many calls it takes to see that nothing changed.

use paas_tests::Configuration;
use paas_tests::configuration::WEBHOOK;
use paas_tests::emulator::Counts;
use serde_json::json;

/// A key and its alias are told by one call where both are asked for at the same time, and by two where they aren't.
const OF_KEY_AND_ALIAS: &str = "kms:DescribeKey";

/// Calls that AWS answers for one object only, and that each webhook has one of.
const ONE_BY_ONE: [&str; 9] = [
    "apigateway:GetDeployments",
    "apigateway:GetResources",
    "apigateway:GetStages",
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
    let mut dev = Configuration::with_webhook();
    dev.apply();
    let counts = calls_to_plan(&dev);
    println!("{} calls for one webhook", counts.total);
    // Its own record, then those of its environments.
    let records = "ssm:GetParameters";
    for (operation, calls) in &counts.by_operation {
        let most = if [records, OF_KEY_AND_ALIAS].contains(&operation.as_str()) { 2 } else { 1 };
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }
    assert!(counts.total <= 20, "{counts:#?}");

    for n in 1..MANY {
        let mut more = Configuration::webhook();
        more["name"] = json!(format!("gitlab-{n}"));
        dev.declare(&format!("{WEBHOOK}-{n}"), more);
    }
    dev.apply();
    let counts = calls_to_plan(&dev);
    println!("{} calls for {MANY} webhooks", counts.total);
    for (operation, calls) in &counts.by_operation {
        // What many can be asked about at once is asked once, and again for those who came later.
        let most = match operation.as_str() {
            OF_KEY_AND_ALIAS => 2 * MANY,
            operation if ONE_BY_ONE.contains(&operation) => MANY,
            _ => 4,
        };
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }
    assert!(counts.total <= 14 * MANY, "{counts:#?}");
    dev.end();
}
