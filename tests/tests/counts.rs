//! How many calls it takes to see that nothing changed: reads are batched over all resources of a run. Every figure is
//! of a provider process that has read nothing before.

#[path = "support/estate.rs"]
mod estate;
#[path = "support/stage.rs"]
mod stage;

use estate::{Estate, create_all, plan_without_changes};
use paas_tests::emulator::Counts;
use stage::Resource;

/// Calls that AWS answers for one object only.
const ONE_BY_ONE: [&str; 3] =
    ["elbv2:DescribeTargetGroupAttributes", "iam:GetInstanceProfile", "ssm:ListTagsForResource"];

/// Calls that a plan of so many tenants, ten at a time, may cost at most.
fn limit(operation: &str, tenants: u64) -> u64 {
    match operation {
        one if ONE_BY_ONE.contains(&one) => tenants,
        // 20 objects a call, two of each tenant's; the first ten ask before it is known what others there are.
        "elbv2:DescribeTags" => (2 * tenants).div_ceil(20) + 10,
        // 10 names a call.
        "ssm:GetParameters" => tenants.div_ceil(10) + 10,
        "elbv2:DescribeRules" | "ec2:DescribeImages" | "sts:GetCallerIdentity" => 1,
        // One call answers for all tenants; those that ask before its answer is there ask once more.
        _ => 6,
    }
}

const OPERATIONS_OF_A_TENANT: [&str; 15] = [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribePolicies",
    "ec2:DescribeImages",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeSecurityGroups",
    "elbv2:DescribeRules",
    "elbv2:DescribeTags",
    "elbv2:DescribeTargetGroupAttributes",
    "elbv2:DescribeTargetGroups",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetInstanceProfile",
    "ssm:GetParameters",
    "ssm:ListTagsForResource",
    "sts:GetCallerIdentity",
];

async fn calls_to_plan(estate: &Estate, resources: &[Resource]) -> Counts {
    let mark = estate.aws().mark();
    let provider = estate.stage.provider().await;
    plan_without_changes(&provider, resources).await;
    let counts = estate.aws().counts(mark);
    assert_eq!(counts.mutating, 0, "{counts:#?}");
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_changes_reads_each_kind_of_object_once() {
    const TENANTS: u64 = 30;
    let estate = Estate::set();
    let provider = estate.stage.provider().await;
    let environment = create_all(&provider, [estate.environment()]).await;
    let tenants = create_all(&provider, (0..TENANTS).map(|n| estate.tenant(n))).await;
    drop(provider);

    let counts = calls_to_plan(&estate, &environment).await;
    assert!(counts.by_operation.values().all(|calls| *calls == 1), "{counts:#?}");
    assert!(counts.total <= 35, "{counts:#?}");

    let counts = calls_to_plan(&estate, &tenants[..1]).await;
    let twice = ["elbv2:DescribeTags", "ssm:GetParameters"]; // its own, then those it is checked against
    for (operation, calls) in &counts.by_operation {
        let most = if twice.contains(&operation.as_str()) { 4 } else { 1 };
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }

    let counts = calls_to_plan(&estate, &tenants).await;
    for (operation, calls) in &counts.by_operation {
        assert!(OPERATIONS_OF_A_TENANT.contains(&operation.as_str()), "{operation}: {counts:#?}");
        assert!(*calls <= limit(operation, TENANTS), "{operation}: {counts:#?}");
    }
}

#[test]
fn a_hundred_tenants_within_these_limits_take_four_calls_each() {
    let most: u64 = OPERATIONS_OF_A_TENANT.iter().map(|operation| limit(operation, 100)).sum();
    assert!(most <= 400, "{most}");
}
