//! How many calls it takes to see that nothing changed: reads are batched over all resources of a run. Every figure is
//! of a provider process that has read nothing before.

#[path = "support/estate.rs"]
mod estate;
#[path = "support/stage.rs"]
mod stage;

use estate::{Estate, create_all, plan_without_changes};
use paas_tests::emulator::Counts;
use serde_json::json;
use stage::Resource;

/// Calls that AWS answers for one object only, and that each tenant has one of.
const ONE_BY_ONE: [&str; 7] = [
    "autoscaling:DescribeLifecycleHooks",
    // Of several groups, but of one application.
    "codedeploy:BatchGetDeploymentGroups",
    "codepipeline:GetPipeline",
    "elbv2:DescribeTargetGroupAttributes",
    "events:ListTargetsByRule",
    "iam:GetInstanceProfile",
    "rds:DescribeDBParameters",
];

/// Calls that AWS answers for so many objects at a time, and how many of these each whole tenant has.
const IN_PAGES: [(&str, u64, u64); 3] = [
    ("elbv2:DescribeTags", 20, 2),
    ("resourcegroupstaggingapi:GetResources", 100, 10),
    ("ssm:GetParameters", 10, 2),
];

/// Calls whose answer is for all tenants.
const ONCE: [&str; 15] = [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribePolicies",
    "codedeploy:ListApplications",
    "ec2:DescribeImages",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeSecurityGroups",
    "elbv2:DescribeRules",
    "elbv2:DescribeTargetGroups",
    "events:ListRules",
    "iam:GetAccountAuthorizationDetails",
    "logs:DescribeLogGroups",
    "rds:DescribeDBInstances",
    "s3:ListObjectsV2",
    "sts:GetCallerIdentity",
];

/// Those of [`ONCE`] that are asked name by name until there are enough to list all.
const FIRST_BY_NAME: [&str; 3] =
    ["codedeploy:BatchGetApplications", "rds:DescribeDBParameterGroups", "rds:DescribeDBSubnetGroups"];

/// Bytes of state that a whole tenant may take, with its pipeline and its database.
const STATE: usize = 12_000;

/// Calls beyond what follows from the number of tenants: those that are asked before it is known what others there are,
/// and while the answer for all is under way.
const HEAD_START: u64 = 50;

/// Calls that a plan of so many whole tenants, ten resources at a time, may cost at most.
fn limit(tenants: u64) -> u64 {
    let pages: u64 = IN_PAGES.iter().map(|(_, page, each)| (each * tenants).div_ceil(*page)).sum();
    ONE_BY_ONE.len() as u64 * tenants + pages + HEAD_START
}

async fn calls_to_plan(estate: &Estate, resources: &[Resource]) -> Counts {
    let mark = estate.aws().mark();
    let provider = estate.stage.provider().await;
    plan_without_changes(&provider, resources).await;
    let counts = estate.aws().counts(mark);
    assert_eq!(counts.mutating, 0, "{counts:#?}");
    counts
}

/// Those of a service.
fn to(counts: &Counts, service: &str) -> u64 {
    let its = counts.by_operation.iter().filter(|(operation, _)| operation.starts_with(service));
    its.map(|(_, calls)| calls).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_changes_reads_each_kind_of_object_once() {
    const TENANTS: u64 = 30;
    let estate = Estate::set();
    let provider = estate.stage.provider().await;
    let environment = create_all(&provider, [estate.environment()]).await;
    let mut whole = create_all(&provider, (0..TENANTS).map(|n| estate.tenant(n))).await;
    whole.extend(create_all(&provider, (0..TENANTS).map(Estate::database)).await);
    drop(provider);

    let counts = calls_to_plan(&estate, &environment).await;
    for (operation, calls) in &counts.by_operation {
        // A key and its alias are told by one call where both are asked for at the same time.
        let most = if operation == "kms:DescribeKey" { 2 } else { 1 };
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }
    assert!(counts.total <= 35, "{counts:#?}");

    // A tenant and its database.
    let lone: Vec<Resource> = whole.iter().step_by(30).cloned().collect();
    let counts = calls_to_plan(&estate, &lone).await;
    let pages = ["elbv2:DescribeTags", "ssm:GetParameters"]; // its own, then those it is checked against
    for (operation, calls) in &counts.by_operation {
        let most = if pages.contains(&operation.as_str()) { 4 } else { 1 };
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }

    let counts = calls_to_plan(&estate, &whole).await;
    let pages = IN_PAGES.map(|(operation, ..)| operation);
    let known = [&ONE_BY_ONE[..], &pages, &ONCE, &FIRST_BY_NAME].concat();
    for (operation, calls) in &counts.by_operation {
        let operation = operation.as_str();
        assert!(known.contains(&operation), "{operation}: {counts:#?}");
        let most = if ONE_BY_ONE.contains(&operation) { TENANTS } else { 20 };
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }
    assert!(counts.total <= limit(TENANTS), "{counts:#?}");
    // One for the target group's attributes each, a tenth for tags.
    assert!(to(&counts, "elbv2:") <= TENANTS + TENANTS / 10 + 10, "{counts:#?}");
}

/// Tags of everything cost little, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_tenant_takes_few_bytes_of_state() {
    let tags = json!({"default_tags": {"tags": {"team": "commerce", "cost-center": "4711"}}});
    // Tags stand once in each resource, in `tags_all`.
    for (settings, most) in [(json!({}), STATE), (tags, STATE + 100)] {
        let estate = Estate::with(settings.clone());
        let provider = estate.stage.provider().await;
        let environment = create_all(&provider, [estate.environment()]).await[0].size();
        let mut sizes = vec![];
        for wanted in estate.whole(99) {
            sizes.push(create_all(&provider, [wanted]).await[0].size());
        }
        let all: usize = sizes.iter().map(|(attributes, private)| attributes + private).sum();
        println!(
            "{all} bytes of state, {sizes:?} of attributes and private state, beside {environment:?} with {settings}"
        );
        assert!(all <= most, "{all}: {sizes:?} with {settings}");
    }
}

/// Calls that AWS answers for one object only, and how many of these each infrastructure pipeline that deploys has: the
/// tags of a managed policy come in no other.
const ONE_BY_ONE_OF_INFRASTRUCTURE: [(&str, u64); 4] = [
    ("codepipeline:GetPipeline", 1),
    ("events:ListTargetsByRule", 1),
    ("iam:GetInstanceProfile", 1),
    ("iam:GetPolicy", 4),
];

#[tokio::test(flavor = "multi_thread")]
async fn infrastructure_pipelines_are_read_together() {
    const PIPELINES: u64 = 25;
    let estate = Estate::set();
    let provider = estate.stage.provider().await;
    create_all(&provider, [estate.environment()]).await;
    let all = create_all(&provider, (0..PIPELINES).map(Estate::infrastructure_pipeline)).await;
    drop(provider);

    let counts = calls_to_plan(&estate, &all[..1]).await;
    assert!(counts.by_operation.values().all(|calls| *calls <= 5), "{counts:#?}");

    let counts = calls_to_plan(&estate, &all).await;
    println!("{} calls for {PIPELINES} pipelines", counts.total);
    for (operation, calls) in &counts.by_operation {
        let each = ONE_BY_ONE_OF_INFRASTRUCTURE.iter().find(|(of, _)| of == operation);
        // Projects come by the hundred, the account's roles and policies in pages.
        let most = each.map_or(20, |(_, each)| each * PIPELINES);
        assert!(*calls <= most, "{operation}: {counts:#?}");
    }
    let each: u64 = ONE_BY_ONE_OF_INFRASTRUCTURE.iter().map(|(_, each)| each).sum();
    assert!(counts.total <= each * PIPELINES + HEAD_START + HEAD_START / 2, "{counts:#?}");

    let (attributes, private) = all[0].size();
    println!("{attributes} + {private} bytes of state");
}

#[test]
fn a_hundred_whole_tenants_within_these_limits_take_eight_calls_each() {
    assert!(limit(100) <= 800, "{}", limit(100));
}
